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

// jsonFailure returns the innermost exception for a body that is not a JSON object: the
// parser's text with the line and position of byte at. The path within the document is
// left empty.
func jsonFailure(text []byte, at int, words string) *failure {
	before := text[:min(max(at, 0), len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	position := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	if len(before) == 0 {
		line = 0 // the parser counts lines only after the first byte
	}
	return argument(fmt.Sprintf("%s Path '', line %d, position %d.", words, line, position), "")
}

func tooDeep(text []byte, at int) *failure {
	return jsonFailure(text, at, fmt.Sprintf("The reader's MaxDepth of %d has been exceeded.", maxDepth))
}

// brokenJSON returns the failure of a text that is not valid JSON.
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

// readJSON passes the members of a JSON object to add. It flattens them as the server
// does, which turns JSON into XML elements and elements into texts
// (API/Impl/ApiArgumentBuilder.cs, FillCollectionFromXElement). An array adds its
// elements under one name, a nested object adds nothing, null adds the empty string; keys
// that begin with @, # or $ are XML attributes and are dropped. A document that is not an
// object is a failure with the parser's text; an empty one has no arguments.
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
	r.Token() // the opening brace
	names, elements, err := r.object(1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if nested := func(e element) bool { return e.nested }; slices.ContainsFunc(elements[name], nested) {
			continue // a name is an argument only if all its elements are texts
		}
		for _, e := range elements[name] {
			add(name, e.text)
		}
	}
	return nil
}

// element is an XML element that the server makes from a JSON value.
type element struct {
	text   string
	nested bool // it contains elements, so it is not a text
}

// jsonReader reads JSON that is known to be valid, so its callers ignore the errors of
// Token.
type jsonReader struct {
	*json.Decoder
	text  []byte
	local *time.Location
}

// object reads the members of an object after its opening brace. It returns the names in
// their order, and the elements of each.
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

// value reads the next value. An array returns one element per item.
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
		return []element{{text: reformatDate(v, r.local)}}, nil
	case json.Number:
		return []element{{text: netNumber(v.String())}}, nil
	case bool:
		return []element{{text: strconv.FormatBool(v)}}, nil
	default:
		return []element{{}}, nil
	}
}

// netNumber formats a JSON number as .NET does after parsing it: 993.0 and 9.93e2
// become 993, and 1.10 (a password, for example) becomes 1.1.
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

// reformatDate returns a text as Json.NET passes it on: one that looks like a time is parsed
// and formatted again. Without a zone, or with Z, it stays the same unless its fraction
// ends in 0; a time with an offset is converted to the server's zone. A password of that
// form is changed before it is used (Newtonsoft.Json, DateParseHandling.DateTime).
func reformatDate(s string, local *time.Location) string {
	if strings.HasPrefix(s, "/Date(") && strings.HasSuffix(s, ")/") {
		return reformatTicks(s, local)
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

// parseOffset parses an offset of the form +03:00, +0300 or +03.
func parseOffset(zone string) (time.Duration, bool) {
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, zone); err == nil {
			_, seconds := t.Zone()
			return time.Duration(seconds) * time.Second, true
		}
	}
	return 0, false
}

// maxMilliseconds bounds the time in reformatTicks, before and after 1970, so that its year has at most four digits.
const maxMilliseconds = 62_135_596_800_000

// reformatTicks is reformatDate for texts like /Date(1400000000000)/ and /Date(1400000000000+0300)/.
func reformatTicks(s string, local *time.Location) string {
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
