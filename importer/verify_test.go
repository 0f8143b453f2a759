package importer_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

// verify looks at the accounts of the rows.
func (w *world) verify(rows [][]string) (importer.Verification, []journal.Entry) {
	w.t.Helper()
	w.write(rows)
	scratch := w.open()
	im := w.importer(w.t.Context(), scratch)
	plan, err := im.Prepare(w.t.Context(), journal.KindVerify)
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := im.Verify(w.t.Context(), plan)
	if err != nil {
		w.t.Fatal(err)
	}
	if v.Stopped != nil {
		w.t.Fatalf("stopped: %v", v.Stopped)
	}
	return v, entries(w.t, scratch, v.Run.ID)
}

// as returns what a person of the portal can do there by hand.
func (w *world) as(address string) *portal.Session {
	w.t.Helper()
	client, err := portal.New(portal.Options{URL: w.server.URL})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(client.Close)
	token, answer := client.SignIn(w.t.Context(), address, account.NewSecret("portal-secret"))
	if answer.Fate != diagnosis.Done {
		w.t.Fatalf("SignIn %s: %+v", address, answer)
	}
	return client.Session(token.Secret)
}

// replace lets somebody remove their account in the portal and set it up anew.
func (w *world) replace(address string) {
	w.t.Helper()
	session := w.as(address)
	if _, answer := session.Remove(w.t.Context(), address); answer.Fate != diagnosis.Done {
		w.t.Fatalf("Remove %s: %+v", address, answer)
	}
	for there := true; there; time.Sleep(time.Millisecond) {
		_, there, _ = session.Find(w.t.Context(), address)
	}
	err := w.sim.Put(portalsim.Account{Owner: address, Address: address, Name: "Ivan Petrov 1", Security: 1, Auth: 1, Restrict: true, SMTPSecurity: 1, SMTPAuth: 1})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestVerify(t *testing.T) {
	w := newWorld(t, portalsim.Options{Version: "12.6.0"})
	first, _ := w.run(people(6))
	second, _ := w.run([][]string{person(7)})
	for _, n := range []int{2, 3} {
		if err := w.sim.SwitchOff(person(n)[1], person(n)[1]); err != nil {
			t.Fatal(err)
		}
	}
	rows := people(9)
	rows[0] = with(rows[0], "name", "Somebody Else")
	rows[3] = with(rows[3], "password", "another") // cannot be read back
	rows[8] = with(rows[8], "port", "no number")
	before := w.sim.Stats()
	got, entries := w.verify(rows)
	w.want(entries,
		"2 changed ACCOUNT_CHANGED",
		"3 unchanged MAILBOX_DISABLED",
		"4 unchanged MAILBOX_DISABLED",
		"5 unchanged", "6 unchanged", "7 unchanged", "8 unchanged",
		"9 missing ACCOUNT_MISSING",
		"10 invalid PORT_SYNTAX")
	want := importer.Verified{Rows: 9, Invalid: 1, Wanted: 8, Present: 7, Equal: 6, Changed: 1, Missing: 1, Syncing: 5, Disabled: 2, AuthError: 2}
	if diff := cmp.Diff(want, got.Counts); diff != "" {
		t.Errorf("counts: want -, got +\n%s", diff)
	}
	runs := slices.Sorted(slices.Values([]string{first.Run.ID, second.Run.ID})) // both may have begun within one second
	if diff := cmp.Diff(runs, got.Runs); diff != "" {
		t.Errorf("runs: want -, got +\n%s", diff)
	}
	if got.Version != "12.6.0" {
		t.Errorf("version %q", got.Version)
	}
	after := w.sim.Stats()
	if after.Created != before.Created || after.Updated != before.Updated || after.MostWrites != before.MostWrites {
		t.Errorf("something was written: %+v", after)
	}
}

func TestVerifyReadsOneListForAllRowsOfAnOwner(t *testing.T) {
	w := newWorld(t, portalsim.Options{Tokens: map[string]string{"the-token": "user001@example.org"}})
	w.header = header[:7]
	w.adjust = func(o *policy.Options) {
		o.Caller.Token, o.MaxPerOwner, o.Owner = account.NewSecret("the-token"), 0, policy.OwnerSelf
	}
	rows := ownerless(15)
	w.run(rows)
	before := len(w.sim.Requests())
	got, _ := w.verify(rows)
	if got.Counts.Equal != 15 || !got.Counts.Agrees() {
		t.Errorf("counts: %+v", got.Counts)
	}
	lists := 0
	for _, r := range w.sim.Requests()[before:] {
		if r.Path == "/api/2.0/mail/accounts.json" {
			lists++
		}
	}
	if lists != 1 {
		t.Errorf("the list was read %d times, want once", lists)
	}
}

func TestVerifyForeignAccounts(t *testing.T) {
	t.Parallel()
	there := portalsim.Account{Owner: "user001@example.org", Address: "user001@example.org", Name: "Ivan Petrov 1", Security: 1, Auth: 1,
		SMTPSecurity: 1, SMTPAuth: 1} // the whole history, which the row does not speak of
	hosted, alias := there, there
	hosted.Hosted = true
	alias.Address, alias.Aliases = "other@example.org", []string{"user001@example.org"}
	for _, tc := range []struct {
		name  string
		there portalsim.Account
		want  string
	}{
		{"as asked", there, "2 exists"},
		{"of the portal's own server", hosted, "2 changed ACCOUNT_PROTECTED"},
		{"an alias", alias, "2 changed ACCOUNT_PROTECTED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, portalsim.Options{Accounts: []portalsim.Account{tc.there}})
			_, got := w.verify(people(1))
			w.want(got, tc.want)
		})
	}
}

func TestVerifySeesAnAccountMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{})
	w.run(people(2))
	w.replace(person(1)[1])
	_, got := w.verify(people(2))
	w.want(got, "2 exists ACCOUNT_REPLACED", "3 unchanged")
}

func TestVerifyWithoutALoginForOutgoingMail(t *testing.T) {
	w := newWorld(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Side: portalsim.SMTP, Do: portalsim.NoAuth}}})
	w.header = append(slices.Clone(header), "smtp_auth")
	rows := [][]string{append(person(1), "no")}
	w.run(rows)
	_, got := w.verify(rows)
	w.want(got, "2 unchanged")
}

func TestVerifyRowsInDoubt(t *testing.T) {
	t.Parallel()
	made, _ := doubtful(t, true)
	_, got := made.verify(people(1))
	made.want(got, "2 exists")
	never, _ := doubtful(t, false)
	_, got = never.verify(people(1))
	never.want(got, "2 unknown OUTCOME_UNKNOWN")
}
