package mailtest

import (
	"crypto/tls"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// logIn says what a server answers to LOGIN over IMAPS.
func logIn(t *testing.T, s *Servers, address, user, password string) string {
	t.Helper()
	conn, err := tls.Dial("tcp", net.JoinHostPort(address, "993"), &tls.Config{RootCAs: s.CA})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text := textproto.NewConn(conn)
	if _, err := text.ReadLine(); err != nil {
		t.Fatal(err)
	}
	text.PrintfLine(`a LOGIN %s "%s"`, user, password)
	for {
		line, err := text.ReadLine()
		if err != nil {
			t.Fatal(err)
		}
		if answer, ok := strings.CutPrefix(line, "a "); ok {
			return answer
		}
	}
}

func TestLogins(t *testing.T) {
	s := Start(t)
	before := s.Logins(t)
	s.Add(t, Account{Address: "olga@example.test", Password: "olga pass"}, Account{Address: "oleg@example.test", Password: "x", Locked: true})
	for _, c := range []struct{ name, user, password, want string }{
		{"right", Ivan, IvanPassword, "OK "},
		{"Cyrillic", Anna, AnnaPassword, "OK "},
		{"wrong", Ivan, "wrong", "NO [AUTHENTICATIONFAILED]"},
		{"locked", Locked, LockedPassword, "NO [CONTACTADMIN]"},
		{"unknown", "nobody@example.test", "x", "NO [AUTHENTICATIONFAILED]"},
		{"added", "olga@example.test", "olga pass", "OK "},
		{"added and locked", "oleg@example.test", "x", "NO [CONTACTADMIN]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := logIn(t, s, s.Good, c.user, c.password); !strings.HasPrefix(got, c.want) {
				t.Errorf("the server says %q, want %q", got, c.want)
			}
		})
	}
	conn, err := tls.Dial("tcp", net.JoinHostPort(s.Good, "465"), &tls.Config{RootCAs: s.CA})
	if err != nil {
		t.Fatal(err)
	}
	client, err := smtp.NewClient(conn, s.Good)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Auth(smtp.PlainAuth("", Ivan, "wrong", s.Good)); err == nil || !strings.HasPrefix(err.Error(), "535 ") {
		t.Errorf("submission says %v, want 535", err)
	}

	after := s.Logins(t)
	got := map[string]Count{}
	for _, user := range []string{Ivan, Anna, Locked, "nobody@example.test", "olga@example.test", "oleg@example.test"} {
		got[user] = Count{after[user].Good - before[user].Good, after[user].Failed - before[user].Failed}
	}
	want := map[string]Count{
		Ivan: {Good: 1, Failed: 2}, Anna: {Good: 1}, Locked: {Failed: 1}, "nobody@example.test": {Failed: 1},
		"olga@example.test": {Good: 1}, "oleg@example.test": {Failed: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("logins counted (-want +got):\n%s", diff)
	}
}

func TestCertificates(t *testing.T) {
	s := Start(t)
	for _, port := range []string{"993", "995", "465"} {
		for address, want := range map[string]string{
			s.Good: "", s.CRAMMD5: "", s.Expired: "expired", s.WrongName: "not mail.example.test",
		} {
			conn, err := tls.Dial("tcp", net.JoinHostPort(address, port), &tls.Config{RootCAs: s.CA, ServerName: "mail.example.test"})
			if err == nil {
				conn.Close()
				err = errors.New("")
			}
			if got := err.Error(); !strings.Contains(got, want) || (want == "") != (got == "") {
				t.Errorf("%s:%s: %q, want %q", address, port, got, want)
			}
		}
	}
}

func TestPlaintextIsRefused(t *testing.T) {
	s := Start(t)
	for port, ask := range map[string][2]string{
		"143": {"a LOGIN " + Ivan + " " + IvanPassword, "a NO [PRIVACYREQUIRED]"},
		"110": {"USER " + Ivan, "-ERR [AUTH]"},
		"587": {"AUTH PLAIN", "530 5.7.0"},
	} {
		text, err := textproto.Dial("tcp", net.JoinHostPort(s.Good, port))
		if err != nil {
			t.Fatal(err)
		}
		defer text.Close()
		text.ReadLine()
		if port == "587" {
			text.PrintfLine("HELO client")
			text.ReadLine()
		}
		text.PrintfLine("%s", ask[0])
		got, err := text.ReadLine()
		for strings.HasPrefix(got, "* ") {
			got, err = text.ReadLine()
		}
		if err != nil || !strings.HasPrefix(got, ask[1]) {
			t.Errorf("port %s says %q %v, want %q", port, got, err, ask[1])
		}
	}
}
