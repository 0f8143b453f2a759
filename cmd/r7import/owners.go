package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/report"
)

func (p *program) newOwners() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "owners",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.owners(cmd.Context(), args[0]) },
	}
	p.flags(cmd, config.Of(config.Where, config.Reading)...)
	p.flags(cmd, "token-file", "user", "password-file", "rate", "timeout", "output", "force", "json")
	return cmd
}

// owners finds each row's person in the portal and writes a copy of the file with
// their addresses. Nobody but the administrator is signed in.
func (p *program) owners(ctx context.Context, path string) (err error) {
	p.settings.WithoutPasswords = true // only names and addresses are looked at
	j, err := p.openOwners(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	target, err := p.copyPath(ctx, path, j.Input.File)
	if err != nil {
		return err
	}
	directory, err := p.readDirectory(ctx, j)
	if err != nil {
		return err
	}
	found, err := matchRows(ctx, j.Input, directory)
	if err != nil {
		return err
	}
	written, err := writeCopy(ctx, target, j.Input, found.cells)
	if err != nil {
		return err
	}
	found.File, found.Portal, found.Written = j.Input.File.Name(), j.Client.URL(), written
	p.tellOwners(found)
	return nil
}

// openOwners brings together the file and the portal; no store is needed.
func (p *program) openOwners(ctx context.Context, path string) (*job, error) {
	if err := p.whichPortal(); err != nil {
		return nil, err
	}
	j := &job{Importer: &importer.Importer{}, portal: p.settings.Portal}
	input, err := p.openInput(ctx, path)
	if err != nil {
		return nil, err
	}
	j.Input = input
	j.closers = append(j.closers, input.File.Close)
	if err := p.connect(j); err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// copyPath returns where the copy goes: beside the input unless -o says where.
// What could keep it from being written is told before anybody signs in.
func (p *program) copyPath(ctx context.Context, path string, file *source.File) (string, error) {
	extension := extensionOf(file)
	target := cmp.Or(p.settings.Output, filepath.Join(filepath.Dir(path), stemOf(file.Name())+"-owners"+extension))
	switch {
	case file.Encrypted():
		return "", diagnosis.New(diagnosis.CopyEncrypted, "File", file.Name())
	case isWorkbook(filepath.Ext(target)) != isWorkbook(extension):
		return "", diagnosis.New(diagnosis.CopyFormat, "File", target, "Extension", extension)
	}
	if err := report.CheckPath(target, path); err != nil {
		return "", err
	}
	return target, p.mayWrite(ctx, target)
}

// wrappings are extensions of what a file is packed in; the copy is not.
var wrappings = []string{".gz", ".age"}

// extensionOf returns the extension the copy of a file has.
func extensionOf(file *source.File) string {
	name := file.Name()
	for slices.Contains(wrappings, strings.ToLower(filepath.Ext(name))) {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	switch extension := filepath.Ext(name); {
	case extension != "":
		return extension
	case file.Sheet() != "":
		return ".xlsx"
	}
	return ".csv"
}

// stemOf returns a name without its extensions.
func stemOf(name string) string {
	for slices.Contains(wrappings, strings.ToLower(filepath.Ext(name))) {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return strings.TrimSuffix(name, filepath.Ext(name))
}

func isWorkbook(extension string) bool {
	return slices.Contains([]string{".xlsx", ".xlsm", ".xltx", ".xltm"}, strings.ToLower(extension))
}

// readDirectory signs in, reads the portal's people, and signs out again.
func (p *program) readDirectory(ctx context.Context, j *job) (*importer.Directory, error) {
	caller, err := p.callerOf(ctx, j.Client.URL(), true)
	if err != nil {
		return nil, err
	}
	if caller.Empty() {
		return nil, diagnosis.New(diagnosis.NoAdministrator)
	}
	session, opened, err := sessionOf(ctx, j.Client, caller)
	if err != nil {
		return nil, err
	}
	if opened {
		defer func() { session.SignOut(context.WithoutCancel(ctx)) }() // it ends by itself if that fails
	}
	person, answer := session.Self(ctx)
	if answer.Fate != diagnosis.Done {
		return nil, problemOf(answer)
	}
	if !person.Admin {
		return nil, diagnosis.New(diagnosis.NotAdministrator, "Person", person.Email)
	}
	p.console.Say("owners.reading", "Person", personText(person), "Portal", j.portal)
	directory, answer := importer.ReadDirectory(ctx, session, nil)
	if answer.Fate != diagnosis.Done {
		return nil, problemOf(answer)
	}
	return directory, nil
}

// sessionOf returns a session of the caller, and whether it was opened for this.
func sessionOf(ctx context.Context, client *portal.Client, caller importer.Caller) (session *portal.Session, opened bool, err error) {
	if !caller.Token.Empty() {
		return client.Session(caller.Token), false, nil
	}
	token, answer := client.SignIn(ctx, caller.User, caller.Password)
	if answer.Fate != diagnosis.Done {
		return nil, false, problemOf(answer)
	}
	return client.Session(token.Secret), true, nil
}

func problemOf(answer portal.Answer) error {
	problem := answer.Problem()
	return &problem
}

// matchRows finds the person of every row.
func matchRows(ctx context.Context, input *importer.Input, directory *importer.Directory) (*ownersFound, error) {
	found := &ownersFound{Schema: "r7import.owners/1", List: []ownerFinding{}, cells: make(map[int]string)}
	for row, err := range input.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		match := directory.Match(row)
		found.add(row, match)
		if match.Usable() && row.Owner.User == "" {
			found.cells[row.Number] = match.Name()
		}
	}
	return found, nil
}

// writeCopy writes the file with the people found in its column portal_user.
func writeCopy(ctx context.Context, target string, input *importer.Input, cells map[int]string) (string, error) {
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
