package portalsim

import (
	"strconv"
	"time"
)

// accountView is MailAccountData (MAIL/Data/Contracts/MailAccountData.cs), the answer of
// create, update and list. It does not show whether the account was created or updated.
type accountView struct {
	MailboxID int    `json:"mailboxId"`
	Email     string `json:"email"`
	Enabled   bool   `json:"enabled"`
	Name      string `json:"name"`
	OAuth     bool   `json:"oAuthConnection"`
	Signature struct {
		MailboxID int    `json:"mailboxId"`
		HTML      string `json:"html"`
		IsActive  bool   `json:"isActive"`
	} `json:"signature"`
	Autoreply struct {
		MailboxID    int    `json:"mailboxId"`
		TurnOn       bool   `json:"turnOn"`
		OnlyContacts bool   `json:"onlyContacts"`
		TurnOnToDate bool   `json:"turnOnToDate"`
		FromDate     string `json:"fromDate"`
		ToDate       string `json:"toDate"`
		Subject      string `json:"subject"`
		HTML         string `json:"html"`
	} `json:"autoreply"`
	EMailInFolder  *string `json:"eMailInFolder"`
	QuotaError     bool    `json:"quotaError"`
	AuthError      bool    `json:"authError"`
	IsGroup        bool    `json:"isGroup"`
	IsAlias        bool    `json:"isAlias"`
	IsTeamlab      bool    `json:"isTeamlabMailbox"`
	IsDefault      bool    `json:"isDefault"`
	IsSharedDomain bool    `json:"isSharedDomainMailbox"`
	*datedView
}

// datedView is the part that exists from 12.0 on. Its member is null in the answers of create and update.
type datedView struct {
	DateCreated *string `json:"dateCreated"`
}

// plainTime formats a time in UTC without a zone, as the database returns it.
func plainTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

func (p *Portal) newView(id int, email, name string) accountView {
	const noDate = "0001-01-01T00:00:00"
	v := accountView{MailboxID: id, Email: email, Name: name, Enabled: true}
	v.Signature.MailboxID, v.Autoreply.MailboxID, v.Autoreply.FromDate, v.Autoreply.ToDate = id, id, noDate, noDate
	if p.version.hasDateCreated() {
		v.datedView = &datedView{}
	}
	return v
}

// views returns the entries of the list for a row: the mailbox, its aliases and its groups.
func (p *Portal) views(m *mailbox) []accountView {
	v := p.newView(m.id, m.address, m.name)
	v.Enabled, v.OAuth, v.QuotaError, v.AuthError, v.IsTeamlab = m.enabled, m.oauth, m.quotaError, m.authError, m.hosted
	if m.inFolder != "" {
		v.EMailInFolder = new(m.inFolder)
	}
	alias := v
	if v.datedView != nil {
		v.datedView = &datedView{new(plainTime(m.created))}
	}
	all := []accountView{v}
	for _, address := range m.aliases {
		alias.Email, alias.IsAlias, alias.OAuth = address, true, false
		all = append(all, alias)
	}
	for _, address := range m.groups {
		g := p.newView(m.id, address, "")
		g.IsGroup, g.IsTeamlab, g.EMailInFolder = true, true, new("")
		g.Signature.MailboxID, g.Autoreply.MailboxID = -1, -1
		all = append(all, g)
	}
	return all
}

// singleView is MailBoxData (MAIL/Data/Contracts/MailBoxData.cs). Its names differ from
// the list's; ports are strings, enums are numbers, passwords are empty.
type singleView struct {
	ID            int     `json:"id"`
	Email         string  `json:"email"`
	Name          string  `json:"name"`
	Account       string  `json:"account"`
	Password      string  `json:"password"`
	Server        string  `json:"server"`
	SMTPServer    string  `json:"smtp_server"`
	SMTPPort      string  `json:"smtp_port"`
	SMTPAccount   string  `json:"smtp_account"`
	SMTPPassword  string  `json:"smtp_password"`
	SMTPAuth      bool    `json:"smtp_auth"`
	Port          string  `json:"port"`
	Encryption    int     `json:"incoming_encryption_type"`
	SMTPSecurity  int     `json:"outcoming_encryption_type"`
	Auth          int     `json:"auth_type_in"`
	SMTPAuthType  int     `json:"auth_type_smtp"`
	IMAP          bool    `json:"imap"`
	BeginDate     string  `json:"begin_date"`
	OAuth         bool    `json:"is_oauth"`
	Restrict      bool    `json:"restrict"`
	EmailInFolder *string `json:"email_in_folder"`
	Teamlab       bool    `json:"is_teamlab"`
}

func (s *settings) single() singleView {
	return singleView{
		Email: s.email.String(), Name: s.name, IMAP: s.imap, Restrict: s.restrict,
		Account: s.in.login, Server: s.in.host, Port: strconv.Itoa(s.in.port), Encryption: s.in.encryption, Auth: s.in.auth,
		SMTPAccount: s.out.login, SMTPServer: s.out.host, SMTPPort: strconv.Itoa(s.out.port), SMTPSecurity: s.out.encryption,
		SMTPAuth: s.out.auth != 0, SMTPAuthType: s.out.auth,
	}
}
