package main

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"r7import/importer/portalsim"
	"r7import/importer/preflight/mailtest"
)

const (
	imap = portalsim.IMAP
	pop3 = portalsim.POP3
	smtp = portalsim.SMTP
)

// TestRealLogins logs in to Dovecot and Postfix and compares the failed logins told with
// those that they counted.
func TestRealLogins(t *testing.T) {
	servers := mailtest.Start(t)
	good, cram := servers.Good, servers.CRAMMD5
	for _, c := range []struct {
		name             string
		side             portalsim.Side
		host             string
		port, encryption int
		user, password   string
		want             portalsim.Behaviour
		failed           int
		text             string
	}{
		{"IMAPS", imap, good, 993, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.Accept, 0, ""},
		{"IMAP, STARTTLS, Cyrillic", imap, good, 143, 2, mailtest.Anna, mailtest.AnnaPassword, portalsim.Accept, 0, ""},
		{"IMAP, no encryption", imap, good, 143, 0, mailtest.Ivan, mailtest.IvanPassword, portalsim.NoAuth, 0, ""},
		{"IMAPS, wrong", imap, good, 0, 1, mailtest.Ivan, "wrong", portalsim.Refuse, 3, "Authentication failed."},
		{"IMAPS, locked", imap, good, 993, 1, mailtest.Locked, mailtest.LockedPassword, portalsim.Refuse, 3, "Login disabled for this user"},
		{"IMAPS, CRAM-MD5", imap, cram, 993, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.Accept, 0, ""},
		{"IMAPS, any certificate", imap, servers.Expired, 993, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.Accept, 0, ""},
		{"POP3S", pop3, good, 995, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.Accept, 0, ""},
		{"POP3, STLS, wrong", pop3, good, 110, 2, mailtest.Ivan, "wrong", portalsim.Refuse, 3, ""},
		{"POP3S, CRAM-MD5", pop3, cram, 995, 1, mailtest.Anna, mailtest.AnnaPassword, portalsim.Accept, 0, ""},
		{"SMTPS", smtp, good, 465, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.Accept, 0, ""},
		{"submission", smtp, good, 587, 2, mailtest.Anna, mailtest.AnnaPassword, portalsim.Accept, 0, ""},
		{"submission, no encryption", smtp, good, 587, 0, mailtest.Ivan, mailtest.IvanPassword, portalsim.NoAuth, 0, ""},
		{"SMTPS, wrong", smtp, good, 465, 1, mailtest.Anna, "wrong", portalsim.Refuse, 2, "5.7.8 Error: authentication failed: "},
		{"SMTPS, CRAM-MD5", smtp, cram, 465, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.Accept, 0, ""},
		{"TLS to a server that waits for STARTTLS", imap, good, 143, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.BadTLS, 0, ""},
		{"no encryption where TLS is waited for", smtp, good, 465, 0, mailtest.Ivan, mailtest.IvanPassword, portalsim.NoAnswer, 0, ""},
		{"nobody listens", imap, good, 1, 1, mailtest.Ivan, mailtest.IvanPassword, portalsim.NotListening, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := servers.Logins(t)[c.user].Failed
			login := portalsim.MailLogin{
				Side: c.side, Host: c.host, Port: c.port, Encryption: c.encryption, Login: c.user, Password: c.password,
				Timeouts: portalsim.Timeouts{Connect: 15 * time.Second, Login: 30 * time.Second},
			}
			if c.want == portalsim.NoAnswer {
				login.Timeouts.Connect = time.Second
			}
			answer := logIn(t.Context(), login)
			if answer.Do != c.want || answer.Failed != c.failed || !strings.HasPrefix(answer.Text, c.text) || (answer.Text == "") != (c.text == "") {
				t.Errorf("%+v, want %s %q with %d failed", answer, c.want, c.text, c.failed)
			}
			if counted := servers.Logins(t)[c.user].Failed - before; counted != c.failed {
				t.Errorf("the server counted %d failed logins, want %d", counted, c.failed)
			}
		})
	}
}

// TestServerThatSaysNothing keeps a login waiting until its timeout, or until nobody
// waits for it any more.
func TestServerThatSaysNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	login := portalsim.MailLogin{
		Side: imap, Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port,
		Timeouts: portalsim.Timeouts{Connect: 50 * time.Millisecond, Login: time.Hour},
	}
	if got := logIn(t.Context(), login).Do; got != portalsim.NoAnswer {
		t.Errorf("%s, want %s", got, portalsim.NoAnswer)
	}
	login.Timeouts.Connect = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	logIn(ctx, login) // it ends
}

// TestRealLoginsOfThePortal creates an account with a wrong password and then the right one.
func TestRealLoginsOfThePortal(t *testing.T) {
	servers := mailtest.Start(t)
	p := launch(t, "--real-logins")
	_, token := p.signIn("ivan@example.org", "any")
	before := servers.Logins(t)[mailtest.Ivan]
	body := func(password string) string {
		return strings.NewReplacer(`"account":"a"`, `"account":"`+mailtest.Ivan+`"`, `smtp_account":"a"`, `smtp_account":"`+mailtest.Ivan+`"`,
			`"p"`, `"`+password+`"`, "imap.example.org", servers.Good, "smtp.example.org", servers.Good).Replace(create)
	}
	url := p.api + "/api/2.0/mail/accounts"
	if status, text := p.do("POST", url, body("wrong"), "Authorization", token); status != 500 ||
		!strings.Contains(text, "Authentication failed.") || !strings.Contains(text, "5.7.8 Error: authentication failed") {
		t.Errorf("a wrong password = %d %s", status, text)
	}
	if _, text := p.do("GET", p.control+"/_sim/stats", ""); !strings.Contains(text, `"failedMail": {
    "a@example.org": 5
  }`) {
		t.Errorf("stats = %s, want five failed logins", text)
	}
	if status, text := p.do("POST", url, body(mailtest.IvanPassword), "Authorization", token); status != 201 {
		t.Errorf("the right password = %d %s", status, text)
	}
	after := servers.Logins(t)[mailtest.Ivan]
	if got := (mailtest.Count{Good: after.Good - before.Good, Failed: after.Failed - before.Failed}); got != (mailtest.Count{Good: 2, Failed: 5}) {
		t.Errorf("the servers counted %+v, want two good logins and five that failed", got)
	}
}
