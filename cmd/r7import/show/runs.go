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
}

// List returns runs as JSON tells them.
func List(runs []journal.Run) []Listed {
	all := make([]Listed, 0, len(runs))
	for _, r := range runs {
		all = append(all, Listed{r.ID, r.Kind, r.State, r.File, r.FileDigest, r.Rows, r.Started, r.Ended, r.Version})
	}
	return all
}

// Runs writes a line for each run.
func Runs(out io.Writer, c *ui.Console, runs []journal.Run) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range runs {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", r.ID, r.Started.Local().Format("2006-01-02 15:04"),
			c.Text("runs.kind."+string(r.Kind)), c.Text("runs.state."+string(r.State)), r.Rows, ui.Clean(r.File))
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
