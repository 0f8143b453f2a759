package portal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// listed is ASC.Mail/Data/Contracts/MailAccountData.cs: what create and update
// answer, and each item of the list.
type listed struct {
	MailboxID  number `json:"mailboxId"`
	Email      string `json:"email"`
	Enabled    bool   `json:"enabled"`
	Name       string `json:"name"`
	OAuth      bool   `json:"oAuthConnection"`
	QuotaError bool   `json:"quotaError"`
	AuthError  bool   `json:"authError"`
	IsGroup    bool   `json:"isGroup"`
	IsAlias    bool   `json:"isAlias"`
	IsTeamlab  bool   `json:"isTeamlabMailbox"`
}

func (l *listed) noun() account.Mailbox {
	return account.Mailbox{
		ID: int64(l.MailboxID), Address: l.Email, Name: l.Name, Enabled: l.Enabled, AuthError: l.AuthError, QuotaError: l.QuotaError,
		Hosted: l.IsTeamlab, Alias: l.IsAlias, Group: l.IsGroup, OAuth: l.OAuth,
	}
}

// single is ASC.Mail/Data/Contracts/MailBoxData.cs, with names of its own and
// ports as texts.
type single struct {
	ID           number `json:"id"`
	Email        string `json:"email"`
	Name         string `json:"name"`
	Account      string `json:"account"`
	Server       string `json:"server"`
	Port         number `json:"port"`
	SMTPAccount  string `json:"smtp_account"`
	SMTPServer   string `json:"smtp_server"`
	SMTPPort     number `json:"smtp_port"`
	SMTPAuth     bool   `json:"smtp_auth"`
	IMAP         bool   `json:"imap"`
	Restrict     bool   `json:"restrict"`
	Encryption   number `json:"incoming_encryption_type"`
	SMTPSecurity number `json:"outcoming_encryption_type"`
	AuthIn       number `json:"auth_type_in"`
	AuthSMTP     number `json:"auth_type_smtp"`
	IsOAuth      bool   `json:"is_oauth"`
	IsTeamlab    bool   `json:"is_teamlab"`
}

func (s *single) noun() account.Mailbox {
	return account.Mailbox{
		ID: int64(s.ID), Address: s.Email, Name: s.Name, Hosted: s.IsTeamlab, OAuth: s.IsOAuth, Detailed: true,
		Settings: account.Settings{
			Name: s.Name, Email: s.Email, SMTPAuth: s.SMTPAuth, IMAP: s.IMAP, Restrict: s.Restrict,
			Incoming: account.Server{
				Host: s.Server, Port: int(s.Port), Login: s.Account,
				Encryption: account.Encryption(s.Encryption), Auth: account.Auth(s.AuthIn),
			},
			Outgoing: account.Server{
				Host: s.SMTPServer, Port: int(s.SMTPPort), Login: s.SMTPAccount,
				Encryption: account.Encryption(s.SMTPSecurity), Auth: account.Auth(s.AuthSMTP),
			},
		},
	}
}

// number is an integer that the portal writes as a number here and as a text
// there; null and the empty text are 0.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(raw []byte) error {
	text := strings.TrimSpace(strings.Trim(string(raw), `"`))
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	*n = number(v)
	return err
}

// Accounts lists what mail the session's person has: accounts, aliases and
// groups. The portal answers from memory for up to 20 minutes, and shows one of
// two accounts that have the same address. More than 200 take more than one exchange.
func (s *Session) Accounts(ctx context.Context) ([]account.Mailbox, Answer) {
	var all []account.Mailbox
	last := Answer{Fate: diagnosis.Done}
	for page, answer := range pages[listed](ctx, s, "accounts", "mail/accounts.json", url.Values{}) {
		last = answer
		if answer.Fate != diagnosis.Done {
			return nil, answer
		}
		for i := range page {
			all = append(all, page[i].noun())
		}
	}
	return all, last
}

// Find looks for one account in the portal's database. Not to be there is a good
// answer; the portal says it with an error of its own words, and any other error
// says nothing about the account.
func (s *Session) Find(ctx context.Context, address string) (account.Mailbox, bool, Answer) {
	call := &call{name: "find", path: "mail/accounts/single.json", query: url.Values{"email": {address}}}
	one, answer := ask(ctx, s, call, func(one *single) bool {
		return one.ID > 0 && account.Address(one.Email).Equal(account.Address(address))
	})
	switch {
	case answer.Code == diagnosis.MailboxMissing && answer.Status == http.StatusInternalServerError:
		return account.Mailbox{}, false, answer.turned(call, "")
	case answer.Fate != diagnosis.Done:
		return account.Mailbox{}, false, answer
	}
	return one.noun(), true, answer
}

// Create sets up an account. ready, if given, is called once the request has been
// let through and before anything of it leaves; its error calls the request off.
// The portal logs in to both mail servers before it answers, and overwrites an
// account of this address without a word: look first.
func (s *Session) Create(ctx context.Context, settings *account.Settings, ready func() error) Answer {
	return s.save(ctx, settings, &call{name: "create", method: http.MethodPost, ready: ready})
}

// Update changes an account. Every setting is written, so settings come from
// [Session.Find]; empty passwords keep the stored ones, and the protocol stays
// what it was. What it resets at the portal besides is much: the state of
// synchronisation, forwarding to a folder, whether the mailbox is the portal's own.
func (s *Session) Update(ctx context.Context, settings *account.Settings, ready func() error) Answer {
	return s.save(ctx, settings, &call{name: "update", method: http.MethodPut, ready: ready})
}

func (s *Session) save(ctx context.Context, settings *account.Settings, call *call) Answer {
	call.path, call.write = "mail/accounts.json", true
	call.secrets, call.values = []account.Secret{settings.Incoming.Password, settings.Outgoing.Password}, valuesOf(settings)
	call.body, call.media = requestFields(settings).encode()
	made, answer := ask(ctx, s, call, func(made *listed) bool {
		return made.MailboxID > 0 && account.Address(made.Email).Equal(account.Address(settings.Email))
	})
	if answer.Fate == diagnosis.Done {
		answer.Mailbox = made.noun()
	}
	return answer
}

// valuesOf returns the texts of an account that are no secrets.
func valuesOf(s *account.Settings) (values []string) {
	for _, f := range []account.Field{
		account.Name, account.Email, account.Account, account.ServerHost, account.SMTPAccount, account.SMTPServer,
	} {
		values = append(values, s.Text(f))
	}
	return values
}

// SetEnabled switches an account on or off. Switching on logs in to the mail
// servers first, switching off does not.
func (s *Session) SetEnabled(ctx context.Context, address string, enabled bool) Answer {
	body := new(fields)
	body.text("email", address)
	body.literal("state", strconv.FormatBool(enabled))
	call := &call{name: "set enabled", method: http.MethodPut, path: "mail/accounts/state.json", write: true}
	call.body, call.media = body.encode()
	id, answer := ask(ctx, s, call, func(id *number) bool { return *id > 0 })
	if answer.Fate == diagnosis.Done {
		answer.Mailbox = account.Mailbox{ID: int64(id), Address: address, Enabled: enabled}
	}
	return answer
}

// Operation is a removal the portal works at in the background.
type Operation struct {
	ID        string
	MailboxID int64 // 0 once the portal has forgotten the operation
	Completed bool
	Percent   int
	Error     string // why it failed, in the portal's words; empty if it did not
}

// Remove begins to remove an account, with the mail the portal has fetched for
// it; nothing brings that back. The portal removes one account at a time for each
// person and answers [diagnosis.RemovalRunning] to a second.
func (s *Session) Remove(ctx context.Context, address string) (Operation, Answer) {
	return s.operation(ctx, &call{
		name: "remove", method: http.MethodDelete, path: "mail/accounts.json", query: url.Values{"email": {address}}, write: true,
	})
}

// Operation asks how far a removal is. The answer that tells its end is the last
// one with its number; after that the portal says completed and nothing else.
func (s *Session) Operation(ctx context.Context, id string) (Operation, Answer) {
	return s.operation(ctx, &call{name: "operation", path: "mail/operations/" + url.PathEscape(id)})
}

func (s *Session) operation(ctx context.Context, call *call) (Operation, Answer) {
	type operation struct {
		ID        json.RawMessage `json:"id"`
		Completed bool            `json:"completed"`
		Percents  number          `json:"percents"`
		Error     string          `json:"error"`
		Source    number          `json:"source"`
	}
	o, answer := ask(ctx, s, call, func(o *operation) bool { return o.ID != nil || o.Completed })
	if answer.Fate != diagnosis.Done {
		return Operation{}, answer
	}
	id := strings.Trim(string(o.ID), `"`)
	if id == "null" {
		id = ""
	}
	return Operation{
		ID: id, MailboxID: int64(o.Source), Completed: o.Completed, Percent: int(o.Percents), Error: call.message(o.Error),
	}, answer
}

// Setup asks what the portal knows of the mail servers of an address's domain, and
// reports whether it knows anything: servers, ports, encryption and protocol of
// the settings are its answer. Only the domain matters.
//
// For a domain it does not know the portal makes up an answer that looks the same
// (ASC.Mail/Core/Engine/MailboxEngine.cs, GetDefaultMailboxData). Asked this way it
// makes up POP3 and SMTP without encryption, so that nothing unprotected is taken
// for knowledge.
func (s *Session) Setup(ctx context.Context, address string) (account.Settings, bool, Answer) {
	query := url.Values{"email": {address}, "action": {"get_imap_pop_settings"}}
	one, answer := ask[single](ctx, s, &call{name: "setup", path: "mail/accounts/setups.json", query: query}, nil)
	settings := one.noun().Settings
	protected := func(s *account.Server) bool {
		return s.Host != "" && s.Port > 0 && (s.Encryption == account.TLS || s.Encryption == account.StartTLS)
	}
	return settings, protected(&settings.Incoming) && protected(&settings.Outgoing), answer
}
