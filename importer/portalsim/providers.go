package portalsim

import (
	"bytes"
	"cmp"
	_ "embed"
	"strings"
	"sync"
)

// Provider is what the portal knows of a domain's servers. The port says how they are
// encrypted: 993, 995, 465 and any unusual one from the first byte, 143, 110, 587 and 25
// by STARTTLS.
type Provider struct {
	IMAP      string `yaml:"imap"`
	IMAPPort  int    `yaml:"imap_port"` // 993 when 0
	POP3      string `yaml:"pop3"`
	POP3Port  int    `yaml:"pop3_port"` // 995 when 0
	SMTP      string `yaml:"smtp"`
	SMTPPort  int    `yaml:"smtp_port"`  // 465 when 0
	Plain     bool   `yaml:"plain"`      // nothing is encrypted
	LocalPart bool   `yaml:"local_part"` // the login is the address up to the at sign
}

//go:embed providers.yaml
var shippedProviders []byte

// shipped is the table that comes with the server, by domain.
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

// provider is what the portal knows of a domain, by its options or as it was shipped.
func (p *Portal) provider(domain string) (Provider, bool) {
	domain = strings.ToLower(domain)
	if one, known := p.options.Providers[domain]; known {
		return one, true
	}
	one, known := shipped()[domain]
	return one, known
}

// settings are those of an address, for IMAP or POP3.
func (p *Provider) settings(address mailAddress, imap bool) settings {
	login := address.address()
	if p.LocalPart {
		login = address.local
	}
	side := func(host string, port int) server {
		encryption, known := usual[int32(port)]
		if !known {
			encryption = 1
		}
		if p.Plain {
			encryption = 0
		}
		return server{host: host, login: login, port: int32(port), encryption: encryption, auth: 1}
	}
	s := settings{email: address, imap: imap, restrict: true, in: side(p.POP3, cmp.Or(p.POP3Port, 995)), out: side(p.SMTP, cmp.Or(p.SMTPPort, 465))}
	if imap {
		s.in = side(p.IMAP, cmp.Or(p.IMAPPort, 993))
	}
	return s
}
