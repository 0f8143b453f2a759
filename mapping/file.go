package mapping

import (
	"github.com/goccy/go-yaml/ast"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/yamltree"
)

// FileMapping is a mapping file, version 1: what an admin says about one kind of
// spreadsheet. The zero value says nothing.
type FileMapping struct {
	Columns map[account.Field]ColumnName // which column feeds a field
	Ignore  []string                     // headers to pass over; a * at the end stands for any end
	// IgnoreColumns are columns to pass over, by their letters or numbers.
	IgnoreColumns []string
	Defaults      map[account.Field]string            // values for empty cells
	Templates     map[account.Field]*Template         // values made of other cells
	Words         map[account.Field]map[string]string // what the words of a column mean, in words that are known
	Presets       FilePresets
}

// ColumnName is how a mapping file names a column: by its header, or by its
// letters or number where headers are blank or stand twice.
type ColumnName struct {
	Header string
	Label  string
}

// FilePresets are what a mapping file says about presets.
type FilePresets struct {
	Use     string            // NAME or NAME=HOST for every row whose domain is not among Domains
	Domains map[string]string // NAME or NAME=HOST by mail domain, as punycode
	Own     Presets           // presets of the file itself; their domains count as listed among Domains
	Off     []string          // presets that are not to be used by domain
	AllOff  bool              // none is used by domain, whatever Off says
}

// document is a mapping file or a file of presets while it is read.
type document struct{ *yamltree.Document }

// ParseFile reads a mapping file. The name is for messages. The error is a
// [diagnosis.Problems] with everything wrong in the file, each with line and
// column, and never repeats what stands there.
func ParseFile(name string, text []byte) (*FileMapping, error) {
	d := document{yamltree.Read(name, text)}
	root := d.Root()
	if err := d.Err(); err != nil {
		return nil, err
	}
	top := d.Known(root, "version", "columns", "ignore", "defaults", "templates", "words", "presets")
	d.Version(root, top["version"])
	f := &FileMapping{
		Columns:   d.columnNames(top["columns"]),
		Defaults:  d.defaults(top["defaults"]),
		Templates: d.templates(top["templates"]),
		Words:     d.words(top["words"]),
		Presets:   d.filePresets(top["presets"]),
	}
	d.ignore(f, top["ignore"])
	if err := d.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

// ignore reads which columns to pass over: headers, or columns by their letters.
func (d document) ignore(f *FileMapping, n ast.Node) {
	items := []ast.Node{n}
	if list, ok := n.(*ast.SequenceNode); ok {
		items = list.Values
	}
	for _, item := range items {
		name := d.columnName(item)
		switch {
		case name.Label != "":
			f.IgnoreColumns = append(f.IgnoreColumns, name.Label)
		case name.Header != "":
			f.Ignore = append(f.Ignore, name.Header)
		}
	}
}

// templateHeaders returns the headers that templates are made of. Such a column feeds no
// field by itself. A field's own name in its template is a header too.
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

// fieldPair is an entry of a mapping whose key is a field.
type fieldPair struct {
	field account.Field
	yamltree.Pair
}

// fields returns the entries of a mapping whose keys are fields.
func (d document) fields(n ast.Node) (found []fieldPair) {
	for _, p := range d.Pairs(n) {
		f, ok := account.FieldNamed(p.Key)
		if !ok {
			d.Wrong(p.At, diagnosis.MappingField)
			continue
		}
		found = append(found, fieldPair{f, p})
	}
	return found
}

func (d document) columnNames(n ast.Node) map[account.Field]ColumnName {
	names := make(map[account.Field]ColumnName)
	for _, p := range d.fields(n) {
		name := d.columnName(p.Value)
		if name == (ColumnName{}) {
			d.Wrong(p.At, diagnosis.YAMLForm)
		}
		names[p.field] = name
	}
	return names
}

// columnName reads how a column is named: HEADER, or {column: LETTERS}.
func (d document) columnName(n ast.Node) (name ColumnName) {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		v := d.Known(n, "column")
		name.Label = d.Text(v["column"])
		if name.Label != "" && columnNumber(name.Label) == 0 {
			d.Wrong(n, diagnosis.MappingColumn)
		}
	default:
		name.Header = d.Text(n)
	}
	return name
}

func (d document) defaults(n ast.Node) map[account.Field]string {
	values, r := make(map[account.Field]string), newReader()
	for _, p := range d.fields(n) {
		text := clean(d.Text(p.Value))
		switch {
		case p.field.Secret():
			d.Wrong(p.At, diagnosis.MappingSecret)
			continue
		case text == "" || r.put(new(account.Row), p.field, text) != nil:
			d.Wrong(p.Value, diagnosis.MappingValue, "Field", p.field)
		}
		values[p.field] = text
	}
	return values
}

func (d document) templates(n ast.Node) map[account.Field]*Template {
	all := make(map[account.Field]*Template)
	for _, p := range d.fields(n) {
		t, err := ParseTemplate(p.field, d.Text(p.Value))
		if problem, ok := err.(*diagnosis.Problem); ok {
			d.Wrong(p.Value, problem.Code, "Field", p.field)
			continue
		}
		all[p.field] = t
	}
	return all
}

// words reads what the words of columns mean. Each meaning has to be one that a
// cell could have.
func (d document) words(n ast.Node) map[account.Field]map[string]string {
	all, r := make(map[account.Field]map[string]string), newReader()
	for _, p := range d.fields(n) {
		if p.field.Secret() {
			d.Wrong(p.At, diagnosis.MappingSecret)
			continue
		}
		meanings := make(map[string]string)
		for _, word := range d.Pairs(p.Value) {
			meaning := clean(d.Text(word.Value))
			if meaning == "" || r.put(new(account.Row), p.field, meaning) != nil {
				d.Wrong(word.Value, diagnosis.MappingValue, "Field", p.field)
			}
			meanings[foldWord(word.Key)] = meaning
		}
		all[p.field] = meanings
	}
	return all
}

func (d document) filePresets(n ast.Node) (p FilePresets) {
	v := d.Known(n, "use", "domains", "own", "automatic", "off")
	p.Use = d.Text(v["use"])
	p.Own = d.presets(v["own"])
	p.Off = d.Texts(v["off"])
	p.AllOff = !d.Flag(v["automatic"], true)
	p.Domains = make(map[string]string)
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
