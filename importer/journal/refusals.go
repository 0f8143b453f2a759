package journal

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// loginKey is what a login at the mail servers is known by where nobody knows yet whose
// account it will be: an account under nobody.
func loginKey(s *account.Settings) account.Key { return account.NewKey("", s.Email) }

// NoteLogin keeps that a mail server refused the login of some settings when it was
// tried from this machine, or that it took it: the code is empty then. The store must be locked.
func (s *Store) NoteLogin(ctx context.Context, settings *account.Settings, code diagnosis.Code) error {
	key := loginKey(settings)
	s.anyLogin.Store(true)
	if code == "" {
		if _, known, err := s.Account(ctx, key); err != nil || !known {
			return err
		}
		return s.SaveAccount(ctx, Account{Key: key, Checked: time.Now()})
	}
	return s.SaveAccount(ctx, Account{Key: key, Refused: s.Prints().Of(key, settings), RefusedCode: code, Checked: time.Now()})
}

// Login returns what is known of the login of some settings from this machine: what
// was refused, and when.
func (s *Store) Login(ctx context.Context, settings *account.Settings) (Account, bool, error) {
	s.lookForLogins.Do(func() {
		var any bool
		if err := s.read.QueryRowContext(ctx, hasLogins).Scan(&any); any || err != nil {
			s.anyLogin.Store(true)
		}
	})
	if !s.anyLogin.Load() { // as in most stores: it is asked for each row
		return Account{}, false, nil
	}
	return s.Account(ctx, loginKey(settings))
}
