// Package lang holds every sentence a user of r7import sees, in English and
// Russian.
//
// The catalogues are JSON files, one for each area, in en/ and ru/. The sentence
// of a diagnosis code has the code as its id; what to do next has the code with
// ".hint" behind it. Everything else has a dotted lower-case id. Only the
// language in use is parsed. The text files beside them are pages of help.
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

// Languages are the ones that can be asked for.
var Languages = []string{"en", "ru"}

// Printer gives the sentences of one language. It is safe for concurrent use.
type Printer struct {
	name    string
	loc     *i18n.Localizer
	funcs   template.FuncMap
	headers map[string]string // what a file calls fields
}

// New returns the sentences of a language, "en" or "ru".
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
		// The library takes the language from the file's name.
		alias := strings.TrimSuffix(path.Base(file), ".json") + "." + name + ".json"
		if _, err := bundle.ParseMessageFileBytes(text, alias); err != nil {
			return nil, fmt.Errorf("lang: %s: %w", file, err)
		}
	}
	p := &Printer{name: name, loc: i18n.NewLocalizer(bundle, name)}
	p.funcs = template.FuncMap{"field": p.field, "fields": p.fields}
	return p, nil
}

// Call lets sentences call fields as the columns of the user's file do. It must not be
// called while sentences are made.
func (p *Printer) Call(headers map[string]string) { p.headers = headers }

// field returns what the user calls a field: the header of its column, else the name
// that the language has for it, else its own.
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

// fields is field of a list, in which values may stand behind the names.
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
		return nil // cannot be: the pattern is well formed
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".txt")
	}
	return files
}

// Page returns a page of help, in lines of at most 80 columns. It reports whether
// there is one of that name.
func (p *Printer) Page(name string) (string, bool) {
	text, err := catalogues.ReadFile(p.name + "/" + name + ".txt")
	return string(text), err == nil
}

// Name returns the language, "en" or "ru".
func (p *Printer) Name() string { return p.name }

// Text returns the sentence with that id and the facts given as name and value
// in turn. The fact called Count picks the plural form. An id without a
// sentence is returned as it is.
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
		config.PluralCount = nil // a sentence of one form, such as the hint of one that counts
		s, err = p.loc.Localize(config)
	}
	if err != nil {
		return id
	}
	return s
}

// Problem returns the sentence of a problem, without its place.
func (p *Printer) Problem(pr *diagnosis.Problem) string { return p.text(string(pr.Code), pr.Args) }

// Hint returns what to do next about a problem, empty if there is nothing to say.
func (p *Printer) Hint(pr *diagnosis.Problem) string {
	id := string(pr.Code) + ".hint"
	if s := p.text(id, pr.Args); s != id {
		return s
	}
	return ""
}

// Located returns the sentence of a problem behind its place:
// `accounts.xlsx Sheet1!F12 "Port": …`.
func (p *Printer) Located(pr *diagnosis.Problem) string {
	if where := p.Place(pr.Place); where != "" {
		return where + ": " + p.Problem(pr)
	}
	return p.Problem(pr)
}

// Place returns where a problem is, empty if nothing is known of it.
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
