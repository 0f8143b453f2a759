package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/source/text"
)

// FuzzXML checks that whatever the scanner takes for well-formed, encoding/xml does
// too, with the same elements and text.
func FuzzXML(f *testing.F) {
	for _, text := range []string{
		`<a b="c">d</a>`, `<?xml version="1.0"?><x:a xmlns:x="u"><x:b/><!-- c --><![CDATA[<]]></x:a>`,
		`<a>&lt;&#65;&#x42;</a>`, "<a>b\r\nc</a>", `<a b='>"'/>`, `<a b = "c" />`, "<a\n>b</a\n>",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := tokens(content)
		if err != nil {
			return
		}
		if again, err := tokensOf(iotest.OneByteReader(bytes.NewReader(content))); err != nil || !slices.Equal(got, again) {
			t.Fatalf("byte by byte: %v\n%s", err, cmp.Diff(got, again))
		}
		want, err := foreignTokens(content)
		if err != nil {
			t.Fatalf("encoding/xml: %v", err)
		}
		if !slices.Equal(want, got) {
			t.Fatalf("encoding/xml - scanner +\n%s", cmp.Diff(want, got))
		}
	})
}

func tokens(content []byte) ([]string, error) { return tokensOf(bytes.NewReader(content)) }

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

func foreignTokens(content []byte) (all []string, err error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(content, []byte(text.MarkUTF8))))
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
