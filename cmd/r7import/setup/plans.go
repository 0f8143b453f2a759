package setup

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/importer/diagnosis"
	"r7import/importer/durable"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/yamltree"
	"r7import/report"
)

// KeptPlan is a saved plan and the path of its file.
type KeptPlan struct {
	*plan.Saved
	Path string
}

// ReadPlan reads the plan in a file.
func ReadPlan(path string) (*KeptPlan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.PlanUnread, "File", path)
	}
	saved, err := plan.ReadSaved(bytes.NewReader(text))
	var problem *diagnosis.Problem
	if errors.As(err, &problem) {
		problem.Args = diagnosis.Args{"File": path}
	}
	return &KeptPlan{saved, path}, err
}

// Write writes the plan to its file.
func (k *KeptPlan) Write() error {
	var text bytes.Buffer
	if err := k.Encode(&text); err != nil {
		return err
	}
	if err := durable.Write(k.Path, text.Bytes()); err != nil {
		return diagnosis.Wrap(err, diagnosis.PlanUnwritten, "File", k.Path)
	}
	return nil
}

// CheckOut returns nil if a plan may be saved at path: the path is free or holds another plan.
func CheckOut(path, input string) error {
	if err := report.CheckPath(path, input); err != nil {
		return err
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := ReadPlan(path); err != nil {
		return diagnosis.Wrap(err, diagnosis.PlanPlace, "File", path)
	}
	return nil
}

// PlanNamed returns the plan in the file called name, or else the portal's plan with that ID.
func PlanNamed(p *Process, t *config.Target, name string) (*KeptPlan, error) {
	if _, err := os.Stat(name); err == nil || t.Portal == "" {
		return ReadPlan(name)
	}
	return KeptPlanNamed(p, t, name)
}

// KeptPlanNamed returns the plan with that ID from the portal's state.
func KeptPlanNamed(p *Process, t *config.Target, name string) (*KeptPlan, error) {
	kept, err := KeptPlans(p, t)
	for _, k := range kept {
		if k.ID == name {
			return k, nil
		}
	}
	if err == nil {
		err = diagnosis.New(diagnosis.PlanUnknown, "ID", name)
	}
	return nil, err
}

// KeptPlans returns the plans in the portal's state, newest first. Guards write them.
func KeptPlans(p *Process, t *config.Target) (kept []*KeptPlan, err error) {
	folder, err := portalFolder(p, t, plansFolder)
	if err != nil {
		return nil, err
	}
	files, _ := os.ReadDir(folder) // without the folder there are no plans
	for _, f := range files {
		if filepath.Ext(f.Name()) != ".plan" {
			continue
		}
		k, err := ReadPlan(filepath.Join(folder, f.Name()))
		if err != nil {
			return nil, err
		}
		kept = append(kept, k)
	}
	slices.SortFunc(kept, func(a, b *KeptPlan) int { // IDs order plans made at the same moment
		return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.ID, a.ID))
	})
	return kept, nil
}

// GoBy chooses the plan that a run carries out: the one named in o, else the one approved
// last for the data set. Without a plan the run may do all that the bounds allow.
func (j *Job) GoBy(ctx context.Context, o *JobOptions) error {
	texts := [][]byte{[]byte(o.Preset), nil, nil} // everything that maps the columns
	for i, path := range []string{o.Mapping, o.Presets} {
		if path == "" {
			continue
		}
		var err error
		if texts[i+1], err = yamltree.ReadFile(path); err != nil {
			return err
		}
	}
	j.DataSet = o.DataSet
	j.draft = plan.Saved{Program: j.Version, Portal: j.Client.URL(), Mapping: plan.MappingDigest(texts...), Size: j.size}
	j.draft.DataSet, j.draft.Sheet = plan.DataSet(o.DataSet, j.Input)
	if o.DataSet != "" && j.Options.Recheck == 0 {
		// Accounts made before the data set had this name join it once they are looked up.
		if before, err := j.History.DataSet(ctx, j.draft.DataSet, j.draft.Sheet); err != nil {
			return err
		} else if before.Rows == 0 {
			j.Options.Recheck = time.Nanosecond
		}
	}
	var err error
	switch {
	case o.PlanFile != "":
		if j.plan, err = ReadPlan(o.PlanFile); err == nil {
			err = j.fits(ctx, j.plan)
		}
	case !o.Dry && !o.Target.Sandbox:
		j.plan, err = j.approved(ctx, &o.Target)
	}
	switch k := j.plan; {
	case err != nil:
		return err
	case k != nil:
		j.Consent = plan.NewConsent(k.Saved)
		j.Options.MaxChanges, j.Options.MaxMissing = policy.Share{}, policy.Share{N: math.MaxInt32} // the plan is the bound
		j.process.Console.Say("plan.bound", "ID", k.ID, "Count", k.Count)
	case !o.Dry || o.Out != "": // other dry runs save no plan
		j.Consent = plan.NewConsent(nil)
	}
	return nil
}

// approved returns the plan approved last for the data set. It returns nil if there is none,
// if it was carried out or has expired, or if it does not fit, which it warns of.
func (j *Job) approved(ctx context.Context, t *config.Target) (*KeptPlan, error) {
	kept, err := KeptPlans(j.process, t)
	var last *KeptPlan
	for _, k := range kept {
		if k.DataSet == j.draft.DataSet && k.Sheet == j.draft.Sheet && !k.Approved.IsZero() && (last == nil || k.Approved.After(last.Approved)) {
			last = k
		}
	}
	if last == nil || err != nil {
		return nil, err
	}
	if spent, err := j.spent(ctx, last); err != nil || spent || last.Expired(time.Now()) {
		return nil, err
	}
	err = j.fits(ctx, last)
	if problem, ok := errors.AsType[*diagnosis.Problem](err); ok {
		j.process.Warn(*problem)
		return nil, nil
	}
	return last, err
}

// fits returns nil if the plan is for this job and neither expired nor carried out.
func (j *Job) fits(ctx context.Context, k *KeptPlan) error {
	here, _ := journal.Folder("", j.Client.URL())
	there, _ := journal.Folder("", k.Portal)
	other := func(what, is, wants string) error {
		return diagnosis.New(diagnosis.PlanOther, "ID", k.ID, "What", what, "Is", is, "Wants", wants)
	}
	switch {
	case here != there:
		return other("portal", j.Client.URL(), k.Portal)
	case k.DataSet != j.draft.DataSet:
		return other("set", j.draft.DataSet, k.DataSet)
	case k.Sheet != j.draft.Sheet:
		return other("sheet", j.draft.Sheet, k.Sheet)
	case k.Mapping != j.draft.Mapping:
		return other("mapping", "", "")
	case k.Expired(time.Now()):
		return diagnosis.New(diagnosis.PlanExpired, "ID", k.ID, "Made", k.Made.Local().Format(time.DateTime))
	}
	spent, err := j.spent(ctx, k)
	if err == nil && spent {
		return diagnosis.New(diagnosis.PlanSpent, "ID", k.ID, "Run", k.SpentBy)
	}
	return err
}

// spent reports whether a run has carried the plan out. A plan whose run is known here
// and did not finish is not spent: it may be continued.
func (j *Job) spent(ctx context.Context, k *KeptPlan) (bool, error) {
	recorded, err := j.History.SpentBy(ctx, k.ID)
	if err != nil {
		return false, err
	}
	for _, run := range []string{k.SpentBy, recorded} {
		if run == "" {
			continue
		}
		if r, err := j.History.Run(ctx, run); err != nil || r.State == journal.Finished {
			k.SpentBy = run
			return true, nil
		}
	}
	return false, nil
}

// Begin stores durably, before anything is sent, which plan the run carries out and the
// figures that the next file is compared with. whole reports whether all rows are read.
func (j *Job) Begin(ctx context.Context, rows *plan.Plan, whole bool) error {
	if j.plan != nil {
		j.plan.SpentBy = rows.Run.ID
		if err := j.plan.Write(); err != nil { // first, because a copy of the state lacks the mark
			return err
		}
		if err := j.Ledger.Spend(ctx, j.plan.ID, rows.Run.ID); err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	return j.Ledger.KeepDataSet(ctx, journal.DataSet{Name: rows.Run.File, Sheet: rows.Run.Sheet, Rows: rows.InFile, Size: j.size, Run: rows.Run.ID})
}

// Shrunk returns a problem if the file has lost more than is likely since the last run, or
// since the plan was made, else nil. It compares only where missing rows do harm. whole reports
// whether all rows are read.
func (j *Job) Shrunk(ctx context.Context, rows *plan.Plan, whole bool) (*diagnosis.Problem, error) {
	if !whole || j.Options.OnMissing != policy.MissingDisable && j.DataSet == "" && j.Options.MaxShrink.None() {
		return nil, nil
	}
	before, err := j.History.DataSet(ctx, rows.Run.File, rows.Run.Sheet)
	if j.plan != nil {
		before = journal.DataSet{Rows: j.plan.Rows, Size: j.plan.Size, Run: j.plan.ID}
	}
	now := rows.InFile
	if err != nil || before.Rows == 0 || now == 0 {
		return nil, err
	}
	fewer := j.Options.Shrunk(before.Rows, now)
	// Each row may have become shorter, for example by losing a column.
	likely := before.Size * int64(now) / int64(before.Rows)
	shorter := j.size > 0 && likely > j.size+fewBytes && (j.Options.MaxShrink.None() || j.Options.MaxShrink.Percent) &&
		j.Options.Shrunk(percent, int(j.size*percent/likely))
	if !fewer && !shorter {
		return nil, nil
	}
	facts := []any{"Set", rows.Run.File, "Run", before.Run, "Rows", now, "Before", before.Rows}
	if !fewer {
		facts = append(facts, "Size", j.size, "Likely", likely)
	}
	return diagnosis.New(diagnosis.DataSetShrunk, facts...), nil
}

const (
	percent  = 100
	fewBytes = 1 << 10 // a loss too small to matter
)

// LookOnly turns the job into a dry run that finds out what is left to do. Its
// findings are kept only in a plan.
func (j *Job) LookOnly() error {
	scratch, err := journal.Scratch()
	if err != nil {
		return err
	}
	j.closers = append(j.closers, scratch.Close)
	j.Ledger, j.plan, j.Consent = scratch, nil, plan.NewConsent(nil)
	j.Options.Recheck = math.MaxInt64
	return nil
}

// SaveWaiting saves the changes that need approval as a plan and returns it. The plan goes
// to path, or if that is empty to the state's folder of plans under the run's ID. Without
// a path it returns nil in a sandbox, and if no change waits and guard is empty.
func (j *Job) SaveWaiting(t *config.Target, rows *plan.Plan, path string, guard diagnosis.Code) (*KeptPlan, error) {
	saved := j.draft
	saved.ID, saved.Made, saved.Rows, saved.Guard = rows.Run.ID, time.Now().Truncate(time.Millisecond), rows.InFile, guard
	j.Consent.Waiting(&saved)
	if guard == "" && path == "" && len(saved.Changes) > 0 {
		saved.Guard = diagnosis.TooManyChanges
	}
	if path == "" {
		if saved.Guard == "" || t.Sandbox {
			return nil, nil
		}
		folder, err := portalFolder(j.process, t, plansFolder)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, diagnosis.Wrap(err, diagnosis.PlanUnwritten, "File", folder)
		}
		path = filepath.Join(folder, saved.ID+".plan")
	}
	k := &KeptPlan{&saved, path}
	return k, k.Write()
}

// Retain removes runs that are older than the settings keep, with their rows and reports,
// and expired plans. The knowledge about accounts stays.
func (j *Job) Retain(ctx context.Context, o *JobOptions) error {
	if o.KeepDays == 0 && o.KeepRuns == 0 {
		return nil
	}
	now := time.Now()
	old, err := j.History.Outlived(ctx, now.AddDate(0, 0, -o.KeepDays), o.KeepRuns)
	if err == nil {
		err = j.History.Forget(ctx, old, now.Add(-plan.SavedLasts))
	}
	if err != nil {
		return err
	}
	j.process.Log.Info("retained", "forgotten", len(old))
	return Sweep(ctx, j.process, j.History, &o.Target)
}

// Sweep removes from the state of a portal the reports of forgotten runs, and the plans
// that have expired.
func Sweep(ctx context.Context, p *Process, store *journal.Store, t *config.Target) error {
	reports, err := portalFolder(p, t, reportsFolder)
	if err != nil {
		return err
	}
	errs := []error{store.SweepReports(ctx, reports)}
	plans, err := KeptPlans(p, t)
	for _, k := range plans {
		if k.Expired(time.Now()) {
			errs = append(errs, os.Remove(k.Path))
		}
	}
	return errors.Join(append(errs, err)...)
}
