package journal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Account is what is known of one account from run to run.
type Account struct {
	Key       account.Key
	MailboxID int64
	// Made tells that it was us: the portal said so to a create call after a look
	// that had found none, or to a look after such a call without an answer.
	Made        bool
	Status      diagnosis.Status    // what the last run that dealt with it said
	Fingerprint account.Fingerprint // of what was last sent and accepted, or seen to be there
	Refused     account.Fingerprint // of what a mail server refused, not to be sent again
	RefusedCode diagnosis.Code
	Run         string // the last run that dealt with it
	// Checked is when the portal last told of it, zero if it was then seen not to be
	// as is known here.
	Checked time.Time
}

// Account returns what is known of an account, and whether anything is.
func (s *Store) Account(ctx context.Context, key account.Key) (Account, bool, error) {
	id, err := s.accounts.find(ctx, key)
	if id == 0 || err != nil {
		return Account{}, false, err
	}
	// It takes microseconds; watching a context that may end would take longer.
	a, err := scanAccount(s.hot.account.QueryRowContext(context.WithoutCancel(ctx), id))
	if errors.Is(err, sql.ErrNoRows) { // it is being stored, or could not be
		return Account{}, false, nil
	}
	if err != nil {
		return Account{}, false, s.failed(err)
	}
	return a, true, nil
}

func scanAccount(row interface{ Scan(...any) error }) (Account, error) {
	var a Account
	var checked int64
	err := row.Scan(&a.Key.Address, &a.Key.OwnerID, &a.MailboxID, &a.Made, &a.Status, (*[]byte)(&a.Fingerprint),
		(*[]byte)(&a.Refused), &a.RefusedCode, &a.Run, &checked)
	a.Checked = timeOf(checked)
	return a, err
}

// SaveAccount stores what is known of an account in place of what was.
func (s *Store) SaveAccount(ctx context.Context, a Account) error {
	save, err := s.saving(ctx, &a)
	if err != nil {
		return err
	}
	return s.write(ctx, save)
}

// errOtherAccount means that another process writes to the store, without its lock.
var errOtherAccount = errors.New("journal: the id belongs to another account")

// saving returns the change that stores an account.
func (s *Store) saving(ctx context.Context, a *Account) (change, error) {
	run, err := s.number(ctx, a.Run)
	if err != nil {
		return nil, err
	}
	id, err := s.accounts.take(ctx, a.Key)
	if err != nil {
		return nil, err
	}
	return func(t *tx) error {
		return t.changeOne(errOtherAccount, saveAccount, id, a.Key.Address, a.Key.OwnerID, number(a.MailboxID), a.Made, text(a.Status),
			blob(a.Fingerprint), blob(a.Refused), text(a.RefusedCode), number(run), moment(a.Checked))
	}, nil
}

// Owner is what is known of a portal person as a file names them.
type Owner struct {
	// Name is how the file names the owner: lower case as typed, or what
	// [Store.TokenName] gives for an owner who is a token alone.
	Name         string
	ID           string // the portal's id
	Email        string
	Refused      []byte // slow hash of a refused password, see account.Fingerprinter.Secret
	RefusedCode  diagnosis.Code
	Attempts     int // sign-ins in a row that did not succeed, those without an answer included
	LastAttempt  time.Time
	BlockedUntil time.Time
	SMS          int // text messages drawn
	Checked      time.Time
}

// TokenName returns a name for the owner of a token that says nothing about the
// token. Different tokens have different names.
func (s *Store) TokenName(token account.Secret) string {
	return "token:" + s.keyed("r7import token", token.Reveal())[:32]
}

// FileDigest returns the digest of a file that is stored and shown. It is keyed:
// with a plain one and a copy of the file without its passwords, passwords could be
// tried by the thousand.
func (s *Store) FileDigest(sha256 string) string {
	if sha256 == "" {
		return ""
	}
	return s.keyed("r7import file", sha256)
}

// keyed is a hash of a text in hex. What it is for keeps it apart from others.
func (s *Store) keyed(what, text string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(what + "\x00"))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// Owner returns what is known under the name of an owner, and whether anything is.
func (s *Store) Owner(ctx context.Context, name string) (Owner, bool, error) {
	o := Owner{Name: strings.ToLower(name)}
	err := o.scan(s.hot.owner.QueryRowContext(ctx, o.Name))
	if errors.Is(err, sql.ErrNoRows) {
		return Owner{}, false, nil
	}
	if err != nil {
		return Owner{}, false, s.failed(err)
	}
	return o, true, nil
}

// scan reads what follows the first columns of a line.
func (o *Owner) scan(row interface{ Scan(...any) error }, first ...any) error {
	var last, blocked, checked int64
	err := row.Scan(append(first, &o.ID, &o.Email, &o.Refused, &o.RefusedCode, &o.Attempts, &last, &blocked, &o.SMS, &checked)...)
	o.LastAttempt, o.BlockedUntil, o.Checked = timeOf(last), timeOf(blocked), timeOf(checked)
	return err
}

// SaveOwner stores what is known of an owner in place of what was.
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
