package plan_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
)

// FuzzReadSaved reads whatever a file may hold: a plan comes back as it was written, and
// all else is a problem.
func FuzzReadSaved(f *testing.F) {
	var whole bytes.Buffer
	saved := &plan.Saved{ID: "20261126-013000-k3f", Portal: "https://portal.example.org", Changes: []plan.Change{{Row: 2, Email: "anna@example.org", Status: diagnosis.WouldCreate}}}
	if err := saved.Encode(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:whole.Len()-5])
	f.Add(bytes.SplitAfter(whole.Bytes(), []byte("\n"))[0])
	f.Add([]byte(`{"schema":"r7import.plan/1"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := plan.ReadSaved(bytes.NewReader(text))
		var problem *diagnosis.Problem
		if err != nil {
			if !errors.As(err, &problem) || problem.Code != diagnosis.PlanForm {
				t.Errorf("ReadSaved: %v", err)
			}
			return
		}
		var again bytes.Buffer
		if err := read.Encode(&again); err != nil {
			return // a time that JSON cannot hold
		}
		twice, err := plan.ReadSaved(&again)
		if err != nil {
			t.Fatalf("ReadSaved of what was read: %v", err)
		}
		if diff := cmp.Diff(read, twice); diff != "" {
			t.Errorf("read twice: %s", diff)
		}
	})
}

// A change is the same as long as nothing that can be shown differs.
func TestConsent(t *testing.T) {
	settings := account.Settings{Email: "anna@example.org", Incoming: account.Server{Host: "imap.example.org", Port: 993}}
	sign := func(c *plan.Consent, adjust func(*plan.Change, *account.Settings), mailbox int64) plan.Change {
		change, s := plan.Change{Row: 2, Email: "anna@example.org", OwnerID: "id-1", Status: diagnosis.WouldUpdate, Fields: "server"}, settings
		adjust(&change, &s)
		c.Sign(&change, mailbox, &settings, &s)
		return change
	}
	same := func(*plan.Change, *account.Settings) {}
	proposal := plan.NewConsent(nil)
	proposal.Await(sign(proposal, same, 7))
	saved := new(plan.Saved)
	proposal.Waiting(saved)
	consent := plan.NewConsent(saved)
	for _, tc := range []struct {
		name    string
		adjust  func(*plan.Change, *account.Settings)
		mailbox int64
		want    diagnosis.Code
	}{
		{"the same", same, 7, ""},
		{"another row number", func(c *plan.Change, _ *account.Settings) { c.Row = 9 }, 7, ""},
		{"the address in capitals", func(c *plan.Change, _ *account.Settings) { c.Email = "ANNA@example.org" }, 7, ""},
		{"another password", func(_ *plan.Change, s *account.Settings) { s.Incoming.Password = account.NewSecret("other") }, 7, ""},
		{"another server", func(_ *plan.Change, s *account.Settings) { s.Incoming.Host = "imap.example.com" }, 7, diagnosis.PlanStale},
		{"the password as well", func(c *plan.Change, _ *account.Settings) { c.Fields = "server, password" }, 7, diagnosis.PlanStale},
		{"another mailbox", same, 8, diagnosis.PlanStale},
		{"something else is done", func(c *plan.Change, _ *account.Settings) { c.Status = diagnosis.WouldDisable }, 7, diagnosis.PlanStale},
		{"another owner", func(c *plan.Change, _ *account.Settings) { c.OwnerID = "id-2" }, 7, diagnosis.PlanNew},
	} {
		change := sign(consent, tc.adjust, tc.mailbox)
		var got diagnosis.Code
		if problem := consent.Bars(&change); problem != nil {
			got = problem.Code
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
