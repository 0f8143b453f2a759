package portalsim

import (
	"context"
	"errors"
	"strings"
	"time"
)

// errKilled: the server process died under the request.
var errKilled = errors.New("server process gone")

// login is one side of a login test.
type login struct {
	server
	side    Side
	address string // of the mailbox, lower case
}

// key is the mailbox at its server, for counting failed logins.
func (l *login) key() string { return strings.ToLower(l.login + "\x00" + l.host) }

// classes are the library's, part of its timeout texts.
var classes = map[Side]string{IMAP: "Imap", POP3: "Pop", SMTP: "Smtp"}

// logins are those of the test, incoming first.
func (s *settings) logins() [2]*login {
	side, address := POP3, strings.ToLower(s.email.address())
	if s.imap {
		side = IMAP
	}
	return [2]*login{{s.in, side, address}, {s.out, SMTP, address}}
}

// mustLogIn fails with the texts of a login test, put together in the method's way.
func (x *exchange) mustLogIn(s *settings, together func(problems []string) string) error {
	problems, err := x.testLogin(s)
	if err == nil && len(problems) > 0 {
		return internal(together(problems))
	}
	return err
}

func lines(problems []string) string { return strings.Join(problems, "\r\n") }

// testLogin logs in to both servers, incoming first and the outgoing one even when
// the incoming has failed, and returns what went wrong, a text for each side that
// failed (MAIL/Clients/MailClient.cs, TestLogin; MAILAPI/MailApi.Accounts.cs).
// The connections are closed politely before anything is saved.
func (x *exchange) testLogin(s *settings) ([]string, error) {
	logins := s.logins()
	in, out := logins[0], logins[1]
	leaveIn := x.portal.stats.enterHost(in.host)
	defer leaveIn()
	if out.host != in.host {
		defer x.portal.stats.enterHost(out.host)()
	}
	words := x.words()
	var problems []string
	farewells := make([]*login, 0, 2)
	for _, l := range logins {
		text, silent, err := x.logIn(l)
		if err != nil {
			return nil, err
		}
		if text != "" {
			problems = append(problems, attempt(words.headers[l.side], text))
		}
		if silent {
			farewells = append(farewells, l)
		}
	}
	for _, l := range farewells {
		if err := x.farewell(l); err != nil {
			return nil, err
		}
	}
	return problems, nil
}

// farewell waits for a server that does not answer LOGOUT or QUIT: under TLS the
// socket's own timeout ends it, without TLS nothing does.
func (x *exchange) farewell(l *login) error {
	if l.encryption != 0 {
		return x.wait(x.portal.options.Timeouts.Close)
	}
	return x.waitForever()
}

// logIn connects and logs in on one side. It returns the text of the refusal, and
// whether the server will be silent when the connection is closed.
func (x *exchange) logIn(l *login) (text string, silent bool, err error) {
	if text := l.impossible(); text != "" {
		return text, false, nil
	}
	p := x.portal
	rule, found := p.mailHosts.rule(l, time.Since(p.started), p.options.Seed)
	if !found && p.options.RealLogins != nil {
		text, err = x.reallyLogIn(l)
		return text, false, err
	}
	text, err = x.connect(l, &rule)
	if text != "" || err != nil {
		return text, false, err
	}
	if l.side == SMTP && l.auth == 0 {
		return l.anonymous(rule.Do), false, nil
	}
	if text := l.unusable(); text != "" {
		return text, false, nil
	}
	text, err = x.authorize(l, &rule)
	return text, rule.Do == Farewell && text == "", err
}

// anonymous is what comes of asking for no authentication, which a server that offers
// it does not let pass.
func (l *login) anonymous(do Behaviour) string {
	if do == NoAuth {
		return ""
	}
	return "SmtpAuth is required (setup Authentication Type)"
}

// reallyLogIn asks the mail server itself.
func (x *exchange) reallyLogIn(l *login) (string, error) {
	anonymous := l.side == SMTP && l.auth == 0
	if text := l.unusable(); text != "" && !anonymous {
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
	answer := p.options.RealLogins(ctx, MailLogin{
		Side: l.side, Host: l.host, Port: int(l.port), Encryption: int(l.encryption),
		Login: l.login, Password: l.password, Anonymous: anonymous, Timeouts: p.options.Timeouts,
	})
	if err := x.wait(0); err != nil {
		return "", err
	}
	if answer.Failed > 0 {
		p.stats.mailRefused(l.address, l.host, answer.Failed)
	}
	switch {
	case anonymous && (answer.Do == Accept || answer.Do == NoAuth):
		return l.anonymous(answer.Do), nil
	case answer.Text != "":
		return answer.Text, nil
	default:
		return l.words(answer.Do), nil
	}
}

// words are what the library shows of a server that behaves like this.
func (l *login) words(do Behaviour) string {
	switch do {
	case NoAnswer:
		return classes[l.side] + ".ConnectAsync timeout"
	case NotListening:
		return "Connection refused"
	case Unresolved:
		return unresolved(l.host)
	case BadTLS:
		// The first inner exception's text is shown, and this is it; it is no refused password.
		return "Authentication failed, see inner exception."
	case TooMany:
		return tooManyText(l)
	case NoAuth:
		if l.side == SMTP {
			return "The SMTP server does not support authentication."
		}
		return "The LOGIN command is disabled."
	case Hang:
		return classes[l.side] + ".AuthenticateAsync timeout"
	case Cancel:
		return "A task was canceled."
	case Temporary:
		return temporaryText(l)
	case Refuse:
		return refusedText(l.side)
	default:
		return ""
	}
}

// impossible are the arguments the library refuses before it opens a connection.
func (l *login) impossible() string {
	switch {
	case !l.hasHost:
		return textNull + "\nParameter name: host"
	case l.host == "":
		return "The host name cannot be empty.\nParameter name: host"
	case l.port < 0 || l.port > 65535:
		return "Specified argument was out of the range of valid values.\nParameter name: port"
	case strings.Contains(l.host, ":") || strings.ContainsAny(l.host, " /"):
		return unresolved(l.host)
	default:
		return ""
	}
}

func unresolved(host string) string { return "Could not resolve host '" + host + "'" }

// unusable are the credentials the library refuses, and NTLM over POP3, which takes
// the IMAP client that is not there.
func (l *login) unusable() string {
	switch {
	case l.side == POP3 && l.auth == ntlm:
		return "Object reference not set to an instance of an object"
	case !l.hasLogin:
		return textNull + "\nParameter name: userName"
	case !l.hasPassword:
		return textNull + "\nParameter name: password"
	default:
		return ""
	}
}

// connect covers TCP, TLS and greeting, together within the connect timeout.
func (x *exchange) connect(l *login, rule *MailHost) (string, error) {
	timeouts := x.portal.options.Timeouts
	do := rule.Do
	if rule.Ports && do != NotListening && do != Unresolved {
		do = l.wrongPort(do)
	}
	switch do {
	case NoAnswer:
		return rule.textOr(l, l.words(do)), x.wait(timeouts.Connect)
	case NotListening, Unresolved, BadTLS, TooMany:
		return rule.textOr(l, l.words(do)), nil
	default:
		return "", nil
	}
}

func tooManyText(l *login) string {
	if l.side == SMTP {
		return "4.7.0 " + l.host + " Error: too many connections from 203.0.113.10"
	}
	return "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)"
}

// usual is the encryption that the usual ports have: 1 from the first byte, 2 by STARTTLS.
var usual = map[int32]int32{993: 1, 995: 1, 465: 1, 143: 2, 110: 2, 587: 2, 25: 2}

// wrongPort is what comes of the wrong encryption on a usual port: a handshake with a
// server that greets in plain text fails, plain text to a server that waits for a
// handshake is silence until the timeout.
func (l *login) wrongPort(do Behaviour) Behaviour {
	expected, known := usual[l.port]
	switch {
	case !known || l.port == 0:
		return do
	case expected == 1 && l.encryption != 1:
		return NoAnswer
	case expected == 2 && l.encryption == 1:
		return BadTLS
	default:
		return do
	}
}

// authorize sends name and password.
func (x *exchange) authorize(l *login, rule *MailHost) (string, error) {
	if err := x.wait(rule.Delay); err != nil {
		return "", err
	}
	p := x.portal
	switch rule.Do {
	case NoAuth, Temporary:
		return rule.textOr(l, l.words(rule.Do)), nil
	case Hang, Cancel:
		return rule.textOr(l, l.words(rule.Do)), x.wait(p.options.Timeouts.Login)
	}
	if rule.Most > 0 && p.stats.atHost(l.host) > rule.Most {
		return tooManyText(l), nil
	}
	if rule.Do != Refuse && x.accepted(l, rule) {
		return "", nil
	}
	times := l.attempts(rule.offered())
	p.mailHosts.fail(l, times)
	p.stats.mailRefused(l.address, l.host, times)
	return rule.textOr(l, l.words(Refuse)), nil
}

func (x *exchange) accepted(l *login, rule *MailHost) bool {
	if l.login == "" || l.password == "" || x.portal.mailHosts.locked(l, rule.LockAfter) {
		return false
	}
	password, ok := rule.declared(l)
	return !ok || password == l.password
}

// attempts is how many failed logins the mail server sees of one refused password:
// one per mechanism it offers, then LOGIN on IMAP or USER and PASS on POP3. NTLM is
// tried alone.
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

// refusedText is what the library shows of a refusal: the words of IMAP's NO, SMTP's
// reply without its three-digit code, and for POP3 always its own text.
func refusedText(side Side) string {
	if side == SMTP {
		return "5.7.8 Error: authentication failed"
	}
	return "Authentication failed."
}

func temporaryText(l *login) string {
	switch l.side {
	case SMTP:
		return "4.7.0 Temporary authentication failure: Connection lost to authentication server"
	case IMAP:
		return "Temporary authentication failure."
	default:
		return refusedText(POP3)
	}
}

// textOr is the rule's own text, if it has one.
func (h *MailHost) textOr(l *login, usual string) string {
	if h.Text == "" {
		return usual
	}
	return strings.NewReplacer("{login}", l.login, "{password}", l.password).Replace(h.Text)
}
