package main

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/spf13/cobra"

	"r7import/cmd/r7import/vault"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

func (p *program) newLogin() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "login",
		Args: p.takes("value.url"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.login(cmd.Context(), args[0]) },
	}
	p.flags(cmd, "user", "password-file", "totp-secret-file", "ca-file", "insecure-http", "state", "timeout")
	return cmd
}

// login signs in once, with a second factor if the portal wants one, and keeps the token.
func (p *program) login(ctx context.Context, address string) error {
	client, err := p.portalAt(address)
	if err != nil {
		return err
	}
	defer client.Close()
	secret, err := p.totpSecret(ctx)
	if err != nil {
		return err
	}
	user, err := p.askUser(ctx)
	if err != nil {
		return err
	}
	password, err := p.secret(ctx, secretOfUser(p.settings.PasswordFile))
	if err != nil {
		return err
	}
	token, err := p.signIn(ctx, client, user, password, secret)
	if err != nil {
		return err
	}
	return p.keep(ctx, client, token)
}

func secretOfUser(file string) secret {
	return secret{flag: "--password-file", file: file, variable: passwordVariable, question: "ask.password"}
}

// portalAt returns a client for the portal a command was given.
func (p *program) portalAt(address string) (*portal.Client, error) {
	return portal.New(portal.Options{
		URL: address, InsecureHTTP: p.settings.InsecureHTTP, RootsFile: p.settings.CAFile,
		Timeout: p.settings.Timeout, UserAgent: "r7import/" + version(), Log: p.log,
	})
}

func (p *program) askUser(ctx context.Context) (string, error) {
	switch {
	case p.settings.User != "":
		return p.settings.User, nil
	case !p.console.Terminal():
		return "", diagnosis.New(diagnosis.UserMissing)
	}
	return p.console.Ask(ctx, "ask.user")
}

// signIn goes through both steps of a sign-in.
func (p *program) signIn(ctx context.Context, client *portal.Client, user string, password, totp account.Secret) (portal.Token, error) {
	token, answer := client.SignIn(ctx, user, password)
	if answer.Fate == diagnosis.Done {
		return token, nil
	}
	problem := answer.Problem()
	switch answer.Code {
	case diagnosis.PortalTFA:
		if !totp.Empty() {
			return secondStep(ctx, client, user, password, codeNow(totp, time.Now()))
		}
	case diagnosis.PortalSMS:
	default:
		return portal.Token{}, &problem
	}
	if !p.console.Terminal() {
		return portal.Token{}, &problem
	}
	return p.askForCode(ctx, client, user, password, token)
}

// codeTries is how many codes may be typed. Each wrong one counts towards the
// portal's block of the person.
const codeTries = 3

// askForCode lets the person type the code that came by SMS or that their app shows.
func (p *program) askForCode(ctx context.Context, client *portal.Client, user string, password account.Secret, first portal.Token) (token portal.Token, err error) {
	if first.SMS {
		p.console.Say("login.sms", "Phone", first.Phone)
	}
	for range codeTries {
		code, askErr := p.console.Secret(ctx, "ask.code")
		if askErr != nil {
			return portal.Token{}, askErr
		}
		token, err = secondStep(ctx, client, user, password, code)
		var problem *diagnosis.Problem
		if !errors.As(err, &problem) || problem.Code != diagnosis.PortalCode {
			return token, err
		}
		p.console.Error(err)
	}
	return token, err
}

func secondStep(ctx context.Context, client *portal.Client, user string, password, code account.Secret) (portal.Token, error) {
	token, answer := client.SignInCode(ctx, user, password, code)
	if answer.Fate != diagnosis.Done {
		problem := answer.Problem()
		return token, &problem
	}
	return token, nil
}

// keep finds out whose token it is, keeps it, and ends the one kept before. A
// token that cannot be kept is ended: nobody could use it, and it lasts for a year.
func (p *program) keep(ctx context.Context, client *portal.Client, token portal.Token) error {
	session := client.Session(token.Secret)
	person, file, earlier, err := p.put(ctx, session, client.URL(), token)
	if err != nil {
		session.SignOut(context.WithoutCancel(ctx))
		return err
	}
	if !earlier.Empty() {
		client.Session(earlier).SignOut(ctx)
	}
	p.console.Say("login.done", "Person", personText(person), "Portal", portal.Shown(client.URL()), "File", file, "Admin", yes(person.Admin), "Expires", date(token.Expires))
	return nil
}

// put keeps the token of a session. It returns whose it is, in which file it is,
// if in any, and the token kept before.
func (p *program) put(ctx context.Context, session *portal.Session, url string, token portal.Token) (person account.Person, file string, earlier account.Secret, err error) {
	person, answer := session.Self(ctx)
	if answer.Fate != diagnosis.Done {
		problem := answer.Problem()
		return person, "", earlier, &problem
	}
	vault, err := p.vault(url)
	if err != nil {
		return person, "", earlier, err
	}
	before, had, _ := vault.Get() // one that cannot be read is replaced all the same
	if had {
		earlier = before.Token
	}
	file, err = vault.Put(keptOf(token, person))
	return person, file, earlier, err
}

func keptOf(token portal.Token, person account.Person) vault.Kept {
	return vault.Kept{Token: token.Secret, User: person.Email, Expires: token.Expires}
}

// date writes a day as everybody reads it the same way, nothing for no day.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}

const (
	// keyringPatience is for a keyring that is locked and asks the person at the screen.
	keyringPatience = time.Minute
	// keyringGlance is for commands that nobody may be watching.
	keyringGlance = 5 * time.Second
)

// vault returns where the token of a portal is kept. Who names a folder for the
// state wants everything in there.
func (p *program) vault(portalURL string) (vault.Vault, error) {
	state, err := p.stateFolder()
	if err != nil {
		return vault.Vault{}, err
	}
	folder, err := journal.Folder(state, portalURL)
	return vault.Vault{Portal: portalURL, Folder: folder, OnlyFile: p.settings.State != "", Patience: p.patience()}, err
}

// patience is how long the keyring may take.
func (p *program) patience() time.Duration {
	if p.console.Terminal() {
		return keyringPatience
	}
	return keyringGlance
}

// totpSecret reads what makes the codes of an authenticator app, if there is a
// file with it: the secret itself, or the address an app would read as a QR code.
func (p *program) totpSecret(ctx context.Context) (account.Secret, error) {
	file := p.settings.TOTPSecretFile
	if file == "" {
		return account.Secret{}, nil
	}
	text, err := p.secret(ctx, secret{flag: "--totp-secret-file", file: file})
	if err != nil {
		return account.Secret{}, err
	}
	plain := strings.Join(strings.Fields(text.Reveal()), "")
	if u, err := url.Parse(plain); err == nil && u.Scheme == "otpauth" {
		key, err := otp.NewKeyFromURL(plain)
		if err != nil {
			return account.Secret{}, diagnosis.New(diagnosis.TOTPSecretForm, "File", file)
		}
		plain = key.Secret()
	}
	if codeNow(account.NewSecret(plain), time.Now()).Empty() {
		return account.Secret{}, diagnosis.New(diagnosis.TOTPSecretForm, "File", file)
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

// soon is how long before its end a kept token is warned of.
const soon = 30 * 24 * time.Hour

// keptToken returns the token kept for a portal, nothing if there is none or it has expired.
func (p *program) keptToken(portalURL string, now time.Time) (account.Secret, error) {
	vault, err := p.vault(portalURL)
	if err != nil {
		return account.Secret{}, err
	}
	kept, ok, err := vault.Get()
	switch left := kept.Expires.Sub(now); {
	case err != nil || !ok:
		return account.Secret{}, err
	case kept.Expires.IsZero():
	case left <= 0:
		p.warn(*diagnosis.New(diagnosis.TokenExpired, "User", kept.User, "Date", date(kept.Expires), "Portal", portalURL))
		return account.Secret{}, nil
	case left < soon:
		p.warn(*diagnosis.New(diagnosis.TokenExpires, "User", kept.User, "Date", date(kept.Expires), "Portal", portalURL))
	}
	return kept.Token, nil
}
