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

// listed is ASC.Mail/Data/Contracts/MailAccountData.cs: the answer of create and update,
// and an item of the list.
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

func (l *listed) mailbox() account.Mailbox {
	return account.Mailbox{
		ID: int64(l.MailboxID), Address: l.Email, Name: l.Name, Enabled: l.Enabled, AuthError: l.AuthError, QuotaError: l.QuotaError,
		Hosted: l.IsTeamlab, Alias: l.IsAlias, Group: l.IsGroup, OAuth: l.OAuth,
	}
}

// single is ASC.Mail/Data/Contracts/MailBoxData.cs, with other names than listed and
// with ports as texts.
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

func (s *single) mailbox() account.Mailbox {
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

// number is an integer that the portal writes as a number in some answers and as a text
// in others; null and the empty text are 0.
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

// Accounts returns the mail of the session's person: accounts, aliases and groups. The
// portal caches the list for up to 20 minutes, and shows only one of two accounts
// with the same address. More than 200 take more than one exchange.
func (s *Session) Accounts(ctx context.Context) ([]account.Mailbox, Answer) {
	var all []account.Mailbox
	last := Answer{Fate: diagnosis.Done}
	for page, answer := range pages[listed](ctx, s, "accounts", "mail/accounts.json", url.Values{}) {
		last = answer
		if answer.Fate != diagnosis.Done {
			return nil, answer
		}
		for i := range page {
			all = append(all, page[i].mailbox())
		}
	}
	return all, last
}

// Find looks up one account in the portal's database and reports whether it exists. If it
// does not, the answer is Done: the portal has a particular error text for that. After
// any other error it is not known whether the account exists.
func (s *Session) Find(ctx context.Context, address string) (account.Mailbox, bool, Answer) {
	call := &call{name: "find", path: "mail/accounts/single.json", query: url.Values{"email": {address}}}
	one, answer := ask(ctx, s, call, func(one *single) bool {
		return one.ID > 0 && account.Address(one.Email).Equal(account.Address(address))
	})
	switch {
	case answer.Code == diagnosis.MailboxMissing && answer.Status == http.StatusInternalServerError:
		return account.Mailbox{}, false, answer.withCode(call, "")
	case answer.Fate != diagnosis.Done:
		return account.Mailbox{}, false, answer
	}
	return one.mailbox(), true, answer
}

// Create creates an account. If ready is not nil, Create calls it after the request is
// admitted and before any of it leaves; an error of ready cancels the request.
// The portal logs in to both mail servers before it answers, and silently overwrites
// an existing account of this address: look first.
func (s *Session) Create(ctx context.Context, settings *account.Settings, ready func() error) Answer {
	return s.save(ctx, settings, &call{name: "create", method: http.MethodPost, ready: ready})
}

// Update changes an account. It writes every setting, so start from those that
// [Session.Find] returns. Empty passwords keep the stored ones, and the protocol does
// not change. The portal also resets the state of synchronisation, forwarding to a
// folder, and whether the mailbox is on its own mail server. For ready see [Session.Create].
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
		answer.Mailbox = made.mailbox()
	}
	return answer
}

// valuesOf returns the texts of an account that are not secret.
func valuesOf(s *account.Settings) (values []string) {
	for _, f := range []account.Field{
		account.Name, account.Email, account.Account, account.ServerHost, account.SMTPAccount, account.SMTPServer,
	} {
		values = append(values, s.Text(f))
	}
	return values
}

// SetEnabled enables or disables an account. Before it enables one, the portal logs in
// to the mail servers.
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

// Operation is a removal that the portal performs in the background.
type Operation struct {
	ID        string
	MailboxID int64 // 0 if the portal no longer knows the operation
	Completed bool
	Percent   int
	Error     string // the reason of a failure, as [Answer].Text; empty if there is none
}

// Remove starts the removal of an account and of the mail that the portal has fetched
// for it, which cannot be undone. The portal removes one account at a time for each
// person; a second removal is answered with [diagnosis.RemovalRunning].
func (s *Session) Remove(ctx context.Context, address string) (Operation, Answer) {
	return s.operation(ctx, &call{
		name: "remove", method: http.MethodDelete, path: "mail/accounts.json", query: url.Values{"email": {address}}, write: true,
	})
}

// Operation returns the progress of a removal. The portal reports its end once; after
// that it answers only that the operation is completed, without the mailbox.
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

// Setup returns the mail servers that the portal has stored for the domain of an address:
// servers, ports, encryption and protocol of the settings. It reports false if it has
// none. Only the domain matters.
//
// For an unknown domain the portal guesses an answer that looks the same
// (ASC.Mail/Core/Engine/MailboxEngine.cs, GetDefaultMailboxData). With the action sent
// here it guesses POP3 and SMTP without encryption, so settings without encryption count
// as a guess.
func (s *Session) Setup(ctx context.Context, address string) (account.Settings, bool, Answer) {
	query := url.Values{"email": {address}, "action": {"get_imap_pop_settings"}}
	one, answer := ask[single](ctx, s, &call{name: "setup", path: "mail/accounts/setups.json", query: query}, nil)
	settings := one.mailbox().Settings
	protected := func(s *account.Server) bool {
		return s.Host != "" && s.Port > 0 && (s.Encryption == account.TLS || s.Encryption == account.StartTLS)
	}
	return settings, protected(&settings.Incoming) && protected(&settings.Outgoing), answer
}
