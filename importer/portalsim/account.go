package portalsim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Account is a mailbox of the portal, as given in [Options] and returned by
// [Portal.Accounts]. [Portal.Put] requires only Owner and Address.
type Account struct {
	ID           int       `yaml:"-" json:"id"`
	Owner        string    `yaml:"owner" json:"owner"` // the person's address
	OwnerID      string    `yaml:"-" json:"ownerId"`
	Address      string    `yaml:"address" json:"address"`
	Name         string    `yaml:"name" json:"name"`
	Login        string    `yaml:"login" json:"login"`
	Password     string    `yaml:"password" json:"-"`
	Server       string    `yaml:"server" json:"server"`
	Port         int       `yaml:"port" json:"port"`
	Security     int       `yaml:"security" json:"security"` // incoming_encryption_type
	Auth         int       `yaml:"auth" json:"auth"`
	POP3         bool      `yaml:"pop3" json:"pop3"`
	Restrict     bool      `yaml:"restrict" json:"restrict"`
	SMTPLogin    string    `yaml:"smtp_login" json:"smtpLogin"`
	SMTPPassword string    `yaml:"smtp_password" json:"-"`
	SMTPServer   string    `yaml:"smtp_server" json:"smtpServer"`
	SMTPPort     int       `yaml:"smtp_port" json:"smtpPort"`
	SMTPSecurity int       `yaml:"smtp_security" json:"smtpSecurity"`
	SMTPAuth     int       `yaml:"smtp_auth" json:"smtpAuth"` // auth_type_smtp; 0 is none
	Disabled     bool      `yaml:"disabled" json:"disabled"`  // not enabled, see [Portal.SwitchOff]
	AuthError    bool      `yaml:"auth_error" json:"authError"`
	QuotaError   bool      `yaml:"quota_error" json:"quotaError"`
	Hosted       bool      `yaml:"hosted" json:"hosted"` // on the portal's own mail server
	OAuth        bool      `yaml:"oauth" json:"oauth"`
	Aliases      []string  `yaml:"aliases" json:"aliases,omitempty"`
	Groups       []string  `yaml:"groups" json:"groups,omitempty"`
	Folder       string    `yaml:"folder" json:"folder,omitempty"` // email_in_folder
	Removed      bool      `yaml:"-" json:"removed"`
	Resets       int       `yaml:"-" json:"resets"` // how often a create or update restarted its synchronisation
	Created      time.Time `yaml:"-" json:"created"`
}

// Accounts returns all mailboxes, including removed ones, sorted by id.
func (p *Portal) Accounts() []Account {
	var all []Account
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	for _, who := range p.people.byID {
		who.mu.Lock()
		for _, m := range who.rows {
			s := m.readBack()
			all = append(all, Account{
				ID: m.id, Owner: who.Email, OwnerID: who.ID, Address: m.address, Name: m.name, POP3: !m.imap, Restrict: m.restrict,
				Login: s.in.login, Password: s.in.password, Server: s.in.host, Port: s.in.port, Security: s.in.encryption, Auth: s.in.auth,
				SMTPLogin: s.out.login, SMTPPassword: s.out.password, SMTPServer: s.out.host, SMTPPort: s.out.port,
				SMTPSecurity: s.out.encryption, SMTPAuth: s.out.auth,
				Disabled: !m.enabled, AuthError: m.authError, QuotaError: m.quotaError, Hosted: m.hosted, OAuth: m.oauth,
				Aliases: slices.Clone(m.aliases), Groups: slices.Clone(m.groups), Folder: m.inFolder,
				Removed: m.removed, Resets: m.resets, Created: m.created,
			})
		}
		who.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b Account) int { return a.ID - b.ID })
	return all
}

func (a *Account) validate() error {
	if !looksLikeEmail(a.Owner) {
		return fmt.Errorf("owner %q is no address", a.Owner)
	}
	if !looksLikeEmail(a.Address) {
		return fmt.Errorf("address %q is no address", a.Address)
	}
	return nil
}

// Put adds an account without a login test. It adds the owner too if no person has that
// address. Look-ups of an address that was put twice for one owner fail. The error is
// that of an invalid owner or address.
func (p *Portal) Put(a Account) error {
	if err := a.validate(); err != nil {
		return err
	}
	who := p.people.add(newPerson(Person{Email: a.Owner}))
	local, host, _ := strings.Cut(a.Address, "@")
	s := settings{
		email: mailAddress{local: local, host: host}, name: a.Name, imap: !a.POP3, restrict: a.Restrict,
		in: server{
			host: cmp.Or(a.Server, "imap."+host), port: cmp.Or(a.Port, 993), login: cmp.Or(a.Login, a.Address),
			password: a.Password, encryption: a.Security, auth: a.Auth,
		},
		out: server{
			host: cmp.Or(a.SMTPServer, "smtp."+host), port: cmp.Or(a.SMTPPort, 465), login: cmp.Or(a.SMTPLogin, a.Address),
			password: a.SMTPPassword, encryption: a.SMTPSecurity, auth: a.SMTPAuth,
		},
	}
	now := time.Now()
	m := &mailbox{id: int(p.lastMailbox.Add(1)), enabled: !a.Disabled, created: now, aliases: a.Aliases, groups: a.Groups}
	m.rewrite(s, now)
	m.authError, m.quotaError, m.hosted, m.oauth, m.inFolder = a.AuthError, a.QuotaError, a.Hosted, a.OAuth, a.Folder
	who.mu.Lock()
	defer who.mu.Unlock()
	who.insert(m)
	who.list = nil
	return nil
}
