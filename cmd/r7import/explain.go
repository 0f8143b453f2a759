package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/importer/source"
	"r7import/mapping"
)

func newExplain(p *program) *cobra.Command {
	keys := without(config.Of(config.Reading), "rows", "where") // the row is checked as part of the whole file
	return p.command("explain", p.takes(1, "value.file"), func(cmd *cobra.Command, args []string) error {
		if err := needs(cmd, "row"); err != nil {
			return err
		}
		return explainRow(cmd.Context(), p.Process, &p.settings, args[0])
	}, append(keys, "row", "portal", "state", "allowed-mail-hosts", "token", "token-file", "user", "owner", "max-per-owner",
		"on-existing", "on-changed", "retry-refused", "recheck", "json")...)
}

// explainRow shows where each value of a row comes from and what a run would do with the
// row. It sends nothing.
func explainRow(ctx context.Context, p *setup.Process, s *config.Settings, path string) (err error) {
	input, err := p.OpenInput(ctx, &setup.Input{File: path, Table: s.Table, Owner: s.Owner})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, input.File.Close()) }()
	options := s.Options
	ownersNamed := plan.WayFor(s.Owner, input.Binding) == policy.OwnerColumn
	if options.Caller, err = setup.CallerUnasked(ctx, p, &s.Target, &s.Caller, !ownersNamed); err != nil {
		return err
	}
	open := journal.Scratch
	if s.Portal != "" {
		open = func() (*journal.Store, error) { return p.ReadState(&s.Target) }
	}
	store, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	scan := plan.Scan{Input: input, Options: &options, History: store}
	outlook, err := scan.Outlook(ctx, s.Row)
	if err != nil {
		return setup.Within(input.File, err)
	}
	e := &show.Explained{
		Schema: "r7import.explain/1", File: input.File.Name(), Sheet: input.File.Sheet(), Portal: s.Portal, Unread: []string{},
		Remembers: s.Portal != "" && store.Lasts(), Outlook: outlook,
	}
	for rec, err := range input.File.Records(ctx, input.Binding.Columns()) {
		if err != nil {
			return err
		}
		if rec.Row == outlook.Row.Number {
			newExplainer(e, input, rec).explainFields()
			break
		}
	}
	if len(e.Fields) == 0 { // the row disappeared between two readings
		return setup.Within(input.File, diagnosis.New(diagnosis.InputChanged))
	}
	for i, name := range input.Binding.Columns() {
		if c := input.File.Columns()[i]; name == "" {
			e.Unread = append(e.Unread, cmp.Or(strings.TrimSpace(c.Header), c.Label))
		}
	}
	e.Put(p.Console)
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(e)
	}
	e.Show(p.Out, p.Console)
	return nil
}

// explainer explains the fields of one row.
type explainer struct {
	*show.Explained
	*plan.Input
	record    *source.Record
	secret    []bool   // by column: it may hold secrets
	texts     []string // texts of the row's secret columns, hidden in other columns too
	misplaced bool     // the cells may be under wrong headers, so any may be a secret
}

func newExplainer(e *show.Explained, input *plan.Input, rec *source.Record) *explainer {
	x := &explainer{Explained: e, Input: input, record: rec, secret: input.Binding.Secrets(input.File.Columns())}
	cells := make([]string, len(x.secret))
	for i, name := range x.Binding.Columns() {
		cells[i] = x.text(name)
		if text := strings.TrimSpace(cells[i]); x.secret[i] && utf8.RuneCountInString(text) >= shortestSecret {
			x.texts = append(x.texts, text)
		}
	}
	x.misplaced = x.Binding.Astray(cells) || x.hasError("")
	return x
}

// shortestSecret is the length in characters from which a secret is also hidden in other columns.
const shortestSecret = 4

// hasError reports whether the row has an error in a field, whose text is then not shown.
// An empty name means an error about the whole row.
func (x *explainer) hasError(field string) bool {
	return slices.ContainsFunc(x.Outlook.Row.Problems, func(p diagnosis.Problem) bool {
		return p.Field == field && p.Severity() == diagnosis.Error
	})
}

// text returns the text of a cell by the name that the binding has for its column.
func (x *explainer) text(name string) string {
	if f, is := account.FieldNamed(name); is {
		return x.record.Text(f)
	}
	return x.record.Other(name)
}

// shown returns the text of a field, or a mask if it may be a secret: a column of secrets
// has the same text, or it does not look like a value of the field, so that the cell may be
// in a wrong column. The test is less strict for a row without errors.
func (x *explainer) shown(f account.Field, text string) string {
	row := &x.Outlook.Row
	invalid := row.Invalid()
	words := append(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t,;:=/()", r) }), strings.TrimSpace(text))
	hide := x.misplaced || f.Secret() || slices.ContainsFunc(words, func(word string) bool { return slices.Contains(x.texts, word) })
	switch f {
	case account.Name:
		who := account.Identity{Name: row.Settings.Name, Email: row.Settings.Email}
		hide = hide || who.Plausible(invalid, row.Problems).Name == ""
	case account.Email:
		hide = hide || !account.IsAddress(text, invalid)
	case account.PortalUser:
		hide = hide || !account.IsGUID(text) && !account.IsAddress(text, invalid)
	case account.ServerHost, account.SMTPServer:
		hide = hide || !account.IsHost(text)
	case account.Account, account.SMTPAccount:
		hide = hide || invalid && !account.IsAddress(text, true)
	}
	if hide && text != "" {
		return mapping.Mask
	}
	return text
}

// explainFields explains all fields, those of the request first.
func (x *explainer) explainFields() {
	row := &x.Outlook.Row
	sent, form := portal.Written(&row.Settings)
	x.Form, x.Astray = form, x.misplaced
	x.Owner.Person = x.shown(account.PortalUser, x.Outlook.Who.Login.User)
	preset := x.Binding.PresetOf(row)
	for f := range account.NumFields {
		one := show.ExplainedField{Field: f.String(), From: row.Fills[f].String(), Unfit: x.hasError(f.String())}
		if row.Given.Has(f) {
			one.From = show.FromCell
		}
		template := x.Binding.TemplateOf(x.record, row, f)
		if template != nil {
			one.From = show.FromTemplate
			if !f.Secret() {
				one.Template = template.String()
			}
		}
		if row.Fills[f] == account.FromPreset && preset != nil {
			one.Preset = preset.Name
		}
		one.Cells = x.cells(f, template)
		switch one.From {
		case "":
		case show.FromCell, show.FromTemplate, account.FromRow.String():
			one.Value = x.shown(f, x.plain(f))
		default:
			one.Value = x.plain(f)
		}
		if one.Unfit {
			one.Value = ""
		}
		if f < account.NumRequestFields {
			one.Sent = json.RawMessage(sent[f])
			if one.Value == mapping.Mask || one.Unfit {
				one.Sent = json.RawMessage(`"` + mapping.Mask + `"`)
			}
		} else if one.From == "" && len(one.Cells) == 0 {
			continue
		}
		x.Fields = append(x.Fields, one)
	}
}

// plain returns the value of a field, masked if it is a secret.
func (x *explainer) plain(f account.Field) string {
	switch {
	case f == account.PortalUser:
		return x.Outlook.Row.Owner.User
	case f.Secret():
		return mapping.Mask
	}
	return mapping.Shown(f, &x.Outlook.Row.Settings)
}

// cells returns the cells that a field is read from: its own, the server's if that
// contains the port, and those that a template uses.
func (x *explainer) cells(f account.Field, template *mapping.Template) (cells []show.ExplainedCell) {
	names := []string{f.String()}
	if template != nil {
		names = append(names, template.Reads()...)
	}
	server := map[account.Field]account.Field{account.Port: account.ServerHost, account.SMTPPort: account.SMTPServer}
	if host, is := server[f]; is && x.Outlook.Row.Given.Has(f) && x.record.Text(f) == "" {
		names = append(names, host.String())
	}
	for i, name := range x.Binding.Columns() {
		if name == "" || !slices.Contains(names, name) {
			continue
		}
		c := x.Input.File.Columns()[i]
		cell := show.ExplainedCell{Column: c.Label, Header: strings.TrimSpace(c.Header), Text: x.text(name)}
		g, is := account.FieldNamed(name)
		if !is {
			g = account.NumFields
		}
		switch {
		case is && (x.record.Bad(g) || x.hasError(g.String())):
			cell.State, cell.Text = show.CellUnfit, ""
		case x.Outlook.Row.Void.Has(g):
			cell.State = show.CellVoid
		case cell.Text == "":
			cell.State = show.CellEmpty
		case f.Secret() || x.secret[i] || x.shown(account.NumFields, cell.Text) == mapping.Mask,
			is && x.Outlook.Row.Given.Has(g) && x.shown(g, x.plain(g)) == mapping.Mask, !is && x.Outlook.Row.Invalid():
			cell.Text = mapping.Mask
		}
		cells = append(cells, cell)
	}
	return cells
}
