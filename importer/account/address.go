package account

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Address is an e-mail address as it was written. A text that is not an address,
// such as the name of a portal user, is folded and compared in the same way.
type Address string

// Fold returns the form in which all spellings of one address are equal,
// as the portal compares them (ASC.Mail/Core/Dao/MailboxDao.cs): trimmed,
// in lower case, in composed letters (NFC), with the domain as punycode.
func (a Address) Fold() string {
	text := strings.TrimSpace(string(a))
	if IsASCII(text) {
		return strings.ToLower(text)
	}
	text = strings.ToLower(norm.NFC.String(text))
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return text
	}
	domain, err := idna.Lookup.ToASCII(text[at+1:])
	if err != nil {
		return text
	}
	return text[:at+1] + domain
}

// Equal reports whether other is a spelling of the same address.
func (a Address) Equal(other Address) bool { return a == other || a.Fold() == other.Fold() }

// Letters returns the address with its domain as Unicode text instead of punycode.
func (a Address) Letters() string {
	local, domain, _ := strings.Cut(string(a), "@")
	if letters, err := idna.Lookup.ToUnicode(domain); err == nil && letters != domain {
		return local + "@" + letters
	}
	return string(a)
}

// Local returns the part before the @.
func (a Address) Local() string {
	local, _, _ := strings.Cut(string(a), "@")
	return local
}

// Domain returns the part after the first @, empty if there is none.
func (a Address) Domain() string {
	_, domain, _ := strings.Cut(string(a), "@")
	return domain
}

// FoldHost returns the form in which all spellings of a host
// name are equal: lower case, punycode, no dot at the end.
func FoldHost(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if IsASCII(name) {
		return name
	}
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		return ascii
	}
	return name
}

// IsASCII reports whether every character of text is ASCII.
func IsASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
