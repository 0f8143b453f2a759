package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/ui"
	"r7import/importer/journal"
	"r7import/importer/portal"
	"r7import/report"
)

func (p *program) newRuns() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "runs",
		Args: p.noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runs(cmd.Context()) },
	}
	p.flags(cmd, "portal", "state", "json")
	cmd.AddCommand(p.newRunsShow(), p.newRunsResolve(), p.newRunsPrune())
	return cmd
}

// listed is a run as `runs --json` tells it. Fields are only ever added.
type listed struct {
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

// runs lists the runs on a portal, the latest first.
func (p *program) runs(ctx context.Context) (err error) {
	store, err := p.readState()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	runs, err := store.Runs(ctx)
	if err != nil {
		return err
	}
	slices.Reverse(runs)
	if p.settings.JSON {
		return p.runsJSON(runs)
	}
	if len(runs) == 0 {
		p.console.Say("runs.none", "Portal", p.settings.Portal)
		return nil
	}
	return p.printRuns(p.out, runs)
}

// printRuns writes a line for each run.
func (p *program) printRuns(out io.Writer, runs []journal.Run) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range runs {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", r.ID, r.Started.Local().Format("2006-01-02 15:04"),
			p.console.Text("runs.kind."+string(r.Kind)), p.console.Text("runs.state."+string(r.State)), r.Rows, ui.Clean(r.File))
	}
	return w.Flush()
}

func (p *program) runsJSON(runs []journal.Run) error {
	return json.NewEncoder(p.out).Encode(struct {
		Runs []listed `json:"runs"`
	}{listAll(runs)})
}

func listAll(runs []journal.Run) []listed {
	all := make([]listed, 0, len(runs))
	for _, r := range runs {
		all = append(all, listed{r.ID, r.Kind, r.State, r.File, r.FileDigest, r.Rows, r.Started, r.Ended, r.Version})
	}
	return all
}

func aboutRun(r journal.Run) report.Summary {
	return report.Summary{Command: string(r.Kind), Run: r.ID, File: r.File, Portal: r.Portal, StartedAt: r.Started, EndedAt: r.Ended}
}

// readState opens what earlier runs on the portal have left, for reading.
func (p *program) readState() (*journal.Store, error) {
	return p.openState(true)
}

// lockState opens it for changes, while nothing else runs on the portal. done closes it.
func (p *program) lockState() (store *journal.Store, done func() error, err error) {
	store, err = p.openState(false)
	if err != nil {
		return nil, nil, err
	}
	unlock, err := store.Lock()
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return store, func() error {
		unlock()
		return store.Close()
	}, nil
}

func (p *program) openState(readOnly bool) (*journal.Store, error) {
	if err := p.whichPortal(); err != nil {
		return nil, err
	}
	// Nothing is sent: the client only knows how to write the address.
	client, err := portal.New(portal.Options{URL: p.settings.Portal, InsecureHTTP: true})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	folder, err := p.stateFolder()
	if err != nil {
		return nil, err
	}
	return journal.Open(folder, client.URL(), p.storeOptions(readOnly))
}

// tellUnfinished tells of earlier runs of this portal that did not come to their end.
func (p *program) tellUnfinished(ctx context.Context, store *journal.Store) error {
	runs, err := store.Unfinished(ctx)
	for _, r := range runs {
		p.console.Say("run.unfinished", "Run", r.ID, "File", r.File)
	}
	return err
}
