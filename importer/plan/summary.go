package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"r7import/importer/account"
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
	DisableLimit int // if a run would switch off and update more than so many accounts, it switches off none
}

// seen takes in when an account that is taken for done was last seen.
func (s *Summary) seen(at time.Time) {
	if s.SeenFrom.IsZero() || at.Before(s.SeenFrom) {
		s.SeenFrom = at
	}
	if at.After(s.SeenTo) {
		s.SeenTo = at
	}
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

// tally counts what the plan shows of the valid rows.
type tally struct {
	host map[HostUse]int
	fill [account.NumFields][account.FromRule + 1]int
}

func newTally() *tally { return &tally{host: make(map[HostUse]int)} }

func (t *tally) add(row *account.Row) {
	in, out := row.Settings.Incoming, row.Settings.Outgoing
	t.host[HostUse{Side: diagnosis.Incoming, Host: in.Host, Port: in.Port}]++
	t.host[HostUse{Side: diagnosis.Outgoing, Host: out.Host, Port: out.Port}]++
	for f, origin := range row.Fills {
		t.fill[f][origin]++
	}
}

func (t *tally) hosts() []HostUse {
	uses := make([]HostUse, 0, len(t.host))
	for use, rows := range maps.All(t.host) {
		use.Rows = rows
		uses = append(uses, use)
	}
	slices.SortFunc(uses, func(a, b HostUse) int {
		return cmp.Or(strings.Compare(string(a.Side), string(b.Side)), b.Rows-a.Rows, strings.Compare(a.Host, b.Host), a.Port-b.Port)
	})
	return uses
}

func (t *tally) fills() []FillUse {
	var uses []FillUse
	for f := range account.NumRequestFields {
		for origin := account.FromMapping; origin <= account.FromRule; origin++ {
			if rows := t.fill[f][origin]; rows > 0 {
				uses = append(uses, FillUse{Field: f.String(), Origin: origin.String(), Rows: rows})
			}
		}
	}
	return uses
}
