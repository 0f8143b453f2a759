package mapping

import (
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// filler fills the empty fields of one row. The fields in bad have a cell that is
// unfit: nothing stands in for them, and nothing is made of them.
type filler struct {
	row     *account.Row
	bad     account.Fields
	remarks *remarks
}

// fill gives the empty fields of a row their values, from the strongest source to the weakest.
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

// has reports whether a field has a value.
func (w filler) has(f account.Field) bool {
	return !w.bad.Has(f) && (w.row.Given.Has(f) || w.row.Fills[f] != account.NotFilled)
}

// open reports whether a field still has no value and may get one.
func (w filler) open(f account.Field) bool { return !w.bad.Has(f) && !w.has(f) }

// claim reports whether a field is open, and marks it as filled if it is.
func (w filler) claim(f account.Field, fill account.Fill) bool {
	open := w.open(f)
	if open {
		w.row.Fills[f] = fill
	}
	return open
}

// take fills a field, if it is open, from the same field of another row.
func (w filler) take(f account.Field, fill account.Fill, from *account.Row) {
	if !w.claim(f, fill) {
		return
	}
	if f == account.PortalUser {
		w.row.Owner.User = from.Owner.User
	}
	w.row.Settings.Take(f, &from.Settings)
}

// fromRow makes the login the address, and the outgoing login and password those
// of the incoming server.
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

// settleEncryption makes an encryption of a word that depends on the port.
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
		w.remarks.add(diagnosis.EncryptionStartTLS, f)
	case known && word != tlsWord:
		s.Encryption = usual
		w.row.Given, w.row.Fills[f] = w.row.Given.Without(f), account.FromRule
		w.remarks.add(diagnosis.EncryptionByPort, f)
	case word == notSaid && w.has(side.Port):
		w.row.Report(f, *diagnosis.New(diagnosis.EncryptionMissing, "Port", side.Port))
	}
}

// fromRule fills what the server would otherwise take as POP3, plaintext and the
// whole history.
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

// byPort claims a field for what its port means. For a port that means nothing the
// row has to say it.
func (w filler) byPort(f, port account.Field, known bool, code diagnosis.Code) bool {
	if !known && w.open(f) {
		w.row.Report(f, *diagnosis.New(code, "Port", port))
	}
	return known && w.claim(f, account.FromRule)
}
