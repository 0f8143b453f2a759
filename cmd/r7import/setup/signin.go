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

// Caller finds who to sign in as where a row names nobody. A flag goes before a
// variable, a token before a user; what login has kept comes last, if it may be used.
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

// CallerUnasked is Caller for a command that sends nothing: it needs no password of a user.
func CallerUnasked(ctx context.Context, p *Process, t *config.Target, o *config.Caller, kept bool) (policy.Caller, error) {
	if o.User != "" {
		return policy.Caller{User: o.User}, nil
	}
	return p.Caller(ctx, &Connection{target: *t}, o, kept)
}

func (p *Process) passwordOf(ctx context.Context, o *config.Caller, ask bool) (account.Secret, error) {
	s := Secret{Flag: "--password", Ref: o.Password, File: o.PasswordFile}
	if ask { // a sandbox takes any password
		s.Question = "ask.password"
	}
	return p.Secret(ctx, s)
}

// Session returns a session of the caller. done ends it if it was opened for this.
func (p *Process) Session(ctx context.Context, c *Connection, caller policy.Caller, retry bool) (s *portal.Session, done func(), err error) {
	if !caller.Token.Empty() {
		return c.Client.Session(caller.Token), func() {}, nil
	}
	token, err := p.attemptSignIn(ctx, c, &attempt{user: caller.User, password: caller.Password, retry: retry})
	if err != nil {
		return nil, nil, err
	}
	s = c.Client.Session(token.Secret, caller.Password)
	return s, func() { s.SignOut(context.WithoutCancel(ctx)) }, nil // a token that is left ends by itself
}

// SignIn signs in as the user that the options or the person at the terminal
// name, with a second factor if the portal wants one.
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

// attempt is a sign-in by password.
type attempt struct {
	user     string
	password account.Secret
	retry    bool           // the password is sent though it was refused before
	totp     account.Secret // makes the codes of an authenticator app
	person   bool           // a person at a terminal can type a code
}

// codeTries is how many codes may be typed. Each wrong one counts towards the
// portal's block of the person.
const codeTries = 3

// attemptSignIn sends the password, unless something is remembered against it, and then
// the code that the portal wants besides. What it does and what comes of it is
// written down for other commands, and for runs. A token that is not returned is ended.
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
				o.Attempts = 0 // what is known of the password alone stays: it still draws an SMS
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

// beginSignIn waits until the password may be sent, and counts the attempt.
func (p *Process) beginSignIn(ctx context.Context, c *Connection, a *attempt) error {
	for {
		var until time.Time
		err := p.remember(ctx, c, a, func(s *journal.Store, o *journal.Owner) error {
			held := s.RefusedBefore(o, a.password)
			typed := a.person && o.RefusedCode == diagnosis.PortalSMS // the SMS is wanted
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

// remember changes what is known of the person. A sandbox remembers nothing.
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

// totpSecret finds what makes the codes of an authenticator app, if it is said where
// that is: the secret itself, or the address an app would read as a QR code.
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

// codeNow returns the code an authenticator app shows at a moment, nothing if
// the secret is none.
func codeNow(secret account.Secret, at time.Time) account.Secret {
	code, err := totp.GenerateCode(secret.Reveal(), at)
	if err != nil {
		return account.Secret{}
	}
	return account.NewSecret(code)
}
