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

// JobOptions say which file and which portal to bring together, and how.
type JobOptions struct {
	Input
	Target config.Target
	Caller config.Caller
	Run    policy.Options
	config.Keeping

	OwnerSaid bool            // the way the owners sign in was said, and is not just the default
	Settings  json.RawMessage // those that are not so by default, to be noted down with the run
	Dry       bool            // nothing is changed; the state keeps no run, see KeepSeen
}

// Job is a file, a portal and a store brought together.
type Job struct {
	*importer.Importer
	Portal string // as it is shown

	process *Process
	draft   plan.Saved     // a plan of it, as far as it is known before the rows are read
	plan    *KeptPlan      // it goes by; nil without one
	size    int64          // of the file, 0 if that tells nothing
	dry     *config.Target // of a dry run whose state takes what it has seen; nil of others
	failed  string         // run whose failed rows alone are read
	noticed int            // notices about columns, shown before the rows were read
	closers []func() error
}

// Close lets go of everything the job holds, the last thing first.
func (j *Job) Close() error {
	var errs []error
	for _, end := range slices.Backward(j.closers) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// NameRun says which run all that is logged from now on is about.
func (j *Job) NameRun(id string) { j.process.run.Store(&id) }

// Prepare reads the file once; one without rows is refused.
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

// OpenJob brings together what a run or a look at a portal needs. The caller closes it.
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
		j.size = info.Size() // that of a packed file is another one each time
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
	// An empty cell must not give the account to whoever happens to be signed in: what
	// login has kept is for files whose rows do not name their people.
	theirs := plan.WayFor(o.Run.Owner, j.Input.Binding) == policy.OwnerColumn
	if j.Options.Caller, err = p.Caller(ctx, c, &o.Caller, !theirs); err != nil {
		return nil, err
	}
	if !theirs && !j.Options.Caller.Token.Empty() && !o.Target.Sandbox {
		err = j.askHolder(ctx)
	}
	return j, err
}

// takeFailed reads only the rows that did not succeed in a run. They are known again by
// their addresses, so that the file may have been sorted and corrected since; where a
// row had none that could be read, by its number.
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

// askHolder asks the portal whose token the rows depend on, and shows the answer. A user
// with a password is known by name, and the password is sent once. Where rows may sign in by
// themselves, a token that is refused stops nothing yet.
func (j *Job) askHolder(ctx context.Context) error {
	person, answer := j.Client.Session(j.Options.Caller.Token).Self(ctx)
	refused := answer.Fate == diagnosis.EndsOwner || answer.Fate == diagnosis.EndsRun
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case refused && j.Options.Owner != policy.OwnerImpersonate:
		return new(answer.Problem())
	case answer.Fate != diagnosis.Done: // the run signs in as patiently as it can
		return nil
	}
	j.Options.Caller.Holder = person.Email
	j.process.Console.Say("greet.holder", "Person", person)
	return nil
}

// openStores opens what earlier runs have left and what takes the new one. A
// sandbox remembers nothing, and of a dry run nothing is left but what it has seen.
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
		// What is seen and which passwords are refused is remembered under the key of a
		// store. Where none can be made, KeepSeen says so at the end.
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

// KeepSeen writes down what a dry run has seen since it began, so that the next run
// does what this one said.
func (j *Job) KeepSeen(ctx context.Context, began time.Time) (warnings []diagnosis.Problem) {
	if j.dry == nil {
		return nil
	}
	return j.note(diagnosis.SeenNotKept, func(store *journal.Store) error { return store.Learn(ctx, j.Ledger, began) })
}

// KeepLogins writes down which logins were refused, so that a run does not send them,
// and which were taken.
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

// note lets write put something into the state, which is locked by a run and opened again
// for a dry run. Where it is in use or cannot be written, a warning of that code says so.
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

// TellRest shows which rows were passed over, and what there is to know about the
// mail services of the others. What was filled in stands in the plan.
func (j *Job) TellRest() {
	p := j.process
	p.Warn(j.Input.File.Passed()...)
	for _, notice := range j.Input.Binding.Notices()[j.noticed:] {
		if notice.Code != diagnosis.Filled {
			p.Warn(notice)
		}
	}
}
