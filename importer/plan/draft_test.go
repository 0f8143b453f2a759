package plan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/plan"
	"r7import/importer/source"
	"r7import/mapping"
)

// draft proposes a mapping for a CSV file.
func draft(t *testing.T, text string) *plan.Draft {
	t.Helper()
	path := filepath.Join(t.TempDir(), "staff.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := source.Open(t.Context(), path, source.Options{Known: mapping.Known})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	d, err := plan.NewDraft(t.Context(), file, mapping.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func lacking(t *testing.T, d *plan.Draft) account.Fields {
	t.Helper()
	fields, err := d.Lacking()
	if err != nil {
		t.Fatalf("Lacking: %v", err)
	}
	return fields
}

func TestDraftLacks(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []account.Field
	}{
		{"three columns", "ФИО;Почта;Пароль\nАнна;anna@example.org;x\n", nil},
		{"a column known by its content", "Кто;Куда писать;Тайна\nАнна;anna@example.org;x\n", []account.Field{account.Password}},
		{"masks in one column, passwords in another", "Email,Password,App Password\na@example.org,***,x\n", nil},
		{"nothing is known", "Кто;Отдел\nАнна;Склад\n", []account.Field{account.Email, account.Password}},
		{"half of the servers", "Почта;Пароль;Сервер\na@example.org;x;imap.example.org\n", []account.Field{account.Port, account.SMTPPort, account.SMTPServer}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var want account.Fields
			for _, f := range tc.want {
				want = want.With(f)
			}
			if got := lacking(t, draft(t, tc.text)); got != want {
				t.Errorf("lacking %b, want %b", got, want)
			}
		})
	}
}

func TestSurvey(t *testing.T) {
	d := draft(t, "ФИО;Почта\n"+strings.Repeat("Анна;anna@example.org\n", 2)+"Борис;b@corp.example.org\nГлеб;g@yandex.ru\n"+strings.Repeat("Вера;v@example.org\n", 3))
	seen := 0
	survey, err := d.Survey(t.Context(), lacking(t, d), func(row *account.Row) {
		seen++
		for _, p := range row.Problems {
			if p.Field == account.Password.String() {
				t.Errorf("row %d: %s about the password, which has no column", row.Number, p.Code)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.DomainUse{{Domain: "example.org", Rows: 5}, {Domain: "corp.example.org", Rows: 1}}
	if diff := cmp.Diff(want, survey.Domains); diff != "" {
		t.Errorf("Domains: want - got +\n%s", diff)
	}
	if survey.Rows != 7 || seen != 7 || len(survey.First) != 3 || survey.First[2].Settings.Name != "Борис" {
		t.Errorf("%d rows, %d looked at, first %d; want 7, 7 and 3", survey.Rows, seen, len(survey.First))
	}
}

func TestSurveyNeedsNoKnownColumn(t *testing.T) {
	d := draft(t, "Кто;Отдел\nАнна;Склад\n")
	survey, err := d.Survey(t.Context(), lacking(t, d), func(*account.Row) {})
	if err != nil || survey.Rows != 1 {
		t.Errorf("Survey = %d rows, %v; want 1", survey.Rows, err)
	}
}
