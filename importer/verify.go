package importer

import (
	"context"
	"slices"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/provision"
)

// Verified counts what a verification found.
type Verified struct {
	Rows    int `json:"rows"`    // of the file
	Invalid int `json:"invalid"` // rows with errors, for which nothing was looked up
	Wanted  int `json:"wanted"`  // all others
	Present int `json:"present"` // wanted rows that have an account
	Equal   int `json:"equal"`   // accounts that are as the row asks, passwords aside
	Changed int `json:"changed"` // accounts that are not as the row asks
	Missing int `json:"missing"` // rows without an account
	Unseen  int `json:"unseen"`  // rows whose account could not be checked

	Syncing    int `json:"syncing"` // present accounts whose mail the portal fetches
	Disabled   int `json:"disabled"`
	AuthError  int `json:"auth_error"`
	QuotaError int `json:"quota_error"`
}

// Agrees reports whether every row has an account that is as the row asks.
func (v *Verified) Agrees() bool { return v.Rows > 0 && v.Equal == v.Rows }

func (v *Verified) count(e *journal.Entry) {
	v.Rows++
	switch e.Status {
	case diagnosis.Invalid:
		v.Invalid++
	case diagnosis.Unchanged, diagnosis.Exists:
		v.Equal++
	case diagnosis.Changed:
		v.Changed++
	case diagnosis.Missing:
		v.Missing++
	default:
		v.Unseen++
	}
	v.Wanted, v.Present = v.Rows-v.Invalid, v.Equal+v.Changed
	if there := []diagnosis.Status{diagnosis.Unchanged, diagnosis.Exists, diagnosis.Changed}; !slices.Contains(there, e.Status) {
		return
	}
	says := func(code diagnosis.Code) bool {
		return slices.ContainsFunc(e.Problems, func(p diagnosis.Problem) bool { return p.Code == code })
	}
	disabled, authError := says(diagnosis.MailboxDisabled) || says(diagnosis.AccountOff), says(diagnosis.MailboxAuthError)
	if disabled {
		v.Disabled++
	}
	if authError {
		v.AuthError++
	}
	if !disabled && !authError {
		v.Syncing++
	}
	if says(diagnosis.MailboxQuota) {
		v.QuotaError++
	}
}

// Verification is the result of [Importer.Verify].
type Verification struct {
	Result
	Counts Verified
	People []VerifiedPerson // in the order of the file
	Runs   []string         // ids of the runs that dealt with the accounts, the oldest first
}

// VerifiedPerson counts what was found for the accounts of one person.
type VerifiedPerson struct {
	Owner string `json:"owner"`          // as in a report; empty if the row has no owner
	Name  string `json:"name,omitempty"` // of the person's first account
	Verified
}

// Verify reads the account of every row from the portal, whatever the journal says
// of it, and changes nothing. Passwords cannot be read back and are not compared.
// The error comes from the machine or the store.
func (im *Importer) Verify(ctx context.Context, p *plan.Plan) (Verification, error) {
	var found Verification
	r, err := im.begin(ctx, p)
	if err != nil {
		return found, err
	}
	v := provision.Verification{Worker: r.worker}
	found.Result, err = r.through(ctx, kind{work: v.Row})
	found.Runs = v.Runs()
	if err != nil {
		return found, err
	}
	at := make(map[string]int) // in People, by owner
	for e, err := range im.Ledger.Entries(context.WithoutCancel(ctx), p.Run.ID) {
		if err != nil {
			return found, err
		}
		found.Counts.count(&e)
		who := strings.ToLower(e.Owner)
		i, known := at[who]
		if !known {
			i = len(found.People)
			at[who] = i
			found.People = append(found.People, VerifiedPerson{Owner: e.Owner, Name: e.Name})
		}
		found.People[i].count(&e)
	}
	return found, nil
}
