package setup

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
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
	bound   bound                          // what a plan of it is bound to
	plan    *KeptPlan                      // it goes by; nil without one
	size    int64                          // of the file, 0 if that tells nothing
	toWrite func() (*journal.Store, error) // opens what a dry run reads, nil where nothing is kept
	open    func(readOnly bool) (*journal.Store, error)
	failed  string // run whose failed rows alone are read
	told    int    // notices about columns told before the rows were read
	closers []func() error
}

// Close lets go of everything the job holds, the last thing first.
func (j *Job) Close() error {
	var errs []error
	for i := len(j.closers) - 1; i >= 0; i-- {
		errs = append(errs, j.closers[i]())
	}
	return errors.Join(errs...)
}

// NameRun says which run all that is logged from now on is about.
func (j *Job) NameRun(id string) { j.process.run.Store(&id) }

// Prepare reads the file once; one without rows is refused.
func (j *Job) Prepare(ctx context.Context, kind journal.Kind) (*plan.Plan, error) {
	plan, err := j.Importer.Prepare(ctx, kind)
	if err == nil && plan.Rows == 0 && j.failed != "" {
		err = errors.Join(diagnosis.New(diagnosis.FailedNone, "File", j.Input.File.Name(), "Run", j.failed), j.Discard(ctx, plan))
	} else if err == nil && plan.Rows == 0 {
		err = errors.Join(NoRows(j.Input), j.Discard(ctx, plan))
	}
	if err == nil {
		j.NameRun(plan.Run.ID)
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
	j.told, j.size = len(j.Input.Binding.Notices()), sizeOf(o.File)
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
	// Nobody gets an account because a cell was left empty and somebody happens to be
	// signed in: what login has kept is for rows without people of their own.
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
	run, err := named(ctx, j.History, name)
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

// askHolder asks whose the token is that the rows hang on, and says so. A user with a
// password is known by that, and the password is sent once. Where rows may sign in by
// themselves, a token that is refused stops nothing yet.
func (j *Job) askHolder(ctx context.Context) error {
	person, answer := j.Client.Session(j.Options.Caller.Token).Self(ctx)
	refused := answer.Fate == diagnosis.EndsOwner || answer.Fate == diagnosis.EndsRun
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case refused && j.Options.Owner != policy.OwnerImpersonate:
		problem := answer.Problem()
		return &problem
	case answer.Fate != diagnosis.Done: // the run signs in as patiently as it can
		return nil
	}
	j.Options.Caller.Holder = person.Email
	j.process.Console.Say("greet.holder", "Person", person)
	return nil
}

// openStores opens what earlier runs have left and what takes the new one. A
// sandbox remembers nothing, and of a dry run nothing is left but what it has seen.
func (p *Process) openStores(j *Job, o *JobOptions) error {
	if !o.Target.Sandbox {
		folder, err := p.stateFolder(o.Target.State)
		if err != nil {
			return err
		}
		open := func(readOnly bool) (*journal.Store, error) {
			return journal.Open(folder, j.Client.URL(), storeOptions(p.Console, &o.Target, readOnly))
		}
		j.open = open
		if j.History, err = open(o.Dry); err != nil {
			return err
		}
		if o.Dry && !j.History.Lasts() {
			// What is seen and which passwords are refused is remembered under the key of a
			// store. Where none can be made, KeepSeen says so at the end.
			if made, err := open(false); err == nil {
				if err := errors.Join(made.Close(), j.History.Close()); err != nil {
					return err
				}
				if j.History, err = open(true); err != nil {
					return err
				}
			}
		}
		j.closers = append(j.closers, j.History.Close)
		if o.Dry {
			j.toWrite = func() (*journal.Store, error) { return open(false) }
		}
	}
	if !o.Target.Sandbox && !o.Dry {
		unlock, err := j.History.Lock()
		if err != nil {
			return err
		}
		j.closers = append(j.closers, func() error { unlock(); return nil })
		j.Ledger = j.History
		return nil
	}
	scratch, err := journal.Scratch()
	if err != nil {
		return err
	}
	j.closers = append(j.closers, scratch.Close)
	j.Ledger = scratch
	if j.History == nil {
		j.History = scratch
	}
	return nil
}

// KeepSeen writes down what a dry run has seen since it began, so that the next run
// does what this one said. Where the state is in use or cannot be written, a warning
// says so.
func (j *Job) KeepSeen(ctx context.Context, began time.Time) (warnings []diagnosis.Problem) {
	if j.toWrite == nil {
		return nil
	}
	err := j.learn(ctx, began)
	if err == nil {
		return nil
	}
	notKept := diagnosis.Wrap(err, diagnosis.SeenNotKept)
	var cause *diagnosis.Problem
	if errors.As(err, &cause) {
		notKept = diagnosis.Wrap(err, diagnosis.SeenNotKept, "Why", cause.Code, "Pid", cause.Args["Pid"], "Path", cause.Args["Path"])
	}
	return []diagnosis.Problem{*notKept}
}

func (j *Job) learn(ctx context.Context, began time.Time) (err error) {
	store, err := j.toWrite()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	unlock, err := store.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	return store.Learn(ctx, j.Ledger, began)
}

// TellRest says which rows were passed over, and what there is to know about the
// mail services of the others. What was filled in stands in the plan.
func (j *Job) TellRest() {
	p := j.process
	p.Warn(j.Input.File.Passed()...)
	for _, notice := range j.Input.Binding.Notices()[j.told:] {
		if notice.Code != diagnosis.Filled {
			p.Warn(notice)
		}
	}
}
