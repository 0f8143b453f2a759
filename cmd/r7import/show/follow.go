package show

import (
	"context"
	"log/slog"
	"sync"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// Follower shows how a run gets on and steps aside while a question is asked.
type Follower struct {
	console *ui.Console
	log     *slog.Logger
	style   ui.Style

	mu       sync.Mutex
	progress *ui.Progress // nil while a question is asked
	resting  []importer.HostRest
	pause    diagnosis.Code // what all rows wait for
}

// Follow begins to show progress. The caller stops it before it says anything
// that is to stand below.
func Follow(c *ui.Console, log *slog.Logger, style ui.Style) *Follower {
	f := &Follower{console: c, log: log, style: style}
	f.resume()
	return f
}

func (f *Follower) resume() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.progress = f.console.Follow(f.style)
}

// Show takes the newest picture of the run.
func (f *Follower) Show(now importer.Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.progress == nil {
		return
	}
	tellResting(f.console, f.log, f.resting, now.Resting)
	for _, e := range hostEvents(f.resting, now.Resting) {
		f.progress.Happened(e)
	}
	if now.Why != f.pause {
		if f.pause != "" {
			f.progress.Happened(ui.Event{Event: "pause", Code: f.pause, State: "ends"})
		}
		if now.Why != "" {
			f.progress.Happened(ui.Event{Event: "pause", Code: now.Why, State: "begins", Until: now.Until})
		}
	}
	f.resting, f.pause = now.Resting, now.Why
	f.progress.Show(now)
}

// Stop shows where the run ended.
func (f *Follower) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.progress != nil {
		f.progress.Stop()
		f.progress = nil
	}
}

// Looked asks, between the rows on trial and all others, whether the person has
// looked in the portal.
func (f *Follower) Looked(ctx context.Context, passed []string) (bool, error) {
	f.Stop()
	defer f.resume()
	return f.console.Confirm(ctx, "run.looked", "Accounts", passed)
}

// Decided notes down what has become of a row and, if each is wanted, shows it.
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
	said := []any{"Row", e.Row, "Status", f.console.Text("status." + string(e.Status)), "Code", e.Code, "Host", host}
	if e.Status != diagnosis.Invalid { // whose cells are not repeated
		said = append(said, "Address", e.Email)
	}
	if e.Attempts > 0 {
		said = append(said, "Took", f.console.Text("ui.seconds", "N", f.console.Decimal(e.Took.Seconds())))
	}
	f.console.Say("row.decided", said...)
}

// Greet tells what the run has learnt of the portal, and then who it signed in as.
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
