package config

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"r7import/importer/diagnosis"
	"r7import/importer/trust"
	"r7import/importer/yamltree"
)

// File is a configuration file that was read. The zero value says nothing.
type File struct {
	Path string
	// Variable names the file, empty if none does: then nothing is taken from it that
	// would not be taken from a variable.
	Variable string
	values   map[string][]said
}

// said is a value and where it stands.
type said struct {
	text string
	at   *token.Position
}

// largest is the size of a configuration file nobody has written by hand.
const largest = 1 << 20

// Open reads a configuration file. It knows every key and every value's form,
// but values are judged where they are used. One that others may change is refused. The error is a *diagnosis.Problem and never quotes the file.
func Open(path string) (File, error) {
	if err := trust.File(path); err != nil {
		return File{}, err
	}
	text, err := os.ReadFile(path)
	if err != nil || len(text) > largest {
		return File{}, diagnosis.Wrap(err, diagnosis.ConfigUnreadable, "File", path)
	}
	return Parse(path, text)
}

// OpenIfThere reads a configuration file. That there is none is no error.
func OpenIfThere(path string) (File, error) {
	if path == "" {
		return File{}, nil
	}
	f, err := Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, nil
	}
	return f, err
}

// Parse reads the text of a configuration file: one mapping of keys to values.
func Parse(path string, text []byte) (File, error) {
	f := File{Path: path, values: make(map[string][]said)}
	tree, err := yamltree.Parse(text)
	if err != nil {
		return File{}, f.wrong(diagnosis.ConfigSyntax, tokenOf(err))
	}
	for i, doc := range tree.Docs {
		if i > 0 && doc.Body != nil {
			return File{}, f.wrong(diagnosis.ConfigSyntax, doc.Body.GetToken())
		}
		if err := f.document(doc.Body); err != nil {
			return File{}, err
		}
	}
	return f, nil
}

func tokenOf(err error) *token.Token {
	var at yaml.Error
	if errors.As(err, &at) {
		return at.GetToken()
	}
	return nil
}

func (f *File) document(body ast.Node) error {
	switch node := body.(type) {
	case nil:
		return nil
	case *ast.NullNode, *ast.CommentGroupNode:
		return nil
	case *ast.MappingNode:
		for _, entry := range node.Values {
			if err := f.entry(entry); err != nil {
				return err
			}
		}
		return nil
	case *ast.MappingValueNode:
		return f.entry(node)
	}
	return f.wrong(diagnosis.ConfigNotKeys, body.GetToken())
}

func (f *File) entry(entry *ast.MappingValueNode) error {
	// Some write keys with an underscore; both are the same key.
	name := strings.ReplaceAll(entry.Key.GetToken().Value, "_", "-")
	k, known := Named(name)
	if !known {
		return f.wrong(diagnosis.ConfigKeyUnknown, entry.Key.GetToken(), "Near", Near(name))
	}
	items := []ast.Node{entry.Value}
	if sequence, ok := entry.Value.(*ast.SequenceNode); ok && k.List {
		items = sequence.Values
	}
	for _, item := range items {
		text, ok := scalar(item)
		if !ok {
			return f.wrong(diagnosis.ConfigValueForm, item.GetToken(), "Key", k.Name)
		}
		if _, null := item.(*ast.NullNode); !null {
			f.values[k.Name] = append(f.values[k.Name], said{text, item.GetToken().Position})
		}
	}
	return nil
}

// scalar returns the text of a single value. Numbers and switches keep the form
// they were written in: each key has one parser for flag, variable and file.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func (f *File) wrong(code diagnosis.Code, at *token.Token, facts ...string) error {
	line, column := 1, 1
	if at != nil && at.Position != nil {
		line, column = at.Position.Line, at.Position.Column
	}
	return diagnosis.New(code, append(facts, "File", f.Path, "Line", strconv.Itoa(line), "Column", strconv.Itoa(column))...)
}
