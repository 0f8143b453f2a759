package mapping

import (
	"errors"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Template makes the value of a field of other cells of the row. It is written as
// text/template is, with {{if}} and without variables and loops:
//
//	{{ .email | localpart }}
//	{{ .Имя }} {{ .Фамилия }}
//	{{ index . "Табельный №" }}
//
// A name is a field, or else the header of a column. It is not safe for concurrent use.
type Template struct {
	text  string
	names []string // what it refers to, each once
	tree  *template.Template
}

// String returns the text of the template.
func (t *Template) String() string { return t.text }

// functions are what a template may call beside those of text/template.
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

// longestValue is what a template may make at the most, in bytes. A few calls of
// replace, one within the other, would fill the memory.
const longestValue = 64 << 10

var errLong = errors.New("mapping: a template makes a text that no field can hold")

func replace(old, new, text string) (string, error) {
	if len(text)+strings.Count(text, old)*(len(new)-len(old)) > longestValue {
		return "", errLong
	}
	return strings.ReplaceAll(text, old, new), nil
}

// bounded is a text that may not become longer than longestValue.
type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > longestValue {
		return 0, errLong
	}
	return b.Builder.Write(p)
}

// ParseTemplate reads the template of a field. Only a secret may be made of secrets.
// The error is a [*diagnosis.Problem] and does not repeat the text.
func ParseTemplate(f account.Field, text string) (*Template, error) {
	tree, err := template.New("").Funcs(functions).Parse(text)
	if err != nil || strings.TrimSpace(text) == "" || len(tree.Templates()) != 1 {
		return nil, diagnosis.New(diagnosis.TemplateSyntax, "Field", f)
	}
	t := &Template{text: text, tree: tree}
	if !t.collect(tree.Root) {
		return nil, diagnosis.New(diagnosis.TemplateSyntax, "Field", f)
	}
	for _, name := range t.names {
		if g, ok := account.FieldNamed(name); ok && g.Secret() && !f.Secret() {
			return nil, diagnosis.New(diagnosis.TemplateSecret, "Field", f)
		}
	}
	return t, nil
}

// collect notes the names that a part of a template refers to. It reports whether
// the part has nothing but text, names, calls and conditions: whoever could print
// the whole row at once would print its passwords.
func (t *Template) collect(n parse.Node) bool {
	switch n := n.(type) {
	case *parse.ListNode:
		return n == nil || t.all(n.Nodes)
	case *parse.ActionNode:
		return t.collect(n.Pipe)
	case *parse.IfNode:
		return t.collect(n.Pipe) && t.collect(n.List) && t.collect(n.ElseList)
	case *parse.PipeNode:
		return len(n.Decl) == 0 && !slices.ContainsFunc(n.Cmds, func(c *parse.CommandNode) bool { return !t.command(c) })
	case *parse.FieldNode:
		t.refer(n.Ident[0])
		return len(n.Ident) == 1
	case *parse.TextNode, *parse.StringNode, *parse.NumberNode, *parse.BoolNode, *parse.IdentifierNode, *parse.CommentNode:
		return true
	}
	return false
}

func (t *Template) all(nodes []parse.Node) bool {
	return !slices.ContainsFunc(nodes, func(n parse.Node) bool { return !t.collect(n) })
}

// command checks one call. The row itself may only stand in index . "Header".
func (t *Template) command(c *parse.CommandNode) bool {
	if len(c.Args) != 3 || c.Args[0].String() != "index" {
		return t.all(c.Args)
	}
	name, literal := c.Args[2].(*parse.StringNode)
	if _, whole := c.Args[1].(*parse.DotNode); !whole || !literal {
		return false
	}
	t.refer(name.Text)
	return true
}

func (t *Template) refer(name string) {
	if !slices.Contains(t.names, name) {
		t.names = append(t.names, name)
	}
}

// execute returns the text that the template makes of the values of its names, and
// false if all of them are empty.
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
