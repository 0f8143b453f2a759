package mapping

import "r7import/importer/account"

// sided lists the fields that there are once for each server of a row: that of the
// incoming one, whose name needs no word for the side, and that of the outgoing one.
var sided = [...][2]account.Field{
	{account.Account, account.SMTPAccount},
	{account.Password, account.SMTPPassword},
	{account.ServerHost, account.SMTPServer},
	{account.Port, account.SMTPPort},
	{account.IncomingEncryption, account.OutgoingEncryption},
	{account.AuthIn, account.AuthSMTP},
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
				side := t.sideBefore(i)
				if side == outgoing {
					divided[n] = fields[1]
				}
				plain = plain && side != onPortal && (name == "" || name == folded) // two names may be two things: a login and a UPN
				name = folded
			}
			plain = plain && !taken.Has(divided[n])
			taken = taken.With(divided[n])
		}
		if !plain {
			continue
		}
		for n, i := range sharing {
			t.headings[i].field = divided[n]
		}
	}
}

// sideBefore returns the side of the nearest column before one whose header names a
// side: incoming if there is none, or if a column stands between that belongs to none.
func (t *table) sideBefore(column int) side {
	v := headers()
	for i := column - 1; i >= 0; i-- {
		folded := fold(t.columns[i].Header)
		h, known := lookup(t.columns[i].Header)
		switch s := v.sidesIn(folded); {
		case (s == incoming || s == outgoing || s == onPortal) && (known || v.isSide(folded)):
			return s
		case known && sideOf(h.field) == 0:
			return incoming
		}
	}
	return incoming
}
