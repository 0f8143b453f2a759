package provision

import (
	"maps"
	"sync"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/policy"
)

// Tally counts what the rows of a run have come to, and stops the run when more of
// them have failed than may. It is safe for concurrent use.
type Tally struct {
	options *policy.Options
	stop    *pace.Stop
	rows    int // of the file

	mu      sync.Mutex
	counts  map[diagnosis.Status]int
	unknown int // writes in doubt
	changes int // rows whose accounts are updated
}

// NewTally returns a tally of a file of rows rows, invalid of them with errors.
func NewTally(options *policy.Options, stop *pace.Stop, rows, invalid int) *Tally {
	return &Tally{options: options, stop: stop, rows: rows, counts: map[diagnosis.Status]int{diagnosis.Invalid: invalid}}
}

// Count counts outcomes.
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
	if r.doubt != nil {
		t.unknown--
	}
	t.counts[r.Entry.Status]++
	t.checkFailures()
}

// doubt puts a row into doubt.
func (t *Tally) doubt(r *Row, d doubt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.doubt = &d
	t.unknown++
}

// noDoubt ends the doubt of a row that goes on.
func (t *Tally) noDoubt(r *Row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.doubt = nil
	t.unknown--
}

// fewSent is how many rows must have been sent before a share of them says anything.
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

// mayChange counts a row that is about to be updated, once however often that is
// tried, and reports whether it is not one too many.
func (t *Tally) mayChange(r *Row) bool {
	if r.changes {
		return true
	}
	r.changes = true
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	return !t.options.MaxChanges.Exceeded(t.changes, t.rows)
}

// Changes returns how many rows are updated, or would be.
func (t *Tally) Changes() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changes + t.counts[diagnosis.WouldUpdate]
}

// Snapshot returns the outcomes by status and how many writes are in doubt, of one moment.
func (t *Tally) Snapshot() (counts map[diagnosis.Status]int, unknown int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts), t.unknown
}
