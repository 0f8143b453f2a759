package source

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// scanAll returns the cells of every row that is not an empty line, and whether none has a fault.
func scanAll(in io.Reader, buffer int) (rows [][]string, whole bool) {
	whole = true
	s := newScanner(in, ',', buffer)
	for s.next() == nil {
		var cells []string
		for _, c := range s.cells {
			cells = append(cells, string(s.text[c.from:c.to]))
		}
		whole = whole && s.fault == sound
		if !isEmptyLine(cells) {
			rows = append(rows, cells)
		}
	}
	return rows, whole
}

// isEmptyLine reports whether a row holds nothing; encoding/csv leaves out empty lines.
func isEmptyLine(cells []string) bool { return slices.Equal(cells, []string{""}) }

// FuzzScanner compares the scanner with encoding/csv wherever that finds no fault,
// and with itself when the input comes byte by byte.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{"a,b\nc,d\n", "\"a\"\"b\",\"c\nd\"\r\n,,\n", "a\"b,c\n\"d\n", "a\rb\r\nc", "\"x\" y,z\n", "\"\"\n\n\"\",\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, whole := scanAll(bytes.NewReader(text), scanBuffer)
		if again, _ := scanAll(iotest.OneByteReader(bytes.NewReader(text)), 2); !slices.EqualFunc(rows, again, slices.Equal) {
			t.Fatalf("byte by byte, at once - byte by byte +\n%s", cmp.Diff(rows, again))
		}
		r := csv.NewReader(bytes.NewReader(text))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil || !whole || bytes.Contains(bytes.ReplaceAll(text, []byte("\r\n"), nil), []byte{'\r'}) {
			return
		}
		want = slices.DeleteFunc(want, isEmptyLine)
		for _, cells := range rows {
			for i := range cells {
				cells[i] = strings.ReplaceAll(cells[i], "\r\n", "\n") // encoding/csv does so within quotes
			}
		}
		if !slices.EqualFunc(want, rows, slices.Equal) {
			t.Fatalf("encoding/csv - scanner +\n%s", cmp.Diff(want, rows))
		}
	})
}

// FuzzXML checks that whatever the scanner takes for well-formed, encoding/xml does
// too, with the same elements and text.
func FuzzXML(f *testing.F) {
	for _, text := range []string{
		`<a b="c">d</a>`, `<?xml version="1.0"?><x:a xmlns:x="u"><x:b/><!-- c --><![CDATA[<]]></x:a>`,
		`<a>&lt;&#65;&#x42;</a>`, "<a>b\r\nc</a>", `<a b='>"'/>`, `<a b = "c" />`, "<a\n>b</a\n>",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := tokens(text)
		if err != nil {
			return
		}
		if again, err := tokensOf(iotest.OneByteReader(bytes.NewReader(text))); err != nil || !slices.Equal(got, again) {
			t.Fatalf("byte by byte: %v\n%s", err, cmp.Diff(got, again))
		}
		want, err := foreignTokens(text)
		if err != nil {
			t.Fatalf("encoding/xml: %v", err)
		}
		if !slices.Equal(want, got) {
			t.Fatalf("encoding/xml - scanner +\n%s", cmp.Diff(want, got))
		}
	})
}

func tokens(text []byte) ([]string, error) { return tokensOf(bytes.NewReader(text)) }

func tokensOf(in io.Reader) (all []string, err error) {
	x := newXMLScanner(in)
	for {
		if err := x.next(); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		switch x.kind {
		case xmlStart:
			all = append(all, "<"+string(x.name))
			for _, a := range x.attrs {
				if _, err := appendXMLText(nil, a.value, false); err != nil {
					return nil, err
				}
			}
		case xmlEnd:
			all = append(all, ">"+string(x.name))
		case xmlText:
			text, err := appendXMLText(nil, x.text, x.cdata)
			if err != nil {
				return nil, err
			}
			all = appendToken(all, string(text))
		}
	}
}

// appendToken appends text to the text before it.
func appendToken(all []string, text string) []string {
	if n := len(all); n > 0 && strings.HasPrefix(all[n-1], "=") {
		all[n-1] += text
		return all
	}
	if text == "" {
		return all
	}
	return append(all, "="+text)
}

func foreignTokens(text []byte) (all []string, err error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte(markUTF8))))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	depth := 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		switch v := token.(type) {
		case xml.StartElement:
			depth++
			all = append(all, "<"+v.Name.Local)
		case xml.EndElement:
			depth--
			all = append(all, ">"+v.Name.Local)
		case xml.CharData:
			if depth > 0 {
				all = appendToken(all, string(v))
			}
		}
	}
}
