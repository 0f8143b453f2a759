// Package policy is what the caller of a run decides: as whom accounts are made,
// what becomes of those that are there, how much may be done, and how patient the
// run is. The configuration and the engine both read it.
package policy

import (
	"time"

	"r7import/importer/account"
	"r7import/importer/pace"
)

// OwnerWay says as whom a row's account is made.
type OwnerWay string

const (
	OwnerAuto        OwnerWay = "auto"        // column where the file has portal_user with a password or token column, else self
	OwnerSelf        OwnerWay = "self"        // whoever the run signs in as
	OwnerColumn      OwnerWay = "column"      // the row's own portal_user
	OwnerImpersonate OwnerWay = "impersonate" // an administrator acting as the row's portal_user
)

// Action says what to do with an account that is there and differs from the row.
type Action string

const (
	Skip   Action = "skip"
	Update Action = "update"
	Fail   Action = "fail"
)

// OnMissing says what becomes of accounts that runs of a file made and that no
// row of it names any more. The zero value does not look for them: a part of a
// file tells nothing about the rest.
type OnMissing string

const (
	MissingReport  OnMissing = "report"  // they are listed
	MissingDisable OnMissing = "disable" // they are switched off as well
)

// Share is a bound given as a number of rows or as a percentage of them; the
// zero value is no bound.
type Share struct {
	N       int
	Percent bool
}

// None reports whether there is no bound.
func (s Share) None() bool { return s == Share{} }

// Exceeded reports whether n of total is over the bound.
func (s Share) Exceeded(n, total int) bool {
	switch {
	case s.None():
		return false
	case s.Percent:
		return n*100 > s.N*total
	}
	return n > s.N
}

// Caller is who the run signs in as where a row names nobody: a ready token, or a user and password.
type Caller struct {
	Token    account.Secret
	User     string
	Password account.Secret
	// Holder is the address of whom the token belongs to, empty if nobody has asked.
	Holder string
}

// Empty reports whether there is nobody to sign in as.
func (c Caller) Empty() bool { return c.Token.Empty() && c.User == "" }

// Options are the policies and the patience of a run. [Defaults] gives the
// gentle values a person gets who says nothing.
type Options struct {
	Caller        Caller
	Owner         OwnerWay
	MaxPerOwner   int  // addresses under one owner; 0 is no bound
	AllowMismatch bool // owner and row need not fit

	OnExisting   Action // an account this tool did not make
	OnChanged    Action // one it made
	OnMissing    OnMissing
	RetryRefused bool // send refused passwords again though they have not changed
	MaxChanges   Share
	MaxMissing   Share // accounts switched off because no row names them; without one, see DisableLimit
	MaxShrink    Share // rows that a file may have lost since the run before, see Shrunk
	MaxFailures  Share

	Canary int         // rows that go first, one at a time, before the others follow; 0 is none
	Window pace.Window // part of the day in which requests are sent

	Workers    int           // requests in flight
	PerHost    int           // writes in flight per mail host
	Settle     time.Duration // how long after a write "not there" is not believed
	PortalWait time.Duration // how long the portal may stay away
	HostWait   time.Duration // first pause of a mail host in trouble
	Grace      time.Duration // for requests in flight when the run stops
	Recheck    time.Duration // look again at accounts last seen longer ago; 0 is never
	Waits      Waits
}

// Waits are the distances between two attempts at one thing. How portals and mail
// servers behave gives them, and nobody need choose them: [Defaults] has those for
// real ones, and tests have shorter ones.
type Waits struct {
	Later    time.Duration   // between two writes a mail server wanted later
	SignIn   time.Duration   // before another sign-in of a person the portal has blocked, or whose sign-ins found no answer
	LookUps  []time.Duration // between the look-ups for a write in doubt; the last one repeats
	Portal   pace.Growing    // between two questions whether a portal in trouble is back
	Removal  pace.Growing    // between two questions how far a removal is
	Removals time.Duration   // while the portal removes another account of the same person
}

// LookUp returns the wait after a number of look-ups.
func (w *Waits) LookUp(done int) time.Duration {
	return w.LookUps[min(done, len(w.LookUps)-1)]
}

// Defaults returns the gentle options of a run nobody has tuned. A portal bears
// four to eight requests at a time: each create call blocks one of its threads
// while it logs in to two mail servers.
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

// DisableLimit is how many accounts one run may switch off, and, unless there is a
// bound for these alone, update. Where nobody has set a bound, it is one that a file
// cut in half does not pass.
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

// Shrunk reports whether a file that had before rows the last time has lost more of
// them than is likely. Where nobody has set a bound, that is a fifth, and more than
// the two who may leave the smallest office in one night.
func (o *Options) Shrunk(before, now int) bool {
	const usual, usualPercent = 2, 20
	lost := before - now
	if o.MaxShrink.None() {
		return lost > max(usual, before*usualPercent/100)
	}
	return o.MaxShrink.Exceeded(lost, before)
}
