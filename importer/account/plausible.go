package account

import (
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"r7import/importer/diagnosis"
)

// Identity is what a row says of whom it is about. It may be shown and stored once
// it is [Identity.Plausible].
type Identity struct {
	Name  string // display name
	Email string
	Owner string // address or GUID of the portal person
}

// Plausible returns the identity without what does not look like what it should
// be: in a row whose cells have slipped, a password may stand in its place. A row
// that has passed the checks needs less proof than an invalid one.
func (i Identity) Plausible(invalid bool, problems []diagnosis.Problem) Identity {
	if !IsAddress(i.Email, invalid) {
		i.Email = ""
	}
	if !IsGUID(i.Owner) && !IsAddress(i.Owner, invalid) {
		i.Owner = ""
	}
	if i.Email == "" && !isPersonsName(i.Name) || slices.ContainsFunc(problems, doubtsName) {
		i.Name = ""
	}
	return i
}

// isPersonsName reports whether text is several words of letters, each with a capital:
// what no password that slipped a column looks like.
func isPersonsName(text string) bool {
	words := strings.Fields(text)
	for _, word := range words {
		for i, r := range strings.TrimSuffix(word, ".") {
			if i == 0 && !unicode.IsUpper(r) || !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' {
				return false
			}
		}
	}
	return len(words) > 1
}

func doubtsName(p diagnosis.Problem) bool {
	switch p.Code {
	case diagnosis.RowWidth, diagnosis.RowTooWide, diagnosis.QuoteStray, diagnosis.QuoteUnclosed:
		return true
	}
	return p.Field == Name.String() && p.Severity() == diagnosis.Error
}

// IsAddress reports whether text is one bare e-mail address. A dotted one has a
// domain of several labels that ends in letters; that keeps out most passwords
// with an @ in them, and rows that passed the checks need no such proof.
func IsAddress(text string, dotted bool) bool {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Name != "" || a.Address != text {
		return false
	}
	if !dotted {
		return true
	}
	_, domain, _ := strings.Cut(text, "@")
	_, err = netip.ParseAddr(domain)
	return err != nil && IsHost(domain)
}

// IsHost reports whether text looks like the name of a server to everybody: labels
// of which the last has letters only, or an address of four numbers. A name of one
// label may be one inside a company, and a password as well.
func IsHost(text string) bool {
	if ip, err := netip.ParseAddr(text); err == nil {
		return ip.Is4()
	}
	labels := strings.Split(text, ".")
	return len(labels) > 1 && !slices.ContainsFunc(labels, func(l string) bool { return !isLabel(l) }) && isTopLevel(labels[len(labels)-1])
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, r := range s {
		if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

func isTopLevel(s string) bool {
	if strings.HasPrefix(s, "xn--") {
		return true
	}
	letters := 0
	for _, r := range s {
		if !unicode.IsLetter(r) {
			return false
		}
		letters++
	}
	return letters > 1
}

// IsGUID reports whether text is a GUID as the portal writes it.
func IsGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, c := range []byte(text) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
				return false
			}
		}
	}
	return true
}
