package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/importer/account"
	"r7import/importer/journal"
	"r7import/mapping"
)

func (p *program) newRunsShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "show",
		Args: p.takes("value.run"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.runsShow(cmd.Context(), args[0]) },
	}
	p.flags(cmd, "portal", "state", "json")
	return cmd
}

// shown is a run as `runs show --json` tells it. Fields are only ever added.
type shown struct {
	result
	Kind       journal.Kind      `json:"kind"`
	State      journal.RunState  `json:"state"`
	Sheet      string            `json:"sheet,omitempty"`
	FileDigest string            `json:"file_digest"`
	Version    string            `json:"version"`  // of the program
	Settings   map[string]string `json:"settings"` // those that were not the defaults
	InDoubt    []inDoubt         `json:"in_doubt"`
}

// inDoubt is a row whose last request has no outcome.
type inDoubt struct {
	Row     int                `json:"row"`
	Address string             `json:"address"`
	Request journal.IntentKind `json:"request"`
	SentAt  time.Time          `json:"sent_at"`
}

// runsShow tells all there is to know of one run.
func (p *program) runsShow(ctx context.Context, name string) (err error) {
	store, err := p.readState()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Run(ctx, name)
	if err != nil {
		return err
	}
	summary, err := outcomesOf(store, run.ID).summary(ctx, aboutRun(run))
	if err != nil {
		return err
	}
	doubts, err := doubtsOf(ctx, store, run)
	if err != nil {
		return err
	}
	r := shown{
		result: result{Summary: summary}, Kind: run.Kind, State: run.State, Sheet: run.Sheet, FileDigest: run.FileDigest,
		Version: run.Version, Settings: settingsOf(run), InDoubt: doubts,
	}
	if p.settings.JSON {
		return json.NewEncoder(p.out).Encode(r)
	}
	p.printRun(run, r)
	p.tellResult(r.result)
	return nil
}

// doubtsOf returns the rows of a run whose requests have no outcome.
func doubtsOf(ctx context.Context, store *journal.Store, run journal.Run) ([]inDoubt, error) {
	intents, err := store.OpenIntents(ctx)
	if err != nil || len(intents) == 0 {
		return []inDoubt{}, err
	}
	byKey, byIndex := make(map[account.Key]journal.Intent), make(map[int]journal.Intent)
	for _, i := range intents {
		byKey[i.Key] = i
		if i.Run == run.ID {
			byIndex[i.Index] = i
		}
	}
	doubts := []inDoubt{}
	for e, err := range store.Entries(ctx, run.ID) {
		if err != nil {
			return nil, err
		}
		intent, open := byIndex[e.Index]
		if !open && e.OwnerID != "" {
			intent, open = byKey[account.NewKey(e.OwnerID, e.Email)]
		}
		if open {
			doubts = append(doubts, inDoubt{e.Row, intent.Key.Address, intent.Kind, intent.At})
		}
	}
	return doubts, nil
}

// inForceNow are the settings that are not so by default, to be noted down with a run.
func (p *program) inForceNow() json.RawMessage {
	values := make(map[string]string)
	for _, k := range config.Keys {
		if p.origins.Of(k) != config.ByDefault {
			values[k.Name] = k.Show(&p.settings)
			if k.Name == "where" {
				values[k.Name] = p.whereNoted()
			}
		}
	}
	noted, err := json.Marshal(values)
	if err != nil {
		return nil // cannot be: texts can always be encoded
	}
	return noted
}

// whereNoted writes down by which columns rows were selected. What a column of
// passwords was compared with is not, nor where it is not known what a column is.
func (p *program) whereNoted() string {
	var all []string
	for _, where := range p.settings.Where {
		column, pattern, _ := strings.Cut(where, "=")
		if !mapping.Harmless(column) {
			pattern = "[secret]"
		}
		all = append(all, strings.TrimSpace(column)+"="+pattern)
	}
	return strings.Join(all, ", ")
}

// settingsOf returns the settings a run noted down.
func settingsOf(run journal.Run) map[string]string {
	settings := make(map[string]string)
	_ = json.Unmarshal(run.Args, &settings) // an older version may have noted nothing
	return settings
}

// printRun writes what there is to know of a run besides its rows.
func (p *program) printRun(run journal.Run, r shown) {
	s := summaryView{program: p}
	line := func(id string, facts ...string) { s.print(p.console.Text(id, facts...)) }
	line("runs.show.title", "Run", run.ID, "Kind", p.console.Text("runs.kind."+string(run.Kind)), "State", p.console.Text("runs.state."+string(run.State)))
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
			"Took", p.console.Duration(run.Ended.Sub(run.Started)))
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
		line("runs.show.doubt", "Count", strconv.Itoa(len(r.InDoubt)), "Rows", strings.Join(rows, ", "))
	}
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
