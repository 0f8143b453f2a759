package preflight

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
)

// Check is what a survey's servers and logins have come to. [Check.Probe] goes first.
type Check struct {
	Client  *Client
	Survey  *Survey
	Workers int // servers that are probed at once
	PerHost int // of them at one host
	Pacer   *pace.Pacer

	Uses   []Use
	Probes []Probe // of each of them
	Mends  []Mend  // settings that work in place of those that do not

	accepted []Mend
	problems map[Server]*diagnosis.Problem
}

// Probe finds out about every server without a login, and looks for settings that work
// where one cannot. The error is that of ctx.
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

// Accept lets the logins go by a setting that works.
func (c *Check) Accept(m Mend) {
	c.accepted = append(c.accepted, m)
	for _, job := range c.Survey.list {
		apply([]Mend{m}, &job.Settings)
	}
}

// apply puts the settings that work into those of an account.
func apply(mends []Mend, to *account.Settings) {
	in, out := ServersOf(to)
	for _, m := range mends {
		if m.From == in || m.From == out {
			m.To.put(to)
		}
	}
}

// Accepted reports whether the logins go by that setting.
func (c *Check) Accepted(m Mend) bool { return slices.Contains(c.accepted, m) }

// Jobs returns the logins whose servers can be logged in to.
func (c *Check) Jobs() (jobs []*Job) {
	for _, job := range c.Survey.Jobs() {
		if _, problem := c.barrier(&job.Settings); problem == nil {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// barrier returns what keeps anybody from a login with some settings, and at which server.
func (c *Check) barrier(s *account.Settings) (Server, *diagnosis.Problem) {
	in, out := ServersOf(s)
	if problem := c.problems[in]; problem != nil {
		return in, problem
	}
	return out, c.problems[out]
}

// Outcome returns what a valid row of the file has come to.
func (c *Check) Outcome(index int, row *account.Row) Outcome {
	s := row.Settings
	apply(c.accepted, &s)
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

// PortalRefusals returns how many refused logins one account sees at the most if the
// portal sends a wrong password for it: it tries every way of login it knows of those
// that the servers offer (MailKit's ImapClient, Pop3Client and SmtpClient).
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

// portalKnows are the ways of login of the portal's library.
var portalKnows = []string{
	"SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "DIGEST-MD5", "PLAIN", "LOGIN", "NTLM", byLoginCommand, byUserPass,
}
