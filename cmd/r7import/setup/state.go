package setup

import (
	"context"
	"errors"

	"r7import/cmd/r7import/config"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// ReadState opens what earlier runs on the portal have left, for reading.
func (p *Process) ReadState(t *config.Target) (*journal.Store, error) {
	return p.openState(t, journal.Options{ReadOnly: true})
}

// LockState opens it for changes, while nothing else runs on the portal. done closes it.
func (p *Process) LockState(t *config.Target) (store *journal.Store, done func() error, err error) {
	store, err = p.openState(t, journal.Options{})
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

func (p *Process) openState(t *config.Target, o journal.Options) (*journal.Store, error) {
	if t.Portal == "" {
		return nil, diagnosis.New(diagnosis.PortalMissing, "Runs", "yes")
	}
	address, err := portal.Address(t.Portal)
	if err != nil {
		return nil, err
	}
	folder, err := p.stateFolder(t.State)
	if err != nil {
		return nil, err
	}
	return journal.Open(folder, address, o)
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
