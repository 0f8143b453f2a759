package setup

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/preflight"
)

// JobOptions name the file and the portal of a job and how to run it.
type JobOptions struct {
	Input
	Target config.Target
	Caller config.Caller
	Run    policy.Options
	config.Keeping

	OwnerSaid bool            // the user chose the way owners sign in
	Settings  json.RawMessage // settings whose origin is not the default, stored with the run
	Dry       bool            // nothing is changed; the state keeps no run, see KeepSeen
}

// Job is an importer with its file, portal and store.
type Job struct {
	*importer.Importer
	Portal string // the portal's name as shown to users

	process *Process
	draft   plan.Saved     // the parts of a plan that are known before the rows are read
	plan    *KeptPlan      // saved plan that the run carries out; nil for none
	size    int64          // size of the file in bytes, 0 if it is no measure of the rows
	dry     *config.Target // target of a dry run that stores what it saw; nil for other jobs
	failed  string         // run ID; only its failed rows are read
	noticed int            // number of notices about columns shown before the rows were read
	closers []func() error
}

// Close closes everything the job opened, in reverse order.
func (j *Job) Close() error {
	var errs []error
	for _, end := range slices.Backward(j.closers) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// NameRun adds the run's ID to every log line from now on.
func (j *Job) NameRun(id string) { j.process.run.Store(&id) }

// Prepare reads the file once and returns its plan. A file without rows is an error.
func (j *Job) Prepare(ctx context.Context, kind journal.Kind) (*plan.Plan, error) {
	plan, err := j.Importer.Prepare(ctx, kind)
	switch {
	case err != nil:
	case plan.Rows > 0:
		j.NameRun(plan.Run.ID)
	case j.failed != "":
		err = errors.Join(diagnosis.New(diagnosis.FailedNone, "File", j.Input.File.Name(), "Run", j.failed), j.Discard(ctx, plan))
	default:
		err = errors.Join(NoRows(j.Input), j.Discard(ctx, plan))
	}
	return plan, err
}

// OpenJob opens the parts that a run or a dry run needs. The caller must close the job.
func (p *Process) OpenJob(ctx context.Context, o *JobOptions) (_ *Job, err error) {
	if err := CheckPortal(&o.Target); err != nil {
		return nil, err
	}
	j := &Job{process: p, Importer: &importer.Importer{Version: p.Version, Settings: o.Settings, Options: o.Run}}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.Close())
		}
	}()
	if j.Input, err = p.OpenInput(ctx, &o.Input); err != nil {
		return nil, err
	}
	j.noticed = len(j.Input.Binding.Notices())
	if info, err := os.Stat(o.File); err == nil && slices.Contains([]string{".csv", ".tsv", ".txt"}, filepath.Ext(o.File)) {
		j.size = info.Size() // the size of a packed file does not follow its rows
	}
	j.closers = append(j.closers, j.Input.File.Close)
	c, err := p.Connect(ctx, &o.Target, o.Run.Workers, j.Input, o.Caller.User)
	if err != nil {
		return nil, err
	}
	j.Client, j.Gate, j.Portal = c.Client, c.Gate, c.Name
	j.closers = append(j.closers, func() error { c.Close(); return nil })
	greeting, err := c.Greet(ctx, p, o.Run.PortalWait)
	if err != nil {
		return nil, err
	}
	j.Greeted = &greeting
	if err := p.openStores(j, o); err != nil {
		return nil, err
	}
	if err := j.takeFailed(ctx, o.FailedOf); err != nil {
		return nil, err
	}
	// An empty owner cell must not give the account to the user who ran login: its
	// kept token is only for files whose rows do not name their owners.
	ownersNamed := plan.WayFor(o.Run.Owner, j.Input.Binding) == policy.OwnerColumn
	if j.Options.Caller, err = p.Caller(ctx, c, &o.Caller, !ownersNamed); err != nil {
		return nil, err
	}
	if !ownersNamed && !j.Options.Caller.Token.Empty() && !o.Target.Sandbox {
		err = j.askHolder(ctx)
	}
	return j, err
}

// takeFailed limits the input to the rows that did not succeed in a run. Rows are matched
// by address, so that the file may have been sorted and corrected since. A row without a
// readable address is matched by its number.
func (j *Job) takeFailed(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	run, err := runNamed(ctx, j.History, name)
	if err != nil {
		return err
	}
	addresses, numbers := make(map[string]bool), make(map[int]bool)
	for e, err := range j.History.Entries(ctx, run.ID) {
		switch {
		case err != nil:
			return err
		case e.Status.Desired():
		case e.Email == "":
			numbers[e.Row] = true
		default:
			addresses[account.Address(e.Email).Fold()] = true
		}
	}
	j.failed = run.ID
	j.Input.Only = func(row *account.Row) bool {
		return addresses[account.Address(row.Settings.Email).Fold()] || numbers[row.Number]
	}
	return nil
}

// askHolder asks the portal who owns the caller's token, and shows the answer. It is not needed
// for a user with a password, whose name is known. A refused token is an error unless owners
// are impersonated; any other failure is left to the run.
func (j *Job) askHolder(ctx context.Context) error {
	person, answer := j.Client.Session(j.Options.Caller.Token).Self(ctx)
	refused := answer.Fate == diagnosis.EndsOwner || answer.Fate == diagnosis.EndsRun
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case refused && j.Options.Owner != policy.OwnerImpersonate:
		return new(answer.Problem())
	case answer.Fate != diagnosis.Done: // the run tries again with more patience
		return nil
	}
	j.Options.Caller.Holder = person.Email
	j.process.Console.Say("greet.holder", "Person", person)
	return nil
}

// openStores opens the history of earlier runs and the ledger for the new one. A
// sandbox stores nothing. A dry run stores only what it saw, see KeepSeen.
func (p *Process) openStores(j *Job, o *JobOptions) (err error) {
	if o.Target.Sandbox || o.Dry {
		if j.Ledger, err = journal.Scratch(); err != nil {
			return err
		}
		j.closers = append(j.closers, j.Ledger.Close)
	}
	if o.Target.Sandbox {
		j.History = j.Ledger
		return nil
	}
	if j.History, err = p.openState(&o.Target, o.Dry); err != nil {
		return err
	}
	if o.Dry && !j.History.Lasts() {
		// What the run saw and which passwords were refused is stored under the key of a
		// store. If none can be created, KeepSeen warns at the end.
		if made, err := p.openState(&o.Target, false); err == nil {
			if err := errors.Join(made.Close(), j.History.Close()); err != nil {
				return err
			}
			if j.History, err = p.openState(&o.Target, true); err != nil {
				return err
			}
		}
	}
	j.closers = append(j.closers, j.History.Close)
	if o.Dry {
		j.dry = &o.Target
		return nil
	}
	unlock, err := j.History.Lock()
	if err != nil {
		return err
	}
	j.closers = append(j.closers, func() error { unlock(); return nil })
	j.Ledger = j.History
	return nil
}

// KeepSeen stores what a dry run has seen since began, so that the next run does what
// this one predicted. For other jobs it does nothing.
func (j *Job) KeepSeen(ctx context.Context, began time.Time) (warnings []diagnosis.Problem) {
	if j.dry == nil {
		return nil
	}
	return j.note(diagnosis.SeenNotKept, func(store *journal.Store) error { return store.Learn(ctx, j.Ledger, began) })
}

// KeepLogins stores which logins were refused, so that a run does not send them, and
// which were accepted.
func (j *Job) KeepLogins(ctx context.Context, jobs []*preflight.Job) (warnings []diagnosis.Problem) {
	return j.note(diagnosis.RefusalsNotKept, func(store *journal.Store) error {
		for _, job := range jobs {
			if job.Outcome.Refused == "" && job.Outcome.Status != diagnosis.LoginOK {
				continue
			}
			if err := store.NoteLogin(ctx, &job.Settings, job.Outcome.Refused); err != nil {
				return err
			}
		}
		return nil
	})
}

// note calls write with the state, which a run has already locked and which note opens and
// locks for a dry run. If the state is in use or cannot be written, note returns a warning of code.
func (j *Job) note(code diagnosis.Code, write func(*journal.Store) error) (warnings []diagnosis.Problem) {
	store, done, err := j.Ledger, func() error { return nil }, error(nil)
	if store != j.History {
		if j.dry == nil {
			return nil
		}
		store, done, err = j.process.LockState(j.dry)
	}
	if err == nil {
		err = errors.Join(write(store), done())
	}
	if err == nil {
		return nil
	}
	notKept := diagnosis.Wrap(err, code)
	if cause, ok := errors.AsType[*diagnosis.Problem](err); ok {
		notKept = diagnosis.Wrap(err, code, "Why", cause.Code, "Pid", cause.Args["Pid"], "Path", cause.Args["Path"])
	}
	return []diagnosis.Problem{*notKept}
}

// TellRest shows the notices about rows that were skipped and about the mail services of
// the others. It omits notices about filled-in values, which the plan shows.
func (j *Job) TellRest() {
	p := j.process
	p.Warn(j.Input.File.Passed()...)
	for _, notice := range j.Input.Binding.Notices()[j.noticed:] {
		if notice.Code != diagnosis.Filled {
			p.Warn(notice)
		}
	}
}
