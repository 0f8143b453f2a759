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

// Only some texts of an answer are kept: the known sentences of the portal, and the text
// of a mail server in a failed login test. Of any other text, the kind, the approximate
// size and the title of a web page are kept.

// confidence returns the secrets and values that no text of the call's answer may reveal.
func (call *call) confidence() echo.Confidence {
	c := call.known.With(append(call.secrets[:len(call.secrets):len(call.secrets)], call.token), call.values...)
	for _, values := range call.query {
		c.Values = append(c.Values, values...)
	}
	return c
}

// message returns the part of an error message that may be shown: the known sentence in
// it, else its kind and approximate size.
func (call *call) message(text string) string {
	if text == "" {
		return ""
	}
	if known := diagnosis.PortalSentence(text); known != "" {
		return known
	}
	return "application/json, " + about(len(text))
}

// page returns the description of a reply without an envelope: kind, approximate size and title.
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

// longestTitle is the greatest length in characters of a title that is shown.
const longestTitle = 100

// about returns the approximate size of a text. The exact size of a text that repeats
// a password would reveal the password's length.
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

// redirectTarget returns the host of a redirect, without the rest of the address; empty if it must not be shown.
func (call *call) redirectTarget(location string) string {
	u, err := url.Parse(location)
	if err != nil || len(u.Host) > maxHost || !hostForm.MatchString(u.Host) || call.confidence().Betrayed(u.Host) {
		return ""
	}
	return u.Host
}

// transportError is an error of the transport with a text that may be shown. Texts of
// net/http repeat lines of malformed answers.
type transportError struct {
	words string
	err   error
}

func (e *transportError) Error() string { return e.words }
func (e *transportError) Unwrap() error { return e.err }

// presentable returns an error that wraps err and whose text reveals no secret.
func (call *call) presentable(err error) error {
	text := err.Error()
	if i := strings.Index(text, "malformed "); i >= 0 { // the malformed text follows
		text = text[:i] + "malformed answer"
	}
	return &transportError{call.confidence().Quote(text), err}
}
