package portalsim

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is a rule that spoils matching requests. The first fault whose conditions all
// hold is applied to a request; after a [Delay] the next ones are tried too.
type Fault struct {
	Method string        `yaml:"method"` // any when empty
	Path   string        `yaml:"path"`   // a pattern without /api/2.0/ and .json: mail/accounts, people/*; any when empty
	Only   []string      `yaml:"only"`   // patterns for the e-mail argument, the caller's address or the user name of a sign-in
	After  time.Duration `yaml:"after"`  // in force from this age of the portal
	For    time.Duration `yaml:"for"`    // how long it is in force; for ever when 0
	Skip   int           `yaml:"skip"`   // the number of matching requests that pass first
	First  int           `yaml:"first"`  // the number of requests hit after that; all when 0
	Every  int           `yaml:"every"`  // 3 hits every third of them; all when 0
	Share  float64       `yaml:"share"`  // hits this share of those, chosen by seed, request and its repetition; all when 0

	Do         Action        `yaml:"do"`
	Processed  bool          `yaml:"processed"`   // the request is still processed
	Early      bool          `yaml:"early"`       // the request is processed after the answer of the fault is sent
	Status     int           `yaml:"status"`      // of answer (200), envelope (500), empty (403), redirect (301)
	Type       string        `yaml:"type"`        // content type of answer; HTML when empty
	Text       string        `yaml:"text"`        // body of answer, message of envelope; {email}, {login} and {password} are replaced
	Location   string        `yaml:"location"`    // of redirect; the same path on https when empty
	RetryAfter string        `yaml:"retry_after"` // of empty and too-many: see Limit
	Pause      time.Duration `yaml:"pause"`       // see Limit
	Delay      time.Duration `yaml:"delay"`       // of delay; of slow, before each byte: 1 s when 0
	Size       int           `yaml:"size"`        // bytes of huge and gzip-bomb; 64 MiB when 0
}

// Action is what a fault does to a request.
type Action string

// The actions. Those of the first group replace the true answer, the others change how it is sent.
const (
	Answer          Action = "answer"   // any status, type and text, such as an HTML page, a login form or broken JSON
	Envelope        Action = "envelope" // an error in the server's envelope
	Empty           Action = "empty"    // a status and no body
	Redirect        Action = "redirect"
	TooManyRequests Action = "too-many" // 429
	Reset           Action = "reset"    // the connection is reset; with Processed the answer is lost
	Silence         Action = "silence"  // no answer until the client leaves

	Delay      Action = "delay"
	Cut        Action = "cut" // in the middle of the body
	Slow       Action = "slow"
	Endless    Action = "endless"
	Huge       Action = "huge"
	GzipBomb   Action = "gzip-bomb"
	HeaderBomb Action = "header-bomb"
	EarlyHints Action = "early-hints" // a flood of informational answers before the true one
)

// replaces holds all actions, and whether they replace the true answer.
var replaces = map[Action]bool{
	Answer: true, Envelope: true, Empty: true, Redirect: true, TooManyRequests: true, Reset: true, Silence: true,
	Delay: false, Cut: false, Slow: false, Endless: false, Huge: false, GzipBomb: false, HeaderBomb: false, EarlyHints: false,
}

func (f *Fault) validate() error {
	if _, known := replaces[f.Do]; !known {
		return fmt.Errorf("do: %q is nothing that can be done to a request", f.Do)
	}
	if err := validateRule(f.Share, append([]string{f.Path}, f.Only...)...); err != nil {
		return err
	}
	if f.Early && !replaces[f.Do] {
		return fmt.Errorf("early: %s needs the true answer", f.Do)
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("status: %d is no final status", f.Status)
	}
	return nil
}

// faults are the rules, with the requests that each has counted.
type faults struct {
	mu      sync.Mutex
	rules   []Fault
	matched []int          // the number of matching requests, by rule
	repeats map[string]int // how often the same request came, by rule and request
}

func newFaults(rules []Fault) *faults {
	return &faults{rules: rules, matched: make([]int, len(rules)), repeats: map[string]int{}}
}

// pick returns what happens to a request: the sum of its delays, and at most one fault.
func (f *faults) pick(x *exchange) (late time.Duration, _ *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.rules {
		rule := f.rules[i]
		if !rule.fits(x) || !f.strikes(i, &rule, x) {
			continue
		}
		if rule.Do == Delay {
			late += rule.Delay
			continue
		}
		x.portal.stats.change(func(t *Stats) {
			x.record.Fault = string(rule.Do)
			t.Faults[string(rule.Do)]++
		})
		return late, &rule
	}
	return late, nil
}

func (f *Fault) fits(x *exchange) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, x.request.Method) || !inForce(f.After, f.For, x.began.Sub(x.portal.started)) {
		return false
	}
	path := x.request.URL.Path
	if underAPI(path) {
		path = path[len(prefix):]
	}
	return matches(f.Path, strings.TrimSuffix(path, ".json")) && (len(f.Only) == 0 || matchesAny(f.Only, x.subjects()...))
}

// strikes counts a matching request and reports whether Skip, Every, First and Share let the rule apply.
func (f *faults) strikes(i int, rule *Fault, x *exchange) bool {
	f.matched[i]++
	n, every := f.matched[i]-rule.Skip, max(rule.Every, 1)
	if n <= 0 || n%every != 0 || rule.First > 0 && (n+every-1)/every > rule.First {
		return false
	}
	if rule.Share == 0 {
		return true
	}
	key := fmt.Sprint(i, x.request.Method, x.request.URL.Path, x.subjects())
	f.repeats[key]++
	return chance(x.portal.options.Seed, key, f.repeats[key], "fault") < rule.Share
}

// subjects returns the addresses a request concerns: its email and username arguments, and the caller's.
func (x *exchange) subjects() []string {
	all := slices.Concat(x.params["email"], x.params["username"])
	if x.caller != nil {
		all = append(all, x.caller.Email)
	}
	return all
}

// answer returns the answer of a fault: one that replaces the true answer a, or a with another way to send it.
func (f *Fault) answer(x *exchange, a *answer) *answer {
	p := x.portal
	if replaces[f.Do] {
		a = &answer{status: f.Status, contentType: typeHTML}
	}
	switch f.Do {
	case Answer:
		a.status = cmp.Or(a.status, http.StatusOK)
		a.body, a.contentType = []byte(f.fill(x)), cmp.Or(f.Type, typeHTML)
		if f.Text == "" && f.Type == "" {
			a = htmlPage(a.status, "Sign in")
		}
	case Envelope:
		a = p.failed(&failure{cmp.Or(f.Status, http.StatusInternalServerError), cmp.Or(f.fill(x), x.unexpected().message), hrException})
	case Empty:
		a.status = cmp.Or(a.status, http.StatusForbidden)
		retryAfter(a, f.RetryAfter, f.Pause)
	case Redirect:
		a.status = cmp.Or(a.status, http.StatusMovedPermanently)
		a.set("Location", cmp.Or(f.Location, "https://"+x.request.Host+x.request.URL.Path))
	case TooManyRequests:
		p.stats.turnAway(f.Pause)
		a = tooManyRequests(f.RetryAfter, f.Pause)
	case Reset:
		a.deliver = resetConnection
	case Silence:
		a.deliver = func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-p.closing:
			}
			panic(http.ErrAbortHandler)
		}
	case Cut:
		a.deliver = a.cutShort
	case Slow:
		a.deliver = func(w http.ResponseWriter, r *http.Request) { p.drip(a, cmp.Or(f.Delay, time.Second), w, r) }
	case Endless, Huge, GzipBomb:
		size := cmp.Or(f.Size, defaultSize)
		if f.Do == Endless {
			size = math.MaxInt
		}
		a.deliver = func(w http.ResponseWriter, r *http.Request) { p.flood(a, size, f.Do == GzipBomb, w, r) }
	case HeaderBomb:
		for i := range bombHeaders {
			a.set("X-Padding-"+strconv.Itoa(i), strings.Repeat("x", 1024))
		}
	case EarlyHints:
		a.deliver = a.afterHints
	}
	return a
}

// fill returns Text with values of the request filled in, like a server that echoes requests.
func (f *Fault) fill(x *exchange) string {
	login := cmp.Or(x.text("account"), x.text("userName"))
	return strings.NewReplacer("{email}", x.text("email"), "{login}", login, "{password}", x.text("password")).Replace(f.Text)
}
