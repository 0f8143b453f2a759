package main

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
)

func (p *program) newUndo() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "undo",
		Args: p.takes("value.run", "value.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.undo(cmd.Context(), args[0], args[1]) },
	}
	p.lookFlags(cmd)
	p.flags(cmd, "disable", "retry-refused", "yes")
	return cmd
}

// undo takes back what a run made. The file says who signs in for which account.
func (p *program) undo(ctx context.Context, name, path string) (err error) {
	p.withoutMailPasswords = true
	paths, err := p.namedPaths(path, "undo")
	if err != nil {
		return err
	}
	if err := p.checkRun(ctx, name); err != nil {
		return err
	}
	j, err := p.openJob(ctx, path, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	run, err := runToUndo(ctx, j.History, name)
	if err != nil {
		return err
	}
	u, err := j.PrepareUndo(ctx, run, p.settings.Disable)
	if err != nil {
		return err
	}
	if u.Rows == 0 {
		err = noRows(j.Input)
	} else {
		err = p.confirmUndo(ctx, j, u)
	}
	if err != nil {
		return errors.Join(err, j.Discard(context.WithoutCancel(ctx), u.Plan))
	}
	return p.carryOut(ctx, j, u.Plan, paths, "undo", func(ctx context.Context, _ *plan.Plan) (importer.Result, error) {
		undone, err := j.Undo(ctx, u)
		if left := undone.Rowless; len(left) > 0 && !p.partOfFile() {
			err = errors.Join(err, diagnosis.New(diagnosis.UndoRowless, "Count", strconv.Itoa(len(left)), "Addresses", firstOf(left)))
		}
		return undone.Result, err
	})
}

// runToUndo finds the run that is meant. The latest is the latest that made
// accounts, so that the same command goes on with an undo that was cut short.
func runToUndo(ctx context.Context, store *journal.Store, name string) (journal.Run, error) {
	if name != "latest" {
		return store.Run(ctx, name)
	}
	runs, err := store.Runs(ctx)
	if err != nil {
		return journal.Run{}, err
	}
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].Kind == journal.KindRun {
			return runs[i], nil
		}
	}
	return journal.Run{}, diagnosis.New(diagnosis.RunUnknown, "Run", name)
}

// confirmUndo shows what would be done and asks. Where nobody can be asked, --yes
// says so beforehand.
func (p *program) confirmUndo(ctx context.Context, j *job, u *importer.Undoing) error {
	atStake := u.Here + u.Strangers
	asks := !p.settings.Yes && atStake > 0
	p.console.Quiet = p.settings.Quiet && !asks
	p.showUndo(j, u)
	p.console.Quiet = p.settings.Quiet
	switch {
	case !asks:
		return nil
	case !p.console.Terminal():
		return diagnosis.New(diagnosis.ConfirmAbove)
	}
	question := "undo.question.remove"
	if u.Disable {
		question = "undo.question.disable"
	}
	yes, err := p.console.Confirm(ctx, question, "Count", strconv.Itoa(atStake), "Portal", j.portal)
	if err == nil && !yes {
		return diagnosis.New(diagnosis.ConfirmDeclined)
	}
	return err
}

// showUndo shows what the undo would do, as far as the journal tells.
func (p *program) showUndo(j *job, u *importer.Undoing) {
	say := func(id string, count int, facts ...string) {
		p.console.Print(p.console.Text(id, append(facts, "Count", strconv.Itoa(count))...))
	}
	say("undo.title", 0, "Run", u.Of.ID, "File", u.Of.File, "Portal", j.portal)
	say("undo.made", u.Made+u.Unproven)
	for _, part := range []struct {
		id    string
		count int
	}{
		{"undo.done", u.Done}, {"undo.unproven", u.Unproven}, {"undo.held", u.Held}, {"undo.here", u.Here},
		{"undo.rowless", u.Rowless}, {"undo.strangers", u.Strangers},
	} {
		if part.count > 0 && (part.id != "undo.rowless" || u.Strangers == 0) {
			p.console.Print("  " + p.console.Text(part.id, "Count", strconv.Itoa(part.count)))
		}
	}
	if u.Here+u.Strangers == 0 {
		say("undo.nothing", 0)
		return
	}
	takes, each := u.Forecast(float64(p.settings.Rate), p.settings.Workers)
	facts := []string{"Time", p.console.Duration(takes), "Each", p.console.Duration(each)}
	if u.Disable {
		say("undo.disable", u.Here+u.Strangers)
		say("undo.forecast.disable", 0, facts...)
		return
	}
	say("undo.remove", u.Here+u.Strangers)
	say("undo.forecast", 0, facts...)
}

// firstOf names the first of a list.
func firstOf(list []string) string {
	const most = 5
	names := strings.Join(list[:min(most, len(list))], ", ")
	if len(list) > most {
		names += ", …"
	}
	return names
}
