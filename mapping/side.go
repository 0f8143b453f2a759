package mapping

import (
	"slices"
	"strings"

	"r7import/importer/account"
)

// side is which of a person's three accounts a header is about: the incoming
// server, the outgoing one, the portal.
type side uint8

const (
	incoming side = 1 << iota
	outgoing
	onPortal
)

// sideOf returns the side a field is on, 0 if it is on none.
func sideOf(f account.Field) side {
	switch f {
	case account.Account, account.Password, account.Port, account.ServerHost, account.IMAP, account.IncomingEncryption, account.AuthIn:
		return incoming
	case account.SMTPAccount, account.SMTPPassword, account.SMTPPort, account.SMTPServer, account.SMTPAuth, account.OutgoingEncryption, account.AuthSMTP:
		return outgoing
	case account.PortalUser, account.PortalPassword, account.PortalToken:
		return onPortal
	}
	return 0
}

// sidesIn returns the sides that a folded text tells of.
func (v *vocabulary) sidesIn(folded string) (sides side) {
	for i, words := range v.sides {
		if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(folded, word) }) {
			sides |= 1 << i
		}
	}
	return sides
}

// isSide reports whether a folded text is nothing but a word for a side.
func (v *vocabulary) isSide(folded string) bool {
	return slices.ContainsFunc(v.sides[:], func(words []string) bool { return slices.Contains(words, folded) })
}
