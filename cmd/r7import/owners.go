package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/people"
	"r7import/importer/plan"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/report"
)

// ownersOptions is what owners reads.
type ownersOptions struct {
	setup.Input
	target  config.Target
	caller  config.Caller
	retry   bool // a password the portal has refused is sent again
	workers int
	wait    time.Duration // for a portal that asks to be left alone
	output  string
	force   bool // overwrite it
	json    bool
}

func newOwners(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "owners",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.pickPortal(); err != nil {
				return err
			}
			s := &p.settings
			o := &ownersOptions{
				Input:  setup.Input{File: args[0], Table: s.Table, Owner: s.Owner, Harmless: s.Sandbox},
				target: s.Target, caller: s.Caller, retry: s.RetryRefused, workers: s.Workers, wait: s.PortalWait,
				output: s.Output, force: s.Force, json: s.JSON,
			}
			o.WithoutPasswords = true // only names and addresses are looked at
			var err error
			p.ending, err = findOwners(cmd.Context(), p.Process, o)
			return err
		},
	}
	p.flags(cmd, config.Of(config.Where, config.Reading)...)
	p.flags(cmd, "token", "token-file", "user", "password", "password-file", "retry-refused", "rate", "timeout", "output", "force", "json")
	return cmd
}

// findOwners finds each row's person in the portal and writes a copy of the file
// with their addresses. Nobody but the administrator is signed in.
func findOwners(ctx context.Context, p *setup.Process, o *ownersOptions) (end ending, err error) {
	if err := setup.CheckPortal(&o.target); err != nil {
		return ending{}, err
	}
	input, err := p.OpenInput(ctx, &o.Input)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, input.File.Close()) }()
	c, err := p.Connect(ctx, &o.target, o.workers, input, o.caller.User)
	if err != nil {
		return ending{}, err
	}
	defer c.Close()
	target, err := o.copyPath(ctx, p, input.File)
	if err != nil {
		return ending{}, err
	}
	directory, err := readDirectory(ctx, p, c, o)
	if err != nil {
		return ending{}, err
	}
	found := &show.Owners{Schema: "r7import.owners/1", List: []show.Owner{}, File: input.File.Name(), Portal: c.Client.URL()}
	cells := make(map[int]string) // for the column portal_user, by row
	for row, err := range input.Rows(ctx) {
		if err != nil {
			return ending{}, err
		}
		match := directory.Match(row)
		found.Add(p.Console, row, match)
		if match.Usable() && row.Owner.User == "" {
			cells[row.Number] = match.Name()
		}
	}
	if found.Written, err = writeCopy(ctx, target, input, cells); err != nil {
		return ending{}, err
	}
	if open := found.Open(); open > 0 {
		end.statuses = map[diagnosis.Status]int{diagnosis.Held: open}
	}
	found.ExitCode = end.code()
	if o.json {
		_ = json.NewEncoder(p.Out).Encode(found)
	} else if !p.Console.Quiet || found.ExitCode != exitDone {
		found.Show(p.Out, p.Console)
	}
	return end, nil
}

// copyPath returns where the copy goes: beside the input unless -o says where.
// It fails before anybody signs in if the copy could not be written.
func (o *ownersOptions) copyPath(ctx context.Context, p *setup.Process, file *source.File) (string, error) {
	extension := extensionOf(file)
	stem := strings.TrimSuffix(unwrapped(file), filepath.Ext(unwrapped(file)))
	target := cmp.Or(o.output, filepath.Join(filepath.Dir(o.File), stem+"-owners"+extension))
	switch {
	case file.Encrypted():
		return "", diagnosis.New(diagnosis.CopyEncrypted, "File", file.Name())
	case isWorkbook(filepath.Ext(target)) != isWorkbook(extension):
		return "", diagnosis.New(diagnosis.CopyFormat, "File", target, "Extension", extension)
	}
	return target, p.CheckOutput(ctx, target, o.File, o.force)
}

// unwrapped returns the name of a file without the extensions of what it is packed
// in; the copy is not.
func unwrapped(file *source.File) string {
	name := file.Name()
	for slices.Contains([]string{".gz", ".age"}, strings.ToLower(filepath.Ext(name))) {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return name
}

// extensionOf returns the extension the copy of a file has.
func extensionOf(file *source.File) string {
	switch extension := filepath.Ext(unwrapped(file)); {
	case extension != "":
		return extension
	case file.Sheet() != "":
		return ".xlsx"
	}
	return ".csv"
}

func isWorkbook(extension string) bool {
	return slices.Contains([]string{".xlsx", ".xlsm", ".xltx", ".xltm"}, strings.ToLower(extension))
}

// readDirectory signs in, reads the portal's people, and signs out again.
func readDirectory(ctx context.Context, p *setup.Process, c *setup.Connection, o *ownersOptions) (*people.Directory, error) {
	if _, err := c.Greet(ctx, p, o.wait); err != nil {
		return nil, err
	}
	caller, err := p.Caller(ctx, c, &o.caller, true)
	if err != nil {
		return nil, err
	}
	if caller.Empty() {
		return nil, diagnosis.New(diagnosis.NoAdministrator)
	}
	session, done, err := p.Session(ctx, c, caller, o.retry)
	if err != nil {
		return nil, err
	}
	defer done()
	person, answer := session.Self(ctx)
	if answer.Fate == diagnosis.Done && !person.Admin {
		return nil, diagnosis.New(diagnosis.NotAdministrator, "Person", person.Email)
	}
	var directory *people.Directory
	if answer.Fate == diagnosis.Done {
		p.Console.Say("owners.reading", "Person", person, "Portal", c.Name)
		directory, answer = people.ReadDirectory(ctx, session, nil)
	}
	if answer.Fate != diagnosis.Done {
		problem := answer.Problem()
		return nil, &problem
	}
	return directory, nil
}

// writeCopy writes the file with the people found in its column portal_user.
func writeCopy(ctx context.Context, target string, input *plan.Input, cells map[int]string) (string, error) {
	add := rewrite.Added{
		Column: slices.Index(input.Binding.Columns(), account.PortalUser.String()),
		Header: account.PortalUser.String(), Cells: cells,
	}
	var problem *diagnosis.Problem
	written, err := report.Publish(target, func(w io.Writer) error {
		err := input.File.Copy(ctx, w, add)
		errors.As(err, &problem)
		return err
	})
	if problem != nil {
		return "", problem
	}
	return written, err
}
