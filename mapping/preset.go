package mapping

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// Preset describes a mail service or a server product.
type Preset struct {
	Name    string
	Title   string
	Domains []string // mail domains of this service
	MX      []string // hosts in MX records; a domain whose mail goes to or below one of them uses this service
	// Incoming and Outgoing are the ways to reach the
	// servers, best first. A product's have no host.
	Incoming []Endpoint
	Outgoing []Endpoint
	Login    Login
	Notes    []Note
	Help     string // URL of a page for users
}

// Endpoint is one way to a mail server.
type Endpoint struct {
	Host       string
	Port       int
	Encryption account.Encryption
	POP3       bool
}

// Login is the rule that derives a login from an address.
type Login string

const (
	LoginAddress Login = "address" // user@domain
	LoginLocal   Login = "local"   // user
	LoginPercent Login = "percent" // user%domain
)

// Note is something a person must know about a service.
type Note string

const (
	AppPassword Note = "app-password" // the account password is refused; an application password is needed
	SwitchOn    Note = "switch-on"    // IMAP must be switched on by the mailbox's owner
	OAuthOnly   Note = "oauth2"       // passwords are not accepted at all
	OwnLogin    Note = "own-login"    // the login may differ from the address
	Unverified  Note = "unverified"   // no public document of the provider was found
)

// NeedsHost reports whether the preset describes a product, which has no host of its own.
func (p *Preset) NeedsHost() bool { return len(p.Incoming) > 0 && p.Incoming[0].Host == "" }

// At returns a copy of a product's preset with the organisation's host.
func (p *Preset) At(host string) *Preset {
	q := *p
	q.Incoming, q.Outgoing = slices.Clone(p.Incoming), slices.Clone(p.Outgoing)
	for _, side := range sides {
		for i := range q.ways(side) {
			q.ways(side)[i].Host = host
		}
	}
	return &q
}

// ways returns the endpoints of the server of a side.
func (p *Preset) ways(side account.Side) []Endpoint {
	if side == account.Outgoing {
		return p.Outgoing
	}
	return p.Incoming
}

// hasHost reports whether host is one of the preset's incoming servers.
func (p *Preset) hasHost(host string) bool {
	return slices.ContainsFunc(p.Incoming, func(e Endpoint) bool { return e.Host == host })
}

// Has reports whether the preset has that note.
func (p *Preset) Has(n Note) bool { return slices.Contains(p.Notes, n) }

// Fits reports whether both servers in the settings equal one of the preset's endpoints.
func (p *Preset) Fits(s *account.Settings) bool {
	in := Endpoint{s.Incoming.Host, s.Incoming.Port, s.Incoming.Encryption, !s.IMAP}
	out := Endpoint{Host: s.Outgoing.Host, Port: s.Outgoing.Port, Encryption: s.Outgoing.Encryption}
	return slices.Contains(p.Incoming, in) && slices.Contains(p.Outgoing, out)
}

// OwnServers returns a preset for a domain, in punycode, with the given servers.
func OwnServers(domain string, incoming, outgoing Endpoint) *Preset {
	return &Preset{
		Name: strings.ReplaceAll(domain, ".", "-"), Title: domain, Domains: []string{domain},
		Incoming: []Endpoint{incoming}, Outgoing: []Endpoint{outgoing}, Login: LoginAddress,
	}
}

// loginFor returns the login for an address.
func (p *Preset) loginFor(address string) string {
	switch a := account.Address(address); p.Login {
	case LoginLocal:
		return a.Local()
	case LoginPercent:
		return a.Local() + "%" + a.Domain()
	}
	return address
}

// Presets is a list of presets in order of preference.
type Presets []*Preset

// BuiltinPresets returns the presets that are part of this program. The caller must not change them.
var BuiltinPresets = sync.OnceValue(func() (all Presets) {
	for _, name := range []string{"public.yaml", "organisation.yaml"} {
		text, err := presetFiles.ReadFile("presets/" + name)
		if err != nil {
			panic("mapping: " + err.Error())
		}
		list, err := ParsePresets(name, text)
		if err != nil {
			panic("mapping: " + err.Error())
		}
		all = append(all, list...)
	}
	return all
})

// Named returns the preset with that name, nil if there is none.
func (ps Presets) Named(name string) *Preset {
	return firstWhere(ps, func(p *Preset) bool { return p.Name == name })
}

// ForDomain returns the preset of a mail domain, nil if there is none.
func (ps Presets) ForDomain(domain string) *Preset {
	return firstWhere(ps, func(p *Preset) bool { return slices.Contains(p.Domains, domain) })
}

// ForMX returns the preset of the first MX host of a domain that belongs to a known service, nil if none does.
func (ps Presets) ForMX(hosts []string) *Preset {
	for _, host := range hosts {
		leads := func(mx string) bool { return strings.HasSuffix("."+account.FoldHost(host), "."+mx) }
		if p := firstWhere(ps, func(p *Preset) bool { return slices.ContainsFunc(p.MX, leads) }); p != nil {
			return p
		}
	}
	return nil
}

// Names returns the names of the presets.
func (ps Presets) Names() []string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.Name
	}
	return names
}

// Choose returns the preset that a text names, as NAME or NAME=HOST. The error is
// a *[diagnosis.Problem].
func (ps Presets) Choose(text string) (*Preset, error) {
	name, host, hasHost := strings.Cut(text, "=")
	p := ps.Named(strings.ToLower(clean(name)))
	switch {
	case p == nil:
		return nil, diagnosis.New(diagnosis.PresetUnknown, "Names", ps.Names())
	case p.NeedsHost() && !hasHost:
		return nil, diagnosis.New(diagnosis.PresetHost, "Name", p.Name)
	case !hasHost:
		return p, nil
	case !p.NeedsHost():
		return nil, diagnosis.New(diagnosis.PresetOwnHost, "Name", p.Name)
	}
	ascii, err := ParseHost(host)
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.PresetHost, "Name", p.Name)
	}
	return p.At(ascii), nil
}

// ParsePresets reads a file of presets; the built-in ones
// and an organisation's own have the same form. The name is
// used in messages. The error is a [diagnosis.Problems].
func ParsePresets(name string, text []byte) (Presets, error) {
	d, top := readDocument(name, text, "version", "presets")
	all := d.presets(top["presets"])
	if err := d.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

// presets reads a list of presets with unique names.
func (d document) presets(n ast.Node) (all Presets) {
	for _, item := range d.Items(n) {
		p := d.preset(item)
		if all.Named(p.Name) != nil {
			d.Wrong(item, diagnosis.YAMLTwice)
		}
		all = append(all, p)
	}
	return all
}

func (d document) preset(n ast.Node) *Preset {
	v := d.Known(n, "name", "title", "domains", "mx", "incoming", "outgoing", "login", "notes", "help")
	p := &Preset{Name: d.Text(v["name"]), Title: d.Text(v["title"]), Help: d.Text(v["help"]), Login: LoginAddress}
	if p.Name == "" || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" { // it is used with --preset
		d.Wrong(n, diagnosis.PresetForm, "Key", "name")
	}
	p.Title = cmp.Or(p.Title, p.Name)
	p.Domains, p.MX = d.domains(v["domains"]), d.domains(v["mx"])
	p.Incoming = d.endpoints(n, "incoming", v["incoming"], account.Incoming)
	p.Outgoing = d.endpoints(n, "outgoing", v["outgoing"], account.Outgoing)
	if len(p.Incoming) > 0 && len(p.Outgoing) > 0 && (p.Incoming[0].Host == "") != (p.Outgoing[0].Host == "") {
		d.Wrong(n, diagnosis.PresetForm, "Key", "host")
	}
	if text := d.Text(v["login"]); text != "" {
		p.Login = oneOf(d, v["login"], text, LoginAddress, LoginLocal, LoginPercent)
	}
	for _, text := range d.Texts(v["notes"]) {
		p.Notes = append(p.Notes, oneOf(d, v["notes"], text, AppPassword, SwitchOn, OAuthOnly, OwnLogin, Unverified))
	}
	return p
}

func (d document) domains(n ast.Node) (list []string) {
	for _, text := range d.Texts(n) {
		ascii, problem := parseHost(clean(text))
		if problem != nil {
			d.Wrong(n, diagnosis.PresetForm, "Key", "domain")
			continue
		}
		list = append(list, ascii)
	}
	return list
}

func (d document) endpoints(preset ast.Node, key string, n ast.Node, side account.Side) (list []Endpoint) {
	for _, item := range d.Items(n) {
		list = append(list, d.endpoint(item, side))
	}
	if len(list) == 0 {
		d.Wrong(preset, diagnosis.PresetForm, "Key", key)
		return nil
	}
	for _, e := range list[1:] {
		if (e.Host == "") != (list[0].Host == "") {
			d.Wrong(n, diagnosis.PresetForm, "Key", "host")
		}
	}
	return list
}

func (d document) endpoint(n ast.Node, side account.Side) (e Endpoint) {
	v := d.Known(n, "host", "port", "encryption", "protocol")
	var problem *diagnosis.Problem
	if v["host"] != nil {
		e.Host = clean(d.Text(v["host"]))
		ascii, problem := parseHost(e.Host)
		if problem != nil {
			d.Wrong(v["host"], diagnosis.PresetForm, "Key", "host")
		}
		e.Host = cmp.Or(ascii, e.Host)
	}
	if e.Port, problem = parsePort(d.Text(v["port"])); problem != nil {
		d.Wrong(n, diagnosis.PresetForm, "Key", "port")
	}
	if e.Encryption, problem = parseFixedEncryption(d.Text(v["encryption"]), side, e.Port); problem != nil {
		d.Wrong(n, diagnosis.PresetForm, "Key", "encryption")
	}
	if v["protocol"] != nil {
		imap, problem := parseBool(account.IMAP, d.Text(v["protocol"]))
		if problem != nil {
			d.Wrong(v["protocol"], diagnosis.PresetForm, "Key", "protocol")
		}
		e.POP3 = !imap
	}
	return e
}

// oneOf requires text to be one of the words.
func oneOf[W ~string](d document, n ast.Node, text string, words ...W) W {
	if !slices.Contains(words, W(text)) {
		d.Wrong(n, diagnosis.YAMLKey, "Keys", strings.Trim(fmt.Sprint(words), "[]"))
	}
	return W(text)
}
