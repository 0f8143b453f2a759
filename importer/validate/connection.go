package validate

import (
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// connections checks ports, protocol and encryption. A combination
// that does not fit is a warning: servers on unusual ports exist.
func (c *check) connections() {
	in, out := &c.row.Settings.Incoming, &c.row.Settings.Outgoing
	if usual, known := account.UsualIncoming(in.Port); known {
		if usual.IMAP != c.row.Settings.IMAP && !c.broken.Has(account.IMAP) {
			c.report(account.IMAP, diagnosis.PortProtocol, "Port", in.Port)
		}
		c.belongs(account.IncomingEncryption, in, usual.Encryption)
	} else if _, other := account.UsualOutgoing(in.Port); other || in.Port == account.RelayPort {
		c.report(account.Port, diagnosis.PortOfOtherSide, "Port", in.Port)
	}
	if _, other := account.UsualIncoming(out.Port); other {
		c.report(account.SMTPPort, diagnosis.PortOfOtherSide, "Port", out.Port)
	} else if usual, known := account.UsualOutgoing(out.Port); known {
		c.belongs(account.OutgoingEncryption, out, usual.Encryption)
	}
	if out.Port == account.RelayPort {
		c.belongs(account.OutgoingEncryption, out, account.StartTLS)
		if c.row.Settings.SMTPAuth {
			c.report(account.SMTPPort, diagnosis.Port25Auth)
		}
	}
	c.plaintext(account.IncomingEncryption, account.Port, in)
	c.plaintext(account.OutgoingEncryption, account.SMTPPort, out)
}

// belongs warns of an encryption other than the usual one of the port. No encryption at all is left to plaintext.
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
