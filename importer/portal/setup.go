package portal

import (
	"context"
	"net/url"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Setup asks what the portal knows of the mail servers of an address's domain, and
// reports whether it knows anything: servers, ports, encryption and protocol of
// the settings are its answer. Only the domain matters.
//
// For a domain it does not know the portal makes up an answer that looks the same
// (ASC.Mail/Core/Engine/MailboxEngine.cs, GetDefaultMailboxData). Asked this way it
// makes up POP3 and SMTP without encryption, so that nothing unprotected is taken
// for knowledge.
func (s *Session) Setup(ctx context.Context, address string) (account.Settings, bool, Answer) {
	var one single
	answer := s.read(ctx, &call{
		name: "setup", path: "mail/accounts/setups.json",
		query: url.Values{"email": {address}, "action": {"get_imap_pop_settings"}},
	}, &one)
	if answer.Fate != diagnosis.Done {
		return account.Settings{}, false, answer
	}
	told := one.noun().Settings
	return told, protected(&told.Incoming) && protected(&told.Outgoing), answer
}

func protected(s *account.Server) bool {
	return s.Host != "" && s.Port > 0 && (s.Encryption == account.TLS || s.Encryption == account.StartTLS)
}
