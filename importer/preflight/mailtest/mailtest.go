// Package mailtest runs real mail servers on loopback for tests: Dovecot and Postfix, on
// the standard ports of a few addresses, with their own accounts. [Start] starts them
// once for a test binary, and they end with it, however it ends. Only tests import
// it.
package mailtest

import (
	"bufio"
	"crypto/x509"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Accounts that exist from the start.
const (
	Ivan         = "ivan@example.test"
	IvanPassword = "ivan-pass"

	Anna         = "anna@example.test"
	AnnaPassword = "пароль Анны 1"

	Locked         = "locked@example.test" // IMAP and POP3 refuse it despite the right password; SMTP does not
	LockedPassword = "locked-pass"
)

// Servers are the servers of this test binary. Each address listens on 143, 993, 110,
// 995, 465 and 587. Passwords are accepted only under TLS. The certificates are for
// mail, imap, pop and smtp.example.test, localhost, and the addresses.
type Servers struct {
	Good      string // without faults; mechanisms PLAIN and LOGIN
	Expired   string // the certificate ended yesterday
	WrongName string // the certificate is other.example.test's
	CRAMMD5   string // the only mechanism is CRAM-MD5

	CA     *x509.CertPool
	CAFile string

	dir     string
	mu      sync.Mutex // held while accounts are added or logins are counted
	markers int
	end     io.Closer // never closed: the servers end when this process does
}

//go:embed testdata/mailserver.sh
var script string

var start = sync.OnceValues(launch)

// Start returns the servers and starts them in the first call. If Dovecot, Postfix or
// root rights are missing, it skips the test and logs what is missing. With R7_CI=1 in
// the environment it fails the test instead.
func Start(t testing.TB) *Servers {
	t.Helper()
	if missing := missing(); missing != "" {
		if os.Getenv("R7_CI") == "1" {
			t.Fatal("real mail servers are needed here: " + missing)
		}
		t.Skip("skipped without real mail servers: " + missing)
	}
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// missing returns what is missing to start the servers, empty if nothing is.
func missing() string {
	for _, program := range []string{"dovecot", "postconf", "openssl", "flock"} {
		if _, err := exec.LookPath(program); err != nil {
			return program + " is not installed (packages dovecot-core dovecot-imapd dovecot-pop3d postfix openssl util-linux)"
		}
	}
	if os.Getuid() != 0 {
		return "root starts them, on the standard ports"
	}
	return ""
}

func launch() (*Servers, error) {
	dir, err := os.MkdirTemp("", "mail")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "mailserver.sh")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		return nil, err
	}
	trouble, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		return nil, err
	}
	defer trouble.Close()
	command := exec.Command("bash", path, "run", dir)
	command.Stderr = trouble
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	network, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if !ready {
		said, _ := io.ReadAll(io.NewSectionReader(trouble, 0, 1<<16)) // the folder is gone by now
		return nil, fmt.Errorf("the mail servers do not start:\n%s", said)
	}
	s := &Servers{
		Good: network + ".2", Expired: network + ".3", WrongName: network + ".4", CRAMMD5: network + ".5",
		CA: x509.NewCertPool(), CAFile: filepath.Join(dir, "tls", "ca.pem"), dir: dir, end: stdin,
	}
	authority, err := os.ReadFile(s.CAFile)
	if err == nil && !s.CA.AppendCertsFromPEM(authority) {
		err = fmt.Errorf("%s: no certificate", s.CAFile)
	}
	return s, err
}

// Account is a mailbox at the servers. Address and Password must not contain a colon.
type Account struct {
	Address, Password string
	Locked            bool
}

// Add adds accounts, which can log in when it returns. If an address exists already, the
// existing account stays in force.
func (s *Servers) Add(t testing.TB, accounts ...Account) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	path := filepath.Join(s.dir, "users")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Builder{}
	lines.Write(before)
	for _, a := range accounts {
		lines.WriteString(a.Address + ":{PLAIN}" + a.Password)
		if a.Locked {
			lines.WriteString("::::::nologin=yes")
		}
		lines.WriteByte('\n')
	}
	if err := os.WriteFile(path+".new", []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil { // readers see the old file or the new one
		t.Fatal(err)
	}
}

// Count is the number of logins to an account.
type Count struct{ Good, Failed int }

// verdict matches Dovecot's log line about a decided login, its own or one for Postfix.
var verdict = regexp.MustCompile(`auth: Debug: client passdb out: (OK|FAIL)\t\d+\tuser=([^\t\n]*)([^\n]*)`)

// Logins returns the logins decided so far, by account. A login to a locked account
// counts as failed.
func (s *Servers) Logins(t testing.TB) map[string]Count {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]Count{}
	for _, found := range verdict.FindAllStringSubmatch(s.log(t), -1) {
		count := counts[found[2]]
		if found[1] == "OK" && !strings.Contains(found[3], "nologin") {
			count.Good++
		} else {
			count.Failed++
		}
		counts[found[2]] = count
	}
	return counts
}

// log returns Dovecot's log. It writes a marker to each instance and waits for the
// markers, so that no earlier line is missing.
func (s *Servers) log(t testing.TB) string {
	t.Helper()
	s.markers++
	var want []string
	for _, instance := range []string{"dovecot", "dovecot-cram"} {
		marker := fmt.Sprintf("marker-%d-of-%s", s.markers, instance)
		want = append(want, "\t"+marker+"\t")
		command := exec.Command("doveadm", "-c", filepath.Join(s.dir, instance, "dovecot.conf"), "auth", "lookup", marker)
		if err := command.Run(); command.ProcessState == nil { // it ends with an error: there is no such account
			t.Fatal(err)
		}
	}
	for range 100 {
		log, err := os.ReadFile(filepath.Join(s.dir, "dovecot.log"))
		if err != nil {
			t.Fatal(err)
		}
		text := string(log)
		if strings.Contains(text, want[0]) && strings.Contains(text, want[1]) {
			return text
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("Dovecot's log does not come")
	return ""
}
