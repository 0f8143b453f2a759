package preflight

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

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

// The mechanisms that are tried here.
const (
	saslPlain = "PLAIN"
	saslLogin = "LOGIN"
	cramMD5   = "CRAM-MD5"
)

// method chooses how to log in, empty if there is no way: the portal tries all that the
// server offers, so one that is accepted is enough. The surest goes first, and in the clear
// the one that does not show the password. other says that the portal knows a way that is
// not tried from here.
func (s *session) method() (method string, other bool) {
	order := []string{saslPlain, saslLogin, cramMD5, byLoginCommand, byUserPass}
	if s.plain {
		order = []string{cramMD5, saslLogin, saslPlain, byLoginCommand, byUserPass}
	}
	for _, m := range order {
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
	password, answered := as.Password.Reveal(), 0
	var err error
	switch method {
	case byLoginCommand:
		err = s.loginCommand(as.Login, password)
	case byUserPass:
		if _, err = s.command("USER " + as.Login); err == nil {
			_, err = s.command("PASS " + password)
		}
	case cramMD5: // RFC 2195
		err = s.authenticate(method, func(challenge []byte) (string, bool) {
			answered++
			mac := hmac.New(md5.New, []byte(password))
			mac.Write(challenge)
			return as.Login + " " + hex.EncodeToString(mac.Sum(nil)), answered == 1
		})
	default:
		answers := map[string][]string{saslPlain: {"\x00" + as.Login + "\x00" + password}, saslLogin: {as.Login, password}}[method]
		err = s.authenticate(method, func([]byte) (string, bool) { // whatever the words of the question
			if answered++; answered > len(answers) {
				return "", false
			}
			return answers[answered-1], true
		})
	}
	if err == nil {
		s.leave()
		return nil
	}
	said, declined := errors.AsType[*reply](err)
	if declined {
		said.login = true
	}
	problem := s.problem(within, err)
	if !declined {
		return problem
	}
	sure := problem.Code == diagnosis.MailAuth || problem.Code == diagnosis.MailAppPassword || problem.Code == diagnosis.MailLocked
	if sure && !diagnosis.SpeaksOfAddress(said.text) {
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
