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

// ReadState opens the state of earlier runs on the portal for reading.
func (p *Process) ReadState(t *config.Target) (*journal.Store, error) {
	return p.openState(t, true)
}

// LockState opens the state for changes and locks it against other runs. done unlocks and closes it.
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

// stateOf returns the folder of the state and the portal's address in its normal form. A
// target without a portal is an error.
func (p *Process) stateOf(t *config.Target) (folder, address string, err error) {
	if t.Portal == "" {
		return "", "", diagnosis.New(diagnosis.PortalMissing, "Runs", true)
	}
	if address, err = portal.Address(t.Portal); err == nil {
		folder, err = p.stateFolder(t.State)
	}
	return folder, address, err
}

// portalFolder returns the subfolder called what in the portal's part of the state.
func portalFolder(p *Process, t *config.Target, what string) (string, error) {
	state, address, err := p.stateOf(t)
	if err != nil {
		return "", err
	}
	folder, err := journal.Folder(state, address)
	return filepath.Join(folder, what), err
}

const plansFolder, reportsFolder = "plans", "reports"

// storeOptions returns the options of a store. Its key is in the keyring, unless the
// user names a folder for the state.
func storeOptions(console *ui.Console, t *config.Target, readOnly bool) journal.Options {
	return journal.Options{ReadOnly: readOnly, Keyring: vault.Keys{Patience: patience(console)}, KeyInFile: t.State != ""}
}

// WarnOfKeyFiles warns of each store whose key is in a file beside it.
func WarnOfKeyFiles(p *Process, t *config.Target) {
	if folder, err := p.stateFolder(t.State); err == nil {
		for _, file := range journal.KeyFiles(folder) {
			p.Warn(*diagnosis.New(diagnosis.StateKeyFile, "Path", file))
		}
	}
}

// CheckRun returns nil if the run exists. It creates no state, so that a mistyped
// portal does not get one.
func (p *Process) CheckRun(ctx context.Context, t *config.Target, name string) error {
	store, err := p.ReadState(t)
	if err != nil {
		return err
	}
	_, err = store.Run(ctx, name)
	return errors.Join(err, store.Close())
}

// RunsNamed returns the named runs, newest first and without duplicates. The name latest
// means the latest import, not an undo, so that the same command continues an undo that
// was cut short. RunsNamed creates no state for a mistyped portal.
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

// runNamed returns a run by its name. The name latest means the latest import.
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

// latest returns the latest import for which wanted is true, the zero run if there is none.
func latest(ctx context.Context, store *journal.Store, wanted func(*journal.Run) bool) (journal.Run, error) {
	runs, err := store.Runs(ctx)
	for _, run := range slices.Backward(runs) {
		if run.Kind == journal.KindRun && wanted(&run) {
			return run, err
		}
	}
	return journal.Run{}, err
}

// LastRunOf returns the latest import of a file, and of its sheet if o names one. It
// returns the zero run if there is none.
func LastRunOf(ctx context.Context, p *Process, t *config.Target, o *Input) (run journal.Run, err error) {
	store, err := p.ReadState(t)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	name := filepath.Base(o.File)
	return latest(ctx, store, func(r *journal.Run) bool { return r.File == name && (o.Sheet == "" || r.Sheet == o.Sheet) })
}

// OwnersAsIn makes a verify or an undo sign in the way a run did, and says so. It changes
// nothing if the user chose a way.
func OwnersAsIn(p *Process, run journal.Run, o *JobOptions) {
	way := OwnerWayOf(run)
	if o.OwnerSaid || way == policy.OwnerAuto {
		return
	}
	o.Owner, o.Run.Owner = way, way
	p.Console.Say("owner.as_run", "Owner", way, "Run", run.ID)
}

// OwnerWayOf returns the owner way in a run's settings, auto if there is none.
func OwnerWayOf(run journal.Run) policy.OwnerWay {
	switch way := policy.OwnerWay(SettingsOf(run)["owner"]); way {
	case policy.OwnerSelf, policy.OwnerColumn, policy.OwnerImpersonate:
		return way
	}
	return policy.OwnerAuto
}

// SettingsOf returns the settings stored with a run, empty if there are none.
func SettingsOf(run journal.Run) map[string]string {
	settings := make(map[string]string)
	_ = json.Unmarshal(run.Args, &settings) // an older version may have stored none
	return settings
}
