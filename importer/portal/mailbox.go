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
	call := &call{
		name: "find", method: http.MethodGet, path: "mail/accounts/single.json",
		query: url.Values{"email": {address}},
	}
	r, answer := s.exchange(ctx, call)
	switch {
	case answer.Code == diagnosis.MailboxMissing && answer.Status == http.StatusInternalServerError:
		return account.Mailbox{}, false, answer.found()
	case answer.Fate != diagnosis.Done:
		return account.Mailbox{}, false, answer
	}
	var one single
	if !decode(r.response, &one) || one.ID <= 0 || !account.Address(one.Email).Equal(account.Address(address)) {
		return account.Mailbox{}, false, answer.odd(call)
	}
	return one.noun(), true, answer
}

// Create sets up an account. ready, if given, is called once the request has been
// let through and before anything of it leaves; its error calls the request off.
// The portal logs in to both mail servers before it answers, and overwrites an
// account of this address without a word: look first.
func (s *Session) Create(ctx context.Context, settings *account.Settings, ready func() error) Answer {
	body := requestBody(settings)
	return s.save(ctx, settings, &call{name: "create", method: http.MethodPost, path: "mail/accounts.json", ready: ready}, body)
}

// Update changes an account. Every setting is written, so settings come from
// [Session.Find]; empty passwords keep the stored ones, and the protocol stays
// what it was. What it resets at the portal besides is much: the state of
// synchronisation, forwarding to a folder, whether the mailbox is the portal's own.
func (s *Session) Update(ctx context.Context, settings *account.Settings, ready func() error) Answer {
	body := requestBody(settings)
	return s.save(ctx, settings, &call{name: "update", method: http.MethodPut, path: "mail/accounts.json", ready: ready}, body)
}

func (s *Session) save(ctx context.Context, settings *account.Settings, call *call, body *fields) Answer {
	call.write = true
	call.secrets = []account.Secret{settings.Incoming.Password, settings.Outgoing.Password}
	call.values = valuesOf(settings)
	call.body, call.media = body.encode()
	r, answer := s.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return answer
	}
	var made listed
	if !decode(r.response, &made) || made.MailboxID <= 0 || !account.Address(made.Email).Equal(account.Address(settings.Email)) {
		return answer.odd(call)
	}
	answer.Mailbox = made.noun()
	return answer
}

// valuesOf returns the texts of an account that are no secrets.
func valuesOf(s *account.Settings) []string {
	var values []string
	for f := range account.NumRequestFields {
		switch f {
		case account.Name, account.Email, account.Account, account.ServerHost, account.SMTPAccount, account.SMTPServer:
			values = append(values, s.Text(f))
		}
	}
	return values
}

// requestBody is the safest form the API knows: all 17 fields, since a missing one
// becomes POP3, plaintext or the whole history; numbers for enumerations and ports.
func requestBody(s *account.Settings) *fields {
	f := &fields{list: make([]field, 0, account.NumRequestFields)}
	for one := range account.NumRequestFields {
		switch one {
		case account.Port, account.SMTPPort, account.IncomingEncryption, account.OutgoingEncryption, account.AuthIn, account.AuthSMTP,
			account.SMTPAuth, account.IMAP, account.Restrict:
			f.literal(one.String(), s.Text(one))
		default:
			f.text(one.String(), s.Text(one))
		}
	}
	return f
}

// Written returns the request that makes an account, field by field as it goes over the
// wire: JSON values, the secrets among them. form says that they travel as a form
// instead, because the portal's JSON parser would bend one of them.
func Written(s *account.Settings) (values [account.NumRequestFields]string, form bool) {
	body := requestBody(s)
	for i, one := range body.list {
		text, _ := (&fields{list: []field{one}}).encode()
		values[i] = string(text[len(`{"":`)+len(one.name) : len(text)-len(`}`)])
	}
	return values, body.bent
}

// SetEnabled switches an account on or off. Switching on logs in to the mail
// servers first, switching off does not.
func (s *Session) SetEnabled(ctx context.Context, address string, enabled bool) Answer {
	body := new(fields)
	body.text("email", address)
	body.literal("state", strconv.FormatBool(enabled))
	call := &call{name: "set enabled", method: http.MethodPut, path: "mail/accounts/state.json", write: true}
	call.body, call.media = body.encode()
	r, answer := s.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return answer
	}
	var id number
	if !decode(r.response, &id) || id <= 0 {
		return answer.odd(call)
	}
	answer.Mailbox = account.Mailbox{ID: int64(id), Address: address, Enabled: enabled}
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
	return s.operation(ctx, &call{name: "operation", method: http.MethodGet, path: "mail/operations/" + url.PathEscape(id)})
}

func (s *Session) operation(ctx context.Context, call *call) (Operation, Answer) {
	r, answer := s.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return Operation{}, answer
	}
	var data struct {
		ID        json.RawMessage `json:"id"`
		Completed bool            `json:"completed"`
		Percents  number          `json:"percents"`
		Error     string          `json:"error"`
		Source    number          `json:"source"`
	}
	if !decode(r.response, &data) || data.ID == nil && !data.Completed {
		return Operation{}, answer.odd(call)
	}
	id := strings.Trim(string(data.ID), `"`)
	if id == "null" {
		id = ""
	}
	return Operation{
		ID: id, MailboxID: int64(data.Source), Completed: data.Completed, Percent: int(data.Percents), Error: call.message(data.Error),
	}, answer
}
