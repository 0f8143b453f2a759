package portalsim

import (
	"cmp"
	"maps"
	"net"
	"net/http"
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
	Fault   string        `json:"fault,omitempty"`   // the action
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

	SignIns     map[string]SignIns  `json:"signIns"`    // by the user name as typed
	FailedMail  map[string]int      `json:"failedMail"` // failed logins at mail servers, by mailbox
	MailHosts   map[string]HostLoad `json:"mailHosts"`
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
	second  []time.Time // arrivals of the last second, oldest first
	keys    map[string]*keyLoad
	locks   map[string]int // failed logins that count towards LockAfter, see login.key
	keep    int
	kept    []*Request // the last ones, oldest first
	quietTo time.Time  // no request should arrive before
}

func newStats(start time.Time, keep int) *stats {
	return &stats{
		start: start, keys: map[string]*keyLoad{}, locks: map[string]int{}, keep: keep,
		total: Stats{
			ByStatus: map[int]int{}, ByRoute: map[string]int{}, Faults: map[string]int{}, SignIns: map[string]SignIns{},
			FailedMail: map[string]int{}, MailHosts: map[string]HostLoad{},
		},
	}
}

func (s *stats) change(f func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.total)
}

func (s *stats) arrive(r *http.Request, now time.Time) *Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.second = append(recent(s.second, now, time.Second), now)
	s.total.MostInSecond = max(s.total.MostInSecond, len(s.second))
	s.total.Requests++
	s.total.InFlight.enter()
	if now.Before(s.quietTo) {
		s.total.Early++
	}
	record := &Request{Number: s.total.Requests, At: now.Sub(s.start), Method: r.Method, Path: r.URL.Path}
	if s.kept = append(s.kept, record); len(s.kept) > s.keep {
		s.kept = s.kept[1:]
	}
	return record
}

// recent keeps those moments, oldest first, that are less than a period old.
func recent(moments []time.Time, now time.Time, period time.Duration) []time.Time {
	for len(moments) > 0 && now.Sub(moments[0]) >= period {
		moments = moments[1:]
	}
	return moments
}

// know notes whose request it is and what it is about, once that is known.
func (s *stats) know(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.record.Address = x.text("email")
	if x.route == nil {
		return
	}
	s.total.ByRoute[x.route.method+" "+x.route.pattern]++
	if x.caller == nil {
		return
	}
	x.record.Owner = x.caller.Email
	if !x.route.mail || !isWrite(x.route.method) {
		return
	}
	name := keyOf(x.caller, x.record.Address)
	if s.keys[name] == nil {
		s.keys[name] = &keyLoad{}
	}
	x.key = s.keys[name]
	x.key.enter()
	x.key.writes++
	s.total.PerKey = max(s.total.PerKey, x.key.Most)
	s.total.MostWrites = max(s.total.MostWrites, x.key.writes)
}

func keyOf(owner *person, address string) string { return owner.ID + "\x00" + strings.ToLower(address) }

// isWrite tells which calls change a mailbox.
func isWrite(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// quiet begins the time in which no request should arrive.
func (s *stats) quiet(pause time.Duration) {
	pause = cmp.Or(pause, time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total.Turned++
	if until := time.Now().Add(pause); until.After(s.quietTo) {
		s.quietTo = until
	}
}

// answered notes what went back, and when.
func (s *stats) answered(record *Request, status int) {
	s.change(func(t *Stats) {
		record.Took = time.Since(s.start) - record.At
		record.Status = status
		t.ByStatus[status]++
	})
}

// leave ends the work, which the client may not have waited for.
func (s *stats) leave(x *exchange) {
	s.change(func(t *Stats) {
		t.InFlight.Now--
		if x.key != nil {
			x.key.Now--
		}
	})
}

// enterHost counts a login test at a mail server; what it returns ends it.
func (s *stats) enterHost(host string) func() {
	s.mailHost(host, func(h *HostLoad) {
		h.enter()
		h.Tests++
	})
	return func() { s.mailHost(host, func(h *HostLoad) { h.Now-- }) }
}

// update changes one value of a map of the statistics.
func update[V any](s *stats, values map[string]V, key string, f func(*V)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := values[key]
	f(&v)
	values[key] = v
}

func (s *stats) mailHost(host string, f func(*HostLoad)) { update(s, s.total.MailHosts, host, f) }

func (s *stats) signIn(name string, f func(*SignIns)) { update(s, s.total.SignIns, name, f) }

// mailRefused counts failed logins at a mail server.
func (s *stats) mailRefused(l *login, times int) {
	s.mailHost(l.host, func(h *HostLoad) {
		h.Refused += times
		s.total.FailedMail[l.address] += times
		s.locks[l.key()] += times
	})
}

// atHost returns the login tests that concern a mail server right now, and the failed
// logins it has seen of one mailbox.
func (s *stats) atHost(l *login) (now, failed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total.MailHosts[l.host].Now, s.locks[l.key()]
}

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

// Writes returns the number of writes (create, update, switch, delete) that have come
// for an owner's address.
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
	return all
}
