package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/report"
)

func (p *program) newRun() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "run",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if p.settings.DryRun {
				return p.plan(cmd.Context(), args[0])
			}
			return p.run(cmd.Context(), args[0])
		},
	}
	p.jobFlags(cmd)
	p.flags(cmd, "dry-run", "yes")
	return cmd
}

// jobFlags gives a command the flags of a run.
func (p *program) jobFlags(cmd *cobra.Command) {
	names := config.Of(config.Where, config.Who, config.Reading, config.Pace)
	p.flags(cmd, slices.DeleteFunc(names, func(name string) bool { return name == "without-passwords" })...)
	p.flags(cmd, "on-existing", "on-changed", "on-missing", "retry-refused", "max-failures", "max-changes", "canary", "fail-on-warning", "report", "json", "progress")
}

// checkMissing refuses to switch accounts off because a file does not name them
// where it cannot tell.
func (p *program) checkMissing(path string) error {
	switch {
	case p.settings.OnMissing != string(importer.MissingDisable):
		return nil
	case p.settings.Rows != "":
		return diagnosis.New(diagnosis.MissingPart, "Flag", "--rows")
	case len(p.settings.Where) > 0:
		return diagnosis.New(diagnosis.MissingPart, "Flag", "--where")
	case path == "-":
		return diagnosis.New(diagnosis.MissingNameless)
	}
	return nil
}

// partOfFile reports whether only some rows of the file are read.
func (p *program) partOfFile() bool { return p.settings.Rows != "" || len(p.settings.Where) > 0 }

// onMissing says what is to become of accounts without a row. A part of a file
// does not tell which these are, nor does one without a name.
func (p *program) onMissing(file string) importer.OnMissing {
	if p.partOfFile() || file == "-" {
		return ""
	}
	return importer.OnMissing(p.settings.OnMissing)
}

// run makes the portal agree with the file.
func (p *program) run(ctx context.Context, path string) (err error) {
	if err := p.checkMissing(path); err != nil {
		return err
	}
	paths, err := p.reportPaths(path, true)
	if err != nil {
		return err
	}
	j, err := p.openJob(ctx, path, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	if err := p.tellUnfinished(ctx, j.History); err != nil {
		return err
	}
	if err := p.askNumericPasswords(ctx, j.Input); err != nil {
		return err
	}
	plan, err := j.prepare(ctx, journal.KindRun)
	if err != nil {
		return err
	}
	p.tellServices(j)
	if err := p.confirm(ctx, j, plan); err != nil {
		return errors.Join(err, j.Discard(context.WithoutCancel(ctx), plan))
	}
	return p.carryOut(ctx, j, plan, paths, "run", j.Run)
}

// tellServices says which rows were passed over, and what there is to know about
// the mail services of the others.
// What was filled in stands in the plan.
func (p *program) tellServices(j *job) {
	p.warn(j.Input.File.Passed()...)
	for _, notice := range j.Input.Binding.Notices()[j.told:] {
		if notice.Code != diagnosis.Filled {
			p.warn(notice)
		}
	}
}

// confirm shows the plan and asks whether to go on. Where nobody can be asked,
// --yes says so beforehand; in a sandbox there is nothing to ask about.
func (p *program) confirm(ctx context.Context, j *job, plan *importer.Plan) error {
	disable := 0
	if plan.ToDisable <= plan.DisableLimit {
		disable = plan.ToDisable
	}
	asks := !p.settings.Yes && !p.settings.Sandbox && plan.ToSend()+disable > 0
	p.console.Quiet = p.settings.Quiet && !asks
	err := p.showPlan(ctx, j, plan)
	p.console.Quiet = p.settings.Quiet
	switch {
	case err != nil:
		return err
	case !asks:
		return nil
	case !p.console.Terminal():
		return diagnosis.New(diagnosis.ConfirmMissing)
	}
	yes, err := p.console.Confirm(ctx, questionAbout(plan.ToSend(), disable), "Count", strconv.Itoa(cmp.Or(plan.ToSend(), disable)),
		"Accounts", p.console.Text("run.accounts", "Count", strconv.Itoa(disable)), "Portal", j.portal)
	if err == nil && !yes {
		return diagnosis.New(diagnosis.ConfirmDeclined)
	}
	return err
}

// questionAbout returns the question to ask about rows to send and accounts to switch off.
func questionAbout(send, disable int) string {
	switch {
	case disable == 0:
		return "run.question"
	case send == 0:
		return "run.question.disable"
	}
	return "run.question.both"
}

// addresses are those of accounts that no row names any more.
func addresses(accounts []importer.Missing) []string {
	list := make([]string, len(accounts))
	for i := range accounts {
		list[i] = accounts[i].Key.Address
	}
	return list
}

// carryOut runs or looks, shows how it gets on, and tells how it ended, with what
// others add to the result. What was done is reported whole even if a signal ended it.
func (p *program) carryOut(ctx context.Context, j *job, plan *importer.Plan, paths []string, command string,
	act func(context.Context, *importer.Plan) (importer.Result, error), add ...func(*result)) error {
	progress := p.follow()
	j.Observe = progress.show
	j.Canary = p.askAfterTrial(progress)
	j.Greet = p.greet
	silence := context.AfterFunc(ctx, func() {
		p.console.Say("run.stopping", "Grace", p.console.Duration(p.settings.Grace))
	})
	started := time.Now()
	p.log.Info("send", "run", plan.Run.ID, "rows", plan.Rows, "to_send", plan.ToSend(), "invalid", plan.Invalid)
	ended, err := act(ctx, plan)
	silence()
	progress.stop()
	p.ending.signal = signalOf(ctx)

	ctx = context.WithoutCancel(ctx)
	made := outcomesOf(j.Ledger, plan.Run.ID)
	about := report.Summary{Command: command, Run: plan.Run.ID, File: j.Input.File.Name(), Portal: j.Client.URL(), StartedAt: started, EndedAt: time.Now()}
	summary, countErr := made.summary(ctx, about)
	p.tellSessions(ended.OpenSessions)
	written, reportErr := made.write(ctx, paths, summary, p.reportOptions(j.Input))
	err = errors.Join(err, countErr, reportErr)
	if ended.Stopped != nil {
		err = errors.Join(err, ended.Stopped)
	}
	r := result{
		Summary: summary, Sandbox: p.settings.Sandbox, Plan: factsOf(plan), Stopped: p.told(ended.Stopped),
		Reports: written, Missing: addresses(plan.Missing), Again: again(p.args), err: err,
	}
	for _, more := range add {
		more(&r)
	}
	p.finish(r)
	return err
}
