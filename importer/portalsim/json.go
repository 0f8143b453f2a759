package portalsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxDepth is Json.NET's own limit on nesting.
const maxDepth = 64

var errJSON = errors.New("Unable to deserialize json")

// element is one XML element the server makes out of a JSON value.
type element struct {
	text   string
	nested bool // it has elements inside, so it is no value of its own
}

// readJSON flattens a JSON object as the server does: JSON becomes XML elements,
// elements become texts (API/Impl/ApiArgumentBuilder.cs, FillCollectionFromXElement).
// An array gives its elements under one name, a nested object nothing, null the
// empty string; keys that begin with @, # or $ are XML attributes and vanish. A
// document that is no object is an error, an empty one has no arguments.
func readJSON(body []byte, local *time.Location, add func(name, value string)) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	r := jsonReader{decoder: json.NewDecoder(bytes.NewReader(body)), local: local}
	r.decoder.UseNumber()
	first, err := r.decoder.Token()
	if err != nil {
		return errJSON
	}
	if first == nil {
		return r.end()
	}
	if first != json.Delim('{') {
		return errJSON
	}
	groups, err := r.object(1)
	if err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	for _, g := range groups {
		g.addTo(add)
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

type jsonReader struct {
	decoder *json.Decoder
	local   *time.Location
}

func (r *jsonReader) end() error {
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return errJSON
	}
	return nil
}

// object reads the members of an object whose brace is behind us.
func (r *jsonReader) object(depth int) ([]*group, error) {
	if depth > maxDepth {
		return nil, errJSON
	}
	var groups []*group
	byName := make(map[string]*group, 20)
	for r.decoder.More() {
		key, err := r.decoder.Token()
		if err != nil {
			return nil, errJSON
		}
		name := key.(string) // the decoder refuses any other key
		elements, err := r.elements(depth)
		if err != nil {
			return nil, err
		}
		if name == "" || strings.ContainsRune("@#$", rune(name[0])) || len(elements) == 0 {
			continue
		}
		g := byName[name]
		if g == nil {
			g = &group{name: name}
			byName[name] = g
			groups = append(groups, g)
		}
		g.elements = append(g.elements, elements...)
	}
	if _, err := r.decoder.Token(); err != nil {
		return nil, errJSON
	}
	return groups, nil
}

// elements reads one value: an array gives one element per item.
func (r *jsonReader) elements(depth int) ([]element, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, errJSON
	}
	switch token {
	case json.Delim('{'):
		inner, err := r.object(depth + 1)
		return []element{{nested: len(inner) > 0}}, err
	case json.Delim('['):
		return r.array(depth + 1)
	default:
		return []element{{text: r.text(token)}}, nil
	}
}

func (r *jsonReader) array(depth int) ([]element, error) {
	if depth > maxDepth {
		return nil, errJSON
	}
	var all []element
	for r.decoder.More() {
		inner, err := r.elements(depth)
		if err != nil {
			return nil, err
		}
		if len(inner) == 1 {
			all = append(all, inner[0])
		} else {
			all = append(all, element{nested: true})
		}
	}
	if _, err := r.decoder.Token(); err != nil {
		return nil, errJSON
	}
	return all, nil
}

// text is a scalar as XML shows it.
func (r *jsonReader) text(token json.Token) string {
	switch v := token.(type) {
	case string:
		return bendDate(v, r.local)
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return netNumber(v.String())
	default:
		return ""
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
