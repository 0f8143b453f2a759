package portalsim

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one request the portal has seen.
type Request struct {
	Number  int           `json:"number"`
	At      time.Duration `json:"at"` // since the portal's start
	Took    time.Duration `json:"took"`
	Method  string        `json:"method"`
	Path    string        `json:"path"`
	Owner   string        `json:"owner,omitempty"`   // address of who called
	Address string        `json:"address,omitempty"` // the e-mail argument
	Status  int           `json:"status"`            // 0 while under way, 499 when the client had left
	Fault   string        `json:"fault,omitempty"`   // what was done to it
}

// Load is how much was under way at once.
type Load struct {
	Now  int `json:"now"`
	Most int `json:"most"`
}

func (l *Load) enter() {
	l.Now++
	l.Most = max(l.Most, l.Now)
}

// HostLoad is what a mail server has seen of the portal.
type HostLoad struct {
	Load
	Tests   int `json:"tests"`   // login tests that concerned it
	Refused int `json:"refused"` // failed logins
}

// SignIns are those of one person.
type SignIns struct {
	Tried        int `json:"tried"`
	Passed       int `json:"passed"`
	Failed       int `json:"failed"`
	Impersonated int `json:"impersonated"`
	SMS          int `json:"sms"`
}

func (s *SignIns) add(other SignIns) {
	s.Tried += other.Tried
	s.Passed += other.Passed
	s.Failed += other.Failed
	s.Impersonated += other.Impersonated
	s.SMS += other.SMS
}

// Stats are counts since the start.
type Stats struct {
	Requests     int            `json:"requests"`
	MostInSecond int            `json:"mostInSecond"` // in any sliding second
	InFlight     Load           `json:"inFlight"`
	PerKey       int            `json:"mostInFlightPerKey"` // writes under way at once for one owner and address
	ByStatus     map[int]int    `json:"byStatus"`
	ByRoute      map[string]int `json:"byRoute"`
	Faults       map[string]int `json:"faults"`

	Created    int `json:"created"`
	Updated    int `json:"updated"`
	Removed    int `json:"removed"`
	Duplicates int `json:"duplicates"` // rows beyond the first of an owner and address

	SignIns     map[string]SignIns  `json:"signIns"`     // by what was typed as the user name
	FailedMail  map[string]int      `json:"failedMail"`  // failed logins at mail servers, by mailbox
	MailHosts   map[string]HostLoad `json:"mailHosts"`   //
	Connections Load                `json:"connections"` // see Portal.ConnState
	Connected   int                 `json:"connected"`   // connections opened
	MostWrites  int                 `json:"mostWrites"`  // to one owner and address
	Turned      int                 `json:"turnedAway"`  // answered 429
	Early       int                 `json:"early"`       // arrived before a Retry-After was over
}

// keyLoad is what one owner and address has seen.
type keyLoad struct {
	Load
	writes int
}

// stats count under one lock, which is held for well under a microsecond.
type stats struct {
	mu      sync.Mutex
	start   time.Time
	total   Stats
	second  []time.Time // arrivals of the last second, oldest at head
	head    int
	keys    map[string]*keyLoad
	keep    int
	kept    []*Request // a ring once it is full
	quietTo time.Time
}

func newStats(keep int) *stats {
	return &stats{
		start: time.Now(), keys: map[string]*keyLoad{}, keep: keep,
		total: Stats{
			ByStatus: map[int]int{}, ByRoute: map[string]int{}, Faults: map[string]int{}, SignIns: map[string]SignIns{},
			FailedMail: map[string]int{}, MailHosts: map[string]HostLoad{},
		},
	}
}

// visit is a request being counted.
type visit struct {
	stats  *stats
	record *Request
	key    *keyLoad
}

func (s *stats) arrive(r *http.Request, now time.Time) *visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	now = s.slide(now)
	s.total.Requests++
	s.total.InFlight.enter()
	if now.Before(s.quietTo) {
		s.total.Early++
	}
	record := &Request{Number: s.total.Requests, At: now.Sub(s.start), Method: r.Method, Path: r.URL.Path}
	if len(s.kept) < s.keep {
		s.kept = append(s.kept, record)
	} else {
		s.kept[(record.Number-1)%s.keep] = record
	}
	return &visit{stats: s, record: record}
}

// slide moves the sliding second to now, which never goes back, and counts one more.
func (s *stats) slide(now time.Time) time.Time {
	if n := len(s.second); n > 0 && now.Before(s.second[n-1]) {
		now = s.second[n-1]
	}
	for s.head < len(s.second) && now.Sub(s.second[s.head]) >= time.Second {
		s.head++
	}
	if s.head > 1024 && s.head*2 > len(s.second) {
		s.second = append(s.second[:0], s.second[s.head:]...)
		s.head = 0
	}
	s.second = append(s.second, now)
	s.total.MostInSecond = max(s.total.MostInSecond, len(s.second)-s.head)
	return now
}

// know tells whose request it is and what it is about, once that is known.
func (v *visit) know(x *exchange) {
	s := v.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.route != nil {
		s.total.ByRoute[x.route.name]++
	}
	if emails := x.params["email"]; len(emails) > 0 {
		v.record.Address = emails[0]
	}
	if x.caller == nil || x.route == nil {
		return
	}
	v.record.Owner = x.caller.Email
	if !x.route.mail || !isWrite(x.route.method) {
		return
	}
	name := keyOf(x.caller, v.record.Address)
	v.key = s.keys[name]
	if v.key == nil {
		v.key = &keyLoad{}
		s.keys[name] = v.key
	}
	v.key.enter()
	v.key.writes++
	s.total.PerKey = max(s.total.PerKey, v.key.Most)
	s.total.MostWrites = max(s.total.MostWrites, v.key.writes)
}

func keyOf(owner *person, address string) string { return owner.ID + "\x00" + strings.ToLower(address) }

// spoilt tells what was done to the request.
func (v *visit) spoilt(do Action) {
	v.stats.change(func(t *Stats) {
		v.record.Fault = string(do)
		t.Faults[string(do)]++
	})
}

// quiet begins the time in which no request should arrive.
func (s *stats) quiet(pause time.Duration) {
	setDefault(&pause, time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total.Turned++
	if until := time.Now().Add(pause); until.After(s.quietTo) {
		s.quietTo = until
	}
}

// answered notes what went back, and when.
func (s *stats) answered(v *visit, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.record.Took = time.Since(s.start) - v.record.At
	v.record.Status = status
	s.total.ByStatus[status]++
}

// leave ends the work, which the client may not have waited for.
func (s *stats) leave(v *visit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total.InFlight.Now--
	if v.key != nil {
		v.key.Now--
	}
}

// enterHost counts a login test at a mail server; what it returns ends it.
func (s *stats) enterHost(host string) func() {
	s.mailHost(host, func(h *HostLoad) {
		h.enter()
		h.Tests++
	})
	return func() { s.mailHost(host, func(h *HostLoad) { h.Now-- }) }
}

func (s *stats) mailHost(host string, f func(*HostLoad)) {
	s.change(func(t *Stats) {
		h := t.MailHosts[host]
		f(&h)
		t.MailHosts[host] = h
	})
}

// atHost is how many login tests concern a mail server right now.
func (s *stats) atHost(host string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total.MailHosts[host].Now
}

func (s *stats) mailRefused(address, host string, times int) {
	s.change(func(t *Stats) { t.FailedMail[address] += times })
	s.mailHost(host, func(h *HostLoad) { h.Refused += times })
}

func (s *stats) change(f func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.total)
}

func (s *stats) signIn(name string, f func(*SignIns)) {
	s.change(func(t *Stats) {
		one := t.SignIns[name]
		f(&one)
		t.SignIns[name] = one
	})
}

func (s *stats) signInTried(name string)  { s.signIn(name, func(one *SignIns) { one.Tried++ }) }
func (s *stats) signInFailed(name string) { s.signIn(name, func(one *SignIns) { one.Failed++ }) }
func (s *stats) signedIn(name string)     { s.signIn(name, func(one *SignIns) { one.Passed++ }) }
func (s *stats) sms(name string)          { s.signIn(name, func(one *SignIns) { one.SMS++ }) }
func (s *stats) impersonated(name string) { s.signIn(name, func(one *SignIns) { one.Impersonated++ }) }

// created counts a new row; rows is how many the address has now.
func (s *stats) created(rows int) {
	s.change(func(t *Stats) {
		t.Created++
		if rows > 1 {
			t.Duplicates++
		}
	})
}

func (s *stats) updated() { s.change(func(t *Stats) { t.Updated++ }) }
func (s *stats) removed() { s.change(func(t *Stats) { t.Removed++ }) }

// ConnState is for http.Server.ConnState: it counts connections.
func (p *Portal) ConnState(_ net.Conn, state http.ConnState) {
	p.stats.change(func(t *Stats) {
		switch state {
		case http.StateNew:
			t.Connected++
			t.Connections.enter()
		case http.StateClosed, http.StateHijacked:
			t.Connections.Now--
		}
	})
}

// Stats returns the counts so far.
func (p *Portal) Stats() Stats {
	s := p.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.total
	t.ByStatus, t.ByRoute, t.Faults = maps.Clone(t.ByStatus), maps.Clone(t.ByRoute), maps.Clone(t.Faults)
	t.SignIns, t.FailedMail, t.MailHosts = maps.Clone(t.SignIns), maps.Clone(t.FailedMail), maps.Clone(t.MailHosts)
	return t
}

// Writes is how many writes (create, update, switch, delete) have come for an owner's
// address.
func (p *Portal) Writes(owner, address string) int {
	who := p.person(owner)
	if who == nil {
		return 0
	}
	s := p.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := s.keys[keyOf(who, address)]; key != nil {
		return key.writes
	}
	return 0
}

// Requests returns the last requests seen, oldest first, as many as are kept.
func (p *Portal) Requests() []Request {
	s := p.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Request, len(s.kept))
	for i, r := range s.kept {
		all[i] = *r
	}
	slices.SortFunc(all, func(a, b Request) int { return a.Number - b.Number })
	return all
}
