package portalsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDepth is Json.NET's own limit on nesting.
const maxDepth = 64

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

// brokenJSON finds out what a text that is no JSON fails at.
func brokenJSON(text []byte) *failure {
	decoder := json.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(new(json.RawMessage))
	var syntax *json.SyntaxError
	at := len(text) - len(bytes.TrimLeft(text[decoder.InputOffset():], " \t\r\n"))
	switch {
	case err == nil && at < len(text):
		return jsonFailure(text, at, "Additional text encountered after finished reading JSON content: "+letterAt(text, at)+".")
	case errors.As(err, &syntax) && strings.Contains(syntax.Error(), "max depth"):
		return (&jsonReader{data: text}).tooDeep()
	case errors.As(err, &syntax) && int(syntax.Offset) <= len(text):
		at = int(syntax.Offset) - 1
		return jsonFailure(text, at, "Unexpected character encountered while parsing value: "+letterAt(text, at)+".")
	default:
		return jsonFailure(text, len(text), "Unexpected end when reading JSON.")
	}
}

func letterAt(text []byte, at int) string {
	r, _ := utf8.DecodeRune(text[at:])
	return string(r)
}

// element is one XML element the server makes out of a JSON value.
type element struct {
	text   string
	nested bool // it has elements inside, so it is no value of its own
}

// readJSON flattens a JSON object as the server does: JSON becomes XML elements,
// elements become texts (API/Impl/ApiArgumentBuilder.cs, FillCollectionFromXElement).
// An array gives its elements under one name, a nested object nothing, null the
// empty string; keys that begin with @, # or $ are XML attributes and vanish. A
// document that is no object is an error, an empty one has no arguments. Without
// the wrapper's own text, the answer is what the parser says.
func readJSON(body []byte, local *time.Location, add func(name, value string)) *failure {
	body = bytes.Trim(body, " \t\r\n")
	if len(body) == 0 || string(body) == "null" {
		return nil
	}
	if !json.Valid(body) {
		return brokenJSON(body)
	}
	if body[0] != '{' {
		return jsonFailure(body, 1, "XmlNodeConverter can only convert JSON that begins with an object.")
	}
	r := jsonReader{data: body, local: local}
	groups, err := r.object(1)
	if err != nil {
		return err
	}
	for i := range groups {
		groups[i].addTo(add)
	}
	return nil
}

// group are the elements of one name, in order.
type group struct {
	name     string
	elements []element
}

// addTo adds the values of a group that holds values only.
func (g *group) addTo(add func(name, value string)) {
	for _, e := range g.elements {
		if e.nested {
			return
		}
	}
	for _, e := range g.elements {
		add(g.name, e.text)
	}
}

// jsonReader walks through JSON that is known to be valid.
type jsonReader struct {
	data  []byte
	at    int
	local *time.Location
}

func (r *jsonReader) tooDeep() *failure {
	return jsonFailure(r.data, r.at+1, fmt.Sprintf("The reader's MaxDepth of %d has been exceeded.", maxDepth))
}

// next passes blanks, commas and colons, and returns the byte it stands on.
func (r *jsonReader) next() byte {
	for strings.IndexByte(" \t\r\n,:", r.data[r.at]) >= 0 {
		r.at++
	}
	return r.data[r.at]
}

// object reads the members of the object that begins here.
func (r *jsonReader) object(depth int) ([]group, *failure) {
	if depth > maxDepth {
		return nil, r.tooDeep()
	}
	var groups []group
	index := map[string]int{}
	for r.at++; r.next() != '}'; {
		name := r.str()
		elements, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		if name == "" || strings.IndexByte("@#$", name[0]) >= 0 || len(elements) == 0 {
			continue
		}
		if i, ok := index[name]; ok {
			groups[i].elements = append(groups[i].elements, elements...)
			continue
		}
		index[name] = len(groups)
		groups = append(groups, group{name, elements})
	}
	r.at++
	return groups, nil
}

// value reads what begins here: an array gives one element per item.
func (r *jsonReader) value(depth int) ([]element, *failure) {
	switch r.next() {
	case '{':
		inner, err := r.object(depth + 1)
		return []element{{nested: len(inner) > 0}}, err
	case '[':
		return r.array(depth + 1)
	case '"':
		return []element{{text: bendDate(r.str(), r.local)}}, nil
	default:
		return []element{{text: r.literal()}}, nil
	}
}

func (r *jsonReader) array(depth int) ([]element, *failure) {
	if depth > maxDepth {
		return nil, r.tooDeep()
	}
	var all []element
	for r.at++; r.next() != ']'; {
		inner, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		if len(inner) == 1 {
			all = append(all, inner[0])
		} else {
			all = append(all, element{nested: true})
		}
	}
	r.at++
	return all, nil
}

// str reads the string that begins here.
func (r *jsonReader) str() string {
	from, escaped := r.at, false
	for r.at++; r.data[r.at] != '"'; r.at++ {
		if r.data[r.at] == '\\' {
			escaped = true
			r.at++
		}
	}
	r.at++
	raw := r.data[from:r.at]
	if !escaped {
		return strings.ToValidUTF8(string(raw[1:len(raw)-1]), "\uFFFD")
	}
	var s string
	json.Unmarshal(raw, &s) // it is valid
	return s
}

// literal reads a number, true, false or null, as XML shows it.
func (r *jsonReader) literal() string {
	from := r.at
	for strings.IndexByte(" \t\r\n,]}", r.data[r.at]) < 0 {
		r.at++
	}
	switch text := string(r.data[from:r.at]); text {
	case "null":
		return ""
	case "true", "false":
		return text
	default:
		return netNumber(text)
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
