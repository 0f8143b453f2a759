package setup

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"r7import/cmd/r7import/config"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// Caller returns who signs in for rows that name no owner: the user in o, else the token
// in o. Without either it is the visitor in a sandbox, else, if kept is set, login's token.
func (p *Process) Caller(ctx context.Context, c *Connection, o *config.Caller, kept bool) (policy.Caller, error) {
	if o.User != "" {
		password, err := p.passwordOf(ctx, o, !c.target.Sandbox)
		if c.target.Sandbox && password.Empty() {
			password = visitor.Password
		}
		return policy.Caller{User: o.User, Password: password}, err
	}
	token, err := p.Secret(ctx, Secret{Flag: "--token", Ref: o.Token, File: o.TokenFile})
	switch {
	case err != nil || !token.Empty():
	case c.target.Sandbox:
		return visitor, nil
	case kept && c.target.Portal != "":
		token, err = p.keptToken(&c.target)
	}
	return policy.Caller{Token: token}, err
}

// CallerUnasked is Caller for a command that sends nothing. It finds no password of a user.
func CallerUnasked(ctx context.Context, p *Process, t *config.Target, o *config.Caller, kept bool) (policy.Caller, error) {
	if o.User != "" {
		return policy.Caller{User: o.User}, nil
	}
	return p.Caller(ctx, &Connection{target: *t}, o, kept)
}

func (p *Process) passwordOf(ctx context.Context, o *config.Caller, ask bool) (account.Secret, error) {
	s := Secret{Flag: "--password", Ref: o.Password, File: o.PasswordFile}
	if ask { // not in a sandbox, which accepts any password
		s.Question = "ask.password"
	}
	return p.Secret(ctx, s)
}

// Session returns a session of the caller. done signs out if Session signed in.
func (p *Process) Session(ctx context.Context, c *Connection, caller policy.Caller, retry bool) (s *portal.Session, done func(), err error) {
	if !caller.Token.Empty() {
		return c.Client.Session(caller.Token), func() {}, nil
	}
	token, err := p.attemptSignIn(ctx, c, &attempt{user: caller.User, password: caller.Password, retry: retry})
	if err != nil {
		return nil, nil, err
	}
	s = c.Client.Session(token.Secret, caller.Password)
	return s, func() { s.SignOut(context.WithoutCancel(ctx)) }, nil // a token that stays expires by itself
}

// SignIn signs in as the user named by the options or by the person at the
// terminal, with a second factor if the portal asks for one.
func (p *Process) SignIn(ctx context.Context, c *Connection, o *config.Caller, retry bool) (portal.Token, error) {
	a := &attempt{user: o.User, retry: retry, person: p.Console.Terminal()}
	var err error
	if a.totp, err = p.totpSecret(ctx, o); err != nil {
		return portal.Token{}, err
	}
	if a.user == "" && !a.person {
		return portal.Token{}, diagnosis.New(diagnosis.UserMissing)
	}
	if a.user == "" {
		if a.user, err = p.Console.Ask(ctx, "ask.user"); err != nil {
			return portal.Token{}, err
		}
	}
	if a.password, err = p.passwordOf(ctx, o, true); err != nil {
		return portal.Token{}, err
	}
	return p.attemptSignIn(ctx, c, a)
}

// attempt describes a sign-in by password.
type attempt struct {
	user     string
	password account.Secret
	retry    bool           // send the password even if it was refused before
	totp     account.Secret // secret for the codes of an authenticator app
	person   bool           // a person at a terminal can type a code
}

// codeTries is the maximum number of typed codes. Each wrong code counts towards
// the limit at which the portal blocks the person.
const codeTries = 3

// attemptSignIn sends the password, unless its refusal is on record, and then the code if
// the portal asks for one. It stores the attempt and its result for other commands and for
// runs. If it fails after a token was issued, it signs that token out.
func (p *Process) attemptSignIn(ctx context.Context, c *Connection, a *attempt) (token portal.Token, err error) {
	if err := p.beginSignIn(ctx, c, a); err != nil {
		return portal.Token{}, err
	}
	defer func() {
		if err != nil && !token.Secret.Empty() {
			c.Client.Session(token.Secret).SignOut(context.WithoutCancel(ctx))
		}
	}()
	token, answer := c.Client.SignIn(ctx, a.user, a.password)
	err = p.remember(ctx, c, a, func(s *journal.Store, o *journal.Owner) error {
		s.EndSignIn(o, a.password, answer.Fate, answer.Code, policy.Defaults().Waits.SignIn)
		return nil
	})
	if answer.Fate == diagnosis.Done || err != nil {
		return token, err
	}
	problem := answer.Problem()
	tries, known := 0, answer.Code == diagnosis.PortalTFA && !a.totp.Empty()
	if known {
		tries = 1
	} else if a.person && (answer.Code == diagnosis.PortalTFA || answer.Code == diagnosis.PortalSMS) {
		tries = codeTries
	}
	if tries > 0 && token.SMS {
		p.Console.Say("login.sms", "Phone", token.Phone)
	}
	for n := range tries {
		if n > 0 {
			p.Console.Error(&problem)
		}
		code := codeNow(a.totp, time.Now())
		if !known {
			if code, err = p.Console.Secret(ctx, "ask.code"); err != nil {
				return portal.Token{}, err
			}
		}
		token, answer = c.Client.SignInCode(ctx, a.user, a.password, code)
		err = p.remember(ctx, c, a, func(_ *journal.Store, o *journal.Owner) error {
			if o.BeginSignIn(time.Now()); answer.Fate == diagnosis.Done {
				o.Attempts = 0 // the record of the password stays: sending it still triggers an SMS
			}
			return nil
		})
		if answer.Fate == diagnosis.Done || err != nil {
			return token, err
		}
		if problem = answer.Problem(); problem.Code != diagnosis.PortalCode {
			break
		}
	}
	return portal.Token{}, &problem
}

// beginSignIn waits until the password may be sent and counts the attempt. A refusal on record is an error.
func (p *Process) beginSignIn(ctx context.Context, c *Connection, a *attempt) error {
	for {
		var until time.Time
		err := p.remember(ctx, c, a, func(s *journal.Store, o *journal.Owner) error {
			held := s.RefusedBefore(o, a.password)
			typed := a.person && o.RefusedCode == diagnosis.PortalSMS // the person can type the code from the SMS
			if held != nil && !a.retry && !typed {
				return held
			}
			if until = o.NextSignIn(policy.Defaults().Waits.SignIn); until.After(time.Now()) {
				return nil
			}
			until = time.Time{}
			o.BeginSignIn(time.Now())
			return nil
		})
		if err != nil || until.IsZero() {
			return err
		}
		p.Console.Say("signin.wait", "User", a.user, "Until", until.Local().Format(time.TimeOnly))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Until(until)):
		}
	}
}

// remember changes the stored record of the person. It does nothing in a sandbox.
func (p *Process) remember(ctx context.Context, c *Connection, a *attempt, change func(*journal.Store, *journal.Owner) error) error {
	if c.target.Sandbox {
		return nil
	}
	folder, address, err := p.stateOf(&c.target)
	if err != nil {
		return err
	}
	return journal.ChangeOwner(context.WithoutCancel(ctx), folder, address, strings.ToLower(a.user), storeOptions(p.Console, &c.target, false), change)
}

// totpSecret returns the secret for the codes of an authenticator app, empty if none is set.
// It accepts the secret itself or the otpauth: address that an app reads as a QR code.
func (p *Process) totpSecret(ctx context.Context, o *config.Caller) (account.Secret, error) {
	text, err := p.Secret(ctx, Secret{Flag: "--totp-secret", Ref: o.TOTPSecret, File: o.TOTPSecretFile})
	if err != nil || text.Empty() {
		return account.Secret{}, err
	}
	plain := strings.Join(strings.Fields(text.Reveal()), "")
	if strings.HasPrefix(strings.ToLower(plain), "otpauth:") {
		if key, err := otp.NewKeyFromURL(plain); err == nil {
			plain = key.Secret()
		}
	}
	if codeNow(account.NewSecret(plain), time.Now()).Empty() {
		return account.Secret{}, diagnosis.New(diagnosis.TOTPSecretForm, "File", cmp.Or(o.TOTPSecretFile, o.TOTPSecret))
	}
	return account.NewSecret(plain), nil
}

// codeNow returns the code that an authenticator app shows at the given time, empty if
// the secret is not valid.
func codeNow(secret account.Secret, at time.Time) account.Secret {
	code, err := totp.GenerateCode(secret.Reveal(), at)
	if err != nil {
		return account.Secret{}
	}
	return account.NewSecret(code)
}
