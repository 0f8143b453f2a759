package portalsim

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with some requests. The first whose conditions
// all hold is done to a request; [Delay] alone lets the next ones be tried too.
type Fault struct {
	Method string        `yaml:"method"` // any when empty
	Path   string        `yaml:"path"`   // a pattern without /api/2.0/ and .json: mail/accounts, people/*; any when empty
	Only   []string      `yaml:"only"`   // patterns of the e-mail argument, of the caller's address or of the user name signed in with
	After  time.Duration `yaml:"after"`  // in force from so long after the portal's start
	For    time.Duration `yaml:"for"`    // for so long; for ever when 0
	Skip   int           `yaml:"skip"`   // let so many fitting requests pass first
	First  int           `yaml:"first"`  // then only so many; all when 0
	Every  int           `yaml:"every"`  // then only each so-manieth; each when 0
	Share  float64       `yaml:"share"`  // then only this share, chosen by the seed, the request and how often it came; all when 0

	Do         Action        `yaml:"do"`
	Processed  bool          `yaml:"processed"`   // what was asked for is done all the same
	Early      bool          `yaml:"early"`       // it is done, but only after the answer of the fault has gone
	Status     int           `yaml:"status"`      // of answer (200), envelope (500), empty (403), redirect (301)
	Type       string        `yaml:"type"`        // content type of answer; HTML when empty
	Text       string        `yaml:"text"`        // body of answer, message of envelope; {email}, {login} and {password} are filled in
	Location   string        `yaml:"location"`    // of redirect; the same path on https when empty
	RetryAfter string        `yaml:"retry_after"` // of empty and too-many: see Limit
	Pause      time.Duration `yaml:"pause"`       // see Limit
	Delay      time.Duration `yaml:"delay"`       // of delay; between two bytes of slow
	Size       int           `yaml:"size"`        // bytes of huge and gzip-bomb; 64 MiB when 0
}

// Action is what is done to a request.
type Action string

// What can be done to a request. Those of the second group are done to the true answer.
const (
	Answer          Action = "answer"   // any status, type and text: an HTML page, a login form, broken JSON, nothing
	Envelope        Action = "envelope" // an error in the server's envelope
	Empty           Action = "empty"    // a status and no body
	Redirect        Action = "redirect"
	TooManyRequests Action = "too-many" // 429
	Reset           Action = "reset"    // the connection is reset; with processed the answer is lost
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

// replaces tells of every action whether the true answer is not wanted.
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

// faults are the rules in force and how often each has met what.
type faults struct {
	mu    sync.Mutex
	rules []Fault
	met   []int          // requests that fitted, per rule
	again map[string]int // the same request, per rule
}

func newFaults(rules []Fault) *faults {
	return &faults{rules: rules, met: make([]int, len(rules)), again: map[string]int{}}
}

func (f *faults) set(rules []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.met, f.again = rules, make([]int, len(rules)), map[string]int{}
}

// pick chooses what happens to a request: delays added up, and at most one fault.
func (f *faults) pick(x *exchange) (time.Duration, *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var late time.Duration
	for i := range f.rules {
		rule := &f.rules[i]
		if !rule.fits(x) || !f.strikes(i, rule, x) {
			continue
		}
		if rule.Do == Delay {
			late += rule.Delay
			continue
		}
		chosen := *rule
		return late, &chosen
	}
	return late, nil
}

func (f *Fault) fits(x *exchange) bool {
	age := x.began.Sub(x.portal.started)
	if f.Method != "" && !strings.EqualFold(f.Method, x.request.Method) || age < f.After || f.For > 0 && age >= f.After+f.For {
		return false
	}
	if f.Path != "" && !matches(f.Path, shortPath(x.request.URL.Path)) {
		return false
	}
	return len(f.Only) == 0 || matchesAny(f.Only, x.subjects()...)
}

// strikes counts a fitting request and applies Skip, Every, First and Share.
func (f *faults) strikes(i int, rule *Fault, x *exchange) bool {
	f.met[i]++
	n := f.met[i] - rule.Skip
	if n <= 0 || rule.Every > 1 && n%rule.Every != 0 {
		return false
	}
	if rule.First > 0 && (n+max(rule.Every, 1)-1)/max(rule.Every, 1) > rule.First {
		return false
	}
	if rule.Share == 0 {
		return true
	}
	key := fmt.Sprint(i, x.request.Method, x.request.URL.Path, x.subjects())
	f.again[key]++
	return chance(x.portal.options.Seed, key, f.again[key], "fault") < rule.Share
}

// shortPath is what faults and people call a path.
func shortPath(p string) string {
	if underAPI(p) {
		p = p[len(prefix):]
	}
	return strings.TrimSuffix(p, ".json")
}

// subjects are whom a request is about.
func (x *exchange) subjects() []string {
	var all []string
	all = append(all, x.params["email"]...)
	all = append(all, x.params["username"]...)
	if x.caller != nil {
		all = append(all, x.caller.Email)
	}
	return all
}

// replacement is the answer a fault gives instead of the true one.
func (f *Fault) replacement(x *exchange) *answer {
	a := &answer{status: f.Status, contentType: typeHTML}
	switch f.Do {
	case Answer:
		setDefault(&a.status, http.StatusOK)
		a.body = []byte(f.fill(x))
		if f.Text == "" && f.Type == "" {
			a.body = htmlPage(a.status, "Sign in").body
		}
		if f.Type != "" {
			a.contentType = f.Type
		}
	case Envelope:
		setDefault(&a.status, http.StatusInternalServerError)
		text := f.fill(x)
		setDefault(&text, x.words().unexpected)
		a = x.portal.failed(&failure{a.status, text, hrException})
	case Empty:
		setDefault(&a.status, http.StatusForbidden)
		retryAfter(a, f.RetryAfter, f.Pause)
	case Redirect:
		setDefault(&a.status, http.StatusMovedPermanently)
		location := f.Location
		setDefault(&location, "https://"+x.request.Host+x.request.URL.Path)
		a.set("Location", location)
	case TooManyRequests:
		a = tooManyRequests(f.RetryAfter, f.Pause)
		x.portal.stats.quiet(f.Pause)
	case Reset:
		a.deliver = resetConnection
	case Silence:
		a.deliver = x.portal.silence
	}
	return a
}

// fill puts what was sent into a text, as servers do that echo a request.
func (f *Fault) fill(x *exchange) string {
	sent := arguments{params: x.params}
	login := cmp.Or(sent.text("account"), sent.text("userName"))
	return strings.NewReplacer("{email}", sent.text("email"), "{login}", login, "{password}", sent.text("password")).Replace(f.Text)
}
