package preflight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
)

// Check holds the results for the servers and logins of a survey. Call [Check.Probe] first.
type Check struct {
	Client  *Client
	Survey  *Survey
	Workers int // servers that are probed at once
	PerHost int // of these at one host
	Pacer   *pace.Pacer

	Uses   []Use
	Probes []Probe // results, one for each of Uses
	Mends  []Mend  // working settings for servers whose settings fail

	inUse    []Mend
	problems map[Server]*diagnosis.Problem
}

// Probe tests every server without a login, and looks for working settings where the
// given ones fail. It sets Uses, Probes and Mends. The error is that of ctx.
func (c *Check) Probe(ctx context.Context) error {
	c.Uses = c.Survey.Uses()
	c.Probes = make([]Probe, len(c.Uses))
	mends := make([]*Mend, len(c.Uses))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, c.Workers))
	slots := pace.NewSlots(c.PerHost, 0)
	for i, use := range c.Uses {
		group.Go(func() error {
			return diagnosis.Guard(func() (err error) {
				slot, err := slots.Take(ctx, pace.Needs{Index: i, Hosts: []string{use.Host}})
				if err != nil {
					return err
				}
				defer slot.Return(false)
				if err := c.Pacer.Release(ctx); err != nil {
					return err
				}
				c.Pacer.Written()
				if c.Probes[i], err = c.Client.Probe(ctx, use.Server, use.Login); err != nil || c.Probes[i].Problem() == nil {
					return err
				}
				to, found, err := c.Client.Mend(ctx, &c.Probes[i], use.Login)
				if found {
					mends[i] = &Mend{From: use.Server, To: to, Rows: use.Rows}
				}
				return err
			})
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	c.problems = make(map[Server]*diagnosis.Problem)
	for i := range c.Probes {
		if problem := c.Probes[i].Problem(); problem != nil {
			c.problems[c.Uses[i].Server] = problem
		}
		if mends[i] != nil {
			c.Mends = append(c.Mends, *mends[i])
		}
	}
	return nil
}

// Accept makes the logins use the working setting of m.
func (c *Check) Accept(m Mend) {
	c.inUse = append(c.inUse, m)
	for _, job := range c.Survey.list {
		apply([]Mend{m}, &job.Settings)
	}
}

// apply replaces the servers of an account by their working settings.
func apply(mends []Mend, to *account.Settings) {
	in, out := ServersOf(to)
	for _, m := range mends {
		if m.From == in || m.From == out {
			m.To.put(to)
		}
	}
}

// Accepted reports whether m was accepted.
func (c *Check) Accepted(m Mend) bool { return slices.Contains(c.inUse, m) }

// Jobs returns the chosen logins to servers without a problem.
func (c *Check) Jobs() (jobs []*Job) {
	for _, job := range c.Survey.Jobs() {
		if _, problem := c.barrier(&job.Settings); problem == nil {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// barrier returns a problem that prevents a login with the settings, and its server. The problem is nil if there is none.
func (c *Check) barrier(s *account.Settings) (Server, *diagnosis.Problem) {
	in, out := ServersOf(s)
	if problem := c.problems[in]; problem != nil {
		return in, problem
	}
	return out, c.problems[out]
}

// Outcome returns the outcome of a valid row of the file.
func (c *Check) Outcome(index int, row *account.Row) Outcome {
	s := row.Settings
	apply(c.inUse, &s)
	server, problem := c.barrier(&s)
	job := c.Survey.JobOf(index)
	switch {
	case problem != nil:
		o := Outcome{Status: diagnosis.LoginOK}
		o.end(server, problem)
		return o
	case job == nil:
		return Outcome{Status: diagnosis.NotTried, Problems: []diagnosis.Problem{*diagnosis.New(diagnosis.NotSampled)}}
	case job.Outcome.Status == "":
		return Outcome{Status: diagnosis.NotTried}
	}
	return job.Outcome
}

// PortalRefusals returns the most logins that can be refused for one account if its
// password is wrong: the portal tries every mechanism it knows that the servers offer
// (MailKit's ImapClient, Pop3Client and SmtpClient).
func (c *Check) PortalRefusals() int {
	most := make(map[diagnosis.Side]int)
	for i, use := range c.Uses {
		tries := 0
		for _, method := range c.Probes[i].Offered {
			if use.Login && slices.Contains(portalKnows, method) {
				tries++
			}
		}
		most[use.Side()] = max(most[use.Side()], tries)
	}
	return most[diagnosis.Incoming] + most[diagnosis.Outgoing]
}

// portalKnows are the login mechanisms of the portal's library.
var portalKnows = []string{
	"SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "DIGEST-MD5", "PLAIN", "LOGIN", "NTLM", byLoginCommand, byUserPass,
}

// Mend is a working setting To for a server whose setting From fails.
type Mend struct {
	From Server `json:"from"`
	To   Server `json:"to"`
	Rows int    `json:"rows"`
}

const (
	// candidateWithin is how long a candidate may take. A working one answers sooner.
	candidateWithin = 5 * time.Second
	mostNames       = 3 // names of a certificate that are tried
)

// Mend looks for a working setting of a server among a few likely ones, without a
// login. It returns false if none works, or if the problem is not one of settings. The
// error is that of ctx.
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

// candidates returns settings that may work where the probed one failed, the likeliest first.
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

// usualPorts are the standard encrypted ports of each protocol.
var usualPorts = map[Protocol][]Server{
	IMAP: {{Port: 993, Encryption: account.TLS}, {Port: 143, Encryption: account.StartTLS}},
	POP3: {{Port: 995, Encryption: account.TLS}, {Port: 110, Encryption: account.StartTLS}},
	SMTP: {{Port: 465, Encryption: account.TLS}, {Port: 587, Encryption: account.StartTLS}},
}

// sameMachine reports whether another name of a server resolves to one of its
// addresses: a name in a certificate must not send a password elsewhere.
func (c *Client) sameMachine(ctx context.Context, host string, as *Probe) bool {
	within, cancel := context.WithTimeout(ctx, candidateWithin)
	defer cancel()
	found, err := c.lookUp(within, host)
	return err == nil && slices.ContainsFunc(found, func(ip string) bool {
		return slices.Contains(strings.Split(as.Steps[0].Facts["Addresses"], ", "), ip)
	})
}
