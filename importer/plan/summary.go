package plan

import (
	"time"

	"r7import/importer/diagnosis"
)

// Summary is the result of one reading of the file, for display.
type Summary struct {
	Rows      int // rows that were asked for
	InFile    int // rows in the file, asked for or not
	Invalid   int // rows with errors, which are not sent
	Warned    int // valid rows with warnings
	OverLimit int // valid rows whose owner has more addresses than --max-per-owner
	Nobody    int // valid rows without a way to sign in: neither the row nor the run has credentials for them
	Settled   int // valid rows that an earlier run has done and that have not changed
	// SeenFrom and SeenTo are the earliest and the latest time at which a settled account was last seen.
	SeenFrom, SeenTo time.Time

	Refused int // valid rows whose login a mail server has refused and that have not changed
	Owners  int // owners of the valid rows
	// The fields below count valid rows that are neither settled nor refused. People and
	// RowsBy of a dry run include settled rows if it looks at them.
	People       SignIns // owners by the way the run signs in as them
	RowsBy       SignIns // rows by the same ways
	LastDays     int     // rows that fetch only 30 days of mail
	WholeHistory int     // rows that fetch all mail
	Hosts        []HostUse
	Fills        []FillUse

	// Missing are the accounts that runs of this file made and that no row names any more, sorted by address.
	Missing []Missing
	// Unreadable is the number of rows without a readable address, if these rows leave
	// open whether accounts are missing. Then Missing is empty.
	Unreadable   int
	ToDisable    int // missing accounts that may be switched off, after another look
	DisableLimit int // a run that would switch off and update more accounts than this switches off none
}

// ToSend returns the most rows that may be sent.
func (s *Summary) ToSend() int {
	return s.Rows - s.Invalid - s.OverLimit - s.Nobody - s.Settled - s.Refused
}

// SignIns counts rows, or their owners, by the way the run signs in as the owners.
type SignIns struct {
	Caller int `json:"caller"` // the person the run signs in as
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

// HostUse is a mail server as rows name it, with the number of these rows.
type HostUse struct {
	Side diagnosis.Side `json:"side"`
	Host string         `json:"host"`
	Port int            `json:"port"`
	Rows int            `json:"rows"`
}

// FillUse is a field that no cell gave, with the origin of its values and the number of rows.
type FillUse struct {
	Field  string `json:"field"`
	Origin string `json:"origin"`
	Rows   int    `json:"rows"`
}
