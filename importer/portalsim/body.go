package portalsim

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is what the portal's front server lets through; the shipped nginx allows
// far more, but nothing this simulator answers needs it.
const maxBody = 16 << 20

// formMemory is what a multipart form may hold in memory.
const formMemory = 1 << 20

// readParams collects the arguments of a call: route values, query string, body.
// JSON and text/xml are read for every method; any other media type, these two in
// capitals too, is read as a form, which only the two form types fill
// (API/Impl/ApiArgumentBuilder.cs). The body is always UTF-8, whatever charset the
// header names.
func readParams(route map[string]string, r *http.Request, body []byte, local *time.Location) (params, *failure) {
	p := make(params, len(route)+24)
	for name, value := range route {
		p.add(name, value)
	}
	if r.URL.RawQuery != "" {
		addQuery(p, r.URL.RawQuery)
	}
	header := r.Header.Get("Content-Type")
	if header == "" {
		return p, nil
	}
	media, attributes, err := mime.ParseMediaType(header)
	if err != nil && media == "" {
		return p, &failure{status: http.StatusInternalServerError, message: "The specified content type is invalid.", hresult: hrFormat}
	}
	asGiven, _, _ := strings.Cut(header, ";")
	switch {
	case strings.TrimSpace(asGiven) == "application/json":
		return p, readJSON(body, local, p.add)
	case strings.TrimSpace(asGiven) == "text/xml":
		return p, readXML(body, p.add)
	case r.Method == http.MethodGet:
	case media == "application/x-www-form-urlencoded":
		addQuery(p, string(body))
	case media == "multipart/form-data":
		addMultipart(p, body, attributes["boundary"])
	}
	return p, nil
}

// addQuery adds the pairs in their own order; what cannot be decoded stays as sent.
func addQuery(p params, raw string) {
	for pair := range strings.SplitSeq(raw, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			p.add(unescape(name), unescape(value))
		}
	}
}

func unescape(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

func addMultipart(p params, body []byte, boundary string) {
	if boundary == "" {
		return
	}
	form, err := multipart.NewReader(bytes.NewReader(body), boundary).ReadForm(formMemory)
	if err != nil {
		return
	}
	defer form.RemoveAll()
	for name, values := range form.Value {
		for _, value := range values {
			p.add(name, value)
		}
	}
}

// readXML takes the children of the root that hold text only. What is no document is
// not expected, unlike what is no JSON: 500.
func readXML(body []byte, add func(name, value string)) *failure {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var (
		depth   int
		rooted  bool
		name    string
		text    []byte
		isPlain bool
	)
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && rooted:
			return nil
		case errors.Is(err, io.EOF):
			return internal("Root element is missing.")
		case err != nil:
			line, column := decoder.InputPos() // the words are those of the commonest case
			return internal("Unexpected end of file has occurred. Line " + strconv.Itoa(line) + ", position " + strconv.Itoa(column) + ".")
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			rooted = true
			if depth == 2 {
				name, text, isPlain = t.Name.Local, text[:0], true
			}
			if depth > 2 {
				isPlain = false
			}
		case xml.CharData:
			if depth == 2 {
				text = append(text, t...)
			}
		case xml.EndElement:
			if depth == 2 && isPlain {
				add(name, string(text))
			}
			depth--
		}
	}
}
