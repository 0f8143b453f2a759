// Package validate checks rows before anything is sent for them: [Rules]
// checks one row, [Seen] compares a row with those before it. Errors stop
// a row, warnings do not. All problems of a row are reported together.
//
// The form of a single cell is checked where the cell is read, in package mapping.
package validate

import (
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Rules are the checks on one row. The zero value is ready. It is safe for concurrent use.
type Rules struct {
	// AllowedHosts are the mail servers that rows may name; empty
	// allows all. An entry is a DNS name in lower-case punycode, an
	// IPv4 address, or "*.example.org" for all names below a domain.
	AllowedHosts []string
	// WithoutPasswords accepts rows whose passwords are blank or masked.
	WithoutPasswords bool
	// WithoutMailPasswords accepts any text as a mailbox
	// password, because no login will be made with it.
	WithoutMailPasswords bool
	// OwnersSignIn means that the owners sign in themselves,
	// so that each row must name its owner and a credential.
	OwnersSignIn bool
}

// mailPasswords reports whether mailbox passwords are checked.
func (r *Rules) mailPasswords() bool { return !r.WithoutPasswords && !r.WithoutMailPasswords }

// Check adds the problems it finds to the row.
func (r Rules) Check(row *account.Row) {
	c := check{rules: &r, row: row, broken: broken(row.Problems)}
	c.missing()
	c.texts()
	c.passwords()
	c.hosts()
	c.connections()
	c.authentication()
	c.login()
	c.owner()
}

// check is the state of checking one row.
type check struct {
	rules  *Rules
	row    *account.Row
	broken account.Fields // fields that already have an error
}

// broken returns the fields with an error. An error
// about the row as a whole breaks all fields.
func broken(problems []diagnosis.Problem) (fields account.Fields) {
	for i := range problems {
		if problems[i].Severity() != diagnosis.Error {
			continue
		}
		f, ok := account.FieldNamed(problems[i].Field)
		if !ok {
			return 1<<account.NumFields - 1
		}
		fields = fields.With(f)
	}
	return fields
}

func (c *check) report(f account.Field, code diagnosis.Code, facts ...any) {
	c.row.Report(f, *diagnosis.New(code, facts...))
}

// servers are the fields that say where the mailbox is.
const servers = account.Fields(1<<account.ServerHost | 1<<account.Port | 1<<account.SMTPServer | 1<<account.SMTPPort)

// missing reports needed fields without a value. If all four servers fields
// are missing, it reports one problem that the servers of the domain are
// unknown. A field that would be derived from a broken one is not reported.
func (c *check) missing() {
	s := &c.row.Settings
	need := func(f account.Field, empty bool, from ...account.Field) account.Fields {
		if !empty || c.broken.Has(f) || slices.ContainsFunc(from, c.broken.Has) {
			return 0
		}
		return 1 << f
	}
	lacking := need(account.Email, s.Email == "") |
		need(account.Account, s.Incoming.Login == "", account.Email) |
		need(account.ServerHost, s.Incoming.Host == "", account.Email) |
		need(account.Port, s.Incoming.Port == 0, account.Email, account.ServerHost) |
		need(account.SMTPServer, s.Outgoing.Host == "", account.Email) |
		need(account.SMTPPort, s.Outgoing.Port == 0, account.Email, account.SMTPServer)
	if c.rules.mailPasswords() {
		lacking |= need(account.Password, s.Incoming.Password.Empty())
	}
	if s.SMTPAuth {
		lacking |= need(account.SMTPAccount, s.Outgoing.Login == "", account.Account, account.Email)
		if c.rules.mailPasswords() {
			lacking |= need(account.SMTPPassword, s.Outgoing.Password.Empty(), account.Password)
		}
	}
	if lacking == 0 {
		return
	}
	if lacking&servers == servers && s.Email != "" {
		lacking &^= servers
		c.report(account.ServerHost, diagnosis.ServersUnknown, "Domain", account.Address(s.Email).Domain())
	}
	// Without the incoming login or password the outgoing one cannot be derived.
	for _, pair := range [...][2]account.Field{
		{account.Account, account.SMTPAccount}, {account.Password, account.SMTPPassword}, {account.Email, account.Account},
	} {
		if lacking.Has(pair[0]) && !c.row.Given.Has(pair[1]) {
			lacking &^= 1 << pair[1]
		}
	}
	for f := range lacking.All() {
		code := diagnosis.ValueMissing
		if c.row.Void.Has(f) {
			code = diagnosis.ValueVoid
		}
		c.report(f, code, "Field", f)
	}
}

// hosts checks both servers against the allowed ones.
func (c *check) hosts() {
	forbidden := func(host string) bool {
		return host != "" && len(c.rules.AllowedHosts) > 0 && !slices.ContainsFunc(c.rules.AllowedHosts, func(pattern string) bool {
			below, wild := strings.CutPrefix(pattern, "*")
			return host == pattern || wild && strings.HasSuffix(host, below) && len(host) > len(below)
		})
	}
	if forbidden(c.row.Settings.Incoming.Host) {
		c.report(account.ServerHost, diagnosis.HostNotAllowed)
	}
	if forbidden(c.row.Settings.Outgoing.Host) {
		c.report(account.SMTPServer, diagnosis.HostNotAllowed)
	}
}

// authentication checks that the kinds of login are usable together.
func (c *check) authentication() {
	s := &c.row.Settings
	if s.SMTPAuth && s.Outgoing.Auth == account.NoAuth && !c.broken.Has(account.AuthSMTP) && !c.broken.Has(account.SMTPAuth) {
		c.report(account.AuthSMTP, diagnosis.SMTPAuthNone)
	}
	// The portal logs in to POP3 by NTLM with a client it has not made (ASC.Mail/Clients/MailClient.cs).
	if !s.IMAP && s.Incoming.Auth == account.NTLM && !c.broken.Has(account.IMAP) {
		c.report(account.AuthIn, diagnosis.NTLMWithPOP3)
	}
}

// owner checks the portal user the row names.
func (c *check) owner() {
	o := &c.row.Owner
	switch {
	case c.broken.Has(account.PortalUser):
	case o.User != "" && !account.IsGUID(o.User) && !looksLikeAddress(o.User):
		c.report(account.PortalUser, diagnosis.PortalUserForm)
	case o.User == "" && !o.Password.Empty() && o.Token.Empty():
		c.report(account.PortalUser, diagnosis.PortalUserMissing)
	case !c.rules.OwnersSignIn:
	case o.Empty():
		c.report(account.PortalUser, diagnosis.PortalUserEmpty)
	case o.Password.Empty() && o.Token.Empty() && !c.rules.WithoutPasswords && !c.broken.Has(account.PortalPassword):
		c.report(account.PortalPassword, diagnosis.PortalPasswordMissing)
	}
}

// looksLikeAddress reports whether text has one @ with text on both sides. Portals
// have users with addresses that no mail server would accept, so no more is required.
func looksLikeAddress(text string) bool {
	local, domain, _ := strings.Cut(text, "@")
	return local != "" && domain != "" && !strings.Contains(domain, "@") && !strings.ContainsFunc(text, func(r rune) bool {
		return r == ' ' || r == '\t' || r == '<' || r == '>' || r == ',' || r == ';' || r == '"' || r == '\u00a0'
	})
}
