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

// Outcome is the outcome of logins with the settings of a row.
type Outcome struct {
	Status   diagnosis.Status // login_ok, failed or not_tried
	Problems []diagnosis.Problem
	Side     diagnosis.Side
	Host     string
	Started  time.Time
	Took     time.Duration
	Logins   int // sent
	// Refused is set if a server refused the credentials themselves, and not because
	// of its own state or the client's address.
	Refused diagnosis.Code
	Seen    []Seen
}

// Seen is what a login showed about a server. The code is empty after a success.
type Seen struct {
	Host string
	Code diagnosis.Code
}

// LogIn logs in to both servers of an account, incoming first, once each. Credentials
// that the incoming server was sent and did not accept are not sent to the outgoing
// one. The error is that of ctx.
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

// sameCredential reports whether both sides of an account have the same login and password.
func sameCredential(s *account.Settings) bool {
	return strings.EqualFold(s.Incoming.Login, s.Outgoing.Login) && s.Incoming.Password.Reveal() == s.Outgoing.Password.Reveal()
}

// side logs in to one server, or checks that it works without a login if none is wanted.
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

// end records why a side did not accept the account. A refused password takes precedence.
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

// The SASL mechanisms that this package can use.
const (
	saslPlain = "PLAIN"
	saslLogin = "LOGIN"
	cramMD5   = "CRAM-MD5"
)

// method returns the mechanism to log in with, empty if there is none. The portal tries
// all that the server offers, so one that is accepted is enough. The most reliable one is
// preferred; without encryption, the one that hides the password. other says that the
// portal knows an offered mechanism that this package does not.
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

// logIn sends the login once and returns why it was not accepted, nil if it was.
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
		err = s.authenticate(method, func([]byte) (string, bool) { // the text of the challenge does not matter
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

// noMethod returns the problem of a server that offers no usable login.
func (s *session) noMethod() *diagnosis.Problem {
	switch {
	case s.Protocol == SMTP && len(s.Offered) == 0:
		return diagnosis.New(diagnosis.SMTPNoAuth, "Here", true)
	case len(s.Offered) == 0:
		return diagnosis.New(diagnosis.TLSMode, "Here", true)
	}
	return diagnosis.New(diagnosis.MailNoMethod, "Here", true, "Text", s.Offered)
}
