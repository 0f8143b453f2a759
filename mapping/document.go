package mapping

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"r7import/importer/diagnosis"
	"r7import/importer/yamltree"
)

// document is a YAML file while it is read. It collects everything wrong with the
// file, each with its line and column and never with the text that stands there.
type document struct {
	name     string
	problems diagnosis.Problems
}

// maxDocument is the size of a file that nobody has written by hand.
const maxDocument = 1 << 20

// open parses the text and returns the node of its one document, nil if there is none.
func (d *document) open(text []byte) ast.Node {
	if len(text) > maxDocument {
		d.wrongAt(nil, diagnosis.YAMLSyntax)
		return nil
	}
	file, err := yamltree.Parse(text, parser.AllowDuplicateMapKey()) // which [document.pairs] tells of
	if err != nil || len(file.Docs) == 0 {
		var at yaml.Error
		if errors.As(err, &at) {
			d.wrongAt(at.GetToken(), diagnosis.YAMLSyntax)
		} else {
			d.wrongAt(nil, diagnosis.YAMLSyntax)
		}
		return nil
	}
	for _, more := range file.Docs[1:] {
		if more.Body != nil {
			d.wrong(more.Body, diagnosis.YAMLSyntax)
		}
	}
	return file.Docs[0].Body
}

func (d *document) wrong(n ast.Node, code diagnosis.Code, facts ...string) {
	var at *token.Token
	if n != nil {
		at = n.GetToken()
	}
	d.wrongAt(at, code, facts...)
}

func (d *document) wrongAt(at *token.Token, code diagnosis.Code, facts ...string) {
	line, column := 1, 1
	if at != nil && at.Position != nil {
		line, column = at.Position.Line, at.Position.Column
	}
	facts = append(facts, "File", d.name, "Line", strconv.Itoa(line), "Column", strconv.Itoa(column))
	d.problems = append(d.problems, *diagnosis.New(code, facts...))
}

// err returns what was found wrong, nil if nothing was.
func (d *document) err() error {
	if len(d.problems) == 0 {
		return nil
	}
	return d.problems
}

// pairOf is a key of a mapping with its value.
type pairOf struct {
	key   string
	at    ast.Node // the key
	value ast.Node
}

// pairs returns the keys of a mapping with their values. No value means no keys.
func (d *document) pairs(n ast.Node) []pairOf {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return nil
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		d.wrong(n, diagnosis.YAMLForm)
		return nil
	}
	var list []pairOf
	for _, v := range values {
		key, ok := v.Key.(ast.Node).(ast.ScalarNode)
		if !ok {
			d.wrong(v.Key, diagnosis.YAMLForm)
			continue
		}
		name := key.GetToken().Value
		if slices.ContainsFunc(list, func(p pairOf) bool { return p.key == name }) {
			d.wrong(v.Key, diagnosis.YAMLTwice)
			continue
		}
		list = append(list, pairOf{name, v.Key, v.Value})
	}
	return list
}

// known returns the values of a mapping by key and refuses keys that are not among the names.
func (d *document) known(n ast.Node, names ...string) map[string]ast.Node {
	found := make(map[string]ast.Node)
	for _, p := range d.pairs(n) {
		if !slices.Contains(names, p.key) {
			d.wrong(p.at, diagnosis.YAMLKey, "Keys", strings.Join(names, ", "))
			continue
		}
		found[p.key] = p.value
	}
	return found
}

// text returns a single value as it is written. No value is an empty text.
func (d *document) text(n ast.Node) string {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return ""
	case *ast.StringNode:
		return v.Value
	case *ast.LiteralNode:
		return strings.TrimSuffix(v.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	}
	d.wrong(n, diagnosis.YAMLForm)
	return ""
}

// texts returns the values of a list; a single value is a list of one.
func (d *document) texts(n ast.Node) (list []string) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		if t := d.text(n); t != "" {
			list = append(list, t)
		}
		return list
	}
	for _, v := range s.Values {
		list = append(list, d.text(v))
	}
	return list
}

// items returns the nodes of a list.
func (d *document) items(n ast.Node) []ast.Node {
	switch s := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		return s.Values
	}
	d.wrong(n, diagnosis.YAMLForm)
	return nil
}

// flag returns a switch, and what it is when it is left out.
func (d *document) flag(n ast.Node, otherwise bool) bool {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return otherwise
	case *ast.BoolNode:
		return v.Value
	}
	d.wrong(n, diagnosis.YAMLForm)
	return otherwise
}

// version requires the version of the format.
func (d *document) version(root ast.Node, n ast.Node) {
	switch {
	case n == nil:
		d.wrong(root, diagnosis.YAMLVersion, "Version", "1")
	case d.text(n) != "1":
		d.wrong(n, diagnosis.YAMLVersion, "Version", "1")
	}
}
