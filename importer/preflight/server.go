// Package preflight logs in to mail servers from this machine with the settings of
// rows, as the portal will before it saves an account (ASC.Mail/Clients/MailClient.cs).
//
// A [Survey] gathers what the rows of a file ask for. [Client.Probe] goes to one
// server as far as one gets without a login, [Client.Mend] looks for the setting
// that works where one cannot, and a [Run] logs in with the rows that were chosen,
// gently. Unlike the portal it never sends a password over a connection that was to
// be encrypted and is not, or whose certificate does not hold, and it tries each
// account once.
package preflight

import (
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Protocol is what is spoken with a server.
type Protocol string

// The protocols.
const (
	IMAP Protocol = "IMAP"
	POP3 Protocol = "POP3"
	SMTP Protocol = "SMTP"
)

// Server is one side of accounts as the portal reaches it.
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

// Side returns the side of an account that the server is.
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

// put makes the server that side of an account.
func (s Server) put(to *account.Settings) {
	side := &to.Incoming
	if s.Protocol == SMTP {
		side = &to.Outgoing
	} else {
		to.IMAP = s.Protocol == IMAP
	}
	side.Host, side.Port, side.Encryption = s.Host, s.Port, s.Encryption
}
