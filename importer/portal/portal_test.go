package portal_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// simulated starts a simulated portal and returns a client for it.
func simulated(t *testing.T, o portalsim.Options) (*portal.Client, *portalsim.Portal) {
	t.Helper()
	sim := portalsim.New(o)
	server := httptest.NewServer(sim)
	client := newClient(t, portal.Options{URL: server.URL, Timeout: 10 * time.Second})
	t.Cleanup(func() {
		client.Close()
		sim.Close() // ends what would never end by itself
		server.Close()
	})
	return client, sim
}

func newClient(t *testing.T, o portal.Options) *portal.Client {
	t.Helper()
	client, err := portal.New(o)
	if err != nil {
		t.Fatalf("portal.New(%q): %v", o.URL, err)
	}
	t.Cleanup(client.Close)
	return client
}

func signedIn(t *testing.T, c *portal.Client, user string) *portal.Session {
	t.Helper()
	token, answer := c.SignIn(t.Context(), user, account.NewSecret("portal-canary-1"))
	if answer.Fate != diagnosis.Done || token.Secret.Empty() {
		t.Fatalf("SignIn(%q) = %+v, %+v", user, token, answer)
	}
	return c.Session(token.Secret)
}

func settings(address string) *account.Settings {
	return &account.Settings{
		Name: "Иван Петров", Email: address, SMTPAuth: true, IMAP: true, Restrict: true,
		Incoming: account.Server{
			Host: "imap.example.org", Port: 993, Encryption: account.TLS, Auth: account.LoginCmd,
			Login: address, Password: account.NewSecret("imap-canary-2"),
		},
		Outgoing: account.Server{
			Host: "smtp.example.org", Port: 465, Encryption: account.TLS, Auth: account.LoginCmd,
			Login: address, Password: account.NewSecret("smtp-canary-3"),
		},
	}
}

func TestFromSignInToAccount(t *testing.T) {
	client, _ := simulated(t, portalsim.Options{})
	session := signedIn(t, client, "ivan@example.org")
	self, answer := session.Self(t.Context())
	if answer.Fate != diagnosis.Done || self.Email != "ivan@example.org" || self.ID == "" {
		t.Fatalf("Self() = %+v, %+v", self, answer)
	}
	if m, found, answer := session.Find(t.Context(), "ivan@example.org"); found || answer.Fate != diagnosis.Done {
		t.Fatalf("Find before Create = %+v, %v, %+v", m, found, answer)
	}
	want := settings("ivan@example.org")
	made := session.Create(t.Context(), want, nil)
	if made.Fate != diagnosis.Done || made.Mailbox.ID == 0 {
		t.Fatalf("Create = %+v", made)
	}
	m, found, answer := session.Find(t.Context(), "Ivan@Example.org")
	if !found || answer.Fate != diagnosis.Done || m.ID != made.Mailbox.ID {
		t.Fatalf("Find after Create = %+v, %v, %+v", m, found, answer)
	}
	for f := range account.NumRequestFields {
		if f != account.Password && f != account.SMTPPassword && m.Settings.Text(f) != want.Text(f) {
			t.Errorf("%s = %q, want %q", f, m.Settings.Text(f), want.Text(f))
		}
	}
	list, answer := session.Accounts(t.Context())
	if answer.Fate != diagnosis.Done || len(list) != 1 || list[0].ID != made.Mailbox.ID || !list[0].Enabled {
		t.Fatalf("Accounts() = %+v, %+v", list, answer)
	}
}
