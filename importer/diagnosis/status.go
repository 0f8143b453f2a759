package diagnosis

import "slices"

// Status is the state a row is in when the run ends.
type Status string

const (
	Invalid   Status = "invalid"   // the row has errors; nothing was sent for it
	Created   Status = "created"   // the account was created
	Updated   Status = "updated"   // the account existed and now agrees with the row
	Exists    Status = "exists"    // the account existed before this program's runs and was not changed
	Unchanged Status = "unchanged" // the account was created by an earlier run and agrees with the row
	Changed   Status = "changed"   // the account differs from the row and was not changed, by policy
	Held      Status = "held"      // waits for a person's decision
	Failed    Status = "failed"    // the portal or a mail server declined it
	Unknown   Status = "unknown"   // a request was sent and its outcome is not known
	NotTried  Status = "not_tried" // nothing was sent for it

	Valid        Status = "valid"         // offline dry run: no errors
	WouldCreate  Status = "would_create"  // online dry run
	WouldUpdate  Status = "would_update"  // online dry run
	WouldDisable Status = "would_disable" // online dry run

	LoginOK Status = "login_ok" // preflight: both mail servers accepted the login

	Missing  Status = "missing"  // verify: the account in the file does not exist
	Removed  Status = "removed"  // undo: the account was removed
	Disabled Status = "disabled" // the account exists, but the portal no longer fetches its mail
	Kept     Status = "kept"     // undo: the account was not created by the run in question, and was not changed
)

var (
	desired = []Status{
		Created, WouldCreate, Updated, WouldUpdate, Removed, Disabled, WouldDisable, Valid, LoginOK, Unchanged, Exists, Kept,
	}
	declined = []Status{Changed, Missing, Held, Invalid, Failed}
	open     = []Status{Unknown, NotTried}

	// Statuses lists all statuses in the order of summaries.
	Statuses = slices.Concat(desired, declined, open)
)

// Desired reports whether a row in this state needs nothing more.
func (s Status) Desired() bool { return slices.Contains(desired, s) }

// Declined reports whether a row in this state needs a person: another run does not
// help until its data, its password or a policy is changed.
func (s Status) Declined() bool { return slices.Contains(declined, s) }

// Open reports whether a row in this state needs another run of the same command.
func (s Status) Open() bool { return slices.Contains(open, s) }

// Fate is what follows from the portal's answer to a request, or from the lack of one.
type Fate uint8

const (
	Undecided  Fate = iota // the code is not about a request
	Done                   // 201 or 200 with the value that the API promises
	Final                  // a failure that a repeated request would get too
	Later                  // a refusal that may pass: the request is repeated at most twice, a minute apart
	TurnedAway             // the portal did not read the request
	Unclear                // the request may have taken effect: look up the account first
	EndsOwner              // stops the rows of this owner
	EndsRun                // stops the run
	NotSent                // the request never left: cancelled before its turn, or no connection could be made
)

// String returns the name used in logs and tests.
func (f Fate) String() string {
	names := [...]string{"undecided", "done", "final", "later", "turned away", "unclear", "ends owner", "ends run", "not sent"}
	if int(f) < len(names) {
		return names[f]
	}
	return "unknown fate"
}
