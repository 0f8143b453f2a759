package show

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// Listed is a run as `runs --json` tells it. Fields are only ever added.
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

	Statuses map[diagnosis.Status]int `json:"statuses,omitempty"` // rows by how they ended
	Done     int                      `json:"done"`               // rows that are as they should be
	Failed   int                      `json:"failed"`             // rows that need a person
	Left     int                      `json:"left"`               // rows that have not ended, or of which nobody knows how
}

// List returns runs as JSON tells them.
func List(runs []journal.Run) []Listed {
	all := make([]Listed, 0, len(runs))
	for _, r := range runs {
		all = append(all, Listed{ID: r.ID, Kind: r.Kind, State: r.State, File: r.File, FileDigest: r.FileDigest, Rows: r.Rows,
			Started: r.Started, Ended: r.Ended, Version: r.Version})
	}
	return all
}

// Runs writes a line for each run below headings. Their counts are left out where nobody
// has counted. All times are in the zone that the heading names: the ids are in UTC.
func Runs(out io.Writer, c *ui.Console, runs []Listed) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(cells ...any) {
		for i, cell := range cells {
			if i > 0 {
				_, _ = fmt.Fprint(w, "\t")
			}
			_, _ = fmt.Fprint(w, cell)
		}
		_, _ = fmt.Fprintln(w)
	}
	here := time.Now().Location()
	line(c.Text("runs.heading.run"), c.Text("runs.heading.began", "Zone", time.Now().Format("-07:00")), c.Text("runs.heading.took"), c.Text("runs.heading.kind"),
		c.Text("runs.heading.state"), c.Text("runs.heading.rows"), c.Text("runs.heading.done"), c.Text("runs.heading.failed"), c.Text("runs.heading.left"), c.Text("runs.heading.file"))
	for _, r := range runs {
		took := ""
		if !r.Ended.IsZero() {
			took = c.Duration(r.Ended.Sub(r.Started))
		}
		counts := []any{"", "", ""}
		if r.Done+r.Failed+r.Left > 0 {
			counts = []any{r.Done, r.Failed, r.Left}
		}
		line(r.ID, r.Started.In(here).Format("2006-01-02 15:04"), took, c.Text("runs.kind."+string(r.Kind)), c.Text("runs.state."+string(r.State)), r.Rows,
			counts[0], counts[1], counts[2], ui.Clean(r.File))
	}
	return w.Flush()
}

// Run is a run as `runs show --json` tells it. Fields are only ever added.
type Run struct {
	Result
	Kind       journal.Kind      `json:"kind"`
	State      journal.RunState  `json:"state"`
	Sheet      string            `json:"sheet,omitempty"`
	FileDigest string            `json:"file_digest"`
	Version    string            `json:"version"`  // of the program
	Settings   map[string]string `json:"settings"` // those that were not the defaults
	InDoubt    []InDoubt         `json:"in_doubt"`
}

// InDoubt is a row whose last request has no outcome.
type InDoubt struct {
	Row     int                `json:"row"`
	Address string             `json:"address"`
	Request journal.IntentKind `json:"request"`
	SentAt  time.Time          `json:"sent_at"`
}

// Show writes what there is to know of the run besides its rows, and how these ended.
func (r *Run) Show(out io.Writer, c *ui.Console, run *journal.Run) {
	line := func(id string, facts ...any) { Line(out, c.Text(id, facts...)) }
	line("runs.show.title", "Run", run.ID, "Kind", c.Text("runs.kind."+string(run.Kind)), "State", c.Text("runs.state."+string(run.State)))
	file := run.File
	if run.Sheet != "" {
		file += ", " + run.Sheet
	}
	line("runs.show.file", "File", file, "Digest", run.FileDigest)
	line("runs.show.portal", "Portal", run.Portal)
	const moment = "2006-01-02 15:04:05"
	if run.Ended.IsZero() {
		line("runs.show.began", "From", run.Started.Local().Format(moment))
	} else {
		line("runs.show.time", "From", run.Started.Local().Format(moment), "To", run.Ended.Local().Format(moment),
			"Took", c.Duration(run.Ended.Sub(run.Started)))
	}
	if run.Version != "" {
		line("runs.show.program", "Version", run.Version)
	}
	if settings := flagsOf(r.Settings); settings != "" {
		line("runs.show.settings", "Settings", settings)
	}
	if len(r.InDoubt) > 0 {
		var rows []string
		for _, d := range r.InDoubt[:min(maxDoubts, len(r.InDoubt))] {
			rows = append(rows, strconv.Itoa(d.Row))
		}
		if len(r.InDoubt) > maxDoubts {
			rows = append(rows, "…")
		}
		line("runs.show.doubt", "Count", len(r.InDoubt), "Rows", rows)
	}
	r.Result.Show(out, c)
}

// maxDoubts bounds the rows in doubt that are named.
const maxDoubts = 20

// flagsOf writes settings as they could be typed.
func flagsOf(settings map[string]string) string {
	var flags []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		flags = append(flags, "--"+name+" "+settings[name])
	}
	return strings.Join(flags, " ")
}

// FileRuns are all runs of a file as `runs show --file --json` tells them. Fields are only ever added.
type FileRuns struct {
	Result
	Runs []Listed `json:"runs"`
}

// Show writes the runs, and how their rows stand after all of them.
func (r *FileRuns) Show(out io.Writer, c *ui.Console) error {
	if err := Runs(out, c, r.Runs); err != nil {
		return err
	}
	Line(out, c.Text("runs.together", "Count", len(r.Runs), "File", r.File))
	r.Result.Show(out, c)
	return nil
}
