package setup

import (
	"context"
	"errors"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/cmd/r7import/vault"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
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
	return store, func() error {
		unlock()
		return store.Close()
	}, nil
}

func (p *Process) openState(t *config.Target, readOnly bool) (*journal.Store, error) {
	if err := CheckPortal(t); err != nil {
		return nil, err
	}
	address, err := portal.Address(t.Portal)
	if err != nil {
		return nil, err
	}
	folder, err := p.stateFolder(t.State)
	if err != nil {
		return nil, err
	}
	return journal.Open(folder, address, storeOptions(p.Console, t, readOnly))
}

// storeOptions says where the key of a store lies: in the keyring, unless a folder
// was named for everything.
func storeOptions(console *ui.Console, t *config.Target, readOnly bool) journal.Options {
	return journal.Options{ReadOnly: readOnly, Keyring: vault.Keys{Patience: patience(console)}, KeyInFile: t.State != ""}
}

// WarnOfKeyFiles tells which stores have their key beside them.
func WarnOfKeyFiles(p *Process, t *config.Target) {
	folder, err := p.stateFolder(t.State)
	if err != nil {
		return
	}
	for _, file := range journal.KeyFiles(folder) {
		p.Warn(*diagnosis.New(diagnosis.StateKeyFile, "Path", file))
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
