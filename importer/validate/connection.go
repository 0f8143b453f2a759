package validate

import (
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// The ports of RFC 8314 with the encryption that belongs to each.
var (
	incomingPorts = map[int]struct {
		encryption account.Encryption
		imap       bool
	}{
		993: {account.TLS, true},
		143: {account.StartTLS, true},
		995: {account.TLS, false},
		110: {account.StartTLS, false},
	}
	outgoingPorts = map[int]account.Encryption{
		465: account.TLS,
		587: account.StartTLS,
		25:  account.StartTLS,
	}
)

// connections looks at ports, protocol and encryption. What does not belong
// together is a warning: servers on unusual ports exist.
func (c *check) connections() {
	s := &c.row.Settings
	c.incoming(&s.Incoming)
	c.outgoing(&s.Outgoing)
	c.plaintext(account.IncomingEncryption, account.Port, &s.Incoming)
	c.plaintext(account.OutgoingEncryption, account.SMTPPort, &s.Outgoing)
}

func (c *check) incoming(s *account.Server) {
	if _, other := outgoingPorts[s.Port]; other {
		c.report(account.Port, diagnosis.PortOfOtherSide, "Port", number(s.Port))
		return
	}
	usual, known := incomingPorts[s.Port]
	if !known {
		return
	}
	if usual.imap != c.row.Settings.IMAP && !c.broken.Has(account.IMAP) {
		c.report(account.IMAP, diagnosis.PortProtocol, "Port", number(s.Port))
	}
	c.belongs(account.IncomingEncryption, s, usual.encryption)
}

func (c *check) outgoing(s *account.Server) {
	if _, other := incomingPorts[s.Port]; other {
		c.report(account.SMTPPort, diagnosis.PortOfOtherSide, "Port", number(s.Port))
		return
	}
	usual, known := outgoingPorts[s.Port]
	if !known {
		return
	}
	c.belongs(account.OutgoingEncryption, s, usual)
	if s.Port == 25 && c.row.Settings.SMTPAuth {
		c.report(account.SMTPPort, diagnosis.Port25Auth)
	}
}

// belongs warns of an encryption that the port is not for. None at all is told as plaintext.
func (c *check) belongs(f account.Field, s *account.Server, usual account.Encryption) {
	if s.Encryption != usual && s.Encryption != account.Plain && !c.broken.Has(f) {
		c.report(f, diagnosis.PortEncryption, "Port", number(s.Port), "Usual", usual.String())
	}
}

// plaintext warns of a server that gets the password unprotected.
func (c *check) plaintext(f, port account.Field, s *account.Server) {
	if s.Encryption == account.Plain && s.Port != 0 && !c.broken.Has(f) && !c.broken.Has(port) {
		c.report(f, diagnosis.Plaintext)
	}
}
