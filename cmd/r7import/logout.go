package main

import (
	"context"

	"github.com/spf13/cobra"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

func (p *program) newLogout() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "logout",
		Args: p.takes("value.url"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.logout(cmd.Context(), args[0]) },
	}
	p.flags(cmd, "ca-file", "insecure-http", "state", "timeout")
	return cmd
}

// logout makes the kept token worthless in the portal and forgets it. It is
// forgotten even if the portal cannot be reached.
func (p *program) logout(ctx context.Context, address string) error {
	client, err := p.portalAt(address)
	if err != nil {
		return err
	}
	defer client.Close()
	vault, err := p.vault(client.URL())
	if err != nil {
		return err
	}
	kept, ok, err := vault.Get()
	if err != nil {
		return err
	}
	if !ok {
		p.warn(*diagnosis.New(diagnosis.TokenNone, "Portal", client.URL()))
		return vault.Forget()
	}
	answer := client.Session(kept.Token).SignOut(ctx)
	if err := vault.Forget(); err != nil {
		return err
	}
	if answer.Fate != diagnosis.Done && answer.Code != diagnosis.PortalToken {
		return diagnosis.New(diagnosis.TokenStays, "User", kept.User, "Date", date(kept.Expires), "Code", string(answer.Code))
	}
	p.console.Say("logout.done", "User", kept.User, "Portal", portal.Shown(client.URL()))
	return nil
}
