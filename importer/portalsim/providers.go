package portalsim

import (
	"bytes"
	"cmp"
	_ "embed"
	"strings"
	"sync"
	"time"
)

// Provider is the portal's entry for the mail servers of a domain. The port determines
// the encryption: 993, 995, 465 and any unusual port from the first byte, 143, 110, 587
// and 25 by STARTTLS.
type Provider struct {
	IMAP      string `yaml:"imap"`
	IMAPPort  int    `yaml:"imap_port"` // 993 when 0
	POP3      string `yaml:"pop3"`
	POP3Port  int    `yaml:"pop3_port"` // 995 when 0
	SMTP      string `yaml:"smtp"`
	SMTPPort  int    `yaml:"smtp_port"`  // 465 when 0
	Plain     bool   `yaml:"plain"`      // nothing is encrypted
	LocalPart bool   `yaml:"local_part"` // the login is the local part of the address
}

//go:embed providers.yaml
var shippedProviders []byte

// shipped returns the table that the server ships with, by domain.
var shipped = sync.OnceValue(func() map[string]Provider {
	rows, err := read[[]struct {
		Domains []string `yaml:"domains"`
		Servers Provider `yaml:"servers"`
	}](bytes.NewReader(shippedProviders), maxScenario)
	if err != nil {
		panic("portalsim: providers.yaml: " + err.Error())
	}
	all := map[string]Provider{}
	for _, row := range rows {
		for _, domain := range row.Domains {
			all[domain] = row.Servers
		}
	}
	return all
})

// provider returns the entry for a domain, from the options or else from the shipped table.
func (p *Portal) provider(domain string) (Provider, bool) {
	domain = strings.ToLower(domain)
	if one, known := p.options.Providers[domain]; known {
		return one, true
	}
	one, known := shipped()[domain]
	return one, known
}

// settings returns the settings for an address, with IMAP or POP3.
func (p *Provider) settings(address mailAddress, imap bool) settings {
	login := address.address()
	if p.LocalPart {
		login = address.local
	}
	side := func(host string, port int) server {
		encryption, known := usualEncryption[port]
		if !known {
			encryption = 1
		}
		if p.Plain {
			encryption = 0
		}
		return server{host: host, login: login, port: port, encryption: encryption, auth: 1}
	}
	s := settings{email: address, imap: imap, restrict: true, out: side(p.SMTP, cmp.Or(p.SMTPPort, 465))}
	if imap {
		s.in = side(p.IMAP, cmp.Or(p.IMAPPort, 993))
	} else {
		s.in = side(p.POP3, cmp.Or(p.POP3Port, 995))
	}
	return s
}

// setups answers the entry for a domain's servers, or a guess that looks the same: for
// get_imap_pop_settings plain POP3. Without an action it always answers the guess
// (MAIL/Core/Engine/MailboxEngine.cs, GetDefaultMailboxData).
func (x *exchange) setups() (any, error) {
	address, problem := x.address("email")
	wanted := x.text("action")
	if problem != nil {
		return nil, problem
	}
	host := strings.ToLower(address.host)
	provider, _ := x.portal.provider(host)
	guess := Provider{IMAP: "imap." + host, POP3: "pop." + host, POP3Port: 110, SMTP: "smtp." + host, SMTPPort: 25, Plain: true}
	wantsPOP3 := strings.HasPrefix(wanted, "get_pop") || wanted == "get_imap_pop_settings"
	var s settings
	switch {
	case strings.HasPrefix(wanted, "get_imap") && provider.IMAP != "":
		s = provider.settings(address, true)
	case wantsPOP3 && provider.POP3 != "":
		s = provider.settings(address, false)
	case wantsPOP3:
		s = guess.settings(address, false)
	default:
		s = guess.settings(address, true)
		s.in.encryption = 1
	}
	v := s.single()
	v.BeginDate = plainTime(time.Now().Add(-monthBack))
	return v, nil
}

// createSimple is accounts/simple. It requires an entry for the domain and always restricts
// to the last 30 days. A missing entry and other failures are answered with the generic
// text; only a failed login test is answered with its texts, as attempt number 1.
func (x *exchange) createSimple() (any, error) {
	email, password := x.text("email"), x.text("password")
	if email == "" {
		return nil, argument("Empty email", "email")
	}
	_, domain, _ := strings.Cut(email, "@")
	provider, known := x.portal.provider(domain)
	address, problem := parseAddress(email)
	if !known || problem != nil {
		return nil, x.unexpected()
	}
	s := provider.settings(address, provider.IMAP != "")
	s.in.password, s.out.password = password, password
	return x.save(&s, func(problems []string) string { return "#1:<br>" + strings.Join(problems, "<br>") + "<br>" }, true)
}
