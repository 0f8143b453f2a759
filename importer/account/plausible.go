package account

import (
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// Identity is what a row says about the person it is for.
// It may be shown and stored after [Identity.Plausible].
type Identity struct {
	Name  string // display name
	Email string
	Owner string // address or GUID of the portal person
}

// Plausible returns the identity without the parts that do not have the form they
// should have: in a row whose cells have shifted, a password may stand in their
// place. A row that passed the checks needs less proof than an invalid one.
func (i Identity) Plausible(invalid bool, problems []diagnosis.Problem) Identity {
	if !IsAddress(i.Email, invalid) {
		i.Email = ""
	}
	if !IsGUID(i.Owner) && !IsAddress(i.Owner, invalid) {
		i.Owner = ""
	}
	doubtsName := func(p diagnosis.Problem) bool {
		return slices.Contains(shiftedCodes, p.Code) || p.Field == Name.String() && p.Severity() == diagnosis.Error
	}
	if i.Email == "" && !isPersonsName(i.Name) || slices.ContainsFunc(problems, doubtsName) {
		i.Name = ""
	}
	return i
}

// shiftedCodes are the problems of rows whose cells may have shifted.
var shiftedCodes = []diagnosis.Code{diagnosis.RowWidth, diagnosis.RowTooWide, diagnosis.QuoteStray, diagnosis.QuoteUnclosed}

// isPersonsName reports whether text is two or more words of
// letters, each with a capital: a form that no shifted password has.
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

// IsAddress reports whether text is an e-mail address without a name. If dotted
// is set, its domain must have several labels and end in letters, which most
// passwords with an @ do not; rows that passed the checks need no such proof.
func IsAddress(text string, dotted bool) bool {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Name != "" || a.Address != text {
		return false
	}
	domain := Address(text).Domain()
	_, notNumeric := netip.ParseAddr(domain)
	return !dotted || notNumeric != nil && IsHost(domain)
}

// IsHost reports whether text has the form of a public server name: several
// labels, of which the last has letters only, or an IPv4 address. A name of one
// label is refused: it may be a host inside a company, but a password as well.
func IsHost(text string) bool {
	if ip, err := netip.ParseAddr(text); err == nil {
		return ip.Is4()
	}
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			return false
		}
	}
	last := labels[len(labels)-1]
	hasOther := strings.ContainsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) })
	return len(labels) > 1 && (strings.HasPrefix(last, "xn--") || !hasOther && utf8.RuneCountInString(last) > 1)
}

// IsGUID reports whether text is a GUID as the portal writes it.
func IsGUID(text string) bool {
	for i, c := range []byte(text) {
		atDash := i == 8 || i == 13 || i == 18 || i == 23
		if atDash != (c == '-') || !atDash && strings.IndexByte("0123456789abcdefABCDEF", c) < 0 {
			return false
		}
	}
	return len(text) == 36
}
