package mapping

import (
	"slices"

	"r7import/importer/account"
)

// sided lists the fields that there are once for each side of a row: that of the
// incoming server, whose name needs no word for the side, that of the outgoing
// one, and that of the portal, NumFields for none.
var sided = [...][3]account.Field{
	{account.Account, account.SMTPAccount, account.PortalUser},
	{account.Password, account.SMTPPassword, account.PortalPassword},
	{account.ServerHost, account.SMTPServer, account.NumFields},
	{account.Port, account.SMTPPort, account.NumFields},
	{account.IncomingEncryption, account.OutgoingEncryption, account.NumFields},
	{account.AuthIn, account.AuthSMTP, account.NumFields},
}

// divide gives columns that share one field, and whose headers name no side, to
// the sides of the neighbours before them: of "IMAP server, Port, SMTP server,
// Port" the second port is the outgoing one. Where that does not give each column
// a field of its own, all stay as they are, and [table.doubts] tells of them.
func (t *table) divide() {
	for _, fields := range sided {
		var sharing []int
		for i, h := range t.headings {
			if h.field == fields[0] {
				sharing = append(sharing, i)
			}
		}
		if len(sharing) < 2 {
			continue
		}
		taken, divided := t.fields().Without(fields[0]), make([]account.Field, len(sharing))
		plain, name := true, ""
		for n, i := range sharing {
			divided[n] = fields[0]
			if folded := fold(t.columns[i].Header); headers().sidesIn(folded) == 0 && !t.settled[i] {
				divided[n] = fields[t.sideBefore(i)]
				plain = plain && (name == "" || name == folded) // two names may be two things: a login and a UPN
				name = folded
			}
			f := divided[n]
			plain = plain && f < account.NumFields && !taken.Has(f)
			if plain {
				taken = taken.With(f)
			}
		}
		if !plain {
			continue
		}
		for n, i := range sharing {
			t.headings[i].field = divided[n]
		}
	}
}

// sideBefore returns the side, as an index into [sided], of the nearest column
// before one whose header names a side: incoming if there is none, or if a column
// stands between that belongs to no side.
func (t *table) sideBefore(column int) int {
	v := headers()
	for i := column - 1; i >= 0; i-- {
		folded := fold(t.columns[i].Header)
		h, known := lookup(t.columns[i].Header)
		if s := slices.Index([]side{incoming, outgoing, onPortal}, v.sidesIn(folded)); s >= 0 && (known || slices.Contains(v.sides[s], folded)) {
			return s
		}
		if known && sideOf(h.field) == 0 {
			break
		}
	}
	return 0
}
