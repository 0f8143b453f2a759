package preflight

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/echo"
)

// Outcome is what a login with the settings of a row came to.
type Outcome struct {
	Status   diagnosis.Status // login_ok, failed or not_tried
	Problems []diagnosis.Problem
	Side     diagnosis.Side
	Host     string
	Started  time.Time
	Took     time.Duration
	Logins   int // sent
	// Refused is set where a server refused the credential itself, and said nothing of
	// itself or of the address that asks.
	Refused diagnosis.Code
	Seen    []Seen
}

// Seen is what a login showed about a server; the code is empty if it let us in.
type Seen struct {
	Host string
	Code diagnosis.Code
}

// LogIn logs in to both servers of an account, incoming first, once each. What the
// incoming one was sent and did not take is not sent to the outgoing one. An error is
// that of ctx.
func (c *Client) LogIn(ctx context.Context, s *account.Settings) (Outcome, error) {
	o := Outcome{Status: diagnosis.LoginOK, Started: time.Now()}
	in, out := ServersOf(s)
	err := c.side(ctx, &o, in, &s.Incoming, true)
	refused := o.Logins > 0 && o.Status != diagnosis.LoginOK
	if err == nil && !(refused && sameCredential(s)) {
		err = c.side(ctx, &o, out, &s.Outgoing, s.SMTPAuth && s.Outgoing.Auth != account.NoAuth)
	}
	o.Took = time.Since(o.Started)
	return o, err
}

// sameCredential reports whether both sides of an account are logged in to alike.
func sameCredential(s *account.Settings) bool {
	return strings.EqualFold(s.Incoming.Login, s.Outgoing.Login) && s.Incoming.Password.Reveal() == s.Outgoing.Password.Reveal()
}

// side logs in to one server, or finds out whether it wants no login.
func (c *Client) side(ctx context.Context, o *Outcome, server Server, as *account.Server, wanted bool) error {
	if wanted && as.Auth == account.NTLM {
		o.end(server, diagnosis.New(diagnosis.MailUnchecked, "Method", "NTLM"))
		return nil
	}
	s, err := c.open(ctx, server)
	if err != nil {
		return err
	}
	if s.Conn != nil {
		defer s.Conn.Close()
	}
	if s.Warning != "" {
		o.Problems = append(o.Problems, *diagnosis.New(diagnosis.MailCertAccepted, "Host", server.Host, "Why", s.Warning))
	}
	problem := s.Problem()
	if problem == nil && wanted {
		problem = s.logIn(ctx, c, o, as)
	} else if problem == nil && server.Protocol == SMTP && len(s.Offered) > 0 {
		problem = diagnosis.New(diagnosis.SMTPAuthRequired, "Here", true)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if problem != nil {
		o.end(server, problem)
		return nil
	}
	o.Seen = append(o.Seen, Seen{Host: server.Host})
	return nil
}

// end notes why a side did not let the account in. A refused password is what decides.
func (o *Outcome) end(server Server, problem *diagnosis.Problem) {
	o.Seen = append(o.Seen, Seen{server.Host, problem.Code})
	p := *problem
	p.Err = nil
	if o.Status == diagnosis.Failed && !(p.Code.RefusesPassword() && !o.Problems[0].Code.RefusesPassword()) {
		o.Problems = append(o.Problems, p)
		return
	}
	o.Problems = slices.Insert(o.Problems, 0, p)
	o.Side, o.Host = server.Side(), server.Host
	if p.Code.Certificate() || p.Code == diagnosis.MailUnchecked {
		if o.Status == diagnosis.LoginOK {
			o.Status = diagnosis.NotTried
		}
		return
	}
	o.Status = diagnosis.Failed
}

// ours are the mechanisms that are tried here, the surest first: the portal tries all
// that the server offers, so one that is accepted is enough. In the clear the one goes
// first that does not show the password.
var ours = []string{sasl.Plain, sasl.Login, cramMD5}

const cramMD5 = "CRAM-MD5"

// method chooses how to log in, empty if there is no way. other says that the portal
// knows one that is not tried from here.
func (s *session) method() (method string, other bool) {
	order := slices.Clone(ours)
	if s.plain {
		slices.Reverse(order)
	}
	for _, m := range append(order, byLoginCommand, byUserPass) {
		if slices.Contains(s.Offered, m) {
			return m, false
		}
	}
	return "", slices.ContainsFunc(s.Offered, func(m string) bool {
		return strings.HasPrefix(m, "SCRAM-SHA") || m == "DIGEST-MD5" || m == "NTLM"
	})
}

// logIn sends the login, once, and returns why it was not taken.
func (s *session) logIn(ctx context.Context, c *Client, o *Outcome, as *account.Server) *diagnosis.Problem {
	method, other := s.method()
	switch {
	case method != "":
	case other:
		return diagnosis.New(diagnosis.MailUnchecked, "Method", s.Offered)
	default:
		return s.noMethod()
	}
	within, cancel := context.WithTimeout(ctx, cmp.Or(c.Login, loginWithin))
	defer cancel()
	defer context.AfterFunc(within, func() { _ = s.Conn.Close() })()
	o.Logins++
	password := as.Password.Reveal()
	var client sasl.Client
	switch method {
	case sasl.Plain:
		client = sasl.NewPlainClient("", as.Login, password)
	case sasl.Login:
		client = &loginClient{answers: []string{as.Login, password}}
	case cramMD5:
		client = &cramClient{as.Login, password}
	}
	var err error
	switch s.Protocol {
	case IMAP:
		err = s.logInIMAP(client, as.Login, password)
	case SMTP:
		err = s.logInSMTP(client)
	case POP3:
		if client == nil {
			err = s.userPass(as.Login, password)
		} else {
			err = s.authPOP3(client)
		}
	}
	if err == nil {
		if s.Protocol != IMAP { // whose library reads along
			s.leave()
		}
		return nil
	}
	problem := s.problem(within, err)
	var said *reply
	if !errors.As(err, &said) {
		return problem
	}
	if mostSure(problem.Code) && !diagnosis.SpeaksOfAddress(said.text) {
		o.Refused = problem.Code
	}
	words := echo.Confidence{Secrets: []account.Secret{as.Password}, Values: []string{as.Login, s.Host}}
	problem.Args["Text"] = words.Quote(said.text)
	return problem
}

// noMethod is the problem of a server that offers no login here.
func (s *session) noMethod() *diagnosis.Problem {
	switch {
	case s.Protocol == SMTP && len(s.Offered) == 0:
		return diagnosis.New(diagnosis.SMTPNoAuth, "Here", true)
	case len(s.Offered) == 0:
		return diagnosis.New(diagnosis.TLSMode, "Here", true)
	}
	return diagnosis.New(diagnosis.MailNoMethod, "Here", true, "Text", s.Offered)
}

// mostSure reports whether a code says that the credential itself is refused, in words
// that are known.
func mostSure(code diagnosis.Code) bool {
	return code == diagnosis.MailAuth || code == diagnosis.MailAppPassword || code == diagnosis.MailLocked
}

// greeted lets a library that waits for a greeting have one; the real one is long past.
type greeted struct {
	net.Conn
	io.Reader
}

func (g greeted) Read(p []byte) (int, error) { return g.Reader.Read(p) }

func (s *session) greetedBy(line string) net.Conn {
	return greeted{s.Conn, io.MultiReader(strings.NewReader(line+"\r\n"), s.in)}
}

func (s *session) logInIMAP(client sasl.Client, user, password string) error {
	conn := imapclient.New(s.greetedBy("* OK ready"), nil)
	defer conn.Close()
	var err error
	if client != nil {
		err = conn.Authenticate(client)
	} else {
		err = conn.Login(user, password).Wait()
	}
	if err == nil {
		s.leave()
	}
	var said *imap.Error
	if errors.As(err, &said) {
		return &reply{protocol: IMAP, code: string(said.Code), text: said.Text, login: true}
	}
	return err
}

func (s *session) logInSMTP(client sasl.Client) error {
	conn := smtp.NewClient(s.greetedBy("220 ready"))
	err := conn.Auth(client)
	var said *smtp.SMTPError
	if errors.As(err, &said) {
		text := said.Message
		if said.EnhancedCode != smtp.NoEnhancedCode && said.EnhancedCode != smtp.EnhancedCodeNotSet {
			e := said.EnhancedCode
			text = strconv.Itoa(e[0]) + "." + strconv.Itoa(e[1]) + "." + strconv.Itoa(e[2]) + " " + text
		}
		return &reply{protocol: SMTP, code: strconv.Itoa(said.Code), text: text, login: true}
	}
	return err
}

// loginClient is LOGIN: two answers to whatever is asked. The library's sends the first
// unasked and wants the questions in certain words.
type loginClient struct{ answers []string }

// Start implements sasl.Client.
func (c *loginClient) Start() (string, []byte, error) { return sasl.Login, nil, nil }

// Next implements sasl.Client.
func (c *loginClient) Next([]byte) ([]byte, error) {
	if len(c.answers) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return []byte(answer), nil
}

// cramClient is CRAM-MD5 (RFC 2195).
type cramClient struct{ user, password string }

// Start implements sasl.Client.
func (c *cramClient) Start() (string, []byte, error) { return cramMD5, nil, nil }

// Next implements sasl.Client.
func (c *cramClient) Next(challenge []byte) ([]byte, error) {
	mac := hmac.New(md5.New, []byte(c.password))
	mac.Write(challenge)
	return []byte(c.user + " " + hex.EncodeToString(mac.Sum(nil))), nil
}
