package show

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// Listed is a run in the output of `runs --json`. Fields may be added but not changed.
type Listed struct {
	ID         string           `json:"id"`
	Kind       journal.Kind     `json:"kind"`
	State      journal.RunState `json:"state"`
	File       string           `json:"file"`
	FileDigest string           `json:"file_digest"`
	Rows       int              `json:"rows"`
	Started    time.Time        `json:"started_at"`
	Ended      time.Time        `json:"ended_at,omitzero"`
	Version    string           `json:"version"`

	Statuses map[diagnosis.Status]int `json:"statuses,omitempty"` // number of rows by status
	Done     int                      `json:"done"`               // rows that are as they should be
	Failed   int                      `json:"failed"`             // rows that need a person
	Left     int                      `json:"left"`               // rows without an outcome, or with an unknown one
}

// List returns runs for JSON output, without the counts of their rows.
func List(runs []journal.Run) []Listed {
	all := make([]Listed, 0, len(runs))
	for _, r := range runs {
		all = append(all, Listed{ID: r.ID, Kind: r.Kind, State: r.State, File: r.File, FileDigest: r.FileDigest, Rows: r.Rows,
			Started: r.Started, Ended: r.Ended, Version: r.Version})
	}
	return all
}

// Runs writes headings and a line for each run. It leaves out the counts of a run if all are
// zero. Times are in the local zone, which the heading names, because the IDs are in UTC.
func Runs(out io.Writer, c *ui.Console, runs []Listed) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var headings []string
	for _, name := range []string{"run", "began", "took", "kind", "state", "rows", "done", "failed", "left", "file"} {
		headings = append(headings, c.Text("runs.heading."+name, "Zone", time.Now().Format("-07:00")))
	}
	_, _ = fmt.Fprintln(w, strings.Join(headings, "\t"))
	for _, r := range runs {
		took, counts := "", "\t\t"
		if !r.Ended.IsZero() {
			took = c.Duration(r.Ended.Sub(r.Started))
		}
		if r.Done+r.Failed+r.Left > 0 {
			counts = fmt.Sprintf("%d\t%d\t%d", r.Done, r.Failed, r.Left)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", r.ID, moment(r.Started), took,
			c.Text("runs.kind."+string(r.Kind)), c.Text("runs.state."+string(r.State)), r.Rows, counts, ui.Clean(r.File))
	}
	return w.Flush()
}

// Run is the output of `runs show --json`. Fields may be added but not changed.
type Run struct {
	Result
	Kind       journal.Kind      `json:"kind"`
	State      journal.RunState  `json:"state"`
	Sheet      string            `json:"sheet,omitempty"`
	FileDigest string            `json:"file_digest"`
	Version    string            `json:"version"`  // version of the program
	Settings   map[string]string `json:"settings"` // settings that were not the defaults
	InDoubt    []InDoubt         `json:"in_doubt"`
}

// InDoubt is a row whose last request has no outcome.
type InDoubt struct {
	Row     int                `json:"row"`
	Address string             `json:"address"`
	Request journal.IntentKind `json:"request"`
	SentAt  time.Time          `json:"sent_at"`
}

// Show writes the facts of the run, and the result of its rows.
func (r *Run) Show(out io.Writer, c *ui.Console, run *journal.Run) {
	const (
		second    = "2006-01-02 15:04:05"
		mostNamed = 20 // maximum number of rows in doubt that are listed
	)
	l := &lines{Console: c}
	l.add("runs.show.title", "Run", run.ID, "Kind", c.Text("runs.kind."+string(run.Kind)), "State", c.Text("runs.state."+string(run.State)))
	l.add("runs.show.file", "File", strings.TrimSuffix(run.File+", "+run.Sheet, ", "), "Digest", run.FileDigest)
	l.add("runs.show.portal", "Portal", run.Portal)
	from, to := run.Started.Local().Format(second), run.Ended.Local().Format(second)
	if run.Ended.IsZero() {
		l.add("runs.show.began", "From", from)
	} else {
		l.add("runs.show.time", "From", from, "To", to, "Took", c.Duration(run.Ended.Sub(run.Started)))
	}
	l.addIf(run.Version != "", "runs.show.program", "Version", run.Version)
	var flags []string
	for _, name := range slices.Sorted(maps.Keys(r.Settings)) {
		flags = append(flags, "--"+name+" "+r.Settings[name])
	}
	l.addIf(len(flags) > 0, "runs.show.settings", "Settings", strings.Join(flags, " "))
	var doubts []int
	for _, d := range r.InDoubt[:min(mostNamed, len(r.InDoubt))] {
		doubts = append(doubts, d.Row)
	}
	l.addIf(len(doubts) > 0, "runs.show.doubt", "Count", len(r.InDoubt), "Rows", Numbers(doubts, len(r.InDoubt)))
	l.write(out)
	r.Result.Show(out, c)
}

// FileRuns is the output of `runs show --file --json`: all runs of a file. Fields may be added but not changed.
type FileRuns struct {
	Result
	Runs []Listed `json:"runs"`
}

// Show writes the runs, and the result of their rows after all of them.
func (r *FileRuns) Show(out io.Writer, c *ui.Console) error {
	if err := Runs(out, c, r.Runs); err != nil {
		return err
	}
	Line(out, c.Text("runs.together", "Count", len(r.Runs), "File", r.File))
	r.Result.Show(out, c)
	return nil
}
