package setup

import (
	"context"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/portal"
	"r7import/importer/preflight"
)

// Connection is the client of a portal with its gate.
type Connection struct {
	Client *portal.Client
	Gate   *pace.Gate // admits every request
	Name   string     // the portal's name as shown to users

	target config.Target
	end    func() // stops the sandbox, nil for a real portal
}

// CheckPortal refuses a target that names no portal.
func CheckPortal(t *config.Target) error {
	if t.Portal == "" && !t.Sandbox {
		return diagnosis.New(diagnosis.PortalMissing)
	}
	return nil
}

// Connect creates the client of a portal, or starts a sandbox. It sends no
// request. The caller must close the connection. A sandbox gets the people that the
// rows of input are for, and the user who signs in; a real portal needs neither.
func (p *Process) Connect(ctx context.Context, t *config.Target, workers int, input *plan.Input, user string) (*Connection, error) {
	c := &Connection{target: *t, Name: t.Portal}
	address := t.Portal
	if t.Sandbox {
		var err error
		if address, c.end, err = openSandbox(ctx, input, user); err != nil {
			return nil, err
		}
		c.Name = p.Console.Text("sandbox.name")
	}
	c.Gate = pace.NewGate(workers, pace.New(float64(t.Rate)))
	client, err := portal.New(portal.Options{
		URL: address, InsecureHTTP: t.InsecureHTTP, RootsFile: t.CAFile,
		Workers: workers, Timeout: t.Timeout, UserAgent: "r7import/" + p.Version,
		Admit: c.Gate.Admit, Log: p.Log,
	})
	if err != nil {
		c.Close()
		return nil, err
	}
	c.Client = client
	if !t.Sandbox {
		c.Name = portal.Shown(client.URL())
	}
	if proxy := client.Proxy(); proxy != "" {
		p.Console.Say("run.proxy", "Proxy", proxy)
	}
	return c, nil
}

// Greet asks the portal for its version and sign-in settings and shows the answer. It
// waits up to patience for a portal that asks for a pause. No answer is an error.
func (c *Connection) Greet(ctx context.Context, p *Process, patience time.Duration) (importer.Greeting, error) {
	greeting, answer := importer.Hello(ctx, c.Client, patience)
	switch {
	case ctx.Err() != nil:
		return greeting, context.Cause(ctx)
	case answer.Fate != diagnosis.Done:
		return greeting, new(answer.Problem())
	}
	p.Log.Info("portal", "version", greeting.Version, "ldap", greeting.LDAP, "sso", greeting.SSO)
	p.Console.Say("greet.portal", greeting.Facts()...)
	return greeting, nil
}

// Close closes the connections to the portal and stops the sandbox.
func (c *Connection) Close() {
	if c.Client != nil {
		c.Client.Close()
	}
	if c.end != nil {
		c.end()
	}
}

// MailClient returns a client that logs in to mail servers from this machine.
func MailClient(l *config.MailLogins) (*preflight.Client, error) {
	roots, err := portal.Trusted(l.MailCAFile)
	return &preflight.Client{Addresses: l.Addresses(), Roots: roots, AnyCertificate: l.AnyCertificate}, err
}
