package setup

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/cmd/r7import/vault"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// ReadState opens what earlier runs on the portal have left, for reading.
func (p *Process) ReadState(t *config.Target) (*journal.Store, error) {
	return p.openState(t, true)
}

// LockState opens it for changes, while nothing else runs on the portal. done closes it.
func (p *Process) LockState(t *config.Target) (store *journal.Store, done func() error, err error) {
	store, err = p.openState(t, false)
	if err != nil {
		return nil, nil, err
	}
	unlock, err := store.Lock()
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return store, func() error { unlock(); return store.Close() }, nil
}

func (p *Process) openState(t *config.Target, readOnly bool) (*journal.Store, error) {
	folder, address, err := p.stateOf(t)
	if err != nil {
		return nil, err
	}
	return journal.Open(folder, address, storeOptions(p.Console, t, readOnly))
}

// stateOf returns the folder of the state, and the address of the portal in the one form
// that is used for it.
func (p *Process) stateOf(t *config.Target) (folder, address string, err error) {
	if t.Portal == "" {
		return "", "", diagnosis.New(diagnosis.PortalMissing, "Runs", true)
	}
	if address, err = portal.Address(t.Portal); err == nil {
		folder, err = p.stateFolder(t.State)
	}
	return folder, address, err
}

// portalFolder returns the folder under the state that a portal has for what.
func portalFolder(p *Process, t *config.Target, what string) (string, error) {
	state, address, err := p.stateOf(t)
	if err != nil {
		return "", err
	}
	folder, err := journal.Folder(state, address)
	return filepath.Join(folder, what), err
}

const plansFolder, reportsFolder = "plans", "reports"

// storeOptions says where the key of a store lies: in the keyring, unless a folder
// was named for everything.
func storeOptions(console *ui.Console, t *config.Target, readOnly bool) journal.Options {
	return journal.Options{ReadOnly: readOnly, Keyring: vault.Keys{Patience: patience(console)}, KeyInFile: t.State != ""}
}

// WarnOfKeyFiles tells which stores have their key beside them.
func WarnOfKeyFiles(p *Process, t *config.Target) {
	if folder, err := p.stateFolder(t.State); err == nil {
		for _, file := range journal.KeyFiles(folder) {
			p.Warn(*diagnosis.New(diagnosis.StateKeyFile, "Path", file))
		}
	}
}

// CheckRun makes sure that there is such a run, so that a mistyped portal does
// not get a state of its own.
func (p *Process) CheckRun(ctx context.Context, t *config.Target, name string) error {
	store, err := p.ReadState(t)
	if err != nil {
		return err
	}
	_, err = store.Run(ctx, name)
	return errors.Join(err, store.Close())
}

// RunsNamed returns runs by their names, the newest first and each once; latest is
// the latest that made accounts, so that the same command goes on with an undo that
// was cut short. It makes no state for a mistyped portal.
func RunsNamed(ctx context.Context, p *Process, t *config.Target, names ...string) (runs []journal.Run, err error) {
	store, err := p.ReadState(t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, name := range names {
		run, err := runNamed(ctx, store, name)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b journal.Run) int { return b.Started.Compare(a.Started) })
	return slices.CompactFunc(runs, func(a, b journal.Run) bool { return a.ID == b.ID }), nil
}

// runNamed returns a run by its name, or the latest that made accounts.
func runNamed(ctx context.Context, store *journal.Store, name string) (journal.Run, error) {
	if name != "latest" {
		return store.Run(ctx, name)
	}
	run, err := latest(ctx, store, func(*journal.Run) bool { return true })
	if err == nil && run.ID == "" {
		err = diagnosis.New(diagnosis.RunUnknown, "Run", name)
	}
	return run, err
}

// latest returns the latest run that made accounts and that is wanted, the zero run if there is none.
func latest(ctx context.Context, store *journal.Store, wanted func(*journal.Run) bool) (journal.Run, error) {
	runs, err := store.Runs(ctx)
	for _, run := range slices.Backward(runs) {
		if run.Kind == journal.KindRun && wanted(&run) {
			return run, err
		}
	}
	return journal.Run{}, err
}

// LastRunOf returns the latest run of a file, and of the sheet if that is said; the
// zero run if there is none.
func LastRunOf(ctx context.Context, p *Process, t *config.Target, o *Input) (run journal.Run, err error) {
	store, err := p.ReadState(t)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	name := filepath.Base(o.File)
	return latest(ctx, store, func(r *journal.Run) bool { return r.File == name && (o.Sheet == "" || r.Sheet == o.Sheet) })
}

// OwnersAsIn lets a look or an undo sign in the way a run did, and says so. What the
// user has said about it stands.
func OwnersAsIn(p *Process, run journal.Run, o *JobOptions) {
	way := OwnerWayOf(run)
	if o.OwnerSaid || way == policy.OwnerAuto {
		return
	}
	o.Owner, o.Run.Owner = way, way
	p.Console.Say("owner.as_run", "Owner", way, "Run", run.ID)
}

// OwnerWayOf returns the owner way that a run was given.
func OwnerWayOf(run journal.Run) policy.OwnerWay {
	switch way := policy.OwnerWay(SettingsOf(run)["owner"]); way {
	case policy.OwnerSelf, policy.OwnerColumn, policy.OwnerImpersonate:
		return way
	}
	return policy.OwnerAuto
}

// SettingsOf returns the settings a run noted down.
func SettingsOf(run journal.Run) map[string]string {
	settings := make(map[string]string)
	_ = json.Unmarshal(run.Args, &settings) // an older version may have noted nothing
	return settings
}
