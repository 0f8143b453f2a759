package plan_test

import (
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
)

// TestLoginsFromThisMachine: what a mail server refused when it was tried from here is
// not sent, whoever the account is for, until something in the login changes.
func TestLoginsFromThisMachine(t *testing.T) {
	row := func(password string) *account.Row {
		side := account.Server{Host: "mail.example.org", Port: 993, Login: "anna@example.org", Password: account.NewSecret(password)}
		return &account.Row{Settings: account.Settings{Email: "anna@example.org", Incoming: side, Outgoing: side}}
	}
	who := plan.Identity{Via: plan.ByOwn, Name: "anna@example.org"}
	for _, tc := range []struct {
		name  string
		note  func(*journal.Store) error
		row   *account.Row
		retry bool
		want  plan.Standing
	}{
		{"nothing", func(*journal.Store) error { return nil }, row("one"), false, plan.ToDo},
		{"refused", nil, row("one"), false, plan.Refused},
		{"refused, and sent all the same", nil, row("one"), true, plan.ToDo},
		{"another password", nil, row("two"), false, plan.ToDo},
		{"taken since", func(s *journal.Store) error { return s.NoteLogin(t.Context(), &row("one").Settings, "") }, row("one"), false, plan.ToDo},
		{"seen in the portal since", func(s *journal.Store) error {
			if err := s.SaveOwner(t.Context(), journal.Owner{Name: who.Name, ID: "7"}); err != nil {
				return err
			}
			return s.SaveAccount(t.Context(), journal.Account{Key: account.NewKey("7", "anna@example.org"), Checked: time.Now().Add(time.Minute)})
		}, row("one"), false, plan.ToDo},
	} {
		t.Run(tc.name, func(t *testing.T) {
			store, err := journal.Scratch()
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if tc.name != "nothing" {
				if err := store.NoteLogin(t.Context(), &row("one").Settings, diagnosis.MailAuth); err != nil {
					t.Fatal(err)
				}
			}
			if tc.note != nil {
				if err := tc.note(store); err != nil {
					t.Fatal(err)
				}
			}
			options := policy.Defaults()
			options.RetryRefused = tc.retry
			history, err := plan.NewHistory(t.Context(), store, &options)
			if err != nil {
				t.Fatal(err)
			}
			got, known, err := history.Standing(t.Context(), who, tc.row)
			if err != nil || got != tc.want || got == plan.Refused && known.RefusedCode != diagnosis.MailAuth {
				t.Errorf("Standing = %d %s, %v; want %d", got, known.RefusedCode, err, tc.want)
			}
		})
	}
}
