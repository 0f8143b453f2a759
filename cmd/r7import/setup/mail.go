package setup

import (
	"context"
	"errors"

	"r7import/cmd/r7import/config"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
	"r7import/importer/preflight"
)

// MailClient returns what logs in to mail servers from this machine.
func MailClient(l *config.MailLogins) (*preflight.Client, error) {
	roots, err := portal.Trusted(l.MailCAFile)
	if err != nil {
		return nil, err
	}
	return &preflight.Client{Addresses: l.Addresses(), Roots: roots, AnyCertificate: l.AnyCertificate}, nil
}

// KeepLogins writes down which logins were refused, so that a run does not send them,
// and which were taken. Where the state is in use or cannot be written, a warning says so.
func (j *Job) KeepLogins(ctx context.Context, jobs []*preflight.Job) (warnings []diagnosis.Problem) {
	err := j.noteLogins(ctx, jobs)
	if err == nil {
		return nil
	}
	notKept := diagnosis.Wrap(err, diagnosis.RefusalsNotKept)
	var cause *diagnosis.Problem
	if errors.As(err, &cause) {
		notKept.Args = diagnosis.Facts([]any{"Why", cause.Code, "Pid", cause.Args["Pid"], "Path", cause.Args["Path"]})
	}
	return []diagnosis.Problem{*notKept}
}

func (j *Job) noteLogins(ctx context.Context, jobs []*preflight.Job) (err error) {
	store := j.Ledger
	if store != j.History { // a dry run's
		if j.open == nil {
			return nil
		}
		if store, err = j.open(false); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		unlock, err := store.Lock()
		if err != nil {
			return err
		}
		defer unlock()
	}
	return noteLogins(ctx, store, jobs)
}

func noteLogins(ctx context.Context, store *journal.Store, jobs []*preflight.Job) error {
	for _, job := range jobs {
		if job.Outcome.Refused == "" && job.Outcome.Status != diagnosis.LoginOK {
			continue
		}
		if err := store.NoteLogin(ctx, &job.Settings, job.Outcome.Refused); err != nil {
			return err
		}
	}
	return nil
}
