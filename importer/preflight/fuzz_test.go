package preflight

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"r7import/importer/account"
)

// FuzzPOP3 lets a server say anything: a login ends, in an outcome of a code and without
// the secret in it.
func FuzzPOP3(f *testing.F) {
	for _, seed := range []string{
		"+OK ready\r\n+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n+OK\r\n+OK\r\n", "+OK\r\n-ERR\r\n+OK\r\n-ERR [AUTH] no\r\n", "+OK\r\n+OK\r\nSASL CRAM-MD5\r\n.\r\n+ PDE+\r\n+OK\r\n",
		"-ERR [SYS/TEMP] later\r\n", "+OK\r\n+OK\r\n", "* OK\r\n", "\r\n", "", "+OK\r\n+OK\r\nSASL\r\n.\r\n+ !!\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			_ = theirs.SetDeadline(time.Now().Add(2 * time.Second))
			go func() { _, _ = theirs.Write([]byte(said)); _ = theirs.Close() }()
			for buffer := make([]byte, 512); ; {
				if _, err := theirs.Read(buffer); err != nil {
					return
				}
			}
		}()
		s := &session{Probe: Probe{Server: Server{Protocol: POP3, Host: "pop.example.test", Port: 110}}, plain: true}
		s.use(ours)
		defer ours.Close()
		if _, err := s.greet(); err != nil {
			_ = s.problem(t.Context(), err)
			return
		}
		if err := s.ask(); err != nil {
			_ = s.problem(t.Context(), err)
			return
		}
		s.Offered = s.mechanisms()
		const secret = "Kanarienvogel-1"
		problem := s.logIn(context.Background(), new(Client), new(Outcome), &account.Server{Login: "ivan", Password: account.NewSecret(secret)})
		if problem != nil && (problem.Code == "" || strings.Contains(problem.Error(), secret) && !strings.Contains(said, secret)) {
			t.Errorf("%v", problem)
		}
	})
}
