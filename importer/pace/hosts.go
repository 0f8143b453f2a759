package pace

import (
	"slices"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Evidence is what the outcome of one write says about a mail host.
type Evidence uint8

const (
	Good           Evidence = iota // the host let the account in
	Refused                        // the host answered and refused the account
	ConnectTrouble                 // no connection, or no answer in time
	TooMany                        // the host says that it has too many connections
)

// String returns the name a log or a test shows.
func (e Evidence) String() string {
	return [...]string{"good", "refused", "connect trouble", "too many connections"}[e]
}

// EvidenceOf says what a code shows about the mail host that caused it.
func EvidenceOf(code diagnosis.Code) Evidence {
	switch {
	case code == diagnosis.MailTooMany:
		return TooMany
	case code.HostTrouble():
		return ConnectTrouble
	}
	return Refused
}

// Code puts what a rest began with into the words of the catalogue.
func (e Evidence) Code() diagnosis.Code {
	switch e {
	case Refused:
		return diagnosis.HostRefuses
	case TooMany:
		return diagnosis.HostFull
	}
	return diagnosis.HostSilent
}

const (
	// troubled is how many different accounts in a row must meet trouble before
	// their host is given a rest: one alone may be at fault itself.
	troubled = 3
	// recent is how many different accounts are remembered of a host, and
	// mostRefused how many refused ones among them give it a rest.
	recent      = 20
	mostRefused = 18
	// refusedProbes is how many probes in a row a host may refuse that got its rest
	// for refusing: one password may be wrong by itself, and its row says nothing
	// about the others.
	refusedProbes = 3

	firstRest = 5 * time.Minute
)

// restGrows are the rests of a host as multiples of the first; the last one repeats.
var restGrows = [...]time.Duration{1, 3, 6}

// Hosts keeps mail hosts from being asked too much: at most so many writes in
// flight at each, and none for a while at a host in trouble. After that while a
// single row probes it. If that goes well the host is open again, else its rest
// grows; one that rests because it refused nearly everybody is probed by up to
// three rows in turn.
//
// Hosts is not safe for concurrent use: [Slots] has the lock.
type Hosts struct {
	// FirstRest is how long a host in trouble rests before it is probed, 5
	// minutes unless set before the first use. Later rests are 3 and 6 times as long.
	FirstRest time.Duration

	most  int
	hosts map[string]*host
	tired int // how many rest; nearly always none
}

// host is what is known of one mail host.
type host struct {
	inFlight int
	troubled []string  // addresses that met trouble since an account was answered
	verdicts []verdict // of the most recent accounts, oldest first
	rest     *Rest
}

type verdict struct {
	address string
	refused bool
}

// Rest is the pause of one mail host.
type Rest struct {
	Host     string
	Since    time.Time
	Until    time.Time // when one row probes the host, or may already
	Evidence Evidence  // what the pause began with
	Probes   int       // how often it was probed in vain

	refused int // of the probes since it may be probed
}

// Is reports whether the rest is that of a host.
func (r Rest) Is(host string) bool { return r.Host == account.FoldHost(host) }

// NewHosts returns the memory of all mail hosts, with at most so many writes in
// flight at each.
func NewHosts(most int) *Hosts {
	return &Hosts{FirstRest: firstRest, most: max(1, most), hosts: make(map[string]*host)}
}

// Free reports whether a write that makes the portal log in to these hosts may
// begin now. Naming one host twice counts once.
func (h *Hosts) Free(hosts ...string) bool {
	for _, name := range hosts {
		if !h.free(name) {
			return false
		}
	}
	return true
}

func (h *Hosts) free(name string) bool {
	s, ok := h.hosts[account.FoldHost(name)]
	if !ok {
		return true
	}
	if s.rest != nil {
		return s.inFlight == 0 && !time.Now().Before(s.rest.Until)
	}
	return s.inFlight < h.most
}

// Take takes a slot at each of the hosts for one write.
func (h *Hosts) Take(hosts ...string) { h.count(hosts, 1) }

// Give returns the slots that Take took, with the same hosts.
func (h *Hosts) Give(hosts ...string) { h.count(hosts, -1) }

func (h *Hosts) count(hosts []string, n int) {
	for i, name := range hosts {
		again := func(earlier string) bool { return account.FoldHost(earlier) == account.FoldHost(name) }
		if !slices.ContainsFunc(hosts[:i], again) {
			h.host(name).inFlight += n
		}
	}
}

// Report tells what a write for an address showed about one of its hosts. A host
// that is resting listens only to its probe: what comes in before its time was
// sent before the rest began.
func (h *Hosts) Report(name, address string, evidence Evidence) {
	s := h.host(name)
	switch {
	case s.rest == nil:
		if s.learn(address, evidence) {
			s.rest = &Rest{Host: account.FoldHost(name), Since: time.Now(), Until: time.Now().Add(h.FirstRest), Evidence: evidence}
			h.tired++
		}
	case time.Now().Before(s.rest.Until):
	case evidence == Good, evidence == Refused && s.rest.Evidence != Refused: // whoever refuses can be reached
		s.rest, s.troubled, s.verdicts = nil, nil, nil
		h.tired--
	default:
		s.rest.refused++
		if evidence == Refused && s.rest.Evidence == Refused && s.rest.refused < refusedProbes {
			return
		}
		s.rest.Probes++
		s.rest.refused = 0
		grown := restGrows[min(s.rest.Probes, len(restGrows)-1)]
		s.rest.Until = time.Now().Add(h.FirstRest * grown)
	}
}

// learn remembers the evidence and reports whether the host needs a rest now.
func (s *host) learn(address string, evidence Evidence) bool {
	if evidence == ConnectTrouble || evidence == TooMany {
		if !slices.Contains(s.troubled, address) {
			s.troubled = append(s.troubled, address)
		}
		return len(s.troubled) >= troubled
	}
	s.troubled = nil
	s.verdicts = slices.DeleteFunc(s.verdicts, func(v verdict) bool { return v.address == address })
	if len(s.verdicts) == recent {
		s.verdicts = slices.Delete(s.verdicts, 0, 1)
	}
	s.verdicts = append(s.verdicts, verdict{address, evidence == Refused})
	if evidence != Refused || len(s.verdicts) < recent {
		return false
	}
	refused := 0
	for _, v := range s.verdicts {
		if v.refused {
			refused++
		}
	}
	return refused >= mostRefused
}

// PausedUntil returns when a resting host is probed next, and false for a host
// that does not rest. The time may have passed: then the next write is the probe.
func (h *Hosts) PausedUntil(name string) (time.Time, bool) {
	if h.tired == 0 {
		return time.Time{}, false
	}
	if s, ok := h.hosts[account.FoldHost(name)]; ok && s.rest != nil {
		return s.rest.Until, true
	}
	return time.Time{}, false
}

// Resting returns the hosts that rest, by name.
func (h *Hosts) Resting() []Rest {
	var out []Rest
	for _, s := range h.hosts {
		if s.rest != nil {
			out = append(out, *s.rest)
		}
	}
	slices.SortFunc(out, func(a, b Rest) int { return strings.Compare(a.Host, b.Host) })
	return out
}

func (h *Hosts) host(name string) *host {
	name = account.FoldHost(name)
	s, ok := h.hosts[name]
	if !ok {
		s = new(host)
		h.hosts[name] = s
	}
	return s
}
