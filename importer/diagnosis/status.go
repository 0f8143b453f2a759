package diagnosis

import "slices"

// Status is the state a row is in when the run ends.
type Status string

const (
	Invalid   Status = "invalid"   // the row has errors; nothing was sent for it
	Created   Status = "created"   // the account was made
	Updated   Status = "updated"   // the account was there and now agrees with the row
	Exists    Status = "exists"    // the account was there before us and was left alone
	Unchanged Status = "unchanged" // made by an earlier run and equal
	Changed   Status = "changed"   // there, different, left alone by policy
	Held      Status = "held"      // waits for a person's decision
	Failed    Status = "failed"    // the portal or a mail server declined it
	Unknown   Status = "unknown"   // sent, and nobody knows what became of it
	NotTried  Status = "not_tried" // nothing was sent for it

	Valid        Status = "valid"         // offline dry run: no errors
	WouldCreate  Status = "would_create"  // online dry run
	WouldUpdate  Status = "would_update"  // online dry run
	WouldDisable Status = "would_disable" // online dry run

	LoginOK Status = "login_ok" // preflight: both mail servers let the account in

	Missing  Status = "missing"  // verify: the file asks for it and it is not there
	Removed  Status = "removed"  // undo: the account is gone
	Disabled Status = "disabled" // the account is there and the portal no longer fetches its mail
	Kept     Status = "kept"     // undo: not made by the run in question, and left alone
)

var (
	desired = []Status{
		Created, WouldCreate, Updated, WouldUpdate, Removed, Disabled, WouldDisable, Valid, LoginOK, Unchanged, Exists, Kept,
	}
	declined = []Status{Changed, Missing, Held, Invalid, Failed}
	open     = []Status{Unknown, NotTried}

	// Statuses lists all statuses in the order summaries show them.
	Statuses = slices.Concat(desired, declined, open)
)

// Desired reports whether a row in this state needs nothing more.
func (s Status) Desired() bool { return slices.Contains(desired, s) }

// Declined reports whether a row in this state needs a person: its data, its
// password or a policy has to change before another run can help.
func (s Status) Declined() bool { return slices.Contains(declined, s) }

// Open reports whether running the same command again is what a row in this state needs.
func (s Status) Open() bool { return slices.Contains(open, s) }

// Fate is what becomes of a request, told from the portal's answer or from the lack of one.
type Fate uint8

const (
	Undecided  Fate = iota // no answer at all: the code is not about a request
	Done                   // a 201 or 200 with what the contract promises
	Final                  // an answer for this row that would come again
	Later                  // a refusal that may pass: at most twice more, a minute apart
	TurnedAway             // the portal did not read the request
	Unclear                // the account may have been created: look before anything else
	EndsOwner              // stops the rows of this owner
	EndsRun                // stops the run
	NotSent                // the request never left: cancelled before its turn, or no connection could be made
)

// String returns the name a log or a test shows.
func (f Fate) String() string {
	names := [...]string{"undecided", "done", "final", "later", "turned away", "unclear", "ends owner", "ends run", "not sent"}
	if int(f) < len(names) {
		return names[f]
	}
	return "unknown fate"
}
