package preflight_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/preflight"
)

// scripted listens on loopback and lets serve answer each connection. Lines come
// without their ends.
func scripted(t *testing.T, serve func(say func(string), next func() string)) (port int, connections *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connections = new(atomic.Int32)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				serve(func(text string) { _, _ = conn.Write([]byte(text)) }, func() string {
					line, _ := in.ReadString('\n')
					return strings.TrimRight(line, "\r\n")
				})
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, connections
}

// answers serves each command by what stands for its first word, or for the second of
// IMAP, whose last tag stands in place of TAG.
func answers(greeting string, replies map[string]string) func(say func(string), next func() string) {
	return func(say func(string), next func() string) {
		say(greeting)
		tag := ""
		for line := next(); line != ""; line = next() {
			words := strings.Fields(line)
			reply, known := replies[strings.ToUpper(words[0])]
			if !known && len(words) > 1 {
				reply, tag = replies[strings.ToUpper(words[1])], words[0]
			}
			if reply == "" {
				return // closes
			}
			say(strings.ReplaceAll(reply, "TAG", tag))
		}
	}
}

func local() *preflight.Client {
	return &preflight.Client{
		Addresses: map[string]netip.Addr{good: netip.MustParseAddr("127.0.0.1")}, Connect: 1500 * time.Millisecond, Login: 1500 * time.Millisecond,
	}
}

func TestOddServers(t *testing.T) {
	hang := func(func(string), func() string) { time.Sleep(3 * time.Second) }
	for _, tc := range []struct {
		name       string
		protocol   preflight.Protocol
		encryption account.Encryption
		serve      func(say func(string), next func() string)
		step       preflight.StepName
		code       diagnosis.Code
	}{
		{"hangs before the greeting", preflight.IMAP, account.Plain, hang, preflight.StepGreeting, diagnosis.MailTimeout},
		{"hangs instead of TLS", preflight.IMAP, account.TLS, hang, preflight.StepTLS, diagnosis.MailTimeout},
		{"closes", preflight.POP3, account.Plain, func(func(string), func() string) {}, preflight.StepGreeting, diagnosis.MailConnect},
		{"closes after the greeting", preflight.IMAP, account.Plain, answers("* OK\r\n", nil), preflight.StepAbility, diagnosis.MailConnect},
		{"is full", preflight.IMAP, account.Plain, answers("* BYE Too many connections from your IP\r\n", nil), preflight.StepGreeting, diagnosis.MailTooMany},
		{"is full, SMTP", preflight.SMTP, account.Plain, answers("421 4.7.0 Error: too many connections\r\n", nil), preflight.StepGreeting, diagnosis.MailTooMany},
		{"bars the address", preflight.SMTP, account.Plain, answers("554 5.7.1 Client host blocked using a list\r\n", nil), preflight.StepGreeting, diagnosis.MailBarred},
		{"POP3 for IMAP", preflight.IMAP, account.Plain, answers("+OK ready\r\n", nil), preflight.StepGreeting, diagnosis.MailOtherService},
		{"SMTP for POP3", preflight.POP3, account.Plain, answers("220-mail\r\n220 ESMTP\r\n", nil), preflight.StepGreeting, diagnosis.MailOtherService},
		{"something else", preflight.SMTP, account.Plain, answers("SSH-2.0-OpenSSH_9.2\r\n", nil), preflight.StepGreeting, diagnosis.MailOtherService},
		{"TLS alert", preflight.SMTP, account.TLS, answers("\x15\x03\x01\x00\x02\x02\x46", nil), preflight.StepTLS, diagnosis.MailTLSNewer},
		{"no STARTTLS, IMAP", preflight.IMAP, account.StartTLS, answers("* OK\r\n", map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n"}), preflight.StepStartTLS, diagnosis.MailNoStartTLS},
		{"no STLS", preflight.POP3, account.StartTLS, answers("+OK\r\n", map[string]string{"CAPA": "-ERR what\r\n"}), preflight.StepStartTLS, diagnosis.MailNoStartTLS},
		{"STARTTLS refused", preflight.SMTP, account.StartTLS, answers("220 x\r\n", map[string]string{"EHLO": "250-x\r\n250 STARTTLS\r\n", "STARTTLS": "454 4.7.0 TLS not available due to temporary reason\r\n"}), preflight.StepStartTLS, diagnosis.MailTemporary},
		{"more before TLS than was asked, IMAP", preflight.IMAP, account.StartTLS, answers("* OK\r\n", map[string]string{"CAPABILITY": "* CAPABILITY STARTTLS\r\nTAG OK\r\n", "STARTTLS": "TAG OK\r\n* CAPABILITY AUTH=PLAIN\r\n"}), preflight.StepStartTLS, diagnosis.MailTLS},
		{"more before TLS than was asked, POP3", preflight.POP3, account.StartTLS, answers("+OK\r\n", map[string]string{"CAPA": "+OK\r\nSTLS\r\n.\r\n", "STLS": "+OK\r\n+OK injected\r\n"}), preflight.StepStartTLS, diagnosis.MailTLS},
		{"more before TLS than was asked, SMTP", preflight.SMTP, account.StartTLS, answers("220 x\r\n", map[string]string{"EHLO": "250-x\r\n250 STARTTLS\r\n", "STARTTLS": "220 go\r\n250 injected\r\n"}), preflight.StepStartTLS, diagnosis.MailTLS},
		{"no end of a line", preflight.IMAP, account.Plain, func(say func(string), _ func() string) {
			for range 1000 {
				say(strings.Repeat("x", 1<<10))
			}
		}, preflight.StepGreeting, diagnosis.MailConnect},
		{"plaintext logins switched off", preflight.IMAP, account.Plain, answers("* OK\r\n", map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nTAG OK\r\n"}), preflight.StepMethods, diagnosis.TLSMode},
		{"no login", preflight.SMTP, account.Plain, answers("220 x\r\n", map[string]string{"EHLO": "250 x\r\n"}), preflight.StepMethods, diagnosis.SMTPNoAuth},
		{"tokens only", preflight.IMAP, account.Plain, answers("* OK\r\n", map[string]string{"CAPABILITY": "* CAPABILITY AUTH=XOAUTH2 LOGINDISABLED\r\nTAG OK\r\n"}), preflight.StepMethods, diagnosis.MailNoMethod},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			port, _ := scripted(t, tc.serve)
			probe, err := local().Probe(t.Context(), preflight.Server{Protocol: tc.protocol, Host: good, Port: port, Encryption: tc.encryption}, true)
			if err != nil {
				t.Fatal(err)
			}
			last := probe.Steps[len(probe.Steps)-1]
			if last.Problem == nil || last.Name != tc.step || last.Problem.Code != tc.code {
				t.Errorf("ends at %s with %v, want %s with %s", last.Name, last.Problem, tc.step, tc.code)
			}
		})
	}
}

// imapServer answers a login over IMAP without encryption.
func imapServer(answer string) func(say func(string), next func() string) {
	return answers("* OK\r\n", map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n", "LOGIN": answer})
}

func TestWhatIsRememberedOfARefusal(t *testing.T) {
	for _, tc := range []struct {
		answer  string
		code    diagnosis.Code
		refused bool
	}{
		{"TAG NO [AUTHENTICATIONFAILED] Authentication failed.\r\n", diagnosis.MailAuth, true},
		{"TAG NO [CONTACTADMIN] Login disabled for this user\r\n", diagnosis.MailLocked, true},
		{"TAG NO Application-specific password required\r\n", diagnosis.MailAppPassword, true},
		{"TAG NO [AUTHENTICATIONFAILED] Authentication failed for 192.0.2.7\r\n", diagnosis.MailAuth, false},
		{"TAG NO Login failed from your IP\r\n", diagnosis.MailAuth, false},
		{"TAG NO [UNAVAILABLE] Temporary authentication failure\r\n", diagnosis.MailTemporary, false},
		{"TAG NO Internal queue number 7\r\n", diagnosis.MailDeclined, false},
		{"TAG NO Too many simultaneous connections\r\n", diagnosis.MailTooMany, false},
		{"TAG NO [AUTHENTICATIONFAILED] no such password: " + secret + "\r\n", diagnosis.MailAuth, true},
		{"", diagnosis.MailConnect, false},
	} {
		port, connections := scripted(t, imapServer(tc.answer))
		o, err := local().LogIn(t.Context(), plainSettings(port))
		if err != nil {
			t.Fatal(err)
		}
		if o.Status != diagnosis.Failed || o.Problems[0].Code != tc.code || (o.Refused != "") != tc.refused {
			t.Errorf("%q: %s %v, refused %q; want %s, %v", tc.answer, o.Status, o.Problems, o.Refused, tc.code, tc.refused)
		}
		if strings.Contains(o.Problems[0].Args["Text"], secret) {
			t.Errorf("%q: the secret is shown", tc.answer)
		}
		if connections.Load() != 1 {
			t.Errorf("%q: %d connections; what was sent and not taken is not sent to the outgoing server", tc.answer, connections.Load())
		}
	}
}

// TestLoginWithoutPlain: servers that offer LOGIN alone ask for name and password, each
// in words of its own.
func TestLoginWithoutPlain(t *testing.T) {
	const user, password = "AXZHBKBLEGFTCGXLLNRLC3Q=", "S2FUYXJPZW52B2DLBC0X" // upper case, as the fake compares
	imap, _ := scripted(t, answers("* OK\r\n", map[string]string{
		"CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=LOGIN LOGINDISABLED\r\nTAG OK\r\n", "AUTHENTICATE": "+ VXNlcg==\r\n", user: "+ UGFzcw==\r\n", password: "TAG OK\r\n",
	}))
	smtp, _ := scripted(t, answers("220 x\r\n", map[string]string{
		"EHLO": "250-x\r\n250 AUTH=LOGIN\r\n", "AUTH": "334 VXNlciBOYW1lAA==\r\n", user: "334 UGFzc3dvcmQ6\r\n", password: "235 in\r\n", "QUIT": "221 bye\r\n",
	}))
	s := plainSettings(imap)
	s.Outgoing.Port = smtp
	o, err := local().LogIn(t.Context(), s)
	if err != nil || o.Status != diagnosis.LoginOK || o.Logins != 2 {
		t.Errorf("LogIn = %s %v, %d logins, %v", o.Status, o.Problems, o.Logins, err)
	}
}

const secret = "Kanarienvogel-1"

// plainSettings are those of an account on loopback, both of whose servers are at one port.
func plainSettings(port int) *account.Settings {
	side := account.Server{Host: good, Port: port, Auth: account.LoginCmd, Login: "ivan@example.test", Password: account.NewSecret(secret)}
	return &account.Settings{Email: "ivan@example.test", IMAP: true, SMTPAuth: true, Incoming: side, Outgoing: side}
}

func TestLoginThatIsCalledOff(t *testing.T) {
	port, _ := scripted(t, func(func(string), func() string) { time.Sleep(5 * time.Second) })
	client := local()
	client.Connect = 0 // as long as the portal
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := client.LogIn(ctx, plainSettings(port))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 2*time.Second {
		t.Errorf("LogIn = %v after %s", err, time.Since(began))
	}
}

// jobs are logins of n accounts at a server on loopback.
func jobs(port, n int, change func(i int, s *account.Settings)) (*preflight.Survey, []*preflight.Job) {
	survey := preflight.NewSurvey(0)
	for i := range n {
		row := account.Row{Number: i + 2, Settings: *plainSettings(port)}
		s := &row.Settings
		s.SMTPAuth = false
		s.Email = strings.Repeat("a", i+1) + "@example.test"
		s.Incoming.Login = s.Email
		s.Incoming.Password = account.NewSecret(s.Email)
		if change != nil {
			change(i, s)
		}
		survey.Add(i, &row, true)
	}
	return survey, survey.Jobs()
}

func run(t *testing.T, perHost int, all []*preflight.Job) {
	t.Helper()
	r := preflight.Run{Client: local(), Workers: 8, PerHost: perHost, Pacer: pace.New(1000), Rest: 30 * time.Millisecond}
	if err := r.All(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

// TestRefusalsStayBelowWhatWasStated: a server that refuses everybody sees no more logins
// than the number stated, the other rows are not tried, and nothing is remembered.
func TestRefusalsStayBelowWhatWasStated(t *testing.T) {
	for _, perHost := range []int{1, 2, 5} {
		var logins atomic.Int32
		port, _ := scripted(t, func(say func(string), next func() string) {
			imapServer("TAG NO [AUTHENTICATIONFAILED] no\r\n")(say, func() string {
				line := next()
				if strings.Contains(line, " LOGIN ") {
					logins.Add(1)
				}
				return line
			})
		})
		survey, all := jobs(port, 60, nil)
		worst := survey.Worst(perHost)
		run(t, perHost, all)
		if int(logins.Load()) > worst.Address || worst.Address >= 60 || worst.Account != 1 {
			t.Errorf("%d at a time: %d logins refused, stated were %+v", perHost, logins.Load(), worst)
		}
		paused := 0
		for _, job := range all {
			if job.Outcome.Refused != "" {
				t.Fatalf("%s is remembered as refused", job.Settings.Email)
			}
			if job.Outcome.Status == diagnosis.NotTried && job.Outcome.Problems[0].Code == diagnosis.HostPaused {
				paused++
			}
		}
		if paused != 60-int(logins.Load()) {
			t.Errorf("%d at a time: %d rows wait for the server, %d logins", perHost, paused, logins.Load())
		}
	}
}

// TestServerThatComesBack: after its rest one row finds a server well again, and the others follow.
func TestServerThatComesBack(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	port, connections := scripted(t, func(say func(string), next func() string) {
		if down.Load() {
			return
		}
		answers("* OK\r\n", map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n", "LOGIN": "TAG OK\r\n"})(say, next)
	})
	smtp, _ := scripted(t, answers("220 x\r\n", map[string]string{"EHLO": "250 x\r\n", "QUIT": "221 bye\r\n"}))
	_, all := jobs(port, 10, func(_ int, s *account.Settings) { s.Outgoing.Port, s.Outgoing.Host = smtp, "smtp.example.test" })
	client := local()
	client.Addresses["smtp.example.test"] = netip.MustParseAddr("127.0.0.1")
	r := preflight.Run{Client: client, Workers: 4, PerHost: 2, Pacer: pace.New(1000), Rest: 100 * time.Millisecond}
	r.Observe = func(p preflight.Progress) {
		if !p.Until.IsZero() {
			down.Store(false)
		}
	}
	if err := r.All(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	ok := 0
	for _, job := range all {
		if job.Outcome.Status == diagnosis.LoginOK {
			ok++
		}
	}
	if ok < 6 || connections.Load() > 10 {
		t.Errorf("%d of 10 logged in, %d connections", ok, connections.Load())
	}
}

func TestWorst(t *testing.T) {
	other := func(_ int, s *account.Settings) {
		s.SMTPAuth = true
		s.Outgoing.Host = "smtp.example.test"
		s.Outgoing.Login, s.Outgoing.Password = s.Incoming.Login, s.Incoming.Password
	}
	for _, tc := range []struct {
		name     string
		rows     int
		change   func(int, *account.Settings)
		account  int
		address  int
		lastHost string
	}{
		{"nothing to try", 0, nil, 0, 0, ""},
		{"a few rows", 3, nil, 1, 3, good},
		{"many rows, of which the last are not tried", 100, nil, 1, pace.MostRefused(2, 1), good},
		{"two servers, one password", 3, other, 1, 3, good},
		{"two passwords at one server", 3, func(_ int, s *account.Settings) {
			s.SMTPAuth = true
			s.Outgoing.Login, s.Outgoing.Password = s.Incoming.Login, account.NewSecret("another")
		}, 2, 6, good},
		{"one login in all rows", 3, func(_ int, s *account.Settings) { s.Incoming.Login = "info@example.test" }, 3, 3, good},
		{"the same twice", 2, func(_ int, s *account.Settings) {
			s.Email, s.Incoming.Login, s.Incoming.Password = "a@example.test", "a@example.test", account.NewSecret("x")
		}, 1, 1, good},
	} {
		t.Run(tc.name, func(t *testing.T) {
			survey, _ := jobs(993, tc.rows, tc.change)
			if got, want := survey.Worst(2), (pace.Lockout{Account: tc.account, Address: tc.address, Host: tc.lastHost}); got != want {
				t.Errorf("Worst = %+v, want %+v", got, want)
			}
		})
	}
}

func TestSampleAndSharedPasswords(t *testing.T) {
	survey := preflight.NewSurvey(3)
	for i := range 40 {
		row := account.Row{Number: i + 2, Settings: *plainSettings(993)}
		if i%2 == 1 {
			row.Settings.Incoming.Port = 143
		}
		row.Settings.Incoming.Login = strings.Repeat("b", i+1)
		survey.Add(i, &row, i > 0)
	}
	if got := len(survey.Jobs()); got != 6 || survey.JobOf(0) != nil || survey.JobOf(1) == nil {
		t.Errorf("%d rows are tried, want 3 of each pair of servers", got)
	}
	warnings := survey.Shared()
	if len(warnings) != 1 || warnings[0].Args["Count"] != "40" || warnings[0].Args["Rows"] != "2, 3, 4, 5, 6, 7, 8, 9, …" {
		t.Errorf("Shared = %v", warnings)
	}
}
