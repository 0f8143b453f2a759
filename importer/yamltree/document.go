package yamltree

import (
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"r7import/importer/diagnosis"
)

// Document is a YAML file that is being read. It collects the problems of
// the file, each with line and column and without the text found there.
type Document struct {
	name     string // for messages
	root     ast.Node
	problems diagnosis.Problems
}

// Read parses the text of a file with at most one document. Problems are kept for [Document.Err].
func Read(name string, text []byte) *Document {
	d := &Document{name: name}
	file, err := Parse(text, parser.AllowDuplicateMapKey()) // reported by [Document.Pairs]
	if at, ok := errors.AsType[yaml.Error](err); ok {
		d.wrongAt(at.GetToken(), diagnosis.YAMLSyntax)
		return d
	} else if err != nil || len(file.Docs) == 0 {
		d.wrongAt(nil, diagnosis.YAMLSyntax)
		return d
	}
	for _, more := range file.Docs[1:] {
		if more.Body != nil {
			d.Wrong(more.Body, diagnosis.YAMLSyntax)
		}
	}
	d.root = file.Docs[0].Body
	return d
}

// Root returns the root node of the document, nil if there is none.
func (d *Document) Root() ast.Node { return d.root }

// Wrong adds a problem at a node.
func (d *Document) Wrong(n ast.Node, code diagnosis.Code, facts ...any) {
	var at *token.Token
	if n != nil {
		at = n.GetToken()
	}
	d.wrongAt(at, code, facts...)
}

func (d *Document) wrongAt(at *token.Token, code diagnosis.Code, facts ...any) {
	line, column := 1, 1
	if at != nil && at.Position != nil {
		line, column = at.Position.Line, at.Position.Column
	}
	facts = append(facts, "File", d.name, "Line", line, "Column", column)
	d.problems = append(d.problems, *diagnosis.New(code, facts...))
}

// Err returns the problems found so far as a [diagnosis.Problems], nil if there are none.
func (d *Document) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	return d.problems
}

// Pair is a key of a mapping and its value.
type Pair struct {
	Key   string
	At    ast.Node // the key
	Value ast.Node
}

// Pairs returns the keys of a mapping with their values. A missing value has no keys.
func (d *Document) Pairs(n ast.Node) []Pair {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return nil
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		d.Wrong(n, diagnosis.YAMLForm)
		return nil
	}
	var list []Pair
	for _, v := range values {
		key, ok := v.Key.(ast.Node).(ast.ScalarNode)
		if !ok {
			d.Wrong(v.Key, diagnosis.YAMLForm)
			continue
		}
		name := key.GetToken().Value
		if slices.ContainsFunc(list, func(p Pair) bool { return p.Key == name }) {
			d.Wrong(v.Key, diagnosis.YAMLTwice)
			continue
		}
		list = append(list, Pair{name, v.Key, v.Value})
	}
	return list
}

// Known returns the values of a mapping by key. Keys that are not in names are problems.
func (d *Document) Known(n ast.Node, names ...string) map[string]ast.Node {
	found := make(map[string]ast.Node)
	for _, p := range d.Pairs(n) {
		if !slices.Contains(names, p.Key) {
			d.Wrong(p.At, diagnosis.YAMLKey, "Keys", names)
			continue
		}
		found[p.Key] = p.Value
	}
	return found
}

// Text returns a single value as it is written. A missing value is "".
func (d *Document) Text(n ast.Node) string {
	text, ok := Scalar(n)
	if !ok {
		d.Wrong(n, diagnosis.YAMLForm)
	}
	return text
}

// Scalar returns a single value as it is written, and false for any other
// node. Numbers and switches keep their spelling; a missing value is "".
func Scalar(n ast.Node) (string, bool) {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(v.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// Texts returns the values of a list; a single value is a list of one.
func (d *Document) Texts(n ast.Node) (list []string) {
	if s, ok := n.(*ast.SequenceNode); ok {
		for _, v := range s.Values {
			list = append(list, d.Text(v))
		}
	} else if t := d.Text(n); t != "" {
		list = append(list, t)
	}
	return list
}

// Items returns the nodes of a list, none for a missing value.
func (d *Document) Items(n ast.Node) []ast.Node {
	switch s := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		return s.Values
	}
	d.Wrong(n, diagnosis.YAMLForm)
	return nil
}

// Flag returns a boolean value, or otherwise if it is missing or of another form.
func (d *Document) Flag(n ast.Node, otherwise bool) bool {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return otherwise
	case *ast.BoolNode:
		return v.Value
	}
	d.Wrong(n, diagnosis.YAMLForm)
	return otherwise
}

// Version requires the version of the format to be 1. A missing version is a problem at root.
func (d *Document) Version(root, n ast.Node) {
	if n == nil {
		n = root
	} else if d.Text(n) == "1" {
		return
	}
	d.Wrong(n, diagnosis.YAMLVersion, "Version", "1")
}
