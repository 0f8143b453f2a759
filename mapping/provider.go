package mapping

import (
	"maps"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// chooser finds the preset of a row and counts the rows of each mail service.
type chooser struct {
	byDomain  map[string]*Preset // said by the mapping file
	forAll    *Preset            // asked for by name
	automatic Presets            // asked by domain
	known     Presets            // all there are, for the notes about services
	domains   memo[*Preset]      // what is found for a domain, nil for nothing
	hosts     memo[*Preset]      // the service that a host belongs to, nil for none
	rows      map[*Preset]int
}

// newChooser reads what the options say about presets.
func newChooser(o Options) (c *chooser, problems diagnosis.Problems) {
	c = &chooser{byDomain: make(map[string]*Preset), rows: make(map[*Preset]int)}
	c.domains, c.hosts = newMemo(c.ofDomain), newMemo(func(host string) *Preset { return c.known.forHost(host) })
	if o.File != nil {
		c.known = o.File.Presets.Own
	}
	c.known = slices.Concat(c.known, o.Presets, BuiltinPresets())
	choose := func(text, where string) *Preset {
		p, err := c.known.Choose(text)
		if problem, ok := err.(*diagnosis.Problem); ok {
			problem.Args["Where"] = where
			problems = append(problems, *problem)
		}
		return p
	}
	if o.Preset != "" {
		c.forAll = choose(o.Preset, "--preset")
	}
	if o.File == nil {
		c.automatic = c.known
		return c, problems
	}
	said := &o.File.Presets
	for _, p := range slices.Backward(said.Own) { // of two for one domain the first stands
		for _, domain := range p.Domains {
			c.byDomain[domain] = p
		}
	}
	for _, domain := range slices.Sorted(maps.Keys(said.Domains)) {
		c.byDomain[domain] = choose(said.Domains[domain], domain)
	}
	if said.Use != "" && o.Preset == "" {
		c.forAll = choose(said.Use, "use")
	}
	for _, name := range said.Off {
		if c.known.Named(name) == nil {
			problems = append(problems, *diagnosis.New(diagnosis.PresetUnknown, "Where", "off", "Names", c.known.Names()))
		}
	}
	if !said.AllOff {
		c.automatic = slices.DeleteFunc(slices.Clone(c.known), func(p *Preset) bool { return slices.Contains(said.Off, p.Name) })
	}
	return c, problems
}

// asked reports whether a preset was asked for, for all rows or for a domain.
func (c *chooser) asked() bool { return c.forAll != nil || len(c.byDomain) > 0 }

// of returns the preset for an address, nil if there is none.
func (c *chooser) of(address string) *Preset {
	return c.domains.of(account.Address(address).Domain())
}

func (c *chooser) ofDomain(domain string) *Preset {
	switch p := c.byDomain[domain]; {
	case p != nil:
		return p
	case c.forAll != nil:
		return c.forAll
	}
	return c.automatic.ForDomain(domain)
}

// fromPreset fills what the mail service of the row is known to need. A side is
// filled as a whole: a row that names another server, port or protocol gets nothing of it.
func (w filler) fromPreset(c *chooser) {
	s := &w.row.Settings
	var p *Preset
	if w.has(account.Email) {
		p = c.of(s.Email)
	}
	if p != nil {
		w.usePreset(p)
		w.otherService(c, p)
	}
	if !w.has(account.ServerHost) {
		return
	}
	if p == nil || !p.hasHost(s.Incoming.Host) {
		p = c.hosts.of(s.Incoming.Host)
	}
	if p == nil {
		return
	}
	c.rows[p]++
	if p.Has(OAuthOnly) {
		w.row.Report(account.ServerHost, *diagnosis.New(diagnosis.ServiceOAuth, "Service", p.Title))
	}
}

func (w filler) usePreset(p *Preset) {
	s := &w.row.Settings
	if e := w.incoming(p.Incoming); e != nil {
		from := &account.Row{Settings: account.Settings{IMAP: !e.POP3, Incoming: account.Server{
			Host: e.Host, Port: e.Port, Encryption: e.Encryption, Login: p.login(s.Email)}}}
		for _, f := range [...]account.Field{account.ServerHost, account.Port, account.IncomingEncryption, account.IMAP} {
			w.take(f, account.FromPreset, from)
		}
		if p.Login != LoginAddress {
			w.take(account.Account, account.FromPreset, from)
		}
	}
	if e := w.outgoing(p.Outgoing); e != nil {
		from := &account.Row{Settings: account.Settings{Outgoing: account.Server{Host: e.Host, Port: e.Port, Encryption: e.Encryption}}}
		for _, f := range [...]account.Field{account.SMTPServer, account.SMTPPort, account.OutgoingEncryption} {
			w.take(f, account.FromPreset, from)
		}
	}
}

// incoming returns the first way to the server that agrees with what the row says already.
func (w filler) incoming(ways []Endpoint) *Endpoint {
	s := &w.row.Settings
	for i := range ways {
		e := &ways[i]
		if w.agrees(account.ServerHost, e.Host == s.Incoming.Host) && w.agrees(account.Port, e.Port == s.Incoming.Port) &&
			w.agrees(account.IncomingEncryption, meets(e.Encryption, s.Incoming.Encryption)) && w.agrees(account.IMAP, e.POP3 != s.IMAP) {
			return e
		}
	}
	return nil
}

func (w filler) outgoing(ways []Endpoint) *Endpoint {
	s := &w.row.Settings
	for i := range ways {
		e := &ways[i]
		if w.agrees(account.SMTPServer, e.Host == s.Outgoing.Host) && w.agrees(account.SMTPPort, e.Port == s.Outgoing.Port) &&
			w.agrees(account.OutgoingEncryption, meets(e.Encryption, s.Outgoing.Encryption)) {
			return e
		}
	}
	return nil
}

// agrees reports whether a field is free, or has the value that is wanted.
func (w filler) agrees(f account.Field, same bool) bool {
	return !w.bad.Has(f) && (same || !w.has(f))
}

// meets reports whether an encryption is what a row asks for.
func meets(e, asked account.Encryption) bool {
	switch asked {
	case tlsWord, encrypted:
		return e != account.Plain
	case notSaid:
		return true
	}
	return e == asked
}

// otherService warns of a preset that would send the password of a public mail
// service to somebody else.
func (w filler) otherService(c *chooser, used *Preset) {
	host := w.row.Settings.Incoming.Host
	if used != c.forAll || w.row.Fills[account.ServerHost] != account.FromPreset {
		return
	}
	domain := account.Address(w.row.Settings.Email).Domain()
	if own := c.known.ForDomain(domain); own != nil && !own.hasHost(host) {
		w.row.Report(account.ServerHost, *diagnosis.New(diagnosis.PresetOtherService, "Domain", domain, "Preset", used.Name, "Service", own.Title))
	}
}

// notices tells what the mail services of the rows want from people.
func (c *chooser) notices() (notices []diagnosis.Problem) {
	for _, p := range c.known {
		n := c.rows[p]
		if n == 0 {
			continue
		}
		for _, note := range p.Notes {
			if code, ok := noteCodes[note]; ok {
				notices = append(notices, *diagnosis.New(code, "Service", p.Title, "Count", n, "Help", p.Help))
			}
		}
	}
	return notices
}

// noteCodes are the notes that are worth saying before a run.
var noteCodes = map[Note]diagnosis.Code{
	AppPassword: diagnosis.ServiceAppPassword,
	SwitchOn:    diagnosis.ServiceSwitchOn,
}
