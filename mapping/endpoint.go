package mapping

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// ParseIncoming reads how a person writes a server for incoming mail: HOST,
// HOST:PORT, HOST:PORT ENCRYPTION. Without a port it is IMAP over TLS; a port that
// means an encryption needs no word for it. The error is a *[diagnosis.Problem].
func ParseIncoming(text string) (Endpoint, error) {
	return parseEndpoint(text, 993, account.IncomingEncryption, account.UsualIncoming)
}

// ParseOutgoing is [ParseIncoming] for outgoing mail. Without a port it is SMTP over TLS.
func ParseOutgoing(text string) (Endpoint, error) {
	e, err := parseEndpoint(text, 465, account.OutgoingEncryption, account.UsualOutgoing)
	e.POP3 = false
	return e, err
}

func parseEndpoint(text string, port int, f account.Field, usual func(int) (account.UsualPort, bool)) (Endpoint, error) {
	e := Endpoint{Port: port}
	server, word, worded := strings.Cut(clean(text), " ")
	host, digits, ported := strings.Cut(server, ":")
	var problem *diagnosis.Problem
	if e.Host, problem = parseHost(host); problem != nil {
		return Endpoint{}, problem
	}
	if ported {
		if e.Port, problem = parsePort(digits); problem != nil {
			return Endpoint{}, problem
		}
	}
	rule, known := usual(e.Port)
	e.POP3 = known && !rule.IMAP
	switch {
	case worded:
		e.Encryption, problem = parseFixedEncryption(clean(word), startsTLS(f, e.Port))
	case known:
		e.Encryption = rule.Encryption
	default:
		problem = diagnosis.New(diagnosis.EncryptionMissing, "Port", account.Port)
	}
	if problem != nil {
		return Endpoint{}, problem
	}
	return e, nil
}
