// Package yamltree reads YAML that somebody else has written, strictly: what is
// unknown, said twice or of another form is a problem with its line and column.
package yamltree

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// deepest is how deep brackets, or dashes in a line, may stand in each other. The
// memory of the parser grows with the square of it: 20,000 brackets take 700 MB.
const deepest = 100

// longest is how many lines a file may have. The time of the parser grows with the
// square of the keys of a mapping: 10,000 take a second, 40,000 fourteen.
const longest = 10_000

// ErrNoYAML means that a text is so broken, or so long, that nobody can say where.
var ErrNoYAML = errors.New("yamltree: not YAML")

// MaxSize is the size of a file that nobody has written by hand.
const MaxSize = 1 << 20

// errTooLarge is the error of a file above [MaxSize].
var errTooLarge = errors.New("yamltree: too large a file")

// ReadFile reads a file of at most [MaxSize].
func ReadFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err == nil && len(text) > MaxSize {
		err = errTooLarge
	}
	return text, err
}

// Parse returns the tree of a text. A panic of the parser is an error too: broken
// files have caused some (github.com/goccy/go-yaml, issue 540).
func Parse(text []byte, options ...parser.Option) (tree *ast.File, err error) {
	if len(text) > MaxSize || deep(text) || bytes.Count(text, []byte("\n")) > longest || bytes.Count(text, []byte("\r")) > longest {
		return nil, ErrNoYAML
	}
	defer func() {
		if recover() != nil {
			tree, err = nil, ErrNoYAML
		}
	}()
	return parser.ParseBytes(text, 0, options...)
}

// deep reports whether a text is nested as no person nests: by brackets, or by dashes at
// the beginning of a line with a blank behind them, each of which begins a list in a list.
func deep(text []byte) bool {
	open := 0
	for line := range bytes.Lines(text) {
		dashes, rest := 0, bytes.TrimLeft(line, " \t")
		for ; len(rest) > 1 && rest[0] == '-' && (rest[1] == ' ' || rest[1] == '\t'); dashes++ {
			rest = bytes.TrimLeft(rest[1:], " \t")
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				open++
			case ']', '}':
				open = max(open-1, 0) // one may stand in a text
			}
			if max(open, dashes) > deepest {
				return true
			}
		}
	}
	return false
}
