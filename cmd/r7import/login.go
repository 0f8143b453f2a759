package main

import (
	"context"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/vault"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

func newLogin(p *program) *cobra.Command {
	return p.command("login", p.takes(1, "value.url"), func(cmd *cobra.Command, args []string) error {
		p.settings.Portal = p.rootOf(args[0])
		return login(cmd.Context(), p.Process, &p.settings)
	}, "user", "password", "password-file", "totp-secret", "totp-secret-file", "retry-refused", "ca-file", "insecure-http", "state", "timeout")
}

func newLogout(p *program) *cobra.Command {
	return p.command("logout", p.takes(1, "value.url"), func(cmd *cobra.Command, args []string) error {
		p.settings.Portal = p.rootOf(args[0])
		return logout(cmd.Context(), p.Process, &p.settings)
	}, "ca-file", "insecure-http", "state", "timeout")
}

// login signs in, with a second factor if the portal asks for one, and stores the token. It
// signs out the token stored before. It also signs out a token that cannot be stored, because
// that would stay valid for a year.
func login(ctx context.Context, p *setup.Process, s *config.Settings) error {
	c, err := p.Connect(ctx, &s.Target, s.Workers, nil, "")
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Greet(ctx, p, s.PortalWait); err != nil {
		return err
	}
	token, err := p.SignIn(ctx, c, &s.Caller, s.RetryRefused)
	if err != nil {
		return err
	}
	session := c.Client.Session(token.Secret)
	kept := false
	defer func() {
		if !kept {
			session.SignOut(context.WithoutCancel(ctx))
		}
	}()
	person, answer := session.Self(ctx)
	if answer.Fate != diagnosis.Done {
		problem := answer.Problem()
		return &problem
	}
	v, err := p.Vault(&s.Target, c.Client.URL())
	if err != nil {
		return err
	}
	before, had, _ := v.Get() // an unreadable token is replaced too
	file, err := v.Put(vault.Kept{Token: token.Secret, User: person.Email, Expires: token.Expires})
	if err != nil {
		return err
	}
	if kept = true; had {
		c.Client.Session(before.Token).SignOut(ctx)
	}
	p.Console.Say("login.done", "Person", person, "Portal", portal.Shown(c.Client.URL()), "File", file,
		"Admin", person.Admin, "Expires", setup.Date(token.Expires))
	return nil
}

// logout signs the stored token out in the portal and removes it from the vault, even
// if the portal cannot be reached.
func logout(ctx context.Context, p *setup.Process, s *config.Settings) error {
	c, err := p.Connect(ctx, &s.Target, s.Workers, nil, "")
	if err != nil {
		return err
	}
	defer c.Close()
	vault, err := p.Vault(&s.Target, c.Client.URL())
	if err != nil {
		return err
	}
	kept, ok, err := vault.Get()
	if err != nil {
		return err
	}
	if !ok {
		p.Warn(*diagnosis.New(diagnosis.TokenNone, "Portal", portal.Shown(c.Client.URL())))
		return vault.Forget()
	}
	answer := c.Client.Session(kept.Token).SignOut(ctx)
	if err := vault.Forget(); err != nil {
		return err
	}
	if answer.Fate != diagnosis.Done && answer.Code != diagnosis.PortalToken {
		return diagnosis.New(diagnosis.TokenStays, "User", kept.User, "Date", setup.Date(kept.Expires), "Code", answer.Code)
	}
	p.Console.Say("logout.done", "User", kept.User, "Portal", portal.Shown(c.Client.URL()))
	return nil
}
