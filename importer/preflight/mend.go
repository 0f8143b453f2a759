package preflight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Mend is the setting of a server that works in place of one that does not.
type Mend struct {
	From Server `json:"from"`
	To   Server `json:"to"`
	Rows int    `json:"rows"`
}

const (
	// candidateWithin is how long a candidate may take. One that works answers sooner.
	candidateWithin = 5 * time.Second
	mostNames       = 3 // of a certificate that are tried
)

// Mend looks for the setting of a server that works, among the few that are likely
// and without a login. It reports false if there is none, or if the setting is not
// what is wrong.
func (c *Client) Mend(ctx context.Context, broken *Probe, login bool) (Server, bool, error) {
	quick := *c
	quick.Connect = min(cmp.Or(c.Connect, candidateWithin), candidateWithin)
	for _, candidate := range candidates(broken) {
		if candidate.Host != broken.Host && !c.sameMachine(ctx, candidate.Host, broken) {
			continue
		}
		probe, err := quick.Probe(ctx, candidate, login)
		if err != nil {
			return Server{}, false, err
		}
		if probe.Problem() == nil && (probe.Warning == "" || probe.Warning == broken.Warning) {
			return candidate, true, nil
		}
	}
	return Server{}, false, nil
}

// candidates returns the settings that may work where one does not, the likeliest first.
func candidates(p *Probe) []Server {
	problem := p.Problem()
	if problem == nil {
		return nil
	}
	var list []Server
	add := func(change func(*Server)) {
		s := p.Server
		change(&s)
		if s != p.Server && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	ports := func() {
		for _, usual := range usualPorts[p.Protocol] {
			add(func(s *Server) { s.Port, s.Encryption = usual.Port, usual.Encryption })
		}
	}
	switch problem.Code {
	case diagnosis.MailCertName:
		for _, name := range p.Names[:min(len(p.Names), mostNames)] {
			if !strings.HasPrefix(name, "*.") && account.IsHost(name) {
				add(func(s *Server) { s.Host = account.FoldHost(name) })
			}
		}
	case diagnosis.MailOtherService:
		ports()
		if found := Protocol(problem.Args["Found"]); p.Protocol != SMTP && found != SMTP && found != "" {
			add(func(s *Server) { s.Protocol = found })
		}
	case diagnosis.TLSMode, diagnosis.MailTLS, diagnosis.MailConnect, diagnosis.MailTimeout, diagnosis.MailNoStartTLS, diagnosis.SMTPNoAuth:
		add(func(s *Server) { s.Encryption = account.TLS })
		add(func(s *Server) { s.Encryption = account.StartTLS })
		ports()
	}
	return list
}

// usualPorts are the ways to a server that are encrypted, as nearly all servers have them.
var usualPorts = map[Protocol][]Server{
	IMAP: {{Port: 993, Encryption: account.TLS}, {Port: 143, Encryption: account.StartTLS}},
	POP3: {{Port: 995, Encryption: account.TLS}, {Port: 110, Encryption: account.StartTLS}},
	SMTP: {{Port: 465, Encryption: account.TLS}, {Port: 587, Encryption: account.StartTLS}},
}

// sameMachine reports whether another name of a server leads to where its own does:
// a password must not go elsewhere because of what stands in a certificate.
func (c *Client) sameMachine(ctx context.Context, host string, as *Probe) bool {
	within, cancel := context.WithTimeout(ctx, candidateWithin)
	defer cancel()
	found, err := c.lookUp(within, host)
	return err == nil && slices.ContainsFunc(found, func(ip string) bool {
		return slices.Contains(strings.Split(as.Steps[0].Facts["Addresses"], ", "), ip)
	})
}
