package portal

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// fields are the arguments of a call, in order. They travel as JSON unless the
// server's JSON parser would bend one of the texts; then as a form.
type fields struct {
	list []field
	bent bool
}

type field struct {
	name  string
	value string
	quote bool // a text; otherwise a number or a truth value, which is its own JSON
}

func (f *fields) text(name, value string) {
	f.list = append(f.list, field{name, value, true})
	f.bent = f.bent || bends(value)
}

func (f *fields) literal(name, value string) {
	f.list = append(f.list, field{name, value, false})
}

// bends reports whether Json.NET takes a text for a moment and writes it anew,
// which spoils a password of that shape (Newtonsoft.Json, DateTimeUtils.cs). It
// errs on the side of the form, which the server reads as well.
func bends(s string) bool {
	runes := []rune(s)
	return len(runes) >= 19 && runes[10] == 'T' || strings.HasPrefix(s, "/Date(") && strings.HasSuffix(s, ")/")
}

// encode returns the body and its content type.
func (f *fields) encode() ([]byte, string) {
	if f.bent {
		return f.form(), "application/x-www-form-urlencoded; charset=UTF-8"
	}
	var b bytes.Buffer
	b.Grow(1024)
	text := json.NewEncoder(&b)
	text.SetEscapeHTML(false)
	for i := range f.list {
		one := &f.list[i]
		b.WriteByte("{,"[min(i, 1)])
		b.WriteByte('"')
		b.WriteString(one.name) // needs no escapes
		b.WriteString(`":`)
		if !one.quote {
			b.WriteString(one.value)
			continue
		}
		_ = text.Encode(&one.value) // a text can always be encoded
		b.Truncate(b.Len() - 1)     // the line end the encoder adds
	}
	b.WriteByte('}')
	return b.Bytes(), "application/json"
}

func (f *fields) form() []byte {
	parts := make([]string, len(f.list))
	for i, one := range f.list {
		parts[i] = one.name + "=" + url.QueryEscape(one.value)
	}
	return []byte(strings.Join(parts, "&"))
}
