// Package preflight logs in to mail servers from this machine with the settings of
// rows, as the portal will before it saves an account (ASC.Mail/Clients/MailClient.cs).
//
// A [Survey] collects the servers and logins that the rows of a file ask for.
// [Client.Probe] tests one server without a login, [Client.Mend] looks for a working
// setting if that fails, and a [Run] logs in with the chosen rows, within bounds.
// Unlike the portal it never sends a password over a connection that should be
// encrypted and is not, or whose certificate is invalid, unless Client.AnyCertificate
// is set. It tries each account once.
package preflight

import (
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Protocol is the protocol of a mail server.
type Protocol string

// The protocols.
const (
	IMAP Protocol = "IMAP"
	POP3 Protocol = "POP3"
	SMTP Protocol = "SMTP"
)

// Server is the incoming or outgoing server of accounts, as the portal connects to it.
type Server struct {
	Protocol   Protocol           `json:"protocol"`
	Host       string             `json:"host"`
	Port       int                `json:"port"`
	Encryption account.Encryption `json:"encryption"`
}

// ServersOf returns the two servers of an account.
func ServersOf(s *account.Settings) (in, out Server) {
	in = Server{POP3, account.FoldHost(s.Incoming.Host), s.Incoming.Port, s.Incoming.Encryption}
	if s.IMAP {
		in.Protocol = IMAP
	}
	return in, Server{SMTP, account.FoldHost(s.Outgoing.Host), s.Outgoing.Port, s.Outgoing.Encryption}
}

// Side returns the side of an account that the server serves.
func (s Server) Side() diagnosis.Side {
	if s.Protocol == SMTP {
		return diagnosis.Outgoing
	}
	return diagnosis.Incoming
}

// Setting returns port and encryption: "993/SSL".
func (s Server) Setting() string {
	return strconv.Itoa(s.Port) + "/" + strings.ToUpper(s.Encryption.String())
}

// String names the server with its setting: "IMAP mail.example.org 993/SSL".
func (s Server) String() string { return string(s.Protocol) + " " + s.Host + " " + s.Setting() }

// put sets the server as its side of an account.
func (s Server) put(to *account.Settings) {
	side := &to.Incoming
	if s.Protocol == SMTP {
		side = &to.Outgoing
	} else {
		to.IMAP = s.Protocol == IMAP
	}
	side.Host, side.Port, side.Encryption = s.Host, s.Port, s.Encryption
}
