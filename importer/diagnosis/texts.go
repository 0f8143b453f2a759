package diagnosis

import (
	"regexp"
	"slices"
	"strings"
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

// portalTexts are messages of the portal that mean the same wherever they come,
// in lower case. The generic text is the only one of them that is translated
// (Resources/MailApiResource*.resx, AttachmentsUnknownError).
var portalTexts = []words{
	{PortalBlocked, []string{"login fail. too many attempts"}},
	{PortalSignIn, []string{"user authentication failed"}},
	{PortalIP, []string{"ipsecurityexception"}},
	{PortalGeneric, []string{
		"some unexpected error has occurred. please try again later",
		"произошла непредвиденная ошибка. пожалуйста, повторите попытку позже",
	}},
	{MailboxMissing, []string{"account wasn't found by email"}},
	{MailboxHosted, []string{"mailbox with specified email can't be"}},
	{RemovalRunning, []string{"operation already running"}},
	{DuplicateMailbox, []string{"sequence contains more than one", "последовательность содержит более одного"}},
	{AddressRefused, []string{
		"not in the form required for an e-mail address", "адреса электронной почты",
		"invalid character was found in the mail header",
		"an invalid character was found in header value",
		"email empty", "empty email", "parameter name: address", "parameter name: email",
	}},
}

// PortalText recognises a message of the portal that is no login test. It
// reports false for one it does not know.
func PortalText(message string) (Code, bool) { return find(portalTexts, fold(message)) }

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
