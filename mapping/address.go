package mapping

import (
	"strings"
	"unicode"

	"r7import/importer/diagnosis"
)

// Limits of RFC 5321, section 4.5.3.1, in bytes. The whole address loses the two angle brackets of a path.
const (
	maxLocalPart = 64
	maxAddress   = 254
)

// ParseAddress returns a bare e-mail address with its domain as lower-case
// punycode and its local part as it is. The error is a *diagnosis.Problem.
func ParseAddress(text string) (string, error) {
	text = clean(text)
	local, domain, problem := splitAddress(text)
	if problem != nil {
		return "", problem
	}
	ascii, problem := parseDomain(domain)
	if problem != nil {
		return "", problem
	}
	address, problem := joinAddress(text, local, ascii)
	if problem != nil {
		return "", problem
	}
	return address, nil
}

// joinAddress puts an address together again, without a copy if it is as it was.
func joinAddress(text, local, domain string) (string, *diagnosis.Problem) {
	whole := len(local) + 1 + len(domain)
	switch {
	case whole > maxAddress:
		return "", diagnosis.New(diagnosis.AddressSyntax)
	case whole == len(text) && strings.HasSuffix(text, domain):
		return text, nil
	}
	return local + "@" + domain, nil
}

// splitAddress takes an address apart and checks all of it but the domain.
// The local part has the form of a dot-atom (RFC 5322, section 3.2.3; letters of
// any script by RFC 6531): quoted ones exist and no portal or provider takes them.
func splitAddress(text string) (local, domain string, problem *diagnosis.Problem) {
	local, domain, found := strings.Cut(text, "@")
	plain := plainLocalPart(local) && plainLocalPart(domain) // as nearly all are: then no character is odd
	if !plain && (strings.ContainsAny(text, "<>,;\"():") || strings.Contains(domain, "@")) {
		return "", "", diagnosis.New(diagnosis.AddressNotBare)
	}
	if !found || local == "" || domain == "" {
		return "", "", diagnosis.New(diagnosis.AddressSyntax)
	}
	if !plain && !plainLocalPart(local) {
		if p := oddAt(diagnosis.AddressSyntax, local, localCharacter); len(p.Args) > 0 {
			return "", "", p
		}
	}
	if at := mixedAt(text); at > 0 {
		return "", "", diagnosis.New(diagnosis.AddressLookAlike, "Position", at)
	}
	if len(local) > maxLocalPart || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return "", "", diagnosis.New(diagnosis.AddressSyntax)
	}
	return local, domain, nil
}

// plainLocalPart reports whether a part consists of ASCII characters that are fit.
func plainLocalPart(local string) bool {
	for i := range len(local) {
		if c := local[i]; c >= 0x80 || !localCharacter(rune(c)) {
			return false
		}
	}
	return true
}

func localCharacter(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
		return true
	case r < 0x80:
		return strings.ContainsRune("!#$%&'*+/=?^`{|}~", r)
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

// parseDomain returns the domain of an address as lower-case punycode. It has at
// least two labels, and the last one is no number.
func parseDomain(text string) (string, *diagnosis.Problem) {
	fit := !strings.ContainsFunc(text, func(r rune) bool { return !hostCharacter(r) })
	ascii, ok := toASCII(text)
	if !fit || !ok || !strings.Contains(ascii, ".") {
		return "", diagnosis.New(diagnosis.AddressDomain)
	}
	return ascii, nil
}
