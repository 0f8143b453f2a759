package pace

import (
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// What the outcome of one write says about a mail host: nothing against it, or the
// code of what a rest begins with.
var (
	Good           diagnosis.Code          // empty: the host let the account in
	Refused        = diagnosis.HostRefuses // the host answered and refused the account
	ConnectTrouble = diagnosis.HostSilent  // no connection, or no answer in time
	TooMany        = diagnosis.HostFull    // the host says that it has too many connections
)

// EvidenceOf says what a code shows about the mail host that caused it.
func EvidenceOf(code diagnosis.Code) diagnosis.Code {
	switch {
	case code == diagnosis.MailTooMany:
		return TooMany
	case code.HostTrouble():
		return ConnectTrouble
	}
	return Refused
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

	usualRest = 5 * time.Minute
)

// restGrows are the rests of a host as multiples of the first; the last one repeats.
var restGrows = [...]time.Duration{1, 3, 6}

// Rest is the pause of a mail host in trouble. When it is over a single row probes the
// host. If that goes well the host is open again, else its rest grows; one that rests
// because it refused nearly everybody is probed by up to three rows in turn.
type Rest struct {
	Host     string
	Since    time.Time
	Until    time.Time      // when one row probes the host, or may already
	Evidence diagnosis.Code // what the pause began with
	Probes   int            // how often it was probed in vain

	refused int // of the probes since it may be probed
}

// Is reports whether the rest is that of a host.
func (r Rest) Is(host string) bool { return r.Host == account.FoldHost(host) }

// memory is what the writes of late have shown about a mail host.
type memory struct {
	troubled []string  // addresses that met trouble since an account was answered
	verdicts []verdict // of the most recent accounts, oldest first
	rest     *Rest     // nil if the host does not rest
}

type verdict struct {
	address string
	refused bool
}

// report takes in what a write for an address showed. A host that rests listens only to
// its probe: what comes in before its time was sent before the rest began.
func (m *memory) report(name, address string, evidence diagnosis.Code, first time.Duration) {
	switch now := time.Now(); {
	case m.rest == nil:
		if m.learn(address, evidence) {
			m.rest = &Rest{Host: name, Since: now, Until: now.Add(first), Evidence: evidence}
		}
	case now.Before(m.rest.Until):
	case evidence == Good, evidence == Refused && m.rest.Evidence != Refused: // whoever refuses can be reached
		*m = memory{}
	default:
		m.rest.refused++
		if evidence == Refused && m.rest.Evidence == Refused && m.rest.refused < refusedProbes {
			return
		}
		m.rest.Probes++
		m.rest.refused = 0
		m.rest.Until = now.Add(first * restGrows[min(m.rest.Probes, len(restGrows)-1)])
	}
}

// learn remembers the evidence and reports whether the host needs a rest now.
func (m *memory) learn(address string, evidence diagnosis.Code) bool {
	if evidence == ConnectTrouble || evidence == TooMany {
		if !slices.Contains(m.troubled, address) {
			m.troubled = append(m.troubled, address)
		}
		return len(m.troubled) >= troubled
	}
	m.troubled = nil
	m.verdicts = slices.DeleteFunc(m.verdicts, func(v verdict) bool { return v.address == address })
	if len(m.verdicts) == recent {
		m.verdicts = slices.Delete(m.verdicts, 0, 1)
	}
	m.verdicts = append(m.verdicts, verdict{address, evidence == Refused})
	refused := 0
	for _, v := range m.verdicts {
		if v.refused {
			refused++
		}
	}
	return evidence == Refused && len(m.verdicts) == recent && refused >= mostRefused
}

// Lockout is how often mail servers could refuse a login if every password were
// wrong: one account, and one address that logs in to one server. Servers count the
// former to lock accounts, and the latter to bar addresses.
type Lockout struct {
	Account int    `json:"account"`
	Address int    `json:"address"`
	Host    string `json:"host"` // the server at which the address would be refused most often
}

// MostRefused returns how many rows a mail server refuses at the most before it is
// left alone for good, if it refuses all of them: those that give it a rest, those
// that are under way then, and its probes, where each of rests rests is probed.
func MostRefused(perHost, rests int) int { return recent + perHost - 1 + rests*refusedProbes }
