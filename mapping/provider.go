package mapping

import (
	"cmp"
	"maps"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// chooser finds the preset of a row and counts rows by mail service.
type chooser struct {
	byDomain  map[string]*Preset // from the mapping file
	forAll    *Preset            // chosen by name
	automatic Presets            // may be chosen by the domain of the address
	known     Presets            // all presets, for the notes about services
	domains   *memo[*Preset]     // preset by domain, nil for none
	hosts     *memo[*Preset]     // service by host, nil for none
	rows      map[*Preset]int
}

// newChooser returns a chooser for the presets in the options.
func newChooser(o Options) (c *chooser, problems diagnosis.Problems) {
	fromFile := &o.File.Presets
	c = &chooser{
		byDomain: make(map[string]*Preset), rows: make(map[*Preset]int),
		known: slices.Concat(fromFile.Own, o.Presets, BuiltinPresets()),
	}
	c.domains = newMemo(func(domain string) (*Preset, *diagnosis.Problem) {
		return cmp.Or(c.byDomain[domain], c.forAll, c.automatic.ForDomain(domain)), nil
	})
	c.hosts = newMemo(func(host string) (*Preset, *diagnosis.Problem) {
		return firstWhere(c.known, func(p *Preset) bool { return p.hasHost(host) }), nil
	})
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
	for _, p := range slices.Backward(fromFile.Own) { // the first of two for a domain wins
		for _, domain := range p.Domains {
			c.byDomain[domain] = p
		}
	}
	for _, domain := range slices.Sorted(maps.Keys(fromFile.Domains)) {
		c.byDomain[domain] = choose(fromFile.Domains[domain], domain)
	}
	if fromFile.Use != "" && o.Preset == "" {
		c.forAll = choose(fromFile.Use, "use")
	}
	for _, name := range fromFile.Off {
		if c.known.Named(name) == nil {
			problems = append(problems, *diagnosis.New(diagnosis.PresetUnknown, "Where", "off", "Names", c.known.Names()))
		}
	}
	if !fromFile.AllOff {
		c.automatic = slices.DeleteFunc(slices.Clone(c.known), func(p *Preset) bool { return slices.Contains(fromFile.Off, p.Name) })
	}
	return c, problems
}

// asked reports whether a preset was chosen explicitly, for all rows or for a domain.
func (c *chooser) asked() bool { return c.forAll != nil || len(c.byDomain) > 0 }

// of returns the preset for an address, nil if there is none.
func (c *chooser) of(address string) *Preset {
	p, _ := c.domains.of(account.Address(address).Domain())
	return p
}

// PresetOf returns the preset that filled fields of a row, nil if none did.
func (b *Binding) PresetOf(row *account.Row) *Preset {
	if slices.Contains(row.Fills[:], account.FromPreset) {
		return b.presets.of(row.Settings.Email)
	}
	return nil
}

// fromPreset fills a row from the preset of its mail service. A side is filled as a whole:
// if the row names another server, port or protocol, none of that side's endpoint is used.
func (w filler) fromPreset(c *chooser) {
	s := &w.row.Settings
	var p *Preset
	if w.has(account.Email) {
		p = c.of(s.Email)
	}
	if p != nil {
		w.usePreset(p)
	}
	if p != nil && p == c.forAll && w.row.Fills[account.ServerHost] == account.FromPreset {
		// The preset may send the password of a public service to another one.
		domain := account.Address(s.Email).Domain()
		if own := c.known.ForDomain(domain); own != nil && !own.hasHost(s.Incoming.Host) {
			w.row.Report(account.ServerHost, *diagnosis.New(diagnosis.PresetOtherService, "Domain", domain, "Preset", p.Name, "Service", own.Title))
		}
	}
	if !w.has(account.ServerHost) {
		return
	}
	if p == nil || !p.hasHost(s.Incoming.Host) {
		p, _ = c.hosts.of(s.Incoming.Host)
	}
	if p == nil {
		return
	}
	c.rows[p]++
	if p.Has(OAuthOnly) {
		w.row.Report(account.ServerHost, *diagnosis.New(diagnosis.ServiceOAuth, "Service", p.Title))
	}
}

// usePreset fills each side from the first of its endpoints that agrees with the values of the row.
func (w filler) usePreset(p *Preset) {
	s := &w.row.Settings
	for _, side := range sides {
		server := s.Server(side)
		i := slices.IndexFunc(p.ways(side), func(e Endpoint) bool {
			return w.agrees(side.Host, e.Host == server.Host) && w.agrees(side.Port, e.Port == server.Port) &&
				w.agrees(side.Encryption, satisfies(e.Encryption, server.Encryption)) &&
				(side == account.Outgoing || w.agrees(account.IMAP, e.POP3 != s.IMAP))
		})
		if i < 0 {
			continue
		}
		e := p.ways(side)[i]
		var from account.Row
		from.Settings.IMAP = !e.POP3
		*from.Settings.Server(side) = account.Server{Host: e.Host, Port: e.Port, Encryption: e.Encryption, Login: p.loginFor(s.Email)}
		fields := account.Fields(0).With(side.Host).With(side.Port).With(side.Encryption)
		if side == account.Incoming {
			fields = fields.With(account.IMAP)
			if p.Login != LoginAddress {
				fields = fields.With(account.Account)
			}
		}
		for f := range fields.All() {
			w.take(f, account.FromPreset, &from)
		}
	}
}

// agrees reports whether a field has no value yet, or has the wanted one.
func (w filler) agrees(f account.Field, same bool) bool {
	return !w.bad.Has(f) && (same || !w.has(f))
}

// satisfies reports whether the encryption e satisfies what a row asks for.
func satisfies(e, asked account.Encryption) bool {
	switch asked {
	case tlsWord, encrypted:
		return e != account.Plain
	case unspecified:
		return true
	}
	return e == asked
}

// noteCodes are the notes that are reported before a run.
var noteCodes = map[Note]diagnosis.Code{AppPassword: diagnosis.ServiceAppPassword, SwitchOn: diagnosis.ServiceSwitchOn}

// notices returns what users of the rows' mail services must do.
func (c *chooser) notices() (notices []diagnosis.Problem) {
	for _, p := range c.known {
		for _, note := range p.Notes {
			if code, n := noteCodes[note], c.rows[p]; code != "" && n > 0 {
				notices = append(notices, *diagnosis.New(code, "Service", p.Title, "Count", n, "Help", p.Help))
			}
		}
	}
	return notices
}
