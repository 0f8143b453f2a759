package portalsim

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// shownRequests is the number of last requests that the page lists.
const shownRequests = 25

// Control returns a handler that shows the requests, mailboxes and people of the portal,
// and controls it. Serve it on a port of its own that only the tester can reach: it asks
// for no credentials and shows everything but passwords.
//
//	GET  /_sim/                 a page that refreshes itself
//	GET  /_sim/stats            [Stats] as JSON
//	GET  /_sim/accounts         every mailbox, removed ones included
//	GET  /_sim/requests?last=N  the last N requests, without last all that are kept
//	GET  /_sim/people           all people of the portal
//	POST /_sim/state?to=STATE
//	POST /_sim/restart?for=2m&saved=0.5
//	POST /_sim/sign-out?who=ADDRESS
//	POST /_sim/switch-off?owner=ADDRESS&address=ADDRESS
//	POST /_sim/restrict-ip?on=true
//	POST /_sim/faults           replaces the faults by those in the body, YAML or JSON
//	POST /_sim/mail-hosts       replaces the rules for mail servers in the same way
//
// It refuses a POST that a browser sends from another site.
func (p *Portal) Control() http.Handler {
	mux := http.NewServeMux()
	show := func(path string, value func(*http.Request) any) {
		mux.HandleFunc("GET /_sim/"+path, func(w http.ResponseWriter, r *http.Request) { writeJSON(w, http.StatusOK, value(r)) })
	}
	do := func(path string, action func(*http.Request) error) {
		mux.HandleFunc("POST /_sim/"+path, func(w http.ResponseWriter, r *http.Request) {
			if err := action(r); err != nil {
				writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
				return
			}
			writeJSON(w, http.StatusOK, map[string]bool{"done": true})
		})
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/_sim/", http.StatusFound) })
	mux.HandleFunc("GET /_sim/{$}", p.servePage)
	show("stats", func(*http.Request) any { return p.Stats() })
	show("accounts", func(*http.Request) any { return p.Accounts() })
	show("requests", func(r *http.Request) any { return p.last(r.FormValue("last")) })
	show("people", func(*http.Request) any {
		all := []Person{}
		for _, one := range p.people.having(statusAll) {
			one.mu.Lock() // guards Phone
			all = append(all, one.Person)
			one.mu.Unlock()
		}
		return all
	})
	do("state", func(r *http.Request) error { return p.SetState(State(r.FormValue("to"))) })
	do("restart", func(r *http.Request) error {
		down, err := time.ParseDuration(r.FormValue("for"))
		saved, errSaved := strconv.ParseFloat(cmp.Or(r.FormValue("saved"), "0"), 64)
		if err := cmp.Or(err, errSaved); err != nil {
			return err
		}
		p.Restart(down, saved)
		return nil
	})
	do("sign-out", func(r *http.Request) error { return p.SignOut(r.FormValue("who")) })
	do("switch-off", func(r *http.Request) error { return p.SwitchOff(r.FormValue("owner"), r.FormValue("address")) })
	do("restrict-ip", func(r *http.Request) error {
		on, err := strconv.ParseBool(r.FormValue("on"))
		if err == nil {
			p.RestrictIP(on)
		}
		return err
	})
	do("faults", func(r *http.Request) error { return replace(r, p.SetFaults) })
	do("mail-hosts", func(r *http.Request) error { return replace(r, p.SetMailHosts) })
	return http.NewCrossOriginProtection().Handler(mux)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.Encode(v) // fails only if the client has left
}

// replace passes the list in the body to set. The body is YAML, of which JSON is a subset.
func replace[T any](r *http.Request, set func([]T) error) error {
	rules, err := read[[]T](r.Body, maxScenario)
	if err != nil {
		return err
	}
	return set(rules)
}

func (p *Portal) last(text string) []Request {
	all := p.Requests()
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(all) {
		return all[len(all)-n:]
	}
	return all
}

func (p *Portal) servePage(w http.ResponseWriter, r *http.Request) {
	lang := strings.ToLower(cmp.Or(r.FormValue("lang"), r.Header.Get("Accept-Language")))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	stats := p.Stats()
	var signIns SignIns
	for _, one := range stats.SignIns {
		signIns.Tried += one.Tried
		signIns.Passed += one.Passed
		signIns.Failed += one.Failed
		signIns.SMS += one.SMS
	}
	say := func(english, russian string) string {
		if strings.HasPrefix(lang, "ru") {
			return russian
		}
		return english
	}
	page.Execute(w, map[string]any{ // an error means that the client has left
		"Say": say, "Stats": stats, "SignIns": signIns, "Last": p.last(strconv.Itoa(shownRequests)),
		"State": p.State(), "Version": p.Version(), "Uptime": p.Uptime().Truncate(time.Second),
	})
}

// SetState changes the state of the portal. It returns an error for an unknown state.
func (p *Portal) SetState(s State) error {
	if _, known := stateStatus[s]; !known {
		return fmt.Errorf("state: %q is none of the portal's states", s)
	}
	p.state.Store(s)
	return nil
}

// State returns the state of the portal.
func (p *Portal) State() State { return p.state.Load().(State) }

// RestrictIP switches the portal's address restriction on or off.
func (p *Portal) RestrictIP(on bool) { p.restricted.Store(on) }

// SignOut invalidates the tokens of a person, given by address or GUID, at once, as a
// changed password does. An empty name means all people.
func (p *Portal) SignOut(name string) error {
	all := p.people.having(statusAll)
	if name != "" {
		who := p.person(name)
		if who == nil {
			return fmt.Errorf("nobody is known as %q", name)
		}
		all = []*person{who}
	}
	for _, who := range all {
		p.sessions.end(who, anySession)
	}
	return nil
}

// Sessions returns the number of sessions of a person, given by address or GUID.
func (p *Portal) Sessions(name string) int { return len(p.sessions.of(p.person(name))) }

// SwitchOff disables a mailbox as the background service does after its logins have
// failed for 30 minutes: enabled is false and the list shows an authentication error.
// A later create or update with the right password does not enable it
// (module/ASC.Mail/Services/ASC.Mail.Aggregator.CollectionService/AggregatorService.cs).
func (p *Portal) SwitchOff(owner, address string) error {
	who := p.person(owner)
	if who == nil {
		return fmt.Errorf("nobody is known as %q", owner)
	}
	who.mu.Lock()
	defer who.mu.Unlock()
	m, err := who.find(address)
	if err != nil {
		return err
	}
	if m == nil {
		return fmt.Errorf("%s has no mailbox %s", owner, address)
	}
	m.enabled, m.authError = false, true
	who.list = nil
	return nil
}

// SetFaults replaces the faults. The new ones start counting at zero.
func (p *Portal) SetFaults(rules []Fault) error {
	if err := each("faults", rules, (*Fault).validate); err != nil {
		return err
	}
	p.faults.Store(newFaults(rules))
	return nil
}

// SetMailHosts replaces the rules for mail servers. The counts of failed logins stay.
func (p *Portal) SetMailHosts(rules []MailHost) error {
	if err := each("mail_hosts", rules, (*MailHost).validate); err != nil {
		return err
	}
	p.mailHosts.Store(newMailHosts(rules))
	return nil
}

// Uptime returns the time since New. [Request].At counts from the same moment.
func (p *Portal) Uptime() time.Duration { return time.Since(p.started) }

// Version returns the simulated version in full, such as 12.7.1.
func (p *Portal) Version() string { return p.version.text }

// Owner returns the address of the portal's owner.
func (p *Portal) Owner() string { return p.owner }
