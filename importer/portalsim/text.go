package portalsim

import (
	"cmp"
	"strings"
)

// wording is what the server says in the language of a person's profile, else the
// portal's (web/studio/ASC.Web.Studio/addons/mail/Resources/MailApiResource*.resx).
// Only these texts are translated; what follows a header comes from a library, an
// operating system or a mail server.
type wording struct {
	headers    map[Side]string // of the login test
	unexpected string          // hides everything that fails after the login test
	tooManySMS string          // from web/studio/ASC.Web.Studio/PublicResources/Resource*.resx
}

var (
	english = wording{
		headers:    map[Side]string{IMAP: "IMAP response:", POP3: "POP3 response:", SMTP: "SMTP response:"},
		unexpected: "Some unexpected error has occurred. Please try again later.",
		tooManySMS: "You have sent too many text messages. Please try again later.",
	}
	russian = wording{
		headers:    map[Side]string{IMAP: "Ответ сервера IMAP:", POP3: "Ответ сервера POP3:", SMTP: "Ответ сервера SMTP:"},
		unexpected: "Произошла непредвиденная ошибка. Пожалуйста, повторите попытку позже.",
		tooManySMS: "Вы отправили слишком много текстовых сообщений. Пожалуйста, повторите попытку позже.",
	}
)

// words picks the language of the caller; without a caller the portal's.
func (x *exchange) words() *wording {
	language := x.portal.options.Language
	if x.caller != nil {
		language = cmp.Or(x.caller.Culture, language)
	}
	if strings.HasPrefix(language, "ru") {
		return &russian
	}
	return &english
}
