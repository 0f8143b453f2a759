// Package policy holds what the caller of a run decides: who owns new accounts, what
// is done with existing ones, how much may be changed, and how long the run waits.
// The configuration and the engine both read it.
package policy

import (
	"time"

	"r7import/importer/account"
	"r7import/importer/pace"
)

// OwnerWay is how the owner of a row's account is chosen.
type OwnerWay string

const (
	OwnerAuto        OwnerWay = "auto"        // column if the file has a token column, or portal_user with a password column; else self
	OwnerSelf        OwnerWay = "self"        // the person the run signs in as
	OwnerColumn      OwnerWay = "column"      // the row's own portal_user
	OwnerImpersonate OwnerWay = "impersonate" // an administrator acting as the row's portal_user
)

// Action is what to do with an account that exists and differs from the row.
type Action string

const (
	Skip   Action = "skip"
	Update Action = "update"
	Fail   Action = "fail"
)

// OnMissing is what to do with accounts that runs of a file made and that no row of
// the file names any more. The zero value does not look for them, as is right for a
// part of a file.
type OnMissing string

const (
	MissingReport  OnMissing = "report"  // list them
	MissingDisable OnMissing = "disable" // list them and switch them off
)

// Share is a bound, either a number of rows or a percentage of them. The zero value
// is no bound.
type Share struct {
	N       int
	Percent bool
}

// None reports whether there is no bound.
func (s Share) None() bool { return s == Share{} }

// Exceeded reports whether n of total rows is over the bound.
func (s Share) Exceeded(n, total int) bool {
	switch {
	case s.None():
		return false
	case s.Percent:
		return n*100 > s.N*total
	}
	return n > s.N
}

// Caller is who the run signs in as for rows that name no user: a token, or a user and password.
type Caller struct {
	Token    account.Secret
	User     string
	Password account.Secret
	// Holder is the address of the token's person, empty if it has not been asked for.
	Holder string
}

// Empty reports whether neither token nor user is set.
func (c Caller) Empty() bool { return c.Token.Empty() && c.User == "" }

// Options are the policies, bounds and waits of a run. [Defaults] returns the values
// of a run without any flags.
type Options struct {
	Caller        Caller
	Owner         OwnerWay
	MaxPerOwner   int  // addresses of one owner; 0 is no bound
	AllowMismatch bool // owner and row need not fit

	OnExisting   Action // for an account this program did not make
	OnChanged    Action // for an account it made
	OnMissing    OnMissing
	RetryRefused bool // send refused passwords again even if unchanged
	MaxChanges   Share
	MaxMissing   Share // accounts switched off because no row names them; if unset, see DisableLimit
	MaxShrink    Share // rows that the file may lose from one run to the next, see Shrunk
	MaxFailures  Share

	Canary int         // rows that go first, one at a time; 0 is none
	Window pace.Window // part of the day in which requests are sent

	Workers    int           // requests in flight
	PerHost    int           // writes in flight per mail host
	Settle     time.Duration // time after a write before which "not there" is not believed
	PortalWait time.Duration // how long the portal may be in trouble
	HostWait   time.Duration // first rest of a mail host in trouble
	Grace      time.Duration // for requests in flight when the run stops
	Recheck    time.Duration // look again at accounts not seen for this long; 0 is never
	Waits      Waits
}

// Waits are the waits between two attempts. They follow from the behaviour of portals
// and mail servers and are not configurable: [Defaults] has those for real servers,
// tests use shorter ones.
type Waits struct {
	Later    time.Duration   // before a write that a mail server postponed is repeated
	SignIn   time.Duration   // before another sign-in of a person whom the portal has blocked or whose sign-ins did not succeed
	LookUps  []time.Duration // between the look-ups for a write in doubt; the last one repeats
	Portal   pace.Growing    // between two polls of a portal in trouble
	Removal  pace.Growing    // between two questions for the progress of a removal
	Removals time.Duration   // while the portal removes another account of the same person
}

// LookUp returns the wait after done look-ups. LookUps must not be empty.
func (w *Waits) LookUp(done int) time.Duration {
	return w.LookUps[min(done, len(w.LookUps)-1)]
}

// Defaults returns options that put little load on the portal. A portal can handle
// four to eight requests at a time: each create call blocks one of its threads while
// it logs in to two mail servers.
func Defaults() Options {
	return Options{
		Owner:       OwnerAuto,
		MaxPerOwner: 5,
		OnExisting:  Skip,
		OnChanged:   Update,
		OnMissing:   MissingReport,
		Workers:     4,
		PerHost:     2,
		Settle:      10 * time.Minute,
		PortalWait:  30 * time.Minute,
		HostWait:    5 * time.Minute,
		Grace:       25 * time.Second,
		Waits: Waits{
			Later:    time.Minute,
			SignIn:   65 * time.Second,
			LookUps:  []time.Duration{time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute},
			Portal:   pace.Growing{First: time.Second, Longest: 30 * time.Second},
			Removal:  pace.Growing{First: 200 * time.Millisecond, Longest: 5 * time.Second},
			Removals: 3 * time.Second,
		},
	}
}

// DisableLimit returns how many accounts one run may switch off: MaxMissing, else
// MaxChanges, else 10 accounts or 10 percent of rows, whichever is more, so that a file
// cut in half is over it. Unless MaxMissing is set, updates count as well.
func (o *Options) DisableLimit(rows int) int {
	const usual, usualPercent = 10, 10
	bound := o.MaxMissing
	if bound.None() {
		bound = o.MaxChanges
	}
	switch {
	case bound.None():
		return max(usual, rows*usualPercent/100)
	case bound.Percent:
		return rows * bound.N / 100
	}
	return bound.N
}

// Shrunk reports whether a file that had before rows the last time has lost too many
// of them. The default bound is 2 rows or 20 percent, whichever is more: two people
// may leave even a small office in one night.
func (o *Options) Shrunk(before, now int) bool {
	const usual, usualPercent = 2, 20
	lost := before - now
	if o.MaxShrink.None() {
		return lost > max(usual, before*usualPercent/100)
	}
	return o.MaxShrink.Exceeded(lost, before)
}
