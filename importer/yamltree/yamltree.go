// Package yamltree reads YAML that users write, strictly: an unknown key, a key
// given twice or a value of another form is a problem with its line and column.
package yamltree

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxDepth bounds the nesting of brackets, or of dashes in a line. The memory of
// the parser grows with the square of the depth: 20,000 brackets take 700 MB.
const maxDepth = 100

// maxLines is the greatest number of line breaks. The time of the parser grows with
// the square of the keys of a mapping: 10,000 take a second, 40,000 fourteen.
const maxLines = 10_000

// ErrNoYAML means that a text is too long, too deep, or so broken that the place is unknown.
var ErrNoYAML = errors.New("yamltree: not YAML")

// MaxSize is the greatest size of a file, in bytes; hand-written files are smaller.
const MaxSize = 1 << 20

// errTooLarge is the error of a file above [MaxSize].
var errTooLarge = errors.New("yamltree: too large a file")

// ReadFile returns the text of a file. A file larger than [MaxSize] is an error.
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

// Parse returns the syntax tree of a text. A panic of the parser becomes
// [ErrNoYAML]: broken files have caused some (github.com/goccy/go-yaml, issue 540).
func Parse(text []byte, options ...parser.Option) (tree *ast.File, err error) {
	if len(text) > MaxSize || isTooDeep(text) || bytes.Count(text, []byte("\n")) > maxLines || bytes.Count(text, []byte("\r")) > maxLines {
		return nil, ErrNoYAML
	}
	defer func() {
		if recover() != nil {
			tree, err = nil, ErrNoYAML
		}
	}()
	return parser.ParseBytes(text, 0, options...)
}

// isTooDeep reports whether a text is nested beyond [maxDepth]: by brackets, or by dashes
// at the beginning of a line with a blank after each, which begin lists in lists.
func isTooDeep(text []byte) bool {
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
				open = max(open-1, 0) // a closing bracket may be part of a text
			}
			if max(open, dashes) > maxDepth {
				return true
			}
		}
	}
	return false
}
