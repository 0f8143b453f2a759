package mapping

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/importer/yamltree"
)

// FileMapping is a mapping file, version 1: an admin's rules
// for one kind of spreadsheet. The zero value has no rules.
type FileMapping struct {
	Columns   map[account.Field]ColumnName        // which column feeds a field
	Ignore    []ColumnName                        // columns to ignore; a * at the end of a header matches any ending
	Defaults  map[account.Field]string            // values for empty cells
	Templates map[account.Field]*Template         // values composed from other cells
	Words     map[account.Field]map[string]string // words used in a column, with the built-in words they stand for
	Presets   FilePresets
}

// ColumnName is how a mapping file names a column: by its header,
// or by its letters or number if the header is blank or not unique.
type ColumnName struct {
	Header string
	Label  string
}

// FilePresets is the part of a mapping file about presets.
type FilePresets struct {
	Use     string            // NAME or NAME=HOST for every row whose domain is not in Domains
	Domains map[string]string // NAME or NAME=HOST by mail domain, as punycode
	Own     Presets           // presets defined in the file; their domains count as listed in Domains
	Off     []string          // presets that are not chosen by domain
	AllOff  bool              // no preset is chosen by domain, whatever Off says
}

// document is a mapping file or a file of presets that is being read.
type document struct{ *yamltree.Document }

// readDocument parses a file that may have these keys, one of them "version", and returns their values.
func readDocument(name string, text []byte, keys ...string) (document, map[string]ast.Node) {
	d := document{yamltree.Read(name, text)}
	if d.Err() != nil {
		return d, nil
	}
	top := d.Known(d.Root(), keys...)
	d.Version(d.Root(), top["version"])
	return d, top
}

// ParseFile reads a mapping file. The name is used in messages. The
// error is a [diagnosis.Problems] with every problem in the file;
// each has line and column and does not repeat the text of the file.
func ParseFile(name string, text []byte) (*FileMapping, error) {
	d, top := readDocument(name, text, "version", "columns", "ignore", "defaults", "templates", "words", "presets")
	r := newReader()
	value := func(f account.Field, n ast.Node) string { // must be valid in a cell
		text := clean(d.Text(n))
		if text == "" || r.put(new(account.Row), f, text) != nil {
			d.Wrong(n, diagnosis.MappingValue, "Field", f)
		}
		return text
	}
	f := &FileMapping{
		Columns: byField(d, top["columns"], func(_ account.Field, p yamltree.Pair) ColumnName {
			name := d.columnName(p.Value)
			if name == (ColumnName{}) {
				d.Wrong(p.At, diagnosis.YAMLForm)
			}
			return name
		}),
		Defaults: byField(d, top["defaults"], func(f account.Field, p yamltree.Pair) string {
			if f.Secret() {
				d.Wrong(p.At, diagnosis.MappingSecret)
				return ""
			}
			return value(f, p.Value)
		}),
		Templates: byField(d, top["templates"], func(f account.Field, p yamltree.Pair) *Template {
			t, err := ParseTemplate(f, d.Text(p.Value))
			if problem, ok := err.(*diagnosis.Problem); ok {
				d.Wrong(p.Value, problem.Code, "Field", f)
			}
			return t
		}),
		Words: byField(d, top["words"], func(f account.Field, p yamltree.Pair) map[string]string {
			if f.Secret() {
				d.Wrong(p.At, diagnosis.MappingSecret)
				return nil
			}
			meanings := make(map[string]string)
			for _, word := range d.Pairs(p.Value) {
				meanings[foldWord(word.Key)] = value(f, word.Value)
			}
			return meanings
		}),
		Presets: d.filePresets(top["presets"]),
	}
	ignored := []ast.Node{top["ignore"]}
	if list, ok := top["ignore"].(*ast.SequenceNode); ok {
		ignored = list.Values
	}
	for _, n := range ignored {
		if name := d.columnName(n); name != (ColumnName{}) {
			f.Ignore = append(f.Ignore, name)
		}
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

// byField reads a mapping whose keys are fields.
func byField[V any](d document, n ast.Node, read func(account.Field, yamltree.Pair) V) map[account.Field]V {
	values := make(map[account.Field]V)
	for _, p := range d.Pairs(n) {
		f, ok := account.FieldNamed(p.Key)
		if !ok {
			d.Wrong(p.At, diagnosis.MappingField)
			continue
		}
		values[f] = read(f, p)
	}
	return values
}

// columnName reads the name of a column: HEADER, or {column: LETTERS}.
func (d document) columnName(n ast.Node) (name ColumnName) {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		name.Label = d.Text(d.Known(n, "column")["column"])
		if name.Label != "" && columnNumber(name.Label) == 0 {
			d.Wrong(n, diagnosis.MappingColumn)
		}
	default:
		name.Header = d.Text(n)
	}
	return name
}

func (d document) filePresets(n ast.Node) FilePresets {
	v := d.Known(n, "use", "domains", "own", "automatic", "off")
	p := FilePresets{
		Use: d.Text(v["use"]), Own: d.presets(v["own"]), Off: d.Texts(v["off"]), AllOff: !d.Flag(v["automatic"], true),
		Domains: make(map[string]string),
	}
	for _, pair := range d.Pairs(v["domains"]) {
		domain, problem := parseDomain(clean(pair.Key))
		if problem != nil {
			d.Wrong(pair.At, diagnosis.MappingDomain)
			continue
		}
		p.Domains[domain] = d.Text(pair.Value)
	}
	return p
}

// templateHeaders returns the headers that templates refer to. Such a column feeds
// no field directly. The name of a field in its own template is a header too.
func (f *FileMapping) templateHeaders() map[string]bool {
	headers := make(map[string]bool)
	for of, t := range f.Templates {
		for _, name := range t.names {
			if g, isField := account.FieldNamed(name); !isField || g == of {
				headers[name] = true
			}
		}
	}
	return headers
}

// Give assigns a column to a field and no longer ignores it. Like the
// methods below, it needs a mapping that came from [Propose] or [ParseFile].
func (f *FileMapping) Give(field account.Field, columns []source.Column, column int) {
	t := newTable(columns)
	name := t.name(t.columns[column])
	f.Columns[field] = name
	f.Ignore = slices.DeleteFunc(f.Ignore, func(ignored ColumnName) bool { return ignored == name })
}

// Default sets the value for a field's empty cells; text has
// the form of a cell. The error is a *[diagnosis.Problem].
func (f *FileMapping) Default(field account.Field, text string) error {
	text = clean(text)
	if p := newReader().putForEmpty(new(account.Row), field, text); p != nil {
		return p
	}
	f.Defaults[field] = text
	return nil
}

// UsePreset assigns a preset, NAME or NAME=HOST, to a mail domain.
func (f *FileMapping) UsePreset(domain, preset string) { f.Presets.Domains[domain] = preset }

// fileLayout is the template of a mapping file. The encoder of the YAML library omits
// quotes that its own parser needs.
//
//go:embed mapping.yaml.tmpl
var fileLayout string

// Encode returns a mapping file that [ParseFile] can read. Each
// comment stands above the section with its key ("columns",
// "presets"); the comment for "version" stands above everything.
func (f *FileMapping) Encode(comments map[string]string) []byte {
	comment := func(key string) string {
		var b strings.Builder
		for line := range strings.Lines(comments[key]) {
			fmt.Fprintf(&b, "# %s\n", strings.TrimSpace(line))
		}
		return b.String()
	}
	layout := template.Must(template.New("").Funcs(template.FuncMap{"comment": comment, "quote": quote}).Parse(fileLayout))
	var text bytes.Buffer
	if err := layout.Execute(&text, f); err != nil {
		panic("mapping: mapping.yaml.tmpl: " + err.Error())
	}
	return text.Bytes()
}

// plain matches texts that every YAML parser reads as themselves without quotes.
var plain = regexp.MustCompile(`^\pL[\pL\pN._@/=-]*( [\pL\pN._@/=-]+)*$`)

// reserved are words that some version of YAML reads as something other than text.
var reserved = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

func quote(text string) string {
	if plain.MatchString(text) && !slices.Contains(reserved, strings.ToLower(text)) {
		return text
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		text, _ := json.Marshal(text) // a JSON string is a YAML string
		return string(text)
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
