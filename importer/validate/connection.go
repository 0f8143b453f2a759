package validate

import (
	"r7import/importer/account"
	"r7import/importer/diagnosis"
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
	usual, known := account.UsualIncoming(s.Port)
	if !known {
		if _, other := account.UsualOutgoing(s.Port); other || s.Port == account.RelayPort {
			c.report(account.Port, diagnosis.PortOfOtherSide, "Port", s.Port)
		}
		return
	}
	if usual.IMAP != c.row.Settings.IMAP && !c.broken.Has(account.IMAP) {
		c.report(account.IMAP, diagnosis.PortProtocol, "Port", s.Port)
	}
	c.belongs(account.IncomingEncryption, s, usual.Encryption)
}

func (c *check) outgoing(s *account.Server) {
	if _, other := account.UsualIncoming(s.Port); other {
		c.report(account.SMTPPort, diagnosis.PortOfOtherSide, "Port", s.Port)
		return
	}
	if usual, known := account.UsualOutgoing(s.Port); known {
		c.belongs(account.OutgoingEncryption, s, usual.Encryption)
	}
	if s.Port == account.RelayPort {
		c.belongs(account.OutgoingEncryption, s, account.StartTLS)
		if c.row.Settings.SMTPAuth {
			c.report(account.SMTPPort, diagnosis.Port25Auth)
		}
	}
}

// belongs warns of an encryption that the port is not for. None at all is told as plaintext.
func (c *check) belongs(f account.Field, s *account.Server, usual account.Encryption) {
	if s.Encryption != usual && s.Encryption != account.Plain && !c.broken.Has(f) {
		c.report(f, diagnosis.PortEncryption, "Port", s.Port, "Usual", usual)
	}
}

// plaintext warns of a server that gets the password unprotected.
func (c *check) plaintext(f, port account.Field, s *account.Server) {
	if s.Encryption == account.Plain && s.Port != 0 && !c.broken.Has(f) && !c.broken.Has(port) {
		c.report(f, diagnosis.Plaintext)
	}
}
