package mapping

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Template makes the value of a field from other cells of the row. It has
// the syntax of text/template, with {{if}} but without variables and loops:
//
//	{{ .email | localpart }}
//	{{ .Имя }} {{ .Фамилия }}
//	{{ index . "Табельный №" }}
//
// A name is a field, or else the header of a column. A Template is not safe for concurrent use.
type Template struct {
	text  string
	names []string // names it refers to, without repetition
	tree  *template.Template
}

// String returns the text of the template.
func (t *Template) String() string { return t.text }

// functions are the functions of templates besides those of text/template.
var functions = template.FuncMap{
	"localpart": func(address string) string { return account.Address(address).Local() },
	"domain":    func(address string) string { return account.Address(address).Domain() },
	"lower":     strings.ToLower,
	"upper":     strings.ToUpper,
	"trim":      clean,
	"replace":   replace,
	"before":    func(mark, text string) string { head, _, _ := strings.Cut(text, mark); return head },
	"after":     func(mark, text string) string { _, tail, _ := strings.Cut(text, mark); return tail },
}

// maxValue is the maximum length of a template's result, in bytes.
// Otherwise a few nested calls of replace would fill the memory.
const maxValue = 64 << 10

var errTooLong = errors.New("mapping: a template makes a text that no field can hold")

func replace(old, new, text string) (string, error) {
	if len(text)+strings.Count(text, old)*(len(new)-len(old)) > maxValue {
		return "", errTooLong
	}
	return strings.ReplaceAll(text, old, new), nil
}

// bounded is a text builder that refuses to grow beyond maxValue.
type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxValue {
		return 0, errTooLong
	}
	return b.Builder.Write(p)
}

// ParseTemplate parses the template of a field. Only a secret field may refer
// to secrets. The error is a [*diagnosis.Problem] and does not repeat the text.
func ParseTemplate(f account.Field, text string) (*Template, error) {
	tree, err := template.New("").Funcs(functions).Parse(text)
	t := &Template{text: text, tree: tree}
	if err != nil || strings.TrimSpace(text) == "" || len(tree.Templates()) != 1 || !t.collect(tree.Root) {
		return nil, diagnosis.New(diagnosis.TemplateSyntax, "Field", f)
	}
	for _, name := range t.names {
		if g, ok := account.FieldNamed(name); ok && g.Secret() && !f.Secret() {
			return nil, diagnosis.New(diagnosis.TemplateSecret, "Field", f)
		}
	}
	return t, nil
}

// collect records the names that a part of a template refers to. It
// reports whether the part has only text, names, calls and conditions:
// a template that could print the whole row would print its passwords.
func (t *Template) collect(n parse.Node) bool {
	var within []parse.Node
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			within = n.Nodes
		}
	case *parse.ActionNode:
		within = []parse.Node{n.Pipe}
	case *parse.IfNode:
		within = []parse.Node{n.Pipe, n.List, n.ElseList}
	case *parse.PipeNode:
		if len(n.Decl) > 0 {
			return false
		}
		for _, c := range n.Cmds {
			within = append(within, c)
		}
	case *parse.CommandNode:
		within = n.Args
		if len(n.Args) == 3 && n.Args[0].String() == "index" { // the row itself is allowed only in index . "Header"
			_, isRow := n.Args[1].(*parse.DotNode)
			header, isText := n.Args[2].(*parse.StringNode)
			if !isRow || !isText {
				return false
			}
			t.refer(header.Text)
			return true
		}
	case *parse.FieldNode:
		t.refer(n.Ident[0])
		return len(n.Ident) == 1
	case *parse.TextNode, *parse.StringNode, *parse.NumberNode, *parse.BoolNode, *parse.IdentifierNode, *parse.CommentNode:
	default:
		return false
	}
	return !slices.ContainsFunc(within, func(n parse.Node) bool { return !t.collect(n) })
}

func (t *Template) refer(name string) {
	if !slices.Contains(t.names, name) {
		t.names = append(t.names, name)
	}
}

// Reads returns the names of the fields and columns that the template refers to.
func (t *Template) Reads() []string { return t.names }

// execute returns the text that the template makes from the
// values of its names, and false if all of them are empty.
func (t *Template) execute(value func(name string) string) (string, bool, error) {
	values, empty := make(map[string]string, len(t.names)), len(t.names) > 0
	for _, name := range t.names {
		values[name] = value(name)
		empty = empty && values[name] == ""
	}
	if empty {
		return "", false, nil
	}
	var b bounded
	err := t.tree.Execute(&b, values)
	return b.String(), err == nil, err
}

// fieldTemplate is the template of a field, ready for the rows of one file.
type fieldTemplate struct {
	field account.Field
	fill  account.Fill // origin of its values
	*Template
}

// arrange orders the templates of a mapping file so that each follows
// those it refers to. A name that is neither a field with a value nor a
// column is a problem, and so are templates that refer to each other.
func arrange(templates map[account.Field]*Template, t *table) (order []fieldTemplate, problems diagnosis.Problems) {
	given := t.fields()
	isColumn := func(name string) bool { // one that feeds no field
		return firstWhere(t.columns, func(c *column) bool { return !c.known() && name != "" && tidy(c.Header) == name }) != nil
	}
	const open, done = 1, 2
	state := make(map[account.Field]int)
	var visit func(f account.Field)
	visit = func(f account.Field) {
		state[f] = open
		for _, name := range templates[f].names {
			g, isField := account.FieldNamed(name)
			switch {
			case g == f && isColumn(name): // a part of the name in a column with the field's name
			case isField && templates[g] != nil && state[g] == open:
				problems = append(problems, *diagnosis.New(diagnosis.TemplateCycle, "Field", f))
			case isField && templates[g] != nil && state[g] != done:
				visit(g)
			case isField && (templates[g] != nil || given.Has(g)), !isField && isColumn(name):
			default:
				problems = append(problems, *diagnosis.New(diagnosis.TemplateName, "Field", f, "Name", name))
			}
		}
		state[f] = done
		order = append(order, fieldTemplate{f, account.FromMapping, templates[f]})
	}
	for _, f := range slices.Sorted(maps.Keys(templates)) {
		if state[f] == 0 {
			visit(f)
		}
	}
	return order, problems
}

// fromTemplates fills empty fields from the templates and returns the
// invalid fields. A field made from an invalid cell is invalid too.
func (b *Binding) fromTemplates(rec *source.Record, row *account.Row, bad account.Fields) account.Fields {
	if len(b.templates) == 0 {
		return bad
	}
	made := make(map[string]string)
	value := func(name string) string {
		if text, ok := made[name]; ok {
			return text
		}
		return cellNamed(rec, name)
	}
	for _, t := range b.templates {
		f := t.field
		isBad := func(name string) bool {
			g, isField := account.FieldNamed(name)
			return isField && bad.Has(g)
		}
		switch {
		case row.Given.Has(f) || bad.Has(f):
			continue
		case slices.ContainsFunc(t.names, isBad):
			bad = bad.With(f)
			continue
		}
		text, ok, err := t.execute(value)
		if !f.Secret() {
			text = clean(text)
		}
		var problem *diagnosis.Problem
		switch {
		case err != nil: // the text of err may contain that of a cell
			problem = diagnosis.New(diagnosis.TemplateFailed, "Field", f)
		case !ok || text == "":
			continue
		default:
			problem = b.reader.put(row, f, text)
		}
		if problem != nil {
			bad = bad.With(f)
			row.Report(f, *problem)
			continue
		}
		made[f.String()] = text
		row.Fills[f] = t.fill
	}
	return bad
}

// cellNamed returns the cell of a field or, for any other name, of the
// column with that header; "" if it holds a word for no value.
func cellNamed(rec *source.Record, name string) string {
	f, isField := account.FieldNamed(name)
	text := rec.Text(f)
	if !isField {
		f, text = account.Name, rec.Other(name)
	}
	cleaned := clean(text)
	switch {
	case isVoid(f, cleaned):
		return ""
	case f.Secret():
		return text
	}
	return cleaned
}

// TemplateOf returns the template that made the value
// of a field of a row from its record, nil if none did.
func (b *Binding) TemplateOf(rec *source.Record, row *account.Row, f account.Field) *Template {
	i := slices.IndexFunc(b.templates, func(t fieldTemplate) bool { return t.field == f })
	if i < 0 || row.Fills[f] != b.templates[i].fill {
		return nil
	}
	refilled := account.Row{Given: row.Given}
	b.fromTemplates(rec, &refilled, 0)
	if refilled.Fills[f] == account.NotFilled {
		return nil
	}
	return b.templates[i].Template
}
