package portalsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDepth is Json.NET's own limit on nesting.
const maxDepth = 64

const jsonBlanks = " \t\r\n"

// jsonFailure is the innermost exception of a document that is no JSON object: the
// parser's own words, and where it stood when it met byte at of the text. The path
// within the document is left empty.
func jsonFailure(text []byte, at int, words string) *failure {
	before := text[:min(max(at, 0), len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	position := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	if len(before) == 0 {
		line = 0 // it has not begun to count
	}
	return argument(fmt.Sprintf("%s Path '', line %d, position %d.", words, line, position), "")
}

func tooDeep(text []byte, at int) *failure {
	return jsonFailure(text, at, fmt.Sprintf("The reader's MaxDepth of %d has been exceeded.", maxDepth))
}

// brokenJSON finds out what a text that is no JSON fails at.
func brokenJSON(text []byte) *failure {
	decoder := json.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(new(json.RawMessage))
	var syntax *json.SyntaxError
	unexpected := func(words string, at int) *failure {
		r, _ := utf8.DecodeRune(text[at:])
		return jsonFailure(text, at, words+": "+string(r)+".")
	}
	at := len(text) - len(bytes.TrimLeft(text[decoder.InputOffset():], jsonBlanks))
	switch {
	case err == nil && at < len(text):
		return unexpected("Additional text encountered after finished reading JSON content", at)
	case errors.As(err, &syntax) && strings.Contains(syntax.Error(), "max depth"):
		return tooDeep(text, 1)
	case errors.As(err, &syntax) && int(syntax.Offset) <= len(text):
		return unexpected("Unexpected character encountered while parsing value", int(syntax.Offset)-1)
	default:
		return jsonFailure(text, len(text), "Unexpected end when reading JSON.")
	}
}

// readJSON flattens a JSON object as the server does: JSON becomes XML elements,
// elements become texts (API/Impl/ApiArgumentBuilder.cs, FillCollectionFromXElement).
// An array gives its elements under one name, a nested object nothing, null the
// empty string; keys that begin with @, # or $ are XML attributes and vanish. A
// document that is no object is an error, an empty one has no arguments. Without
// the wrapper's own text, the answer is what the parser says.
func readJSON(body []byte, local *time.Location, add func(name, value string)) *failure {
	body = bytes.Trim(body, jsonBlanks)
	if len(body) == 0 || string(body) == "null" {
		return nil
	}
	if !json.Valid(body) {
		return brokenJSON(body)
	}
	if body[0] != '{' {
		return jsonFailure(body, 1, "XmlNodeConverter can only convert JSON that begins with an object.")
	}
	r := jsonReader{json.NewDecoder(bytes.NewReader(body)), body, local}
	r.UseNumber()
	r.Token() // the brace
	names, elements, err := r.object(1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if nested := func(e element) bool { return e.nested }; slices.ContainsFunc(elements[name], nested) {
			continue // only a name whose elements are all texts is an argument
		}
		for _, e := range elements[name] {
			add(name, e.text)
		}
	}
	return nil
}

// element is one XML element the server makes out of a JSON value.
type element struct {
	text   string
	nested bool // it has elements inside, so it is no value of its own
}

// jsonReader walks through JSON that is known to be valid, so the errors of its
// tokens do not matter.
type jsonReader struct {
	*json.Decoder
	text  []byte
	local *time.Location
}

// object reads the members of an object whose brace has been read: the names in their
// order, and the elements of each.
func (r *jsonReader) object(depth int) (names []string, elements map[string][]element, _ *failure) {
	elements = map[string][]element{}
	for r.More() {
		token, _ := r.Token()
		name := token.(string)
		values, err := r.value(depth)
		if err != nil {
			return nil, nil, err
		}
		if name == "" || strings.IndexByte("@#$", name[0]) >= 0 || len(values) == 0 {
			continue
		}
		if elements[name] == nil {
			names = append(names, name)
		}
		elements[name] = append(elements[name], values...)
	}
	r.Token() // the closing brace
	return names, elements, nil
}

// value reads the next value: an array gives one element per item.
func (r *jsonReader) value(depth int) (all []element, _ *failure) {
	token, _ := r.Token()
	switch v := token.(type) {
	case json.Delim:
		if depth++; depth > maxDepth {
			return nil, tooDeep(r.text, int(r.InputOffset()))
		}
		if v == '{' {
			inner, _, err := r.object(depth)
			return []element{{nested: len(inner) > 0}}, err
		}
		for r.More() {
			inner, err := r.value(depth)
			if err != nil {
				return nil, err
			}
			if len(inner) != 1 {
				inner = []element{{nested: true}}
			}
			all = append(all, inner...)
		}
		r.Token() // the closing bracket
		return all, nil
	case string:
		return []element{{text: bendDate(v, r.local)}}, nil
	case json.Number:
		return []element{{text: netNumber(v.String())}}, nil
	case bool:
		return []element{{text: strconv.FormatBool(v)}}, nil
	default:
		return []element{{}}, nil
	}
}

// netNumber writes a JSON number as .NET does once it has been a number: 993.0 and
// 9.93e2 are 993, and 1.10 (a password, say) is 1.1.
func netNumber(s string) string {
	if s == "-0" {
		return "0"
	}
	if !strings.ContainsAny(s, ".eE") {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	if size := math.Abs(f); f == 0 || size >= 1e-5 && size < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'E', -1, 64)
}

// bendDate is what Json.NET makes of a text that looks like a moment: it is parsed
// and written anew. Without a zone, or with Z, it comes back as it was unless its
// fraction ends in 0; an offset is moved to the server's own zone. A password of
// that shape is spoiled on its way (Newtonsoft.Json, DateParseHandling.DateTime).
func bendDate(s string, local *time.Location) string {
	if strings.HasPrefix(s, "/Date(") && strings.HasSuffix(s, ")/") {
		return bendTicks(s, local)
	}
	if len(s) < 19 || len(s) > 40 || s[10] != 'T' {
		return s
	}
	clock, zone := s, ""
	if i := strings.IndexAny(s[19:], "Z+-"); i >= 0 {
		clock, zone = s[:19+i], s[19+i:]
	}
	t, err := time.Parse("2006-01-02T15:04:05.9999999", clock)
	if err != nil || strings.Contains(clock, ",") {
		return s
	}
	switch zone {
	case "":
		return t.Format("2006-01-02T15:04:05.9999999")
	case "Z":
		return t.Format("2006-01-02T15:04:05.9999999Z")
	}
	offset, ok := parseOffset(zone)
	if !ok {
		return s
	}
	return t.Add(-offset).In(local).Format("2006-01-02T15:04:05.9999999-07:00")
}

// parseOffset reads +03:00, +0300 and +03.
func parseOffset(zone string) (time.Duration, bool) {
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, zone); err == nil {
			_, seconds := t.Zone()
			return time.Duration(seconds) * time.Second, true
		}
	}
	return 0, false
}

// maxMilliseconds keeps the year within four digits.
const maxMilliseconds = 62_135_596_800_000

// bendTicks reads /Date(1400000000000)/ and /Date(1400000000000+0300)/.
func bendTicks(s string, local *time.Location) string {
	number := s[len("/Date(") : len(s)-len(")/")]
	zone, layout := time.UTC, "2006-01-02T15:04:05.9999999Z"
	if i := strings.IndexAny(number, "+-"); i > 0 {
		if _, ok := parseOffset(number[i:]); !ok {
			return s
		}
		number, zone, layout = number[:i], local, "2006-01-02T15:04:05.9999999-07:00"
	}
	ms, err := strconv.ParseInt(number, 10, 64)
	if err != nil || ms > maxMilliseconds || ms < -maxMilliseconds {
		return s
	}
	return time.UnixMilli(ms).In(zone).Format(layout)
}
