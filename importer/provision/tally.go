package provision

import (
	"maps"
	"sync"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/policy"
)

// Tally counts the outcomes of a run's rows, and stops the run when more have failed
// than Options.MaxFailures allows. It is safe for concurrent use.
type Tally struct {
	options *policy.Options
	stop    *pace.Stop
	rows    int // of the file

	mu      sync.Mutex
	counts  map[diagnosis.Status]int
	unknown int // writes in doubt
	updates int // rows whose accounts are updated
}

// NewTally returns a tally for a file with that many rows, of which invalid have errors.
func NewTally(options *policy.Options, stop *pace.Stop, rows, invalid int) *Tally {
	return &Tally{options: options, stop: stop, rows: rows, counts: map[diagnosis.Status]int{diagnosis.Invalid: invalid}}
}

// Count counts the outcomes of entries.
func (t *Tally) Count(entries ...journal.Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range entries {
		t.counts[entries[i].Status]++
	}
	t.checkFailures()
}

// ended counts a row that has its outcome.
func (t *Tally) ended(r *Row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.inDoubt != nil {
		t.unknown--
	}
	t.counts[r.Entry.Status]++
	t.checkFailures()
}

// doubt marks the row's last write as one without a known outcome.
func (t *Tally) doubt(r *Row, d doubt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.inDoubt = &d
	t.unknown++
}

// noDoubt ends the doubt of a row that has no outcome yet.
func (t *Tally) noDoubt(r *Row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.inDoubt = nil
	t.unknown--
}

// fewSent is the number of rows to send before a percentage of failures is judged.
const fewSent = 20

func (t *Tally) checkFailures() {
	failed := t.counts[diagnosis.Failed]
	sent := t.counts[diagnosis.Created] + t.counts[diagnosis.Updated] + failed
	if t.options.MaxFailures.Percent && sent < fewSent {
		return
	}
	if t.options.MaxFailures.Exceeded(failed, sent) {
		t.stop.Because(diagnosis.New(diagnosis.TooManyFailures, "Count", failed, "Sent", sent))
	}
}

// mayChange counts a row that is about to be updated, once per row, and reports
// whether Options.MaxChanges still allows it.
func (t *Tally) mayChange(r *Row) bool {
	if r.changes {
		return true
	}
	r.changes = true
	t.mu.Lock()
	defer t.mu.Unlock()
	t.updates++
	return !t.options.MaxChanges.Exceeded(t.updates, t.rows)
}

// Changes returns the number of rows that are updated, or would be in a dry run.
func (t *Tally) Changes() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.updates + t.counts[diagnosis.WouldUpdate]
}

// Snapshot returns the number of outcomes by status and the number of writes in doubt.
func (t *Tally) Snapshot() (counts map[diagnosis.Status]int, unknown int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts), t.unknown
}
