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
	for i := range b.levels {
		w.fromLevel(&b.levels[i])
	}
	w.fromPreset(b.presets)
	w.fromRow()
	w.settle(account.IncomingEncryption, account.Port, &row.Settings.Incoming)
	w.settle(account.OutgoingEncryption, account.SMTPPort, &row.Settings.Outgoing)
	w.fromRule()
}

// open reports whether a field still has no value and may get one.
func (w filler) open(f account.Field) bool {
	return !w.row.Given.Has(f) && !w.bad.Has(f) && w.row.Fills[f] == account.NotFilled
}

// has reports whether a field has a value.
func (w filler) has(f account.Field) bool {
	return !w.bad.Has(f) && (w.row.Given.Has(f) || w.row.Fills[f] != account.NotFilled)
}

// take fills a field, if it is open, from the same field of other settings.
func (w filler) take(f account.Field, fill account.Fill, from *account.Row) {
	if !w.open(f) {
		return
	}
	w.row.Fills[f] = fill
	if f == account.PortalUser {
		w.row.Owner.User = from.Owner.User
		return
	}
	w.row.Settings.Take(f, &from.Settings)
}

func (w filler) fromLevel(l *level) {
	for f := range l.fields.All() {
		w.take(f, l.fill, &l.values)
	}
}

// fromRow makes the login the address, and the outgoing login and password those
// of the incoming server.
func (w filler) fromRow() {
	s := &w.row.Settings
	if w.open(account.Account) && w.has(account.Email) {
		s.Incoming.Login = s.Email
		w.row.Fills[account.Account] = account.FromRow
	}
	if w.open(account.SMTPAuth) {
		s.SMTPAuth = true
		w.row.Fills[account.SMTPAuth] = account.FromRule
	}
	if !w.has(account.SMTPAuth) || !s.SMTPAuth {
		return
	}
	if w.open(account.SMTPAccount) && w.has(account.Account) {
		s.Outgoing.Login = s.Incoming.Login
		w.row.Fills[account.SMTPAccount] = account.FromRow
	}
	if w.open(account.SMTPPassword) && w.has(account.Password) {
		s.Outgoing.Password = s.Incoming.Password
		w.row.Fills[account.SMTPPassword] = account.FromRow
	}
}

// settle makes an encryption of a word that depends on the port.
func (w filler) settle(f, port account.Field, s *account.Server) {
	word := s.Encryption
	if word <= account.StartTLS {
		return
	}
	s.Encryption = account.TLS
	usual, known := usualEncryption(f, s.Port)
	switch {
	case known && word == tlsWord && usual == account.StartTLS:
		s.Encryption = usual
		w.remarks.add(startTLSRead, f)
	case known && word != tlsWord:
		s.Encryption = usual
		w.row.Given, w.row.Fills[f] = w.row.Given.Without(f), account.FromRule
		w.remarks.add(byPortRead, f)
	case word == notSaid && w.has(port):
		w.row.Report(f, *diagnosis.New(diagnosis.EncryptionMissing, "Port", port))
	}
}

// usualEncryption returns the encryption that a port means to everybody, and
// false if it means none. f is that of the side.
func usualEncryption(f account.Field, port int) (account.Encryption, bool) {
	if f == account.IncomingEncryption {
		usual, known := account.UsualIncoming(port)
		return usual.Encryption, known
	}
	if port == account.RelayPort {
		return account.StartTLS, true
	}
	usual, known := account.UsualOutgoing(port)
	return usual.Encryption, known
}

// startsTLS reports whether connections to a port begin in the clear and change to TLS.
func startsTLS(f account.Field, port int) bool {
	usual, known := usualEncryption(f, port)
	return known && usual == account.StartTLS
}

// fromRule fills what the server would otherwise take as POP3, plaintext and the
// whole history.
func (w filler) fromRule() {
	s := &w.row.Settings
	if w.has(account.Port) {
		usual, known := account.UsualIncoming(s.Incoming.Port)
		w.byPort(account.IMAP, account.Port, known, diagnosis.ProtocolMissing, &account.Settings{IMAP: usual.IMAP})
		w.byPort(account.IncomingEncryption, account.Port, known, diagnosis.EncryptionMissing,
			&account.Settings{Incoming: account.Server{Encryption: usual.Encryption}})
	}
	if w.has(account.SMTPPort) {
		usual, known := account.UsualOutgoing(s.Outgoing.Port)
		w.byPort(account.OutgoingEncryption, account.SMTPPort, known, diagnosis.EncryptionMissing,
			&account.Settings{Outgoing: account.Server{Encryption: usual.Encryption}})
	}
	w.rule(account.Restrict, &account.Settings{Restrict: true})
	w.rule(account.AuthIn, &account.Settings{Incoming: account.Server{Auth: account.LoginCmd}})
	if w.has(account.SMTPAuth) {
		w.rule(account.AuthSMTP, &account.Settings{Outgoing: account.Server{Auth: smtpAuth(s.SMTPAuth)}})
	}
}

func smtpAuth(wanted bool) account.Auth {
	if wanted {
		return account.LoginCmd
	}
	return account.NoAuth
}

// rule fills an open field with a value that always holds.
func (w filler) rule(f account.Field, value *account.Settings) {
	if w.open(f) {
		w.row.Settings.Take(f, value)
		w.row.Fills[f] = account.FromRule
	}
}

// byPort fills an open field with what its port means. For a port that means
// nothing the row has to say it.
func (w filler) byPort(f, port account.Field, known bool, code diagnosis.Code, value *account.Settings) {
	switch {
	case !w.open(f):
	case known:
		w.rule(f, value)
	default:
		p := diagnosis.New(code, "Port", port)
		w.row.Report(f, *p)
	}
}
