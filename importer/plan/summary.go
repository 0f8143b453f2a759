package plan

import (
	"time"

	"r7import/importer/diagnosis"
)

// Summary is what one reading of the file found, as a person is shown it.
type Summary struct {
	Rows      int // all of them that were asked for
	InFile    int // all of them in the file, asked for or not
	Invalid   int // with errors: they will not be sent
	Warned    int // valid ones with warnings
	OverLimit int // valid ones whose owner has more addresses than --max-per-owner
	Nobody    int // valid ones whose owner cannot be signed in as: they name nobody, and the run signs in as nobody
	Settled   int // valid ones that an earlier run has done and that ask for the same
	// SeenFrom and SeenTo are when the first and the last of those settled were last seen in the portal.
	SeenFrom, SeenTo time.Time

	Refused int // valid ones whose login a mail server has refused before, and that ask for the same
	Owners  int // different owners of the valid rows
	// What follows is about the valid rows that are neither settled nor refused; the
	// people of a dry run, which looks at settled rows as well, are those of all it looks at.
	People       SignIns // their owners by the way the run becomes them
	RowsBy       SignIns // the rows by the same
	LastDays     int     // rows that fetch 30 days only
	WholeHistory int     // rows that fetch everything
	Hosts        []HostUse
	Fills        []FillUse

	// Missing are the accounts that runs of this file made and that no row names any more, by address.
	Missing []Missing
	// Unreadable is how many rows have no address that could be read, where that
	// leaves open whether accounts are missing: then none is said to be.
	Unreadable   int
	ToDisable    int // of those missing: they may be switched off, after one more look
	DisableLimit int // if a run would switch off and update more accounts than this, it switches off none
}

// ToSend returns how many rows may be sent at the most.
func (s *Summary) ToSend() int {
	return s.Rows - s.Invalid - s.OverLimit - s.Nobody - s.Settled - s.Refused
}

// SignIns counts rows, or the people they are for, by the way the run becomes those people.
type SignIns struct {
	Caller int `json:"caller"` // whoever the run signs in as
	Own    int `json:"own"`    // by the row's own password or token
	Acting int `json:"acting"` // an administrator acts as them
}

func (s *SignIns) count(by Via) {
	switch by {
	case ByCaller:
		s.Caller++
	case ByOwn:
		s.Own++
	case ByActing:
		s.Acting++
	}
}

// HostUse is a mail server as the rows name it, with how many of them do.
type HostUse struct {
	Side diagnosis.Side `json:"side"`
	Host string         `json:"host"`
	Port int            `json:"port"`
	Rows int            `json:"rows"`
}

// FillUse is a field that no cell gave, where its values came from, and in how many rows.
type FillUse struct {
	Field  string `json:"field"`
	Origin string `json:"origin"`
	Rows   int    `json:"rows"`
}
