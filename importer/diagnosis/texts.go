package diagnosis

import (
	"cmp"
	_ "embed"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Refusal is a failed login test, in which the portal logs in to the mail servers
// before it saves an account.
type Refusal struct {
	Code Code
	Side Side   // the side that decided the code; empty if the portal does not name it
	Text string // the texts of all sides that failed, as received
}

// attemptHeader matches the header that the portal puts before a mail server's text, in
// the language of the person: IMAP response:, Ответ сервера SMTP: and so on
// (ASC.Api.Mail/MailApi.Accounts.cs, GetFormattedTextError).
var attemptHeader = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)<span[^<>]{0,40}attempt_header[^<>]{0,40}>([^<>]{0,200})</span>\s*(?:<br\s*/?>)?`)
})

// ReadLoginTest parses the message of a failed login test. If both sides failed, the
// graver code decides: a password refused by one server counts more than a timeout
// of the other. It reports false for any other message.
func ReadLoginTest(message string) (Refusal, bool) {
	message = message[:min(len(message), readable)]
	headers := attemptHeader().FindAllStringSubmatchIndex(message, -1)
	var refusal Refusal
	var texts []string
	for i, at := range headers {
		end := len(message)
		if i+1 < len(headers) {
			end = headers[i+1][0]
		}
		protocol, side := "", Side("")
		for _, p := range []struct {
			name, shown string
			side        Side
		}{{"SMTP", "SMTP: ", Outgoing}, {"IMAP", "IMAP: ", Incoming}, {"POP", "POP3: ", Incoming}} {
			if side == "" && strings.Contains(strings.ToUpper(message[at[2]:at[3]]), p.name) {
				protocol, side = p.shown, p.side
			}
		}
		text := strings.TrimSpace(message[at[1]:end])
		texts = append(texts, strings.TrimSpace(protocol+text))
		code := MailText(text)
		if fixed := code.Side(); fixed != "" {
			side = fixed
		}
		if refusal.Code == "" || slices.Index(byGravity, code) < slices.Index(byGravity, refusal.Code) {
			refusal.Code, refusal.Side = code, side
		}
	}
	refusal.Text = strings.Join(texts, "\n")
	return refusal, headers != nil
}

// byGravity lists the codes of the login test, the gravest first.
var byGravity = []Code{
	MailLocked, MailAppPassword, MailAuth, MailDeclined, IMAPOff, SMTPAuthRequired, SMTPNoAuth, MailNoMethod,
	TLSMode, MailCert, MailBarred, MailTooMany, MailTemporary, MailDNS, MailConnect, MailTLS, MailTimeout,
}

// words are phrases, and the code of a text that contains one of them.
type words struct {
	code    Code // empty if the phrases alone do not determine one
	phrases []string
}

// portalTexts are the known texts of the portal by code. The code holds in answers to all
// calls. Only the generic text is translated (Resources/MailApiResource*.resx,
// AttachmentsUnknownError); texts without a code come from the portal's platform.
var portalTexts = []words{
	{PortalBlocked, []string{"Login Fail. Too many attempts"}},
	{PortalSignIn, []string{"User authentication failed"}},
	{PortalIP, []string{"IPSecurityException"}},
	{PortalGeneric, []string{
		"Some unexpected error has occurred. Please try again later",
		"Произошла непредвиденная ошибка. Пожалуйста, повторите попытку позже",
	}},
	{MailboxMissing, []string{"Account wasn't found by email"}},
	{MailboxHosted, []string{"Mailbox with specified email can't be"}},
	{RemovalRunning, []string{"operation already running"}},
	{DuplicateMailbox, []string{"Sequence contains more than one", "Последовательность содержит более одного"}},
	{AddressRefused, []string{
		"not in the form required for an e-mail address", "адреса электронной почты", "invalid character was found in the mail header",
		"An invalid character was found in header value", "Email empty", "Empty email", "Parameter name: address",
		"Parameter name: email",
	}},
	{"", []string{
		"Input string was not in a correct format", "Входная строка имела неверный формат", "Value was either too large or too small",
		"Value cannot be null", "Value does not fall within the expected range", "Object reference not set to an instance of an object",
		"Access denied", "Access to the path is denied", "Forbidden", "Item not found", "User not found", "Deadlock found",
		"Lock wait timeout exceeded", "Data too long for column", "Unable to connect to any of the specified MySQL hosts",
		"Too many connections", "Timeout expired", "The operation has timed out", "There is not enough space on the disk",
		"No space left on device", "Out of memory",
	}},
}

//go:embed texts_mail.txt
var mailFile string

// mailTexts returns the known texts of mail servers. It parses texts_mail.txt: a code in
// brackets, then its phrases, one a line, and comment lines that begin with #.
var mailTexts = sync.OnceValue(func() (list []words) {
	for line := range strings.SplitSeq(mailFile, "\n") {
		line = strings.TrimSpace(line)
		code, head := strings.CutPrefix(strings.TrimSuffix(line, "]"), "[")
		switch _, declared := Lookup(Code(code)); {
		case line == "", line[0] == '#':
		case head && !declared:
			panic("diagnosis: words for a code that is not declared: " + code)
		case head:
			list = append(list, words{code: Code(code)})
		default:
			w := &list[len(list)-1]
			w.phrases = append(w.phrases, line)
		}
	}
	return list
})

// find returns the first phrase that a folded text contains, and its code.
func find(list []words, text string) (code Code, phrase string) {
	for _, w := range list {
		for _, phrase := range w.phrases {
			if strings.Contains(text, strings.ToLower(phrase)) {
				return w.code, phrase
			}
		}
	}
	return "", ""
}

// PortalText returns the code of a message of the portal that is not a login test. It
// reports false for an unknown message.
func PortalText(message string) (Code, bool) {
	code, _ := find(portalTexts, fold(message))
	return code, code != ""
}

// PortalSentence returns the known phrase in a message of the portal, empty if there
// is none. The rest of the message is left out: it may repeat data that was sent.
func PortalSentence(message string) string {
	_, phrase := find(portalTexts, fold(message))
	return phrase
}

// temporary replaces any temporary status of RFC 3463, such as 4.7.0, before texts are
// compared. The portal passes on SMTP replies without their three digits, but with these.
const temporary = "<4.x.x>"

var temporaryStatus = regexp.MustCompile(`(^|[^0-9.])4\.\d{1,3}\.\d{1,3}($|[^0-9.])`)

// MailText returns the code for a text of a mail server, or of software between it and
// the portal; [MailDeclined] for an unknown text.
func MailText(text string) Code {
	code, _ := find(mailTexts(), temporaryStatus.ReplaceAllString(fold(text), "${1}"+temporary+"${2}"))
	return cmp.Or(code, MailDeclined)
}

// aboutAddress matches texts about the client's address or about the server, rather than
// about the account.
var aboutAddress = regexp.MustCompile(`(?i)\b(ip|host|client|network|from your)\b|адрес|\d+\.\d+\.\d+\.\d+`)

// SpeaksOfAddress reports whether the text of a refusal may be about the client's address
// or the server. Such a text does not prove that the password is wrong.
func SpeaksOfAddress(text string) bool { return aboutAddress.MatchString(text) }

// Familiar reports whether a piece of text, in lower case, is part of a known phrase of
// portals and mail servers. In an answer, such a piece does not reveal what was sent.
func Familiar(piece string) bool { return strings.Contains(familiar(), piece) }

// familiar returns all known phrases in lower case and without blanks, one a line.
var familiar = sync.OnceValue(func() string {
	var b strings.Builder
	for _, w := range slices.Concat(portalTexts, mailTexts()) {
		b.WriteString(strings.Join(w.phrases, "\n") + "\n")
	}
	return strings.ToLower(strings.ReplaceAll(b.String(), " ", ""))
})

// Longer texts are cut: foldable bytes are compared with phrases, readable bytes are
// used for anything else.
const (
	foldable = 8 << 10
	readable = 64 << 10
)

// fold returns a text in the form in which it is compared with phrases: lower case, one blank between words.
func fold(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text[:min(len(text), foldable)]), " "))
}

// Spelled returns text with every character that does not print spelled out, so that it
// can neither control a terminal nor reorder or hide text: \xNN for one byte, also of
// invalid UTF-8, and \u{NNNN} for other characters. It cuts the text to about limit
// characters.
func Spelled(text string, limit int) string {
	if len(text) <= limit && !strings.ContainsFunc(text, func(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if limit <= 0 {
			b.WriteString("…")
			break
		}
		shown := string(r)
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], shown):
			shown = fmt.Sprintf(`\x%02x`, text[i])
		case unicode.IsGraphic(r):
		case r < 0x100:
			shown = fmt.Sprintf(`\x%02x`, r)
		default:
			shown = fmt.Sprintf(`\u{%04X}`, r)
		}
		b.WriteString(shown)
		limit -= utf8.RuneCountInString(shown)
	}
	return b.String()
}

// maxText is the greatest number of characters that CleanText returns.
const maxText = 500

var (
	hidden = regexp.MustCompile(`(?is)<!--.*?-->|<(script|style|head)\b.*?</(script|style|head)\s*>`)
	// A name in angle brackets is a tag only if attributes or nothing follow it: <ivan@example.org> stays.
	tag   = regexp.MustCompile(`(?s)</?[A-Za-z][A-Za-z0-9]*(\s[^<>]*)?/?>|<![^<>]*>`)
	title = regexp.MustCompile(`(?is)<title[^<>]*>(.*?)</title\s*>`)
)

// CleanText returns a foreign text for display on one line: without tags, control
// characters, and characters that are invisible or change the writing direction, at
// most 500 characters. For a web page with a title it returns only the title.
func CleanText(text string) string {
	text = cmp.Or(PageTitle(text), flatText(text))
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText-1]) + "…"
}

// PageTitle returns the title of a web page, cleaned but not cut; empty if it has none.
func PageTitle(page string) string {
	if m := title.FindStringSubmatch(page[:min(len(page), readable)]); m != nil {
		return flatText(m[1])
	}
	return ""
}

// flatText is CleanText without the limit and the title.
func flatText(text string) string {
	text = tag.ReplaceAllString(hidden.ReplaceAllString(text[:min(len(text), readable)], " "), " ")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == '\u2800', r == '\u3164', r == '\uFFA0':
			return -1
		}
		return r
	}, strings.ToValidUTF8(html.UnescapeString(text), "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}
