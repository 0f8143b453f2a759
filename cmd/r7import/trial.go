package main

import (
	"context"
	"sync"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
)

// follower shows the progress of a run and steps aside while a question is asked.
type follower struct {
	program *program

	mu       sync.Mutex
	progress *ui.Progress // nil while a question is asked
	resting  []importer.HostRest
}

func (p *program) follow() *follower {
	f := &follower{program: p}
	f.resume()
	return f
}

func (f *follower) resume() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.progress = f.program.console.Follow(ui.Style(f.program.settings.Progress))
}

func (f *follower) show(now importer.Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.progress == nil {
		return
	}
	f.program.tellResting(f.resting, now.Resting)
	f.resting = now.Resting
	f.progress.Show(now)
}

func (f *follower) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.progress != nil {
		f.progress.Stop()
		f.progress = nil
	}
}

// askAfterTrial returns the question between the rows on trial and all others:
// whether the person has looked in the portal. Where nobody can be asked, or
// --yes has answered beforehand, the run goes on by itself.
func (p *program) askAfterTrial(f *follower) func(context.Context) (bool, error) {
	if p.settings.Yes || p.settings.Sandbox || !p.console.Terminal() {
		return nil
	}
	return func(ctx context.Context) (bool, error) {
		f.stop()
		defer f.resume()
		return p.console.Confirm(ctx, "run.looked")
	}
}
