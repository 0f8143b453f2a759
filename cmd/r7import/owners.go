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

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/people"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/report"
)

func newOwners(p *program) *cobra.Command {
	keys := append(config.Of(config.Where, config.Reading), "token", "token-file", "user", "password", "password-file", "retry-refused")
	return p.command("owners", p.takes(1, "value.file"), func(cmd *cobra.Command, args []string) error {
		err := p.pickPortal()
		if err == nil {
			p.ending, err = findOwners(cmd.Context(), p.Process, &p.settings, args[0])
		}
		return err
	}, append(keys, "rate", "timeout", "output", "force", "json")...)
}

// findOwners finds each row's person in the portal and writes a copy of the file
// with their addresses. Only the administrator signs in.
func findOwners(ctx context.Context, p *setup.Process, s *config.Settings, path string) (end ending, err error) {
	if err := setup.CheckPortal(&s.Target); err != nil {
		return ending{}, err
	}
	s.WithoutPasswords = true // only names and addresses are used
	input, err := p.OpenInput(ctx, &setup.Input{File: path, Table: s.Table, Owner: s.Owner, Harmless: s.Sandbox})
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, input.File.Close()) }()
	c, err := p.Connect(ctx, &s.Target, s.Workers, input, s.User)
	if err != nil {
		return ending{}, err
	}
	defer c.Close()
	// Check before the sign-in that the copy can be written. It goes beside the input unless -o is given.
	extension, name := extensionOf(input.File), unwrapped(input.File.Name())
	target := cmp.Or(s.Output, filepath.Join(filepath.Dir(path), strings.TrimSuffix(name, filepath.Ext(name))+"-owners"+extension))
	switch {
	case input.File.Encrypted():
		return ending{}, diagnosis.New(diagnosis.CopyEncrypted, "File", input.File.Name())
	case isWorkbook(filepath.Ext(target)) != isWorkbook(extension):
		return ending{}, diagnosis.New(diagnosis.CopyFormat, "File", target, "Extension", extension)
	}
	if err := p.CheckOutput(ctx, target, path, s.Force); err != nil {
		return ending{}, err
	}
	directory, err := readDirectory(ctx, p, c, s)
	if err != nil {
		return ending{}, err
	}
	found := &show.Owners{Schema: "r7import.owners/1", List: []show.Owner{}, File: input.File.Name(), Portal: c.Client.URL()}
	cells := make(map[int]string) // values of the column portal_user by row
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
	found.Written, err = report.Publish(target, func(w io.Writer) error {
		return input.File.Copy(ctx, w, rewrite.Added{
			Column: slices.Index(input.Binding.Columns(), account.PortalUser.String()), Header: account.PortalUser.String(), Cells: cells,
		})
	})
	if err != nil {
		return ending{}, err
	}
	if open := found.Open(); open > 0 {
		end.statuses = map[diagnosis.Status]int{diagnosis.Held: open}
	}
	found.ExitCode = end.code()
	if s.JSON {
		_ = json.NewEncoder(p.Out).Encode(found)
	} else if !p.Console.Quiet || found.ExitCode != exitDone {
		found.Show(p.Out, p.Console)
	}
	return end, nil
}

// unwrapped returns the name of a file without the extensions of compression and
// encryption, which a copy does not have.
func unwrapped(name string) string {
	for slices.Contains([]string{".gz", ".age"}, strings.ToLower(filepath.Ext(name))) {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return name
}

// extensionOf returns the extension for a copy of the file.
func extensionOf(file *source.File) string {
	switch extension := filepath.Ext(unwrapped(file.Name())); {
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
func readDirectory(ctx context.Context, p *setup.Process, c *setup.Connection, s *config.Settings) (*people.Directory, error) {
	if _, err := c.Greet(ctx, p, s.PortalWait); err != nil {
		return nil, err
	}
	caller, err := p.Caller(ctx, c, &s.Caller, true)
	if err != nil {
		return nil, err
	}
	if caller.Empty() {
		return nil, diagnosis.New(diagnosis.NoAdministrator)
	}
	session, done, err := p.Session(ctx, c, caller, s.RetryRefused)
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
