package main

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func (p *program) newRunsPrune() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "prune",
		Args: p.takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runsPrune(cmd.Context()) },
	}
	p.flags(cmd, "portal", "state", "older-than", "json", "yes")
	return cmd
}

// runsPrune forgets the rows of old runs. What is known of accounts stays.
func (p *program) runsPrune(ctx context.Context) error {
	before := time.Now().Add(-p.settings.OlderThan)
	old, err := p.prunable(ctx, before)
	if err != nil {
		return err
	}
	if len(old) == 0 {
		p.console.Say("runs.prune.none", "Age", p.console.Duration(p.settings.OlderThan))
		return p.tellPruned(nil)
	}
	if err := p.confirmPrune(ctx, old); err != nil {
		return err
	}
	removed, err := p.prune(ctx, before)
	if err != nil {
		return err
	}
	p.log.Info("pruned", "runs", len(removed))
	return p.tellPruned(removed)
}

func (p *program) prunable(ctx context.Context, before time.Time) ([]journal.Run, error) {
	store, err := p.readState()
	if err != nil {
		return nil, err
	}
	old, err := store.Prunable(ctx, before)
	return old, errors.Join(err, store.Close())
}

func (p *program) prune(ctx context.Context, before time.Time) ([]journal.Run, error) {
	store, done, err := p.lockState()
	if err != nil {
		return nil, err
	}
	removed, err := store.Prune(ctx, before)
	return removed, errors.Join(err, done())
}

// confirmPrune shows what would go and asks. Where nobody can be asked, --yes says so beforehand.
func (p *program) confirmPrune(ctx context.Context, old []journal.Run) error {
	if p.settings.Yes {
		return nil
	}
	if err := p.printRuns(p.console.Err, old); err != nil {
		return err
	}
	if !p.console.Terminal() {
		return diagnosis.New(diagnosis.ConfirmAbove)
	}
	yes, err := p.console.Confirm(ctx, "runs.prune.question", "Count", strconv.Itoa(len(old)))
	if err == nil && !yes {
		return diagnosis.New(diagnosis.ConfirmDeclined)
	}
	return err
}

func (p *program) tellPruned(removed []journal.Run) error {
	if p.settings.JSON {
		return json.NewEncoder(p.out).Encode(struct {
			Removed []listed `json:"removed"`
		}{listAll(removed)})
	}
	if len(removed) > 0 {
		summaryView{program: p}.print(p.console.Text("runs.prune.done", "Count", strconv.Itoa(len(removed))))
	}
	return nil
}
