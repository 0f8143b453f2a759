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

// maxBody is the largest body, in bytes, that the front server accepts. The shipped
// nginx allows far more, but no request to this simulator needs that.
const maxBody = 16 << 20

// formMemory is how many bytes of a multipart form are held in memory.
const formMemory = 1 << 20

// read determines the route, the arguments and the caller of the request.
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

// addBody adds the arguments of the body. It parses JSON and text/xml for every method.
// Any other media type, and these two in capitals, is read as a form, which is empty
// unless the type is one of the two form types (API/Impl/ApiArgumentBuilder.cs). The body
// is read as UTF-8; the charset of the header is ignored.
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
			return nil // the server sees a form without fields
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

// addQuery adds the pairs of a query string in order; text that cannot be decoded is added as sent.
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

// readXML adds the children of the root that contain text only. A body that is not
// well-formed is answered with 500, unlike broken JSON, which is 400.
func readXML(body []byte, add func(name, value string)) *failure {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var root xmlElement
	err := decoder.Decode(&root)
	if errors.Is(err, io.EOF) {
		return internal("Root element is missing.")
	}
	for err == nil {
		_, err = decoder.Token() // the text after the root must be well-formed too
	}
	if !errors.Is(err, io.EOF) {
		line, column := decoder.InputPos() // the text is that of the commonest case
		return internal(fmt.Sprintf("Unexpected end of file has occurred. Line %d, position %d.", line, column))
	}
	for _, child := range root.Children {
		if len(child.Children) == 0 {
			add(child.XMLName.Local, child.Text)
		}
	}
	return nil
}
