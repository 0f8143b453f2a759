package mapping

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Limits of RFC 5321, section 4.5.3.1, in bytes. The whole address loses the two angle brackets of a path.
const (
	maxLocalPart = 64
	maxAddress   = 254
)

// ParseAddress returns an e-mail address with its domain as lower-case
// punycode and its local part unchanged. The error is a *diagnosis.Problem.
func ParseAddress(text string) (string, error) {
	address, problem := parseAddress(clean(text), parseDomain)
	if problem != nil {
		return "", problem
	}
	return address, nil
}

// parseAddress reads an address; parseDomain reads its domain. The local
// part must be a dot-atom (RFC 5322, section 3.2.3; letters of any script
// by RFC 6531): quoted ones exist, but no portal or provider accepts them.
func parseAddress(text string, parseDomain func(string) (string, *diagnosis.Problem)) (string, *diagnosis.Problem) {
	local, domain, found := strings.Cut(text, "@")
	plain := plainLocalPart(local) && plainLocalPart(domain) // true for nearly all addresses; then no character needs a look
	switch {
	case !plain && (strings.ContainsAny(text, "<>,;\"():") || strings.Contains(domain, "@")):
		return "", diagnosis.New(diagnosis.AddressNotBare)
	case !found || local == "" || domain == "":
		return "", diagnosis.New(diagnosis.AddressSyntax)
	case !plain:
		if p := oddAt(diagnosis.AddressSyntax, local, localCharacter); len(p.Args) > 0 {
			return "", p
		}
	}
	if at := mixedAt(text); at > 0 {
		return "", diagnosis.New(diagnosis.AddressLookAlike, "Position", at)
	}
	if len(local) > maxLocalPart || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return "", diagnosis.New(diagnosis.AddressSyntax)
	}
	ascii, problem := parseDomain(domain)
	whole := len(local) + 1 + len(ascii)
	switch {
	case problem != nil:
		return "", problem
	case whole > maxAddress:
		return "", diagnosis.New(diagnosis.AddressSyntax)
	case whole == len(text) && strings.HasSuffix(text, ascii): // unchanged, so no copy is needed
		return text, nil
	}
	return local + "@" + ascii, nil
}

// plainLocalPart reports whether a part consists of allowed ASCII characters.
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

// parseDomain returns the domain of an address as lower-case punycode. It
// must have at least two labels, and the last one must not be a number.
func parseDomain(text string) (string, *diagnosis.Problem) {
	fit := !strings.ContainsFunc(text, func(r rune) bool { return !hostCharacter(r) })
	ascii, ok := toASCII(text)
	if !fit || !ok || !strings.Contains(ascii, ".") {
		return "", diagnosis.New(diagnosis.AddressDomain)
	}
	return ascii, nil
}

// domains converts names to the form that the DNS is queried with. Unlike idna.Lookup it
// refuses empty and over-long labels and any character but letters, digits and hyphens.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true), idna.StrictDomainName(true))

// ParseHost returns the name of a mail server as it is sent to the portal: a DNS name
// as lower-case punycode, or an IPv4 address. The error is a *diagnosis.Problem.
func ParseHost(text string) (string, error) {
	host, problem := parseHost(clean(text))
	if problem != nil {
		return "", problem
	}
	return host, nil
}

func parseHost(text string) (string, *diagnosis.Problem) {
	name := strings.TrimSuffix(text, ".")
	ip, err := netip.ParseAddr(strings.Trim(text, "[]"))
	_, _, ported := splitHost(name)
	switch {
	case err == nil && !ip.Is4():
		return "", diagnosis.New(diagnosis.HostIPv6)
	case err == nil && ip.String() == text:
		return text, nil
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

// toASCII returns a name as lower-case punycode. ok is false for an invalid
// name, also one whose last label is empty or a number (a broken IPv4 address).
func toASCII(name string) (string, bool) {
	ascii, err := domains.ToASCII(name)
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	return ascii, err == nil && strings.Trim(last, "0123456789") != ""
}

// splitHost splits "imap.example.org:993" into name and port.
// If there is no port, it returns text as the host and false.
func splitHost(text string) (host, port string, ok bool) {
	host, port, found := strings.Cut(text, ":")
	if !found || host == "" || port == "" || strings.Trim(port, "0123456789") != "" {
		return text, "", false
	}
	return host, port, true
}

func hostCharacter(r rune) bool {
	return r == '.' || r == '-' || r == '。' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// mixedAt returns the position, from 1, of the first Cyrillic letter in a label
// that also has Latin ones, 0 if there is none. "imap.mаil.ru" with a Cyrillic а
// has one, "почта.рф" has none. If the domain ends in Latin letters, a Cyrillic
// label that consists of letters with Latin look-alikes counts as well.
func mixedAt(name string) int {
	if account.IsASCII(name) {
		return 0
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	endsLatin := strings.ContainsFunc(last, isLatin) && !strings.ContainsFunc(last, isCyrillic)
	at := 0
	for label := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '.' || r == '@' }) {
		at += strings.Index(name[at:], label)
		first := strings.IndexFunc(label, isCyrillic)
		hasOther := strings.ContainsFunc(label, func(r rune) bool { return isCyrillic(r) && !looksLatin(r) })
		if first >= 0 && (strings.ContainsFunc(label, isLatin) || endsLatin && !hasOther) {
			return utf8.RuneCountInString(name[:at+first]) + 1
		}
		at += len(label)
	}
	return 0
}

func isCyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

const maxPort = 65535

// parsePort reads a port number in the forms that people and spreadsheets write: "993", "993.0", "993,00".
func parsePort(text string) (int, *diagnosis.Problem) {
	digits := wholeNumber(text)
	n := 0
	for i := range len(digits) {
		if !isDigit(rune(digits[i])) {
			return 0, oddAt(diagnosis.PortSyntax, text, isDigit)
		}
		n = min(n*10+int(digits[i]-'0'), maxPort+1)
	}
	switch {
	case digits == "" || len(digits) > 1 && digits[0] == '0':
		return 0, diagnosis.New(diagnosis.PortSyntax)
	case n == 0 || n > maxPort:
		return 0, diagnosis.New(diagnosis.PortRange, "Max", maxPort)
	}
	return n, nil
}

// wholeNumber removes a decimal sign followed by zeros only.
func wholeNumber(text string) string {
	if at := strings.IndexAny(text, ".,"); at > 0 && at < len(text)-1 && strings.Trim(text[at+1:], "0") == "" {
		return text[:at]
	}
	return text
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// sides are the two servers of an account, in the order in which they are filled.
var sides = [...]account.Side{account.Incoming, account.Outgoing}

// usualPort returns what a port of a side implies, and false if it implies nothing.
func usualPort(side account.Side, port int) (account.UsualPort, bool) {
	if side == account.Outgoing {
		return account.UsualOutgoing(port)
	}
	return account.UsualIncoming(port)
}

// usualEncryption returns the usual encryption
// of a port of a side, and false if it has none.
func usualEncryption(side account.Side, port int) (account.Encryption, bool) {
	if side == account.Outgoing && port == account.RelayPort {
		return account.StartTLS, true
	}
	usual, known := usualPort(side, port)
	return usual.Encryption, known
}

// ParseIncoming reads a server for incoming mail: HOST, HOST:PORT or
// HOST:PORT ENCRYPTION. The default port is 993, IMAP over TLS; a port with a
// usual encryption needs no word for it. The error is a *[diagnosis.Problem].
func ParseIncoming(text string) (Endpoint, error) { return parseEndpoint(text, account.Incoming, 993) }

// ParseOutgoing is [ParseIncoming] for outgoing mail. The default port is 465, SMTP over TLS.
func ParseOutgoing(text string) (Endpoint, error) { return parseEndpoint(text, account.Outgoing, 465) }

func parseEndpoint(text string, side account.Side, port int) (Endpoint, error) {
	e := Endpoint{Port: port}
	server, word, worded := strings.Cut(clean(text), " ")
	host, digits, ported := strings.Cut(server, ":")
	var problem *diagnosis.Problem
	if e.Host, problem = parseHost(host); problem != nil {
		return Endpoint{}, problem
	}
	if ported {
		if e.Port, problem = parsePort(digits); problem != nil {
			return Endpoint{}, problem
		}
	}
	usual, known := usualPort(side, e.Port)
	e.POP3 = side == account.Incoming && known && !usual.IMAP
	switch {
	case worded:
		e.Encryption, problem = parseFixedEncryption(clean(word), side, e.Port)
	case known:
		e.Encryption = usual.Encryption
	default:
		problem = diagnosis.New(diagnosis.EncryptionMissing, "Port", account.Port)
	}
	if problem != nil {
		return Endpoint{}, problem
	}
	return e, nil
}
