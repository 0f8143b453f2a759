package show

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// Follower shows the progress of a run. It hides the progress while a question is asked.
type Follower struct {
	console *ui.Console
	log     *slog.Logger
	style   ui.Style

	mu       sync.Mutex
	progress *ui.Progress // nil while a question is asked
	resting  []importer.HostRest
	pause    diagnosis.Code // reason why all rows wait, empty if they do not
}

// Follow begins to show progress. The caller must call Stop before it shows
// anything below the progress.
func Follow(c *ui.Console, log *slog.Logger, style ui.Style) *Follower {
	return &Follower{console: c, log: log, style: style, progress: c.Follow(style)}
}

// Show takes a new snapshot of the run. It also reports each mail server whose rest begins,
// continues after a failed try, or ends, and each pause of the whole run.
func (f *Follower) Show(now importer.Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.progress == nil {
		return
	}
	same := func(as importer.HostRest) func(importer.HostRest) bool {
		return func(rest importer.HostRest) bool { return rest.Host == as.Host }
	}
	for _, rest := range now.Resting {
		switch before := slices.IndexFunc(f.resting, same(rest)); {
		case before < 0:
			f.rest(rest, "begins")
		case f.resting[before].Tries < rest.Tries:
			f.rest(rest, "goes_on")
		}
	}
	for _, rest := range f.resting {
		if !slices.ContainsFunc(now.Resting, same(rest)) {
			rest.Until = time.Time{}
			f.rest(rest, "ends")
		}
	}
	if now.Why != f.pause && f.pause != "" {
		f.progress.Happened(ui.Event{Event: "pause", Code: f.pause, State: "ends"})
	}
	if now.Why != f.pause && now.Why != "" {
		f.progress.Happened(ui.Event{Event: "pause", Code: now.Why, State: "begins", Until: now.Until})
	}
	f.resting, f.pause = now.Resting, now.Why
	f.progress.Show(now)
}

// rest reports the state of a mail server's rest to the console, the log and as an event.
func (f *Follower) rest(rest importer.HostRest, state string) {
	until := rest.Until.Local().Format(time.TimeOnly)
	switch state {
	case "begins":
		f.log.Warn("problem", "code", rest.Why)
		f.console.Problem(diagnosis.New(rest.Why, "Host", rest.Host, "Until", until, "Here", rest.Here))
	case "goes_on":
		f.log.Warn("mail host", "host", rest.Host, "tries", rest.Tries)
		f.console.Say("host.still", "Host", rest.Host, "Until", until)
	case "ends":
		f.log.Info("mail host is well", "host", rest.Host)
		f.console.Say("host.back", "Host", rest.Host)
	}
	f.progress.Happened(ui.Event{Event: "host", Host: rest.Host, Code: rest.Why, State: state, Until: rest.Until, Tries: rest.Tries})
}

// Stop shows the last snapshot and ends the progress. A second call does nothing.
func (f *Follower) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.progress != nil {
		f.progress.Stop()
		f.progress = nil
	}
}

// Looked asks, after the canary rows and before all others, whether the person has
// checked their accounts in the portal. passed are the addresses of these accounts.
func (f *Follower) Looked(ctx context.Context, passed []string) (bool, error) {
	f.Stop()
	looked, err := f.console.Confirm(ctx, "run.looked", "Accounts", passed)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.progress = f.console.Follow(f.style)
	return looked, err
}

// Decided logs the outcome of a row, and shows it if the console is verbose.
func (f *Follower) Decided(e *journal.Entry, host string) {
	facts := []any{"row", e.Row, "status", e.Status}
	if e.Code != "" {
		facts = append(facts, "code", e.Code)
	}
	if host != "" {
		facts = append(facts, "host", host)
	}
	if e.Attempts > 0 {
		facts = append(facts, "took", e.Took)
	}
	f.log.Info("row", facts...)
	f.mu.Lock()
	if f.progress != nil {
		f.progress.Happened(ui.Event{Event: "row", Row: e.Row, Status: e.Status, Code: e.Code, Host: host, Took: e.Took.Milliseconds()})
	}
	f.mu.Unlock()
	if !f.console.Verbose {
		return
	}
	address, took := e.Email, ""
	if e.Status == diagnosis.Invalid { // the cells of an invalid row are not shown
		address = ""
	}
	if e.Attempts > 0 {
		took = f.console.Text("ui.seconds", "N", f.console.Decimal(e.Took.Seconds()))
	}
	f.console.Say("row.decided",
		"Row", e.Row, "Status", f.console.Text("status."+string(e.Status)), "Code", e.Code, "Host", host, "Address", address, "Took", took)
}

// Greet shows the facts about the portal or, if g has a person, who signed in.
func (f *Follower) Greet(g importer.Greeting) {
	switch {
	case g.Person.ID == "":
		f.console.Say("greet.portal", g.Facts()...)
	case g.Acting:
		f.console.Say("greet.acting", "Person", g.Person)
	case g.Mail:
		f.console.Say("greet.self", "Person", g.Person)
	default:
		f.console.Say("greet.person", "Person", g.Person, "Admin", g.Person.Admin)
	}
}
