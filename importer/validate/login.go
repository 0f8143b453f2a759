package validate

import (
	"strings"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// login warns if the login that the portal will use
// later differs from the one it tested the account with.
func (c *check) login() {
	s := &c.row.Settings
	if !strings.Contains(s.Email, "@") {
		return
	}
	warn := func(f account.Field, login string) {
		if login == "" || c.broken.Has(f) || login == s.Email && isLower(login) {
			return
		}
		form, later := keptLogin(account.Address(s.Email).Fold(), login)
		switch length := utf8.RuneCountInString(form); {
		case length > maxText:
			c.report(f, diagnosis.TextLength, "Length", length, "Max", maxText)
		case later == login:
		case strings.EqualFold(later, login):
			c.report(f, diagnosis.LoginLowered)
		default:
			c.report(f, diagnosis.LoginRewritten)
		}
	}
	warn(account.Account, s.Incoming.Login)
	if c.row.Fills[account.SMTPAccount] != account.FromRow {
		warn(account.SMTPAccount, s.Outgoing.Login)
	}
}

// LoginLater returns the login that the portal will use for an
// address later on, instead of the one it tested the account with.
func LoginLater(address, login string) string {
	_, later := keptLogin(account.Address(address).Fold(), login)
	return later
}

// keptLogin returns the form in which the portal stores a login, and the
// login it later makes from that form: parts of the login that also occur
// in the address are replaced by placeholders (ASC.Mail/Utils/Converter.cs,
// ToLoginFormat and ToLogin). The address must be in lower case.
func keptLogin(address, login string) (form, later string) {
	local, domain, _ := strings.Cut(address, "@")
	withoutLast, firstLabel := domain, domain
	if i := strings.LastIndexByte(domain, '.'); i >= 0 {
		withoutLast, firstLabel = domain[:i], domain[:strings.IndexByte(domain, '.')]
	}
	lower := strings.ToLower(login)
	form = strings.ReplaceAll(lower, address, "%EMAILADDRESS%")
	form = strings.Replace(form, local, "%EMAILLOCALPART%", 1)
	form = strings.ReplaceAll(form, domain, "%EMAILDOMAIN%")
	form = strings.ReplaceAll(form, withoutLast, "%EMAILHOSTNAME%")
	form = strings.ReplaceAll(form, firstLabel, "%EMAILHOSTNAME%")
	if form == lower {
		return login, login
	}
	return form, strings.NewReplacer("%EMAILADDRESS%", address, "%EMAILLOCALPART%", local,
		"%EMAILDOMAIN%", domain, "%EMAILHOSTNAME%", withoutLast).Replace(form)
}

func isLower(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf {
			return strings.ToLower(text) == text
		}
	}
	return true
}
