package portalsim

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"
)

// errKilled means that the server process died during the request.
var errKilled = errors.New("server process gone")

// login is one side of a login test.
type login struct {
	server
	side    Side
	address string // of the mailbox, lower case
}

// key identifies the login at its server, for counting failed logins.
func (l *login) key() string { return strings.ToLower(l.login + "\x00" + l.host) }

// testLogin logs in to both servers, the incoming one first, the outgoing one even if the
// incoming failed. It fails with a text for each side that failed, joined by join
// (MAIL/Clients/MailClient.cs, TestLogin; MAILAPI/MailApi.Accounts.cs). The connections
// are closed with LOGOUT and QUIT before the account is saved. The test waits for a
// server that does not answer these, under TLS until the timeout of the socket, without
// TLS for ever.
func (x *exchange) testLogin(s *settings, join func(problems []string) string) error {
	address := strings.ToLower(s.email.address())
	in, out := &login{s.in, POP3, address}, &login{s.out, SMTP, address}
	if s.imap {
		in.side = IMAP
	}
	defer x.portal.stats.enterHost(in.host)()
	if out.host != in.host {
		defer x.portal.stats.enterHost(out.host)()
	}
	var problems []string
	var farewells []*login
	for _, l := range []*login{in, out} {
		text, silent, err := x.logIn(l)
		if err != nil {
			return err
		}
		if text != "" {
			side := strings.ToUpper(string(l.side))
			header := x.say(side+" response:", "Ответ сервера "+side+":")
			problems = append(problems, `<span class="attempt_header">`+header+`</span><br/>`+text)
		} else if silent {
			farewells = append(farewells, l)
		}
	}
	for _, l := range farewells {
		leave := x.waitForever
		if l.encryption != 0 {
			leave = func() error { return x.wait(x.portal.options.Timeouts.Close) }
		}
		if err := leave(); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return internal(join(problems))
	}
	return nil
}

func lines(problems []string) string { return strings.Join(problems, "\r\n") }

// logIn connects and logs in on one side. It returns the text of the failure, "" for a
// success, and whether the server will not answer LOGOUT or QUIT.
func (x *exchange) logIn(l *login) (text string, silent bool, _ error) {
	if text := l.impossible(); text != "" {
		return text, false, nil
	}
	p, timeouts := x.portal, x.portal.options.Timeouts
	rule, found := p.mailHosts.Load().rule(l, time.Since(p.started), p.options.Seed)
	if !found && p.options.RealLogins != nil {
		text, err := x.reallyLogIn(l)
		return text, false, err
	}
	do := rule.Do
	if rule.Ports && do != NotListening && do != Unresolved {
		do = l.wrongPort(do)
	}
	usual := l.text(do, rule.Text)
	switch do { // TCP, TLS and greeting, together within the connect timeout
	case NoAnswer:
		return usual, false, x.wait(timeouts.Connect)
	case NotListening, Unresolved, BadTLS, TooMany:
		return usual, false, nil
	}
	if l.anonymous() {
		return anonymousText(do), false, nil
	}
	if text := l.unusable(); text != "" {
		return text, false, nil
	}
	if err := x.wait(rule.Delay); err != nil { // name and password are sent here
		return "", false, err
	}
	switch do {
	case NoAuth, Temporary:
		return usual, false, nil
	case Hang, Cancel:
		return usual, false, x.wait(timeouts.Login)
	}
	now, failed := p.stats.atHost(l)
	if rule.Most > 0 && now > rule.Most {
		return l.text(TooMany, ""), false, nil
	}
	password, declared := rule.Passwords[l.login]
	if !declared {
		password, declared = rule.Passwords[l.address]
	}
	locked := rule.LockAfter > 0 && failed >= rule.LockAfter
	if do != Refuse && l.login != "" && l.password != "" && !locked && (!declared || password == l.password) {
		return "", do == Farewell, nil
	}
	p.stats.mailRefused(l, l.attempts(cmp.Or(len(rule.Mechanisms), 2)))
	return l.text(Refuse, rule.Text), false, nil
}

// anonymous reports whether the settings ask for no authentication. The test fails then
// if the server offers AUTH.
func (l *login) anonymous() bool { return l.side == SMTP && l.auth == 0 }

func anonymousText(do Behaviour) string {
	if do == NoAuth {
		return ""
	}
	return "SmtpAuth is required (setup Authentication Type)"
}

// reallyLogIn logs in by Options.RealLogins. It returns the text of the failure, "" for a success.
func (x *exchange) reallyLogIn(l *login) (string, error) {
	if text := l.unusable(); text != "" && !l.anonymous() {
		return text, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-x.life.dead:
		case <-x.life.closing:
		case <-ctx.Done():
		}
		cancel()
	}()
	p := x.portal
	a := p.options.RealLogins(ctx, MailLogin{
		Side: l.side, Host: l.host, Port: l.port, Encryption: l.encryption,
		Login: l.login, Password: l.password, Anonymous: l.anonymous(), Timeouts: p.options.Timeouts,
	})
	if err := x.wait(0); err != nil {
		return "", err
	}
	if a.Failed > 0 {
		p.stats.mailRefused(l, a.Failed)
	}
	if l.anonymous() && (a.Do == Accept || a.Do == NoAuth) {
		return anonymousText(a.Do), nil
	}
	return cmp.Or(a.Text, l.text(a.Do, "")), nil
}

const (
	unresolved = "Could not resolve host '{host}'"
	// The text of the first inner exception, which the server shows. It does not mean a refused password.
	handshakeFailed = "Authentication failed, see inner exception."
	userIPMost      = "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)"
)

// libraryTexts are the texts of the mail library for each behaviour of a server: the text
// of IMAP's NO, SMTP's reply without its three-digit code, and for a login refused by
// POP3 always the library's own text.
var libraryTexts = map[Behaviour]struct{ imap, pop3, smtp string }{
	Accept:       {},
	Farewell:     {},
	NoAnswer:     {"Imap.ConnectAsync timeout", "Pop.ConnectAsync timeout", "Smtp.ConnectAsync timeout"},
	NotListening: {"Connection refused", "Connection refused", "Connection refused"},
	Unresolved:   {unresolved, unresolved, unresolved},
	BadTLS:       {handshakeFailed, handshakeFailed, handshakeFailed},
	TooMany:      {userIPMost, userIPMost, "4.7.0 {host} Error: too many connections from 203.0.113.10"},
	NoAuth:       {"The LOGIN command is disabled.", "The LOGIN command is disabled.", "The SMTP server does not support authentication."},
	Hang:         {"Imap.AuthenticateAsync timeout", "Pop.AuthenticateAsync timeout", "Smtp.AuthenticateAsync timeout"},
	Cancel:       {"A task was canceled.", "A task was canceled.", "A task was canceled."},
	Temporary: {"Temporary authentication failure.", "Authentication failed.",
		"4.7.0 Temporary authentication failure: Connection lost to authentication server"},
	Refuse: {"Authentication failed.", "Authentication failed.", "5.7.8 Error: authentication failed"},
}

// text returns the library's text for a behaviour on this side, or own if it is not empty.
func (l *login) text(do Behaviour, own string) string {
	texts := libraryTexts[do]
	usual := map[Side]string{IMAP: texts.imap, POP3: texts.pop3, SMTP: texts.smtp}[l.side]
	if own == "" {
		return strings.ReplaceAll(usual, "{host}", l.host)
	}
	return strings.NewReplacer("{login}", l.login, "{password}", l.password).Replace(own)
}

// impossible returns the text for arguments that the library refuses before it connects, else "".
func (l *login) impossible() string {
	switch {
	case l.noHost:
		return textNull + "\nParameter name: host"
	case l.host == "":
		return "The host name cannot be empty.\nParameter name: host"
	case l.port < 0 || l.port > 65535:
		return "Specified argument was out of the range of valid values.\nParameter name: port"
	case strings.ContainsAny(l.host, ": /"):
		return l.text(Unresolved, "")
	default:
		return ""
	}
}

// unusable returns the text for credentials that the library refuses, else "". NTLM over
// POP3 fails because the server uses an IMAP client that it has not created.
func (l *login) unusable() string {
	switch {
	case l.side == POP3 && l.auth == ntlm:
		return "Object reference not set to an instance of an object"
	case l.noLogin:
		return textNull + "\nParameter name: userName"
	case l.noPassword:
		return textNull + "\nParameter name: password"
	default:
		return ""
	}
}

// usualEncryption is the usual encryption by port: 1 from the first byte, 2 by STARTTLS.
var usualEncryption = map[int]int{993: 1, 995: 1, 465: 1, 143: 2, 110: 2, 587: 2, 25: 2}

// wrongPort returns the behaviour for the wrong encryption on a usual port, else do: a
// handshake with a server that greets in plain text fails; a client that waits for the
// greeting of a server that expects a handshake gets no answer until the timeout.
func (l *login) wrongPort(do Behaviour) Behaviour {
	switch expected := usualEncryption[l.port]; {
	case expected == 1 && l.encryption != 1:
		return NoAnswer
	case expected == 2 && l.encryption == 1:
		return BadTLS
	default:
		return do
	}
}

// attempts returns the number of failed logins that one refused password causes at the
// mail server: one per mechanism offered, and one by LOGIN on IMAP or USER and PASS on
// POP3. NTLM is tried alone.
func (l *login) attempts(offered int) int {
	switch {
	case l.auth == ntlm:
		return 1
	case l.side == SMTP:
		return offered
	default:
		return offered + 1
	}
}
