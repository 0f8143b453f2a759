//go:build unix

package main

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"r7import/importer/portalsim"
)

// process is the program at work on a simulated portal.
type process struct {
	*exec.Cmd
	t              *testing.T
	sim            *portalsim.Portal
	folder         string
	stdout, stderr stream
}

// stream keeps what a process writes and can be looked at meanwhile.
type stream struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

const fileOfTen = "name,email,password,server,port,smtp_server,smtp_port,portal_user,portal_password\n"

// startRun begins a run of ten rows, two writes at a time.
func startRun(t *testing.T, o portalsim.Options, flags ...string) *process {
	t.Helper()
	p := &process{t: t, sim: portalsim.New(o), folder: t.TempDir()}
	server := httptest.NewServer(p.sim)
	t.Cleanup(func() {
		p.sim.Close()
		server.CloseClientConnections()
		server.Close()
	})
	var file strings.Builder
	file.WriteString(fileOfTen)
	for n := range 10 {
		user := "user" + itoa(n) + "@example.org"
		file.WriteString("Ivan Petrov," + user + ",secret,imap.example.org,993,smtp.example.org,465," + user + ",portal-secret\n")
	}
	if err := os.WriteFile(filepath.Join(p.folder, "accounts.csv"), []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("r7import")
	if err != nil {
		t.Fatal(err)
	}
	p.Cmd = exec.Command(program, append([]string{"run", "accounts.csv", "--yes", "--portal", server.URL, "--state", "state", "--rate", "100/s"}, flags...)...)
	if !slices.Contains(flags, "-o") {
		p.Args = append(p.Args, "-o", "accounts-report.csv")
	}
	p.Dir = p.folder
	p.Env = []string{"HOME=" + p.folder, "PATH=" + os.Getenv("PATH"), "LC_ALL=C", endAtOnce}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	return p
}

func (p *process) start() {
	p.t.Helper()
	if err := p.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.Process.Kill() })
}

// creates counts the create calls the portal has seen begin.
func (p *process) creates() int {
	n := 0
	for _, r := range p.sim.Requests() {
		if r.Method == "POST" && strings.Contains(r.Path, "mail/accounts") {
			n++
		}
	}
	return n
}

// until waits for something to be so.
func (p *process) until(what string, so func() bool) {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("waited in vain until %s; stderr:\n%s", what, &p.stderr)
		}
	}
}

// exit waits for the end and checks the exit code and how long it took.
func (p *process) exit(want int, within time.Duration) {
	p.t.Helper()
	begun := time.Now()
	code := exitCodeOf(p.Wait())
	if code != want {
		p.t.Errorf("exit code %d, want %d; stderr:\n%s", code, want, &p.stderr)
	}
	if took := time.Since(begun); took > within {
		p.t.Errorf("it took %v to end, want at most %v", took, within)
	}
}

func (p *process) report() string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.folder, "accounts-report.csv"))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

func TestFirstSignalFinishesWhatIsUnderWay(t *testing.T) {
	for _, tc := range []struct {
		signal syscall.Signal
		want   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}, {syscall.SIGHUP, 143}} {
		t.Run(tc.signal.String(), func(t *testing.T) {
			t.Parallel()
			if tc.signal == syscall.SIGHUP && signal.Ignored(syscall.SIGHUP) {
				t.Skip("the tests run under nohup, and so does the program")
			}
			p := startRun(t, portalsim.Options{Latency: 300 * time.Millisecond})
			p.start()
			p.until("the portal has made an account", func() bool { return len(p.sim.Accounts()) > 0 })
			if err := p.Process.Signal(tc.signal); err != nil {
				t.Fatal(err)
			}
			time.Sleep(500 * time.Millisecond)
			begun := p.creates()
			p.exit(tc.want, 5*time.Second)
			if got := p.creates(); got != begun {
				t.Errorf("%d accounts were begun half a second after the signal", got-begun)
			}
			if !strings.Contains(p.stderr.String(), "stopping: nothing new is sent") {
				t.Errorf("stderr does not say that it stops:\n%s", &p.stderr)
			}
			if !strings.Contains(p.stdout.String(), "run the same command again") {
				t.Errorf("stdout does not say how to go on:\n%s", &p.stdout)
			}
			report := p.report()
			made := len(p.sim.Accounts())
			if got := strings.Count(report, ",created,"); got != made {
				t.Errorf("the report has %d accounts, the portal %d:\n%s", got, made, report)
			}
			if got := strings.Count(report, ",not_tried,"); got != 10-made {
				t.Errorf("the report has %d rows not tried, want %d:\n%s", got, 10-made, report)
			}
		})
	}
}

func TestSecondSignalLeavesAtOnce(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Side: "imap", Delay: 3 * time.Second}}})
	p.start()
	p.until("the portal works on an account", func() bool { return p.creates() > 0 })
	interrupt := func() {
		if err := p.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	p.until("it says that it stops", func() bool { return strings.Contains(p.stderr.String(), "stopping: nothing new is sent") })
	interrupt()
	p.exit(130, time.Second)
}

// closedPipe is a stream whose reader has gone.
func closedPipe(t *testing.T) *os.File {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = read.Close()
	t.Cleanup(func() { _ = write.Close() })
	return write
}

func TestNobodyReadsTheOutput(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{}, "--progress", "bar")
	p.Stdout, p.Stderr = closedPipe(t), closedPipe(t)
	p.start()
	p.exit(0, 20*time.Second)
	if got := strings.Count(p.report(), ",created,"); got != 10 {
		t.Errorf("the report has %d accounts, want 10", got)
	}
}

func TestNohupStaysInForce(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{Latency: 100 * time.Millisecond})
	p.Cmd.Args = append([]string{"nohup", p.Path}, p.Cmd.Args[1:]...)
	nohup, err := exec.LookPath("nohup")
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no nohup here")
	}
	p.Path = nohup
	p.start()
	p.until("the portal has made an account", func() bool { return len(p.sim.Accounts()) > 0 })
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.exit(0, 20*time.Second)
}

func TestAnotherRunIsRefused(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{Latency: 200 * time.Millisecond})
	p.start()
	p.until("the portal has made an account", func() bool { return len(p.sim.Accounts()) > 0 })
	var stdout, stderr bytes.Buffer
	args := append(p.Cmd.Args[1:len(p.Cmd.Args):len(p.Cmd.Args)], "--state", filepath.Join(p.folder, "state"))
	args[1] = filepath.Join(p.folder, "accounts.csv")
	args = append(args, "-o", filepath.Join(p.folder, "second.csv"))
	if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, p.Env); code != exitBusy {
		t.Errorf("a second run ended with %d, want %d; stderr:\n%s", code, exitBusy, &stderr)
	}
	if pid := itoa(p.Process.Pid); !strings.Contains(stderr.String(), pid) {
		t.Errorf("the refusal does not name the process %s:\n%s", pid, &stderr)
	}
	p.exit(0, 20*time.Second)
}

func TestResultsThatCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"help"}, strings.NewReader(""), full, &stderr, []string{"LC_ALL=C"}); code != exitError {
		t.Errorf("exit code %d on a full disk, want %d", code, exitError)
	}
	if !strings.Contains(stderr.String(), "error: stdout was not written: ") {
		t.Errorf("stderr does not say so:\n%s", &stderr)
	}
}
