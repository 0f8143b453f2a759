package journal

import (
	"context"
	"errors"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// quickSignIns is the number of failed sign-ins of one person after which the next one
// waits. The portal blocks a person at the sixth within a minute
// (web/core/ASC.Web.Core/Utility/LoginSettings.cs), and the person signs in too.
const quickSignIns = 2

// ChangeOwner reads an owner from the store of a portal under dir, calls change with
// it, and stores the result. It holds the lock of the store meanwhile. If a run holds
// the lock, change is called as well, but nothing is stored.
// If change returns an error, ChangeOwner stores nothing and returns
// that error.
func ChangeOwner(ctx context.Context, dir, portalURL, name string, o Options, change func(*Store, *Owner) error) (err error) {
	s, err := Open(dir, portalURL, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	unlock, err := s.Lock()
	var problem *diagnosis.Problem
	running := errors.As(err, &problem) && problem.Code == diagnosis.StateLocked
	if err != nil && !running {
		return err
	}
	if !running {
		defer unlock()
	}
	known, _, err := s.Owner(ctx, name)
	if err != nil {
		return err
	}
	known.Name = name
	if err := change(s, &known); err != nil || running {
		return err
	}
	return s.SaveOwner(context.WithoutCancel(ctx), known)
}

// RefusedBefore returns a problem if the portal has refused the owner's password
// before, or has sent an SMS for it; else nil.
func (s *Store) RefusedBefore(o *Owner, password account.Secret) *diagnosis.Problem {
	switch {
	case !s.Prints().SameSecret(o.Refused, o.Name, password):
		return nil
	case o.RefusedCode == diagnosis.PortalSMS:
		return diagnosis.New(diagnosis.OwnerSMSBefore)
	}
	return diagnosis.New(diagnosis.OwnerRefused)
}

// NextSignIn returns when a password may be sent for the owner; a time in the past
// means now. block is how long the portal blocks a person.
func (o *Owner) NextSignIn(block time.Duration) time.Time {
	next := o.BlockedUntil
	if o.Attempts >= quickSignIns {
		if calm := o.LastAttempt.Add(block); calm.After(next) {
			next = calm
		}
	}
	return next
}

// BeginSignIn counts an attempt. The caller stores the owner before it sends the
// password, so that a sudden end does not hide the attempt.
func (o *Owner) BeginSignIn(now time.Time) {
	o.LastAttempt = now
	o.Attempts++
}

// EndSignIn updates the owner by the portal's answer to the attempt.
func (s *Store) EndSignIn(o *Owner, password account.Secret, fate diagnosis.Fate, code diagnosis.Code, block time.Duration) {
	switch {
	case fate == diagnosis.Done:
		o.Attempts, o.Refused, o.RefusedCode, o.BlockedUntil = 0, nil, "", time.Time{}
	case code == diagnosis.PortalBlocked:
		o.BlockedUntil = time.Now().Add(block)
	case code == diagnosis.PortalSignIn:
		o.Refused, o.RefusedCode = s.Prints().Secret(o.Name, password), code
	case code == diagnosis.PortalSMS:
		o.Refused, o.RefusedCode = s.Prints().Secret(o.Name, password), code
		o.SMS++
	case fate == diagnosis.NotSent, fate == diagnosis.TurnedAway:
		o.Attempts = max(0, o.Attempts-1) // the portal did not count it
	}
}
