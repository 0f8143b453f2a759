package journal

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// loginKey returns the key of a login that was tried from this machine. It has no owner,
// because the owner of the account is not known yet.
func loginKey(s *account.Settings) account.Key { return account.NewKey("", s.Email) }

// NoteLogin stores that a mail server refused a login from this machine with the settings, or
// that it accepted the login if code is empty. The store must be locked.
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

// Login returns what is known of logins from this machine with the settings: what was
// refused and when, and whether anything is known.
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
