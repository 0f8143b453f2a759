// Package lang holds the sentences that a user of r7import sees, in English and
// Russian.
//
// The catalogues are JSON files, one for each area, in en/ and ru/. The id of the
// sentence for a diagnosis code is the code; the id of its hint is the code followed
// by ".hint". All other ids are dotted and lower case. Only the language in use is
// parsed. The text files beside the catalogues are pages of help.
package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"text/template"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"r7import/importer/diagnosis"
)

//go:embed en ru
var catalogues embed.FS

// Languages are the languages that [New] accepts.
var Languages = []string{"en", "ru"}

// Printer returns sentences in one language. It is safe for concurrent use, except for Call.
type Printer struct {
	name    string
	loc     *i18n.Localizer
	funcs   template.FuncMap
	headers map[string]string // headers of the user's file, by field
}

// New returns a printer for a language, "en" or "ru".
func New(name string) (*Printer, error) {
	tag, err := language.Parse(name)
	if err != nil {
		return nil, fmt.Errorf("lang: %w", err)
	}
	bundle := i18n.NewBundle(tag)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	files, err := fs.Glob(catalogues, name+"/*.json")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("lang: no catalogue for %q", name)
	}
	for _, file := range files {
		text, err := catalogues.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("lang: %w", err)
		}
		// The library determines the language by the file's name.
		alias := strings.TrimSuffix(path.Base(file), ".json") + "." + name + ".json"
		if _, err := bundle.ParseMessageFileBytes(text, alias); err != nil {
			return nil, fmt.Errorf("lang: %s: %w", file, err)
		}
	}
	p := &Printer{name: name, loc: i18n.NewLocalizer(bundle, name)}
	p.funcs = template.FuncMap{"field": p.field, "fields": p.fields}
	return p, nil
}

// Call sets the names of fields in sentences: the headers of the user's file by field. It
// must not be called concurrently with other methods.
func (p *Printer) Call(headers map[string]string) { p.headers = headers }

// field returns the name of a field for the user: the header of its column, else its name
// in Russian for that language, else its own.
func (p *Printer) field(name string) string {
	header := p.headers[name]
	if header == "" && p.name == "ru" {
		header = strings.TrimPrefix(p.Text("template.header."+name), "template.header.")
	}
	switch {
	case header == "" || header == name:
		return name
	case p.name == "ru":
		return "«" + header + "»"
	}
	return "“" + header + "”"
}

// fields is field for a list of names, each possibly followed by " = " and a value.
func (p *Printer) fields(list string) string {
	names := strings.Split(list, ", ")
	for i, name := range names {
		name, value, found := strings.Cut(name, " = ")
		names[i] = p.field(name)
		if found {
			names[i] += " = " + value
		}
	}
	return strings.Join(names, ", ")
}

// Pages returns the names of the pages of help.
func (p *Printer) Pages() []string {
	files, err := fs.Glob(catalogues, p.name+"/*.txt")
	if err != nil {
		return nil // unreachable: the pattern is well formed
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".txt")
	}
	return files
}

// Page returns the page of help of that name, in lines of at most 80 columns. It
// reports false if there is none.
func (p *Printer) Page(name string) (string, bool) {
	text, err := catalogues.ReadFile(p.name + "/" + name + ".txt")
	return string(text), err == nil
}

// Name returns the language, "en" or "ru".
func (p *Printer) Name() string { return p.name }

// Text returns the sentence with that id, filled with facts given as alternating names
// and values. The fact Count selects the plural form. For an id without a sentence it
// returns the id.
func (p *Printer) Text(id string, facts ...any) string { return p.text(id, diagnosis.Facts(facts)) }

// Has reports whether there is a sentence with that id.
func (p *Printer) Has(id string) bool {
	_, err := p.loc.Localize(&i18n.LocalizeConfig{MessageID: id, Funcs: p.funcs})
	return err == nil
}

func (p *Printer) text(id string, args map[string]string) string {
	config := &i18n.LocalizeConfig{MessageID: id, TemplateData: args, Funcs: p.funcs}
	if n, err := strconv.Atoi(args["Count"]); err == nil {
		config.PluralCount = n
	}
	s, err := p.loc.Localize(config)
	if err != nil && config.PluralCount != nil {
		config.PluralCount = nil // a sentence without plural forms, such as the hint for a code that has Count
		s, err = p.loc.Localize(config)
	}
	if err != nil {
		return id
	}
	return s
}

// Problem returns the sentence of a problem, without its place.
func (p *Printer) Problem(pr *diagnosis.Problem) string { return p.text(string(pr.Code), pr.Args) }

// Hint returns the next step for a problem, empty if there is no hint.
func (p *Printer) Hint(pr *diagnosis.Problem) string {
	id := string(pr.Code) + ".hint"
	if s := p.text(id, pr.Args); s != id {
		return s
	}
	return ""
}

// Located returns the place of a problem and its sentence:
// `accounts.xlsx Sheet1!F12 "Port": …`.
func (p *Printer) Located(pr *diagnosis.Problem) string {
	if where := p.Place(pr.Place); where != "" {
		return where + ": " + p.Problem(pr)
	}
	return p.Problem(pr)
}

// Place returns the place of a problem as text, empty if no part of it is known.
func (p *Printer) Place(at diagnosis.Place) string {
	var parts []string
	if at.File != "" {
		parts = append(parts, at.File)
	}
	switch {
	case at.Sheet != "" && at.Row > 0:
		parts = append(parts, at.Sheet+"!"+at.Column+strconv.Itoa(at.Row))
	case at.Sheet != "":
		parts = append(parts, at.Sheet)
	case at.Row > 0 && at.Column != "":
		parts = append(parts, p.Text("place.line_column", "Line", at.Row, "Column", at.Column))
	case at.Row > 0:
		parts = append(parts, p.Text("place.line", "Line", at.Row))
	}
	if at.Header != "" {
		parts = append(parts, strconv.Quote(at.Header))
	}
	return strings.Join(parts, " ")
}
