package main

import (
	"context"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/setup"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

func newLogout(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "logout",
		Args: p.takes("value.url"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return logout(cmd.Context(), p.Process, p.loginOn(args[0]))
		},
	}
	p.flags(cmd, "ca-file", "insecure-http", "state", "timeout")
	return cmd
}

// logout makes the kept token worthless in the portal and forgets it. It is
// forgotten even if the portal cannot be reached.
func logout(ctx context.Context, p *setup.Process, o *loginOptions) error {
	c, err := p.Connect(ctx, &o.target, o.workers, nil, "")
	if err != nil {
		return err
	}
	defer c.Close()
	vault, err := p.Vault(&o.target, c.Client.URL())
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
