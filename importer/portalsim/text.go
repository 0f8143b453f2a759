package portalsim

import "strings"

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

// wordsFor picks the language of p; without a person the portal's.
func (p *Portal) wordsFor(who *person) *wording {
	if strings.HasPrefix(p.languageFor(who), "ru") {
		return &russian
	}
	return &english
}

func (p *Portal) languageFor(who *person) string {
	if who != nil && who.Culture != "" {
		return who.Culture
	}
	return p.options.Language
}

// attempt puts the header of one side in front of its text.
func attempt(header, text string) string {
	return `<span class="attempt_header">` + header + `</span><br/>` + text
}
