package importer

import (
	"time"

	"r7import/importer/account"
)

// OwnerWay says as whom a row's account is made.
type OwnerWay string

const (
	OwnerAuto        OwnerWay = "auto"        // column where the file has portal_user with a password or token column, else self
	OwnerSelf        OwnerWay = "self"        // whoever the run signs in as
	OwnerColumn      OwnerWay = "column"      // the row's own portal_user
	OwnerImpersonate OwnerWay = "impersonate" // an administrator acting as the row's portal_user
)

// Policy says what to do with an account that is there and differs from the row.
type Policy string

const (
	Skip   Policy = "skip"
	Update Policy = "update"
	Fail   Policy = "fail"
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

	OnExisting   Policy // an account this tool did not make
	OnChanged    Policy // one it made
	OnMissing    OnMissing
	RetryRefused bool // send refused passwords again though they have not changed
	MaxChanges   Share
	MaxFailures  Share

	Canary int    // rows that go first, one at a time, before the others follow; 0 is none
	Window Window // part of the day in which requests are sent

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
	Portal   Growing         // between two questions whether a portal in trouble is back
	Probe    time.Duration   // after which a row looks whether the probe of its mail host is over
	Removal  Growing         // between two questions how far a removal is
	Removals time.Duration   // while the portal removes another account of the same person
}

// lookUp returns the wait after so many look-ups.
func (w *Waits) lookUp(done int) time.Duration {
	return w.LookUps[min(done, len(w.LookUps)-1)]
}

// Growing is a wait that doubles each time, up to the longest.
type Growing struct{ First, Longest time.Duration }

// after returns the wait that follows one; the first follows 0.
func (g Growing) after(wait time.Duration) time.Duration {
	return min(max(2*wait, g.First), g.Longest)
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
			Portal:   Growing{time.Second, 30 * time.Second},
			Probe:    5 * time.Second,
			Removal:  Growing{200 * time.Millisecond, 5 * time.Second},
			Removals: 3 * time.Second,
		},
	}
}
