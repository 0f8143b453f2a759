package portal_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

func ivansPortal(t *testing.T, o portalsim.Options) (*portal.Session, *portalsim.Portal) {
	t.Helper()
	client, sim := simulated(t, withIvan(o))
	return client.Session(account.NewSecret(ivanToken)), sim
}

func put(t *testing.T, sim *portalsim.Portal, a portalsim.Account) {
	t.Helper()
	a.Owner = ivan
	if err := sim.Put(a); err != nil {
		t.Fatal(err)
	}
}

func TestAccounts(t *testing.T) {
	nobody, _ := ivansPortal(t, portalsim.Options{})
	if list, answer := nobody.Accounts(t.Context()); answer.Fate != diagnosis.Done || len(list) != 0 {
		t.Fatalf("Accounts of nobody = %v, %+v", list, answer)
	}
	session, sim := ivansPortal(t, portalsim.Options{})
	put(t, sim, portalsim.Account{Address: "hosted@example.org", Name: "Hosted", Hosted: true, Aliases: []string{"alias@example.org"}, Groups: []string{"group@example.org"}})
	put(t, sim, portalsim.Account{Address: "oauth@example.org", OAuth: true, Disabled: true, AuthError: true, QuotaError: true})
	got, answer := session.Accounts(t.Context())
	if answer.Fate != diagnosis.Done {
		t.Fatalf("Accounts = %+v", answer)
	}
	want := []account.Mailbox{
		{ID: 1, Address: "hosted@example.org", Name: "Hosted", Enabled: true, Hosted: true},
		{ID: 1, Address: "alias@example.org", Name: "Hosted", Enabled: true, Hosted: true, Alias: true},
		{ID: 1, Address: "group@example.org", Enabled: true, Hosted: true, Group: true},
		{ID: 2, Address: "oauth@example.org", OAuth: true, AuthError: true, QuotaError: true},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(account.Secret{})); diff != "" {
		t.Errorf("Accounts, want - got +\n%s", diff)
	}
}

func TestManyAccountsTakeSeveralPages(t *testing.T) {
	for _, n := range []int{199, 200, 201, 1234} {
		session, sim := ivansPortal(t, portalsim.Options{})
		for i := range n {
			put(t, sim, portalsim.Account{Address: fmt.Sprintf("a%04d@example.org", i)})
		}
		got, answer := session.Accounts(t.Context())
		addresses := make(map[string]bool, n)
		for _, m := range got {
			addresses[m.Address] = true
		}
		if answer.Fate != diagnosis.Done || len(got) != n || len(addresses) != n {
			t.Errorf("Accounts of %d = %d of %d addresses, %v", n, len(got), len(addresses), answer.Fate)
		}
	}
}

func TestFindSaysNoOnlyInItsOwnWords(t *testing.T) {
	for _, tc := range []struct {
		name    string
		status  int
		message string
		says    bool
	}{
		{"its own words", 500, "Account wasn't found by email: ivan@example.org", true},
		{"the same words with another status", 404, "Account wasn't found by email: ivan@example.org", false},
		{"other words", 500, "Object reference not set to an instance of an object", false},
		{"generic", 500, "Some unexpected error has occurred. Please try again later.", false},
		{"not found of another kind", 404, "Item not found", false},
		{"two rows", 403, "Sequence contains more than one element", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			session, _ := ivansPortal(t, faulty(portalsim.Fault{Path: "mail/accounts/single", Do: portalsim.Envelope, Status: tc.status, Text: tc.message}))
			_, found, answer := session.Find(t.Context(), ivan)
			if found || (answer.Fate == diagnosis.Done) != tc.says {
				t.Errorf("Find answered with %d %q = %v, %s, %v, want it to say no: %v", tc.status, tc.message, found, answer.Code, answer.Fate, tc.says)
			}
		})
	}
}

func TestPoisonedAddress(t *testing.T) {
	session, sim := ivansPortal(t, portalsim.Options{})
	put(t, sim, portalsim.Account{Address: ivan})
	put(t, sim, portalsim.Account{Address: ivan})
	_, found, find := session.Find(t.Context(), ivan)
	_, remove := session.Remove(t.Context(), ivan)
	enable := session.SetEnabled(t.Context(), ivan, true)
	for name, got := range map[string]portal.Answer{"Find": find, "Remove": remove, "SetEnabled": enable} {
		if got.Code != diagnosis.DuplicateMailbox || got.Fate != diagnosis.Final || found {
			t.Errorf("%s of an address that is there twice = %s, %v, want %s, final", name, got.Code, got.Fate, diagnosis.DuplicateMailbox)
		}
	}
	if got := session.Create(t.Context(), settings(ivan), nil); got.Code != diagnosis.PortalGeneric {
		t.Errorf("Create of it = %s, want %s", got.Code, diagnosis.PortalGeneric)
	}
}

func TestUpdateAndEnable(t *testing.T) {
	session, sim := ivansPortal(t, portalsim.Options{})
	session.Create(t.Context(), settings(ivan), nil)
	if err := sim.SwitchOff(ivan, ivan); err != nil {
		t.Fatal(err)
	}
	m, _, _ := session.Find(t.Context(), ivan)
	m.Settings.Outgoing.Port, m.Settings.Outgoing.Encryption = 587, account.StartTLS
	called := false
	updated := session.Update(t.Context(), &m.Settings, func() error { called = true; return nil })
	if updated.Fate != diagnosis.Done || updated.Mailbox.ID != m.ID || updated.Mailbox.Enabled || !called {
		t.Fatalf("Update = %+v, ready called %v, want it done and the mailbox still off", updated, called)
	}
	if got := sim.Accounts()[0]; got.SMTPPort != 587 || got.Password != "imap-canary-2" || got.POP3 {
		t.Errorf("the portal has %+v, want the new port, the old password and IMAP", got)
	}
	enabled := session.SetEnabled(t.Context(), ivan, true)
	if enabled.Fate != diagnosis.Done || enabled.Mailbox.ID != m.ID || !enabled.Mailbox.Enabled {
		t.Errorf("SetEnabled = %+v", enabled)
	}
	if list, _ := session.Accounts(t.Context()); !list[0].Enabled || list[0].AuthError {
		t.Errorf("Accounts = %+v, want it enabled", list)
	}
	missing := session.SetEnabled(t.Context(), "nobody@example.org", false)
	if missing.Code != diagnosis.MailboxMissing || missing.Fate != diagnosis.Final {
		t.Errorf("SetEnabled of nobody = %s, %v", missing.Code, missing.Fate)
	}
	if got := session.Update(t.Context(), settings("nobody@example.org"), nil); got.Code != diagnosis.PortalGeneric {
		t.Errorf("Update of nobody = %s, want %s", got.Code, diagnosis.PortalGeneric)
	}
}

func TestRemove(t *testing.T) {
	session, sim := ivansPortal(t, portalsim.Options{RemoveTime: 60 * time.Millisecond})
	put(t, sim, portalsim.Account{Address: ivan})
	put(t, sim, portalsim.Account{Address: "second@example.org"})
	put(t, sim, portalsim.Account{Address: "hosted@example.org", Hosted: true})
	op, answer := session.Remove(t.Context(), ivan)
	if answer.Fate != diagnosis.Done || op.ID == "" || op.MailboxID != 1 {
		t.Fatalf("Remove = %+v, %+v", op, answer)
	}
	if _, second := session.Remove(t.Context(), "second@example.org"); second.Code != diagnosis.RemovalRunning || second.Fate != diagnosis.Later {
		t.Errorf("Remove of another meanwhile = %s, %v, want %s, later", second.Code, second.Fate, diagnosis.RemovalRunning)
	}
	if _, hosted := session.Remove(t.Context(), "hosted@example.org"); hosted.Code != diagnosis.MailboxHosted || hosted.Fate != diagnosis.Final {
		t.Errorf("Remove of a hosted mailbox = %s, %v, want %s, final", hosted.Code, hosted.Fate, diagnosis.MailboxHosted)
	}
	for began := time.Now(); !op.Completed; time.Sleep(5 * time.Millisecond) {
		if op, answer = session.Operation(t.Context(), op.ID); answer.Fate != diagnosis.Done || time.Since(began) > 5*time.Second {
			t.Fatalf("Operation = %+v, %+v", op, answer)
		}
	}
	if op.Percent != 100 || op.Error != "" {
		t.Errorf("the end of the removal = %+v", op)
	}
	forgotten, answer := session.Operation(t.Context(), op.ID)
	if answer.Fate != diagnosis.Done || !forgotten.Completed || forgotten.MailboxID != 0 || forgotten.ID != "" {
		t.Errorf("Operation once more = %+v, %v, want completed and nothing else", forgotten, answer.Fate)
	}
	if _, gone := session.Remove(t.Context(), ivan); gone.Code != diagnosis.MailboxMissing {
		t.Errorf("Remove once more = %s, want %s", gone.Code, diagnosis.MailboxMissing)
	}
}

func TestLostWritesAreUnclear(t *testing.T) {
	session, sim := ivansPortal(t, faulty(portalsim.Fault{Path: "mail/accounts*", Do: portalsim.Reset, Processed: true}))
	put(t, sim, portalsim.Account{Address: ivan})
	_, remove := session.Remove(t.Context(), ivan)
	answers := map[string]portal.Answer{"Create": session.Create(t.Context(), settings(ivan), nil), "Update": session.Update(t.Context(), settings(ivan), nil), "Remove": remove}
	for name, got := range answers {
		if got.Code != diagnosis.AnswerLost || got.Fate != diagnosis.Unclear {
			t.Errorf("%s whose answer is lost = %s, %v, want %s, unclear", name, got.Code, got.Fate, diagnosis.AnswerLost)
		}
	}
}

func TestCapabilitiesAndVersion(t *testing.T) {
	client, sim := simulated(t, portalsim.Options{LDAP: true, SSO: true, Version: "11.6"})
	got, answer := client.Capabilities(t.Context())
	if want := (portal.Capabilities{LDAP: true, SSO: true, SSOLabel: "Single Sign-on"}); answer.Fate != diagnosis.Done || got != want {
		t.Errorf("Capabilities = %+v, %+v, want %+v", got, answer, want)
	}
	if version, answer := client.Version(t.Context()); answer.Fate != diagnosis.Done || version != "11.6.0" {
		t.Errorf("Version = %q, %+v", version, answer)
	}
	if err := sim.SetState(portalsim.Restoring); err != nil {
		t.Fatal(err)
	}
	if _, answer := client.Capabilities(t.Context()); answer.Fate != diagnosis.Done {
		t.Errorf("Capabilities of a portal that is being restored = %+v, want it done", answer)
	}
	other := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"response":{"name":"another API"}}`)
	})
	if _, answer := other.Self(t.Context()); answer.Code != diagnosis.AnswerOdd {
		t.Errorf("Self at another API = %s, want %s", answer.Code, diagnosis.AnswerOdd)
	}
}

// signOutPortal knows the two calls that end a session, as 12.0 and later do: the
// number of the connection is read from the cookie.
func signOutPortal(t *testing.T, connection, ended string) (*portal.Session, *[]string) {
	t.Helper()
	var calls []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, _ := r.Cookie("asc_auth_key")
		calls = append(calls, fmt.Sprint(r.Method, " ", r.URL.Path, " cookie ", cookie != nil && cookie.Value == r.Header.Get("Authorization")))
		if r.Method == http.MethodGet {
			fmt.Fprintf(w, `{"status":0,"statusCode":200,"response":{"items":[{"id":7}],"loginEvent":%s}}`, connection)
			return
		}
		fmt.Fprintf(w, `{"status":0,"statusCode":200,"response":%s}`, ended)
	}))
	t.Cleanup(server.Close)
	return newClient(t, portal.Options{URL: server.URL}).Session(account.NewSecret("AbC+/=")), &calls
}

func TestSignOut(t *testing.T) {
	session, calls := signOutPortal(t, "7", "true")
	if answer := session.SignOut(t.Context()); answer.Fate != diagnosis.Done {
		t.Errorf("SignOut = %+v", answer)
	}
	want := []string{"GET /api/2.0/security/activeconnections.json cookie true", "PUT /api/2.0/security/activeconnections/logout/7 cookie false"}
	if diff := cmp.Diff(want, *calls); diff != "" {
		t.Errorf("calls, want - got +\n%s", diff)
	}
	for _, tc := range [][2]string{{"0", "true"}, {"7", "false"}, {"7", "null"}} {
		session, _ := signOutPortal(t, tc[0], tc[1])
		if answer := session.SignOut(t.Context()); answer.Code != diagnosis.SignOutAbsent || answer.Fate != diagnosis.Final {
			t.Errorf("SignOut answered with connection %s, ended %s = %s, %v, want %s", tc[0], tc[1], answer.Code, answer.Fate, diagnosis.SignOutAbsent)
		}
	}
	old, _ := ivansPortal(t, portalsim.Options{Version: "11.6"})
	if answer := old.SignOut(t.Context()); answer.Code != diagnosis.SignOutAbsent {
		t.Errorf("SignOut of an older portal = %s, want %s", answer.Code, diagnosis.SignOutAbsent)
	}
}
