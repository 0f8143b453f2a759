package journal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Account is what is known of one account from run to run.
type Account struct {
	Key       account.Key
	MailboxID int64
	// Made means that this program made the account: the portal confirmed a create
	// call after a look-up without a result, or a look-up after an unanswered create.
	Made        bool
	Status      diagnosis.Status    // set by the last run that dealt with it
	Fingerprint account.Fingerprint // of the settings last sent and accepted, or seen in the portal
	Refused     account.Fingerprint // of the credentials a mail server refused, not to be sent again
	RefusedCode diagnosis.Code
	Run         string // the last run that dealt with it
	// Checked is when the portal last confirmed this account, zero if it was then
	// seen to differ from what is stored.
	Checked time.Time
}

// Account returns what is known of an account, and whether anything is.
func (s *Store) Account(ctx context.Context, key account.Key) (Account, bool, error) {
	// The query takes microseconds; watching a context that may end would take longer.
	a, err := scanAccount(s.accountByKey.QueryRowContext(context.WithoutCancel(ctx), key.Address, key.OwnerID))
	known, err := s.found(err)
	return a, known, err
}

func scanAccount(l line) (a Account, err error) {
	var checked int64
	err = l.Scan(&a.Key.Address, &a.Key.OwnerID, &a.MailboxID, &a.Made, &a.Status, (*[]byte)(&a.Fingerprint),
		(*[]byte)(&a.Refused), &a.RefusedCode, &a.Run, &checked)
	a.Checked = timeOf(checked)
	return a, err
}

// SaveAccount stores what is known of an account and replaces what was stored.
func (s *Store) SaveAccount(ctx context.Context, a Account) error {
	save, err := s.saving(ctx, &a)
	if err != nil {
		return err
	}
	return s.write(ctx, save)
}

// saving returns the change that stores an account.
func (s *Store) saving(ctx context.Context, a *Account) (change, error) {
	run, err := s.numberOf(ctx, a.Run)
	if err != nil {
		return nil, err
	}
	made := 0
	if a.Made {
		made = 1
	}
	return func(t *tx) error {
		_, err := t.exec(saveAccount, a.Key.Address, a.Key.OwnerID, number(a.MailboxID), made, text(a.Status),
			blob(a.Fingerprint), blob(a.Refused), text(a.RefusedCode), number(run), moment(a.Checked))
		return err
	}, nil
}

// MadeFrom yields the accounts that runs made from a file of that name and sheet and
// that are not known to be disabled, sorted by address. The file counts that the last
// run read which dealt with the account. The first error ends the sequence.
func (s *Store) MadeFrom(ctx context.Context, file, sheet string) iter.Seq2[account.Key, error] {
	return paged(s, func(last account.Key) ([]account.Key, error) {
		return list(ctx, s.read, func(l line) (key account.Key, err error) {
			return key, l.Scan(&key.Address, &key.OwnerID)
		}, accountsMadeFrom, file, sheet, last.Address, last.OwnerID, pageRows)
	})
}

// AskedElsewhere returns those of the given addresses, in lower case, for which a run of
// another file had a row after the last run of this file that had one.
func (s *Store) AskedElsewhere(ctx context.Context, file, sheet string, addresses []string) (map[string]bool, error) {
	elsewhere := make(map[string]bool)
	_, err := queryIn(ctx, s, func(l line) (none struct{}, err error) {
		var address string
		var here, last int64
		err = l.Scan(&address, &here, &last)
		if last > here {
			elsewhere[address] = true
		}
		return none, err
	}, askedElsewhere, addresses, file, sheet)
	return elsewhere, err
}

// Owner is what is known of a portal person under a name from a file.
type Owner struct {
	// Name is the owner's name in the file, in lower case, or what [Store.TokenName]
	// returns for an owner with a token and no name.
	Name         string
	ID           string // the portal's id
	Email        string
	Refused      []byte // slow hash of a refused password, see account.Fingerprinter.Secret
	RefusedCode  diagnosis.Code
	Attempts     int // sign-ins in a row without success, including those without an answer
	LastAttempt  time.Time
	BlockedUntil time.Time
	SMS          int // text messages that sign-ins caused
	Checked      time.Time
}

// FileDigest returns the keyed digest that is stored and shown, from the SHA-256 of a
// file. With a plain digest and a copy of the file without its passwords, the passwords
// could be guessed offline.
func (s *Store) FileDigest(digest string) string {
	if digest == "" {
		return ""
	}
	return s.keyed("r7import file", digest)
}

// TokenName returns a name for the owner of a token. It reveals nothing about the
// token. Different tokens have different names.
func (s *Store) TokenName(token account.Secret) string {
	return "token:" + s.keyed("r7import token", token.Reveal())[:32]
}

// keyed returns a keyed hash of a text in hex. Hashes with different what differ.
func (s *Store) keyed(what, text string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(what + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil))
}

// Owner returns what is known of the owner with that name, and whether anything is.
func (s *Store) Owner(ctx context.Context, name string) (Owner, bool, error) {
	o, err := scanOwner(s.ownerByName.QueryRowContext(ctx, strings.ToLower(name)))
	known, err := s.found(err)
	return o, known, err
}

func scanOwner(l line) (o Owner, err error) {
	var last, blocked, checked int64
	err = l.Scan(&o.Name, &o.ID, &o.Email, &o.Refused, &o.RefusedCode, &o.Attempts, &last, &blocked, &o.SMS, &checked)
	o.LastAttempt, o.BlockedUntil, o.Checked = timeOf(last), timeOf(blocked), timeOf(checked)
	return o, err
}

// OwnersWithIDs returns name, id and address of the owners with those portal ids.
func (s *Store) OwnersWithIDs(ctx context.Context, ids []string) ([]Owner, error) {
	return queryIn(ctx, s, func(l line) (o Owner, err error) { return o, l.Scan(&o.Name, &o.ID, &o.Email) }, ownersWithIDs, ids)
}

// queryIn runs a query with a list of values, which follow the arguments, in parts
// that fit into one statement.
func queryIn[T any](ctx context.Context, s *Store, scan func(line) (T, error), query string, among []string, args ...any) (all []T, err error) {
	for part := range slices.Chunk(among, pageRows) {
		marks := strings.Repeat("?, ", len(part)-1) + "?"
		values := slices.Clone(args)
		for _, v := range part {
			values = append(values, v)
		}
		found, err := list(ctx, s.read, scan, fmt.Sprintf(query, marks), values...)
		if err != nil {
			return nil, s.failed(err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// SaveOwner stores what is known of an owner and replaces what was stored.
func (s *Store) SaveOwner(ctx context.Context, o Owner) error {
	return s.write(ctx, savingOwner(&o))
}

// savingOwner returns the change that stores an owner.
func savingOwner(o *Owner) change {
	return func(t *tx) error {
		_, err := t.exec(saveOwner, strings.ToLower(o.Name), text(o.ID), text(o.Email), blob(o.Refused), text(o.RefusedCode),
			number(o.Attempts), moment(o.LastAttempt), moment(o.BlockedUntil), number(o.SMS), moment(o.Checked))
		return err
	}
}

// Learn copies accounts and owners from a scratch store that was in use since that
// time. Accounts and owners that a run has stored here after it are kept, and so is the
// run that dealt with an account. The store must be locked.
func (s *Store) Learn(ctx context.Context, from *Store, since time.Time) error {
	accounts, err := list(ctx, from.read, scanAccount, listAccounts)
	if err != nil {
		return from.failed(err)
	}
	owners, err := list(ctx, from.read, scanOwner, listOwners)
	if err != nil {
		return from.failed(err)
	}
	var changes []change
	for _, a := range accounts {
		known, _, err := s.Account(ctx, a.Key)
		if err != nil {
			return err
		}
		if known.Checked.After(since) {
			continue
		}
		a.Run = known.Run
		save, err := s.saving(ctx, &a)
		if err != nil {
			return err
		}
		changes = append(changes, save)
	}
	for _, o := range owners {
		known, _, err := s.Owner(ctx, o.Name)
		if err != nil {
			return err
		}
		if !known.Checked.After(since) && !known.LastAttempt.After(since) {
			changes = append(changes, savingOwner(&o))
		}
	}
	for part := range slices.Chunk(changes, pageRows) {
		if err := s.write(ctx, together(part)); err != nil {
			return err
		}
	}
	return nil
}
