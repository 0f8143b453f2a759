package importer

import (
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
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

// hostNews tells the breaker what a write showed about the hosts of the row; an
// empty host is all of them.
func (e *engine) hostNews(j *job, host string, evidence pace.Evidence) {
	for _, h := range j.hosts {
		if host == "" || h == host {
			e.hosts.Report(h, j.key.Address, evidence)
		}
	}
}

// hostsPaused reports until when a mail host of the row rests, and an empty code
// if none does. A host that stayed in trouble through all its probes is given up
// when nothing but its rows is left.
func (e *engine) hostsPaused(j *job) (time.Time, diagnosis.Code) {
	var until time.Time
	for _, h := range j.hosts {
		if t, resting := e.hosts.PausedUntil(h); resting && t.After(until) {
			until = t
		}
	}
	if until.IsZero() {
		return until, ""
	}
	switch now := time.Now(); {
	case until.After(now):
		return until, diagnosis.HostPaused
	case !e.hosts.Free(j.hosts...): // another row probes the host
		return now.Add(e.Options.Waits.Probe), diagnosis.HostPaused
	}
	return until, ""
}

// giveUpHosts ends the rows of hosts that stayed in trouble through all their
// probes, once nothing else is left to do. When the run stops it ends the rows of
// all hosts that rest, so that they say why they were not tried.
func (e *engine) giveUpHosts() {
	if len(e.waiting) == 0 || !e.stopping && (!e.read || e.running > 0 || len(e.window) > 0) {
		return
	}
	hopeless := e.hosts.Resting()
	if !e.stopping {
		hopeless = slices.DeleteFunc(hopeless, func(r pace.Rest) bool { return r.Probes < hostProbes })
	}
	given := make(map[*job]pace.Rest, len(e.waiting))
	for _, j := range e.waiting {
		i := slices.IndexFunc(hopeless, func(r pace.Rest) bool { return slices.ContainsFunc(j.hosts, r.Is) })
		// A row that has probed the host itself waits for something else, and would only probe it again.
		if i >= 0 && (j.why == diagnosis.HostPaused || !e.stopping && j.doubt == nil) {
			given[j] = hopeless[i]
		} else if !e.stopping {
			return
		}
	}
	if len(given) == 0 {
		return
	}
	e.waiting.remove(func(j *job) bool { _, gone := given[j]; return gone })
	var jobs []*job
	for j, rest := range given {
		j.end(diagnosis.NotTried, *diagnosis.New(diagnosis.HostPaused, "Host", rest.Host, "Why", string(whyResting(rest.Evidence))))
		j.entry.Host = rest.Host
		jobs = append(jobs, j)
	}
	e.saveLater(jobs...)
}

// whyResting puts what a rest began with into the words of the catalogue.
func whyResting(evidence pace.Evidence) diagnosis.Code {
	switch evidence {
	case pace.Refused:
		return diagnosis.HostRefuses
	case pace.TooMany:
		return diagnosis.HostFull
	}
	return diagnosis.HostSilent
}

// hostProbes is how often a mail host in trouble is probed before its rows are given up.
const hostProbes = 3

// evidenceOf says what a code shows about the mail host that caused it.
func evidenceOf(code diagnosis.Code) pace.Evidence {
	switch {
	case code == diagnosis.MailTooMany:
		return pace.TooMany
	case code.HostTrouble():
		return pace.ConnectTrouble
	}
	return pace.Refused
}
