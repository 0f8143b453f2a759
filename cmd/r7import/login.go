package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/vault"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// loginOptions is what login and logout read.
type loginOptions struct {
	target  config.Target
	caller  config.Caller
	retry   bool // a password the portal has refused is sent again
	workers int
	wait    time.Duration // for a portal that asks to be left alone
}

func newLogin(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "login",
		Args: p.takes("value.url"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return login(cmd.Context(), p.Process, p.loginOn(args[0]))
		},
	}
	p.flags(cmd, "user", "password", "password-file", "totp-secret", "totp-secret-file", "retry-refused", "ca-file", "insecure-http", "state", "timeout")
	return cmd
}

// loginOn returns what login and logout do with the portal at an address.
func (p *program) loginOn(address string) *loginOptions {
	s := &p.settings
	o := &loginOptions{target: s.Target, caller: s.Caller, retry: s.RetryRefused, workers: s.Workers, wait: s.PortalWait}
	o.target.Portal = p.rootOf(address)
	return o
}

// login signs in once, with a second factor if the portal wants one, and keeps the
// token. It ends the one kept before. A token that cannot be kept is ended: nobody
// could use it, and it lasts for a year.
func login(ctx context.Context, p *setup.Process, o *loginOptions) error {
	c, err := p.Connect(ctx, &o.target, o.workers, nil, "")
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Greet(ctx, p, o.wait); err != nil {
		return err
	}
	token, err := p.SignIn(ctx, c, &o.caller, o.retry)
	if err != nil {
		return err
	}
	session := c.Client.Session(token.Secret)
	person, file, earlier, err := keep(ctx, p, c, o, session, token)
	if err != nil {
		session.SignOut(context.WithoutCancel(ctx))
		return err
	}
	if !earlier.Empty() {
		c.Client.Session(earlier).SignOut(ctx)
	}
	p.Console.Say("login.done", "Person", person, "Portal", portal.Shown(c.Client.URL()), "File", file,
		"Admin", person.Admin, "Expires", setup.Date(token.Expires))
	return nil
}

// keep keeps the token of a session. It returns whose it is, in which file it is,
// if in any, and the token kept before.
func keep(ctx context.Context, p *setup.Process, c *setup.Connection, o *loginOptions, session *portal.Session,
	token portal.Token) (person account.Person, file string, earlier account.Secret, err error) {
	person, answer := session.Self(ctx)
	if answer.Fate != diagnosis.Done {
		problem := answer.Problem()
		return person, "", earlier, &problem
	}
	v, err := p.Vault(&o.target, c.Client.URL())
	if err != nil {
		return person, "", earlier, err
	}
	before, had, _ := v.Get() // one that cannot be read is replaced all the same
	if had {
		earlier = before.Token
	}
	file, err = v.Put(vault.Kept{Token: token.Secret, User: person.Email, Expires: token.Expires})
	return person, file, earlier, err
}
