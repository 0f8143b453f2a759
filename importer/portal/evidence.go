package portal

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"r7import/importer/diagnosis"
	"r7import/importer/echo"
)

// What is kept of an answer is chosen: the sentences the portal is known to say
// and what a mail server said in a failed login test. Of everything else it is
// only told what kind of text it was, about how long, and the title of a web page.

// confidence returns what no text of the call's answer is shown with.
func (call *call) confidence() echo.Confidence {
	c := call.known.With(append(call.secrets[:len(call.secrets):len(call.secrets)], call.token), call.values...)
	for _, values := range call.query {
		c.Values = append(c.Values, values...)
	}
	return c
}

// message returns what is shown of the message of an error: the sentence that is
// known, else what kind of text it was.
func (call *call) message(text string) string {
	if text == "" {
		return ""
	}
	if known := diagnosis.PortalSentence(text); known != "" {
		return known
	}
	return "application/json, " + about(len(text))
}

// page returns what is shown of a reply that is no envelope.
func (call *call) page(r *reply) string {
	text := bytes.TrimSpace(bytes.TrimPrefix(r.body, []byte("\uFEFF")))
	switch {
	case len(text) == 0:
		return ""
	case bytes.ContainsRune([]byte(`{["`), rune(text[0])):
		return "application/json, " + about(len(text))
	case !r.html():
		return "text/plain, " + about(len(text))
	}
	shown := "text/html, " + about(len(text))
	title := diagnosis.PageTitle(string(text))
	if title != "" && utf8.RuneCountInString(title) <= longestTitle && !call.confidence().Mentioned(title) {
		shown += `, "` + title + `"`
	}
	return shown
}

// longestTitle is from where on a title is taken for something else.
const longestTitle = 100

// about returns the size of a text. Told to the byte, it would tell how long the
// password is that the text repeats.
func about(size int) string {
	sizes := []string{"<100 B", "<1 kB", "<10 kB", "<100 kB", "<1 MB", "≥1 MB"}
	i := 0
	for bound := 100; i < len(sizes)-1 && size >= bound; bound *= 10 {
		i++
	}
	return sizes[i]
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9._\[\]-]+(:[0-9]{1,5})?$`)

// maxHost is how long a host and its port can be (RFC 1035, section 2.3.4).
const maxHost = 255 + len(":65535")

// redirectTarget returns the host a redirect leads to, and nothing else of it.
func (call *call) redirectTarget(location string) string {
	u, err := url.Parse(location)
	if err != nil || len(u.Host) > maxHost || !hostForm.MatchString(u.Host) || call.confidence().Betrayed(u.Host) {
		return ""
	}
	return u.Host
}

// transportError is an error of the transport with words that may be shown. Those
// of net/http repeat lines of an answer that cannot be read.
type transportError struct {
	words string
	err   error
}

func (e *transportError) Error() string { return e.words }
func (e *transportError) Unwrap() error { return e.err }

// presentable returns an error with the cause of another, whose words tell nothing of a secret.
func (call *call) presentable(err error) error {
	text := err.Error()
	if i := strings.Index(text, "malformed "); i >= 0 { // and then the malformed text
		text = text[:i] + "malformed answer"
	}
	return &transportError{call.confidence().Quote(text), err}
}
