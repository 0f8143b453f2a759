package diagnosis

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Refusal is a failed login test: what the portal says of the mail servers it
// logged in to before saving an account.
type Refusal struct {
	Code Code
	Side Side   // whose answer decided the code; empty if the portal does not say
	Text string // the words of every side that failed, as they came
}

// attemptHeader is what the portal writes in front of a mail server's words, in
// the language of the person: IMAP response:, Ответ сервера SMTP: and so on
// (ASC.Api.Mail/MailApi.Accounts.cs, GetFormattedTextError).
var attemptHeader = regexp.MustCompile(`(?i)<span[^<>]{0,40}attempt_header[^<>]{0,40}>([^<>]{0,200})</span>\s*(?:<br\s*/?>)?`)

// ReadLoginTest reads the message of a failed login test. When both sides
// failed the graver decides: a password refused by one server weighs more than
// the silence of the other. It reports false for any other message.
func ReadLoginTest(message string) (Refusal, bool) {
	message = message[:min(len(message), readable)]
	headers := attemptHeader.FindAllStringSubmatchIndex(message, -1)
	if headers == nil {
		return Refusal{}, false
	}
	var refusal Refusal
	var texts []string
	for i, at := range headers {
		end := len(message)
		if i+1 < len(headers) {
			end = headers[i+1][0]
		}
		protocol, side := protocolOf(message[at[2]:at[3]])
		text := strings.TrimSpace(message[at[1]:end])
		texts = append(texts, strings.TrimSpace(protocol+text))
		code := MailText(text)
		if fixed := code.Side(); fixed != "" {
			side = fixed
		}
		if refusal.Code == "" || gravity(code) < gravity(refusal.Code) {
			refusal.Code, refusal.Side = code, side
		}
	}
	refusal.Text = strings.Join(texts, "\n")
	return refusal, true
}

func protocolOf(header string) (protocol string, side Side) {
	header = strings.ToUpper(header)
	switch {
	case strings.Contains(header, "SMTP"):
		return "SMTP: ", Outgoing
	case strings.Contains(header, "IMAP"):
		return "IMAP: ", Incoming
	case strings.Contains(header, "POP"):
		return "POP3: ", Incoming
	}
	return "", ""
}

// gravest lists the codes of the login test, the one that decides first.
var gravest = []Code{
	MailLocked, MailAppPassword, MailAuth, MailDeclined, IMAPOff, SMTPAuthRequired, SMTPNoAuth, MailNoMethod,
	TLSMode, MailCert, MailBarred, MailTooMany, MailTemporary, MailDNS, MailConnect, MailTLS, MailTimeout,
}

func gravity(code Code) int { return slices.Index(gravest, code) }

// sentence is something the portal is known to say.
type sentence struct {
	code Code // empty if the words alone decide nothing
	text string
}

// sentences are messages of the portal that mean the same wherever they come.
// What is shown of such a message is the sentence as it stands here: the rest of
// it may repeat anything that was sent. The generic text is the only one that is
// translated (Resources/MailApiResource*.resx, AttachmentsUnknownError); those
// without a code come from the platform below the portal.
var sentences = []sentence{
	{PortalBlocked, "Login Fail. Too many attempts"},
	{PortalSignIn, "User authentication failed"},
	{PortalIP, "IPSecurityException"},
	{PortalGeneric, "Some unexpected error has occurred. Please try again later"},
	{PortalGeneric, "Произошла непредвиденная ошибка. Пожалуйста, повторите попытку позже"},
	{MailboxMissing, "Account wasn't found by email"},
	{MailboxHosted, "Mailbox with specified email can't be"},
	{RemovalRunning, "operation already running"},
	{DuplicateMailbox, "Sequence contains more than one"},
	{DuplicateMailbox, "Последовательность содержит более одного"},
	{AddressRefused, "not in the form required for an e-mail address"},
	{AddressRefused, "адреса электронной почты"},
	{AddressRefused, "invalid character was found in the mail header"},
	{AddressRefused, "An invalid character was found in header value"},
	{AddressRefused, "Email empty"},
	{AddressRefused, "Empty email"},
	{AddressRefused, "Parameter name: address"},
	{AddressRefused, "Parameter name: email"},
	{"", "Input string was not in a correct format"},
	{"", "Входная строка имела неверный формат"},
	{"", "Value was either too large or too small"},
	{"", "Value cannot be null"},
	{"", "Value does not fall within the expected range"},
	{"", "Object reference not set to an instance of an object"},
	{"", "Access denied"},
	{"", "Access to the path is denied"},
	{"", "Forbidden"},
	{"", "Item not found"},
	{"", "User not found"},
	{"", "Deadlock found"},
	{"", "Lock wait timeout exceeded"},
	{"", "Data too long for column"},
	{"", "Unable to connect to any of the specified MySQL hosts"},
	{"", "Too many connections"},
	{"", "Timeout expired"},
	{"", "The operation has timed out"},
	{"", "There is not enough space on the disk"},
	{"", "No space left on device"},
	{"", "Out of memory"},
}

// PortalText recognises a message of the portal that is no login test. It
// reports false for one it does not know.
func PortalText(message string) (Code, bool) {
	message = fold(message)
	for _, s := range sentences {
		if s.code != "" && strings.Contains(message, strings.ToLower(s.text)) {
			return s.code, true
		}
	}
	return "", false
}

// PortalSentence returns what of a message of the portal is known, empty if
// nothing is.
func PortalSentence(message string) string {
	message = fold(message)
	for _, s := range sentences {
		if strings.Contains(message, strings.ToLower(s.text)) {
			return s.text
		}
	}
	return ""
}

// Familiar reports whether a piece of a text, in lower case, is part of what
// portals and mail servers say anyway. Seen in an answer, it says nothing of what was sent.
func Familiar(piece string) bool { return strings.Contains(familiar(), piece) }

// familiar is all that is recognised, one piece of it a line, without blanks.
var familiar = sync.OnceValue(func() string {
	var b strings.Builder
	for _, s := range sentences {
		b.WriteString(s.text + "\n")
	}
	for _, w := range mailTexts {
		b.WriteString(strings.Join(w.phrases, "\n") + "\n")
	}
	return strings.ToLower(strings.ReplaceAll(b.String(), " ", ""))
})

// words are a code and the lower-case phrases that show it.
type words struct {
	code    Code
	phrases []string
}

// find returns the code of the first entry one of whose phrases is in the text.
func find(list []words, text string) (Code, bool) {
	for _, w := range list {
		for _, phrase := range w.phrases {
			if strings.Contains(text, phrase) {
				return w.code, true
			}
		}
	}
	return "", false
}

// Nobody says anything worth reading behind so much: foldable bytes are compared
// with phrases, readable bytes are looked at for anything else.
const (
	foldable = 8 << 10
	readable = 64 << 10
)

// fold makes a text comparable with phrases: lower case, one blank between words.
func fold(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text[:min(len(text), foldable)]), " "))
}
