package mapping

import (
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// filler fills the empty fields of one row. The fields in bad have an invalid
// cell: they are not filled, and no other field is derived from them.
type filler struct {
	row     *account.Row
	bad     account.Fields
	remarks *remarks
}

// fill gives the empty fields of a row their values; stronger sources come first.
func (b *Binding) fill(row *account.Row, bad account.Fields) {
	w := filler{row, bad, &b.remarks}
	for f := range b.constants.Given.All() {
		w.take(f, b.constants.Fills[f], &b.constants)
	}
	w.fromPreset(b.presets)
	w.fromRow()
	for _, side := range sides {
		w.settleEncryption(side)
	}
	w.fromRule()
}

// has reports whether a field has a valid value.
func (w filler) has(f account.Field) bool {
	return !w.bad.Has(f) && (w.row.Given.Has(f) || w.row.Fills[f] != account.NotFilled)
}

// open reports whether a field has no value and may be filled.
func (w filler) open(f account.Field) bool { return !w.bad.Has(f) && !w.has(f) }

// claim reports whether a field is open, and if so marks it as filled.
func (w filler) claim(f account.Field, fill account.Fill) bool {
	open := w.open(f)
	if open {
		w.row.Fills[f] = fill
	}
	return open
}

// take copies the value of a field from another row, if the field is open.
func (w filler) take(f account.Field, fill account.Fill, from *account.Row) {
	if !w.claim(f, fill) {
		return
	}
	if f == account.PortalUser {
		w.row.Owner.User = from.Owner.User
	}
	w.row.Settings.Take(f, &from.Settings)
}

// fromRow sets an open login to the address, and an open
// outgoing login and password to those of the incoming server.
func (w filler) fromRow() {
	s := &w.row.Settings
	if w.has(account.Email) && w.claim(account.Account, account.FromRow) {
		s.Incoming.Login = s.Email
	}
	if w.claim(account.SMTPAuth, account.FromRule) {
		s.SMTPAuth = true
	}
	if !w.has(account.SMTPAuth) || !s.SMTPAuth {
		return
	}
	if w.has(account.Account) && w.claim(account.SMTPAccount, account.FromRow) {
		s.Outgoing.Login = s.Incoming.Login
	}
	if w.has(account.Password) && w.claim(account.SMTPPassword, account.FromRow) {
		s.Outgoing.Password = s.Incoming.Password
	}
}

// settleEncryption replaces an encryption that depends on the port by the one that the port implies.
func (w filler) settleEncryption(side account.Side) {
	f, s := side.Encryption, w.row.Settings.Server(side)
	word := s.Encryption
	if word <= account.StartTLS {
		return
	}
	s.Encryption = account.TLS
	usual, known := usualEncryption(side, s.Port)
	switch {
	case known && word == tlsWord && usual == account.StartTLS:
		s.Encryption = usual
		w.remarks.record(diagnosis.EncryptionStartTLS, f)
	case known && word != tlsWord:
		s.Encryption = usual
		w.row.Given, w.row.Fills[f] = w.row.Given.Without(f), account.FromRule
		w.remarks.record(diagnosis.EncryptionByPort, f)
	case word == unspecified && w.has(side.Port):
		w.row.Report(f, *diagnosis.New(diagnosis.EncryptionMissing, "Port", side.Port))
	}
}

// fromRule fills the fields that the portal's server would
// otherwise take as POP3, plaintext and the whole history.
func (w filler) fromRule() {
	s := &w.row.Settings
	for _, side := range sides {
		server := s.Server(side)
		if !w.has(side.Port) {
			continue
		}
		usual, known := usualPort(side, server.Port)
		if side == account.Incoming && w.byPort(account.IMAP, side.Port, known, diagnosis.ProtocolMissing) {
			s.IMAP = usual.IMAP
		}
		if w.byPort(side.Encryption, side.Port, known, diagnosis.EncryptionMissing) {
			server.Encryption = usual.Encryption
		}
	}
	if w.claim(account.Restrict, account.FromRule) {
		s.Restrict = true
	}
	if w.claim(account.AuthIn, account.FromRule) {
		s.Incoming.Auth = account.LoginCmd
	}
	if w.has(account.SMTPAuth) && w.claim(account.AuthSMTP, account.FromRule) && s.SMTPAuth {
		s.Outgoing.Auth = account.LoginCmd
	}
}

// byPort reports whether a field may be filled from its port, and marks it
// as filled. A port that implies nothing is a problem if the field is open.
func (w filler) byPort(f, port account.Field, known bool, code diagnosis.Code) bool {
	if !known && w.open(f) {
		w.row.Report(f, *diagnosis.New(code, "Port", port))
	}
	return known && w.claim(f, account.FromRule)
}
