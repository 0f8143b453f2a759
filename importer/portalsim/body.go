package portalsim

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxBody is what the portal's front server lets through; the shipped nginx allows
// far more, but nothing this simulator answers needs it.
const maxBody = 16 << 20

// formMemory is what a multipart form may hold in memory.
const formMemory = 1 << 20

// read collects what the request says: its route, its arguments and who calls.
func (x *exchange) read(body []byte) {
	x.params = make(params, 24)
	route, name, value := x.portal.findRoute(x.request.Method, x.request.URL.Path)
	if x.route = route; name != "" {
		x.params.add(name, value)
	}
	x.params.addQuery(x.request.URL.RawQuery)
	x.unbound = x.params.addBody(x.request, body, x.portal.zone)
	if x.caller == nil {
		x.caller = x.authenticate()
	}
}

// addBody reads JSON and text/xml for every method; any other media type, these two in
// capitals too, is read as a form, which only the two form types fill
// (API/Impl/ApiArgumentBuilder.cs). The body is always UTF-8, whatever charset the
// header names.
func (p params) addBody(r *http.Request, body []byte, local *time.Location) *failure {
	header := r.Header.Get("Content-Type")
	if header == "" {
		return nil
	}
	media, attributes, err := mime.ParseMediaType(header)
	if err != nil && media == "" {
		return &failure{http.StatusInternalServerError, "The specified content type is invalid.", hrFormat}
	}
	asGiven, _, _ := strings.Cut(header, ";")
	switch asGiven = strings.TrimSpace(asGiven); {
	case asGiven == "application/json":
		return readJSON(body, local, p.add)
	case asGiven == "text/xml":
		return readXML(body, p.add)
	case r.Method == http.MethodGet:
	case media == "application/x-www-form-urlencoded":
		p.addQuery(string(body))
	case media == "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(body), attributes["boundary"]).ReadForm(formMemory)
		if err != nil {
			return nil // such a form has no fields
		}
		defer form.RemoveAll()
		for name, values := range form.Value {
			for _, value := range values {
				p.add(name, value)
			}
		}
	}
	return nil
}

// addQuery adds the pairs in their own order; what cannot be decoded stays as sent.
func (p params) addQuery(raw string) {
	unescape := func(s string) string {
		if out, err := url.QueryUnescape(s); err == nil {
			return out
		}
		return s
	}
	for pair := range strings.SplitSeq(raw, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			p.add(unescape(name), unescape(value))
		}
	}
}

// xmlElement is an element of an XML document.
type xmlElement struct {
	XMLName  xml.Name
	Text     string       `xml:",chardata"`
	Children []xmlElement `xml:",any"`
}

// readXML takes the children of the root that hold text only. What is no document is
// not expected, unlike what is no JSON: 500.
func readXML(body []byte, add func(name, value string)) *failure {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var root xmlElement
	err := decoder.Decode(&root)
	if errors.Is(err, io.EOF) {
		return internal("Root element is missing.")
	}
	for err == nil {
		_, err = decoder.Token() // what follows the root has to be sound too
	}
	if !errors.Is(err, io.EOF) {
		line, column := decoder.InputPos() // the words are those of the commonest case
		return internal(fmt.Sprintf("Unexpected end of file has occurred. Line %d, position %d.", line, column))
	}
	for _, child := range root.Children {
		if len(child.Children) == 0 {
			add(child.XMLName.Local, child.Text)
		}
	}
	return nil
}
