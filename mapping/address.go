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

// ParseAddress returns a bare e-mail address with its domain as lower-case
// punycode and its local part as it is. The error is a *diagnosis.Problem.
func ParseAddress(text string) (string, error) {
	address, problem := parseAddress(clean(text), parseDomain)
	if problem != nil {
		return "", problem
	}
	return address, nil
}

// parseAddress reads an address with one of the ways to read its domain. The local
// part has the form of a dot-atom (RFC 5322, section 3.2.3; letters of any script by
// RFC 6531): quoted ones exist and no portal or provider takes them.
func parseAddress(text string, parseDomain func(string) (string, *diagnosis.Problem)) (string, *diagnosis.Problem) {
	local, domain, found := strings.Cut(text, "@")
	plain := plainLocalPart(local) && plainLocalPart(domain) // as nearly all are: then no character is odd
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
	case whole == len(text) && strings.HasSuffix(text, ascii): // as it was, which needs no copy
		return text, nil
	}
	return local + "@" + ascii, nil
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

// toASCII returns a name as lower-case punycode. It reports whether the name is
// one: without an empty label at the end, and not a broken IPv4 address.
func toASCII(name string) (string, bool) {
	ascii, err := domains.ToASCII(name)
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	return ascii, err == nil && strings.Trim(last, "0123456789") != ""
}

// splitHost splits a name from the port behind it, "imap.example.org:993". A text
// without a port is the name.
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

// mixedAt returns the position, from 1, of the first letter that is of another
// script than its neighbours and looks like one of theirs, 0 if there is none.
// "imap.mаil.ru" with a Cyrillic а has one, "почта.рф" has none. In a domain that ends
// in Latin letters, a label that consists of look-alikes only is one as well.
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

// parsePort reads a port number as people and spreadsheets write it: "993", "993.0", "993,00".
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

// wholeNumber cuts the zeros behind the decimal sign off a whole number.
func wholeNumber(text string) string {
	if at := strings.IndexAny(text, ".,"); at > 0 && at < len(text)-1 && strings.Trim(text[at+1:], "0") == "" {
		return text[:at]
	}
	return text
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// sides are the two servers of an account, in the order in which they are filled and checked.
var sides = [...]account.Side{account.Incoming, account.Outgoing}

// usualPort returns what follows from the port of a side, and false if nothing does.
func usualPort(side account.Side, port int) (account.UsualPort, bool) {
	if side == account.Outgoing {
		return account.UsualOutgoing(port)
	}
	return account.UsualIncoming(port)
}

// usualEncryption returns the encryption that a port of a side means to everybody, and
// false if it means none.
func usualEncryption(side account.Side, port int) (account.Encryption, bool) {
	if side == account.Outgoing && port == account.RelayPort {
		return account.StartTLS, true
	}
	usual, known := usualPort(side, port)
	return usual.Encryption, known
}

// ParseIncoming reads how a person writes a server for incoming mail: HOST,
// HOST:PORT, HOST:PORT ENCRYPTION. Without a port it is IMAP over TLS; a port that
// means an encryption needs no word for it. The error is a *[diagnosis.Problem].
func ParseIncoming(text string) (Endpoint, error) { return parseEndpoint(text, account.Incoming, 993) }

// ParseOutgoing is [ParseIncoming] for outgoing mail. Without a port it is SMTP over TLS.
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
