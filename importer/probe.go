package importer

import (
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// resting parks a row of a mail host that rests before anybody signs in for it.
// It lets rows pass that an earlier run may have left in doubt: these are only looked up.
func (e *engine) resting(j *job) bool {
	return j.doubt == nil && (len(e.past.open) == 0 || j.key != account.Key{}) && e.parkedForHost(j)
}

// parkedForHost parks a row if a mail host of it rests, or is being probed by another row.
func (e *engine) parkedForHost(j *job) bool {
	until, why := e.hostsPaused(j)
	if why == "" && e.probing(j) {
		return false
	}
	if why == "" {
		until, why = time.Now().Add(e.Options.Waits.Probe), diagnosis.HostPaused
	}
	e.park(j, until, why)
	return true
}

// probing makes the row the one that probes those of its mail hosts that have
// rested long enough, and reports whether it is. Chosen before its owner signs in,
// it is any of the rows that waited and not one whose owner happens to be signed
// in: these are the neighbours of the rows that gave the host its rest.
func (e *engine) probing(j *job) bool {
	var tired []string
	for _, h := range j.hosts {
		if _, resting := e.hosts.PausedUntil(h); !resting {
			continue
		}
		if probe := e.probes[h]; probe != nil && probe != j {
			return false
		}
		tired = append(tired, h)
	}
	for _, h := range tired {
		e.probes[h] = j
	}
	return true
}

// probeOver lets another row probe.
func (e *engine) probeOver(j *job) {
	for _, h := range j.hosts {
		if e.probes[h] == j {
			delete(e.probes, h)
		}
	}
}
