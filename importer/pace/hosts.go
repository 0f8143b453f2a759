package pace

import (
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// The evidence that the outcome of one write gives about a mail host, as the code that
// a rest caused by it has.
var (
	Good           diagnosis.Code          // empty: the host let the account in
	Refused        = diagnosis.HostRefuses // the host answered and refused the account
	ConnectTrouble = diagnosis.HostSilent  // no connection, or no answer in time
	TooMany        = diagnosis.HostFull    // the host says that it has too many connections
)

// EvidenceOf returns the evidence that a code of a failed write gives about its mail host.
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
	// troubledForRest is the number of different accounts in a row that must meet trouble
	// before their host rests: a single account may be at fault itself.
	troubledForRest = 3
	// remembered is the number of different accounts kept for a host, and
	// refusedForRest the number of refused ones among them at which it rests.
	remembered     = 20
	refusedForRest = 18
	// refusedProbes is the number of refused probes in a row after which a host that
	// rests for refusing fails its probe: a single password may be wrong and says
	// nothing about the others.
	refusedProbes = 3

	usualRest = 5 * time.Minute
)

// restGrows are the lengths of a host's rests as multiples of the first; the last one repeats.
var restGrows = [...]time.Duration{1, 3, 6}

// Rest is the pause of a mail host in trouble. After it a single row probes the host. If
// the probe succeeds the host is open again, else the rest grows. A host that rests
// because it refused nearly all accounts is probed by up to three rows in turn.
type Rest struct {
	Host     string
	Since    time.Time
	Until    time.Time      // from when on one row may probe the host
	Evidence diagnosis.Code // the cause of the rest
	Probes   int            // failed probes

	refused int // probes refused since the rest was over
}

// Is reports whether r is the rest of host.
func (r Rest) Is(host string) bool { return r.Host == account.FoldHost(host) }

// memory is what recent writes have shown about a mail host.
type memory struct {
	troubled []string  // addresses that met trouble since the host last answered
	verdicts []verdict // of the most recent accounts, oldest first
	rest     *Rest     // nil if the host does not rest
}

type verdict struct {
	address string
	refused bool
}

// report takes in the evidence of a write for an address. During a rest evidence is
// ignored, because its write was sent before the rest began.
func (m *memory) report(name, address string, evidence diagnosis.Code, first time.Duration) {
	switch now := time.Now(); {
	case m.rest == nil:
		if m.learn(address, evidence) {
			m.rest = &Rest{Host: name, Since: now, Until: now.Add(first), Evidence: evidence}
		}
	case now.Before(m.rest.Until):
	case evidence == Good, evidence == Refused && m.rest.Evidence != Refused: // a host that refuses can be reached
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
		return len(m.troubled) >= troubledForRest
	}
	m.troubled = nil
	m.verdicts = slices.DeleteFunc(m.verdicts, func(v verdict) bool { return v.address == address })
	if len(m.verdicts) == remembered {
		m.verdicts = slices.Delete(m.verdicts, 0, 1)
	}
	m.verdicts = append(m.verdicts, verdict{address, evidence == Refused})
	refused := 0
	for _, v := range m.verdicts {
		if v.refused {
			refused++
		}
	}
	return evidence == Refused && len(m.verdicts) == remembered && refused >= refusedForRest
}

// Lockout is the number of logins that mail servers could refuse if every password were
// wrong: for one account, and for one client address at one server. Servers lock
// accounts by the first number, and block client addresses by the second.
type Lockout struct {
	Account int    `json:"account"`
	Address int    `json:"address"`
	Host    string `json:"host"` // the server with the most refusals of the client address
}

// MostRefused returns the most rows that a mail server can refuse before it is given
// up: those that cause its rest, those under way at that time, and its probes after
// each of rests rests.
func MostRefused(perHost, rests int) int { return remembered + perHost - 1 + rests*refusedProbes }
