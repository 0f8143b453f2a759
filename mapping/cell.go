package mapping

import (
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// meaning is what a text stands for, or why it stands for nothing.
type meaning[V any] struct {
	value   V
	problem *diagnosis.Problem
}

// learn makes a memo of a parser.
func learn[V any](parse func(string) (V, *diagnosis.Problem)) memo[meaning[V]] {
	return newMemo(func(text string) meaning[V] {
		return result(parse(text))
	})
}

// reader turns the texts of cells into values. It is not safe for concurrent use.
type reader struct {
	hosts       memo[meaning[string]]
	domains     memo[meaning[string]]
	protocols   memo[meaning[bool]]
	periods     memo[meaning[bool]]
	bools       memo[meaning[bool]]
	encryptions memo[meaning[account.Encryption]]
	switches    memo[meaning[account.Encryption]]
	auths       memo[meaning[account.Auth]]
	switched    account.Fields // encryptions whose column is named for SSL or TLS
}

func newReader() *reader {
	word := func(f account.Field) memo[meaning[bool]] {
		return learn(func(text string) (bool, *diagnosis.Problem) { return parseBool(f, text) })
	}
	return &reader{
		hosts:       learn(parseHost),
		domains:     learn(parseDomain),
		protocols:   word(account.IMAP),
		periods:     word(account.Restrict),
		bools:       word(account.SMTPAuth),
		encryptions: learn(parseEncryption),
		switches:    learn(parseSwitch),
		auths:       learn(parseAuth),
	}
}

// put reads a text for a field and puts its value into the row. Where the text
// does not fit, the row stays as it was and the problem says why, without a place.
func (r *reader) put(row *account.Row, f account.Field, text string) *diagnosis.Problem {
	s := &row.Settings
	switch f {
	case account.Name:
		s.Name = text
	case account.Email:
		return keep(&s.Email, result(r.address(text)))
	case account.Account:
		s.Incoming.Login = text
	case account.Password:
		s.Incoming.Password = account.NewSecret(text)
	case account.Port:
		return keep(&s.Incoming.Port, result(parsePort(text)))
	case account.ServerHost:
		return keep(&s.Incoming.Host, r.hosts.of(text))
	case account.SMTPAccount:
		s.Outgoing.Login = text
	case account.SMTPPassword:
		s.Outgoing.Password = account.NewSecret(text)
	case account.SMTPPort:
		return keep(&s.Outgoing.Port, result(parsePort(text)))
	case account.SMTPServer:
		return keep(&s.Outgoing.Host, r.hosts.of(text))
	case account.SMTPAuth:
		return keep(&s.SMTPAuth, r.bools.of(text))
	case account.IMAP:
		return keep(&s.IMAP, r.protocols.of(text))
	case account.Restrict:
		return keep(&s.Restrict, r.periods.of(text))
	case account.IncomingEncryption:
		return keep(&s.Incoming.Encryption, r.encryption(f, text))
	case account.OutgoingEncryption:
		return keep(&s.Outgoing.Encryption, r.encryption(f, text))
	case account.AuthIn:
		return keep(&s.Incoming.Auth, r.auths.of(text))
	case account.AuthSMTP:
		return keep(&s.Outgoing.Auth, r.auths.of(text))
	case account.PortalUser:
		row.Owner.User = text
	case account.PortalPassword:
		row.Owner.Password = account.NewSecret(text)
	case account.PortalToken:
		row.Owner.Token = account.NewSecret(text)
	}
	return nil
}

func (r *reader) encryption(f account.Field, text string) meaning[account.Encryption] {
	if r.switched.Has(f) {
		return r.switches.of(text)
	}
	return r.encryptions.of(text)
}

// address is [ParseAddress] with a memory for domains.
func (r *reader) address(text string) (string, *diagnosis.Problem) {
	local, domain, problem := splitAddress(text)
	if problem != nil {
		return "", problem
	}
	m := r.domains.of(domain)
	if m.problem != nil {
		return "", m.problem
	}
	return joinAddress(text, local, m.value)
}

func keep[V any](to *V, m meaning[V]) *diagnosis.Problem {
	if m.problem == nil {
		*to = m.value
	}
	return m.problem
}

// result joins what a parser returns.
func result[V any](value V, problem *diagnosis.Problem) meaning[V] {
	return meaning[V]{value, problem}
}
