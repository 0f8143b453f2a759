package portalsim

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// shownRequests is how many of the last requests the page lists.
const shownRequests = 25

// Control serves what the portal saw and made, and lets it be steered. It belongs on
// a port of its own that only the tester reaches: it asks for no credentials and shows
// everything but passwords.
//
//	GET  /_sim/                 a page that refreshes itself
//	GET  /_sim/stats            [Stats] as JSON
//	GET  /_sim/accounts         every mailbox, removed ones included
//	GET  /_sim/requests?last=N  the last requests, all that are kept without last
//	GET  /_sim/people           everybody the portal knows
//	POST /_sim/state?to=STATE
//	POST /_sim/restart?for=2m&saved=0.5
//	POST /_sim/sign-out?who=ADDRESS
//	POST /_sim/switch-off?owner=ADDRESS&address=ADDRESS
//	POST /_sim/restrict-ip?on=true
//	POST /_sim/faults           replaces the faults by those in the body, YAML or JSON
//	POST /_sim/mail-hosts       likewise the rules for mail servers
//
// A browser may not post from another site.
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
	show("people", func(*http.Request) any { return p.everybody() })
	do("state", func(r *http.Request) error { return p.SetState(State(r.FormValue("to"))) })
	do("restart", p.controlRestart)
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
	encoder.Encode(v) // a reader that has gone is no error of ours
}

// replace reads a list from the body; JSON is YAML too.
func replace[T any](r *http.Request, set func([]T) error) error {
	rules, err := read[[]T](r.Body, maxScenario)
	if err != nil {
		return err
	}
	return set(rules)
}

func (p *Portal) controlRestart(r *http.Request) error {
	down, err := time.ParseDuration(r.FormValue("for"))
	if err != nil {
		return err
	}
	saved := 0.0
	if text := r.FormValue("saved"); text != "" {
		if saved, err = strconv.ParseFloat(text, 64); err != nil {
			return err
		}
	}
	p.Restart(down, saved)
	return nil
}

func (p *Portal) last(text string) []Request {
	all := p.Requests()
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(all) {
		return all[len(all)-n:]
	}
	return all
}

func (p *Portal) everybody() []Person {
	people := p.people.having(statusAll)
	all := make([]Person, len(people))
	for i, one := range people {
		one.mu.Lock() // for the phone
		all[i] = one.Person
		one.mu.Unlock()
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
	page.Execute(w, map[string]any{ // a reader that has gone is no error of ours
		"Say": say, "Stats": stats, "SignIns": signIns, "Last": p.last(strconv.Itoa(shownRequests)),
		"State": p.State(), "Version": p.Version(), "Uptime": p.Uptime().Truncate(time.Second),
	})
}
