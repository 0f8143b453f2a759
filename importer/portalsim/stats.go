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

// Request is one request that the portal received.
type Request struct {
	Number  int           `json:"number"`
	At      time.Duration `json:"at"` // since the portal's start
	Took    time.Duration `json:"took"`
	Method  string        `json:"method"`
	Path    string        `json:"path"`
	Owner   string        `json:"owner,omitempty"`   // the caller's address
	Address string        `json:"address,omitempty"` // the e-mail argument
	Status  int           `json:"status"`            // 0 while running, 499 if the client left
	Fault   string        `json:"fault,omitempty"`   // its action
}

// Load counts things that run at once: now, and the most so far.
type Load struct {
	Now  int `json:"now"`
	Most int `json:"most"`
}

func (l *Load) enter() {
	l.Now++
	l.Most = max(l.Most, l.Now)
}

// HostLoad counts the logins of the portal at one mail server.
type HostLoad struct {
	Load
	Tests   int `json:"tests"`   // login tests that involve it
	Refused int `json:"refused"` // failed logins
}

// SignIns counts the sign-ins of one person.
type SignIns struct {
	Tried        int `json:"tried"`
	Passed       int `json:"passed"`
	Failed       int `json:"failed"`
	Impersonated int `json:"impersonated"`
	SMS          int `json:"sms"`
}

// Stats are the counts since the portal was made.
type Stats struct {
	Requests     int            `json:"requests"`
	MostInSecond int            `json:"mostInSecond"` // in any sliding second
	InFlight     Load           `json:"inFlight"`
	PerKey       int            `json:"mostInFlightPerKey"` // most writes at once for one owner and address
	ByStatus     map[int]int    `json:"byStatus"`
	ByRoute      map[string]int `json:"byRoute"`
	Faults       map[string]int `json:"faults"`

	Created    int `json:"created"`
	Updated    int `json:"updated"`
	Removed    int `json:"removed"`
	Duplicates int `json:"duplicates"` // second and further rows for the same owner and address

	SignIns     map[string]SignIns  `json:"signIns"`    // by the user name as sent
	FailedMail  map[string]int      `json:"failedMail"` // failed logins at mail servers, by mailbox
	MailHosts   map[string]HostLoad `json:"mailHosts"`
	Connections Load                `json:"connections"` // see Portal.ConnState
	Connected   int                 `json:"connected"`   // connections opened
	MostWrites  int                 `json:"mostWrites"`  // most writes for one owner and address
	Turned      int                 `json:"turnedAway"`  // requests answered 429
	Early       int                 `json:"early"`       // requests that came before the time of a Retry-After
}

// keyLoad counts the writes for one owner and address.
type keyLoad struct {
	Load
	writes int
}

// stats keeps the counts under one lock, which is held for well under a microsecond.
type stats struct {
	mu         sync.Mutex
	start      time.Time
	total      Stats
	second     []time.Time // arrivals of the last second, oldest first
	keys       map[string]*keyLoad
	locks      map[string]int // failed logins that count towards LockAfter, by login.key
	keep       int
	kept       []*Request // the last requests, oldest first
	quietUntil time.Time  // requests before this time count as Early
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
	if now.Before(s.quietUntil) {
		s.total.Early++
	}
	record := &Request{Number: s.total.Requests, At: now.Sub(s.start), Method: r.Method, Path: r.URL.Path}
	if s.kept = append(s.kept, record); len(s.kept) > s.keep {
		s.kept = s.kept[1:]
	}
	return record
}

// recent returns the moments that are less than period old. They are sorted, oldest first.
func recent(moments []time.Time, now time.Time, period time.Duration) []time.Time {
	for len(moments) > 0 && now.Sub(moments[0]) >= period {
		moments = moments[1:]
	}
	return moments
}

// identify records the caller, the address and the route of a request that has been read.
func (s *stats) identify(x *exchange) {
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

// isWrite reports whether an HTTP method is one that changes a mailbox.
func isWrite(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// turnAway counts an answer 429. Requests that arrive within pause (1 s when 0) count as Early.
func (s *stats) turnAway(pause time.Duration) {
	pause = cmp.Or(pause, time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total.Turned++
	if until := time.Now().Add(pause); until.After(s.quietUntil) {
		s.quietUntil = until
	}
}

// answered records the status of the answer and the time it took.
func (s *stats) answered(record *Request, status int) {
	s.change(func(t *Stats) {
		record.Took = time.Since(s.start) - record.At
		record.Status = status
		t.ByStatus[status]++
	})
}

// leave counts the end of a request's work, which can be later than its answer.
func (s *stats) leave(x *exchange) {
	s.change(func(t *Stats) {
		t.InFlight.Now--
		if x.key != nil {
			x.key.Now--
		}
	})
}

// enterHost counts the start of a login test at a mail server. The function returned counts its end.
func (s *stats) enterHost(host string) func() {
	s.mailHost(host, func(h *HostLoad) {
		h.enter()
		h.Tests++
	})
	return func() { s.mailHost(host, func(h *HostLoad) { h.Now-- }) }
}

// update applies f to one value of a map of the statistics, under the lock.
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

// atHost returns the number of login tests now running at the mail server of l, and of
// the failed logins to its mailbox there.
func (s *stats) atHost(l *login) (now, failed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total.MailHosts[l.host].Now, s.locks[l.key()]
}

// ConnState counts connections. Set it as http.Server.ConnState.
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

// Stats returns a copy of the counts so far.
func (p *Portal) Stats() Stats {
	s := p.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.total
	t.ByStatus, t.ByRoute, t.Faults = maps.Clone(t.ByStatus), maps.Clone(t.ByRoute), maps.Clone(t.Faults)
	t.SignIns, t.FailedMail, t.MailHosts = maps.Clone(t.SignIns), maps.Clone(t.FailedMail), maps.Clone(t.MailHosts)
	return t
}

// Writes returns the number of writes (create, update, switch, delete) received for an
// owner's address.
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

// Requests returns the last [Options].KeepRequests requests, oldest first.
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
