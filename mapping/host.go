package mapping

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"r7import/importer/diagnosis"
)

// domains maps names to what the DNS is asked for. Unlike idna.Lookup it refuses
// empty and over-long labels and everything that is no letter, digit or hyphen.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true), idna.StrictDomainName(true))

// ParseHost returns a mail server's name as the portal is given it: a DNS name as
// lower-case punycode, or an IPv4 address. The error is a *diagnosis.Problem.
func ParseHost(text string) (string, error) {
	host, problem := parseHost(clean(text))
	if problem != nil {
		return "", problem
	}
	return host, nil
}

func parseHost(text string) (string, *diagnosis.Problem) {
	if ip, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil && !ip.Is4() {
		return "", diagnosis.New(diagnosis.HostIPv6)
	} else if err == nil && ip.String() == text {
		return text, nil
	}
	name := strings.TrimSuffix(text, ".")
	_, _, ported := splitHost(name)
	switch {
	case strings.Contains(name, "://"):
		return "", diagnosis.New(diagnosis.HostScheme)
	case strings.Contains(name, "@"):
		return "", diagnosis.New(diagnosis.HostAddress)
	case ported:
		return "", diagnosis.New(diagnosis.HostPort)
	}
	if at := mixedAt(name); at > 0 {
		return "", diagnosis.New(diagnosis.HostLookAlike, "Position", at)
	}
	if p := oddAt(diagnosis.HostSyntax, name, hostCharacter); len(p.Args) > 0 {
		return "", p
	}
	ascii, ok := toASCII(name)
	if !ok {
		return "", diagnosis.New(diagnosis.HostSyntax)
	}
	return ascii, nil
}

// toASCII returns a name as lower-case punycode. It reports whether the name is
// one: without an empty label at the end, and not a broken IPv4 address.
func toASCII(name string) (string, bool) {
	ascii, err := domains.ToASCII(name)
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	return ascii, err == nil && strings.Trim(last, "0123456789") != ""
}

// splitHost splits a name from the port behind it, "imap.example.org:993".
func splitHost(text string) (host, port string, ok bool) {
	host, port, found := strings.Cut(text, ":")
	return host, port, found && host != "" && port != "" && strings.Trim(port, "0123456789") == ""
}

func hostCharacter(r rune) bool {
	return r == '.' || r == '-' || r == '。' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// mixedAt returns the position, from 1, of the first letter that is of another
// script than its neighbours and looks like one of theirs, 0 if there is none.
// "imap.mаil.ru" with a Cyrillic а has one, "почта.рф" has none.
func mixedAt(name string) int {
	if isASCII(name) {
		return 0
	}
	latinEnd := endsLatin(name)
	at := 0
	for label := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '.' || r == '@' }) {
		offset := strings.Index(name[at:], label) + at
		if i := mixedInLabel(label, latinEnd); i >= 0 {
			return utf8.RuneCountInString(name[:offset+i]) + 1
		}
		at = offset + len(label)
	}
	return 0
}

// mixedInLabel returns the byte offset of the first Cyrillic letter of a label
// that also has Latin ones, or that consists of look-alikes only although its
// domain ends in Latin letters. It returns -1 if there is none.
func mixedInLabel(label string, latinEnd bool) int {
	first, latin, alike := -1, false, true
	for i, r := range label {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			if first < 0 {
				first = i
			}
			alike = alike && looksLatin(r)
		case unicode.Is(unicode.Latin, r):
			latin = true
		}
	}
	if first >= 0 && (latin || alike && latinEnd) {
		return first
	}
	return -1
}

// endsLatin reports whether the last label has a Latin letter and no Cyrillic one.
func endsLatin(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return strings.ContainsFunc(last, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) &&
		!strings.ContainsFunc(last, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
