package samples

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// The sample files are what the README shows and people start from: data, kept as it
// is. These tests keep the promises that are made of them.

const sheetName = "Сотрудники"

func contents(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func workbook(t *testing.T, path string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestPasswordsAreText: Excel leaves what is typed into a password cell as it is.
func TestPasswordsAreText(t *testing.T) {
	const formatText = 49
	for _, name := range []string{"accounts.xlsx", "mistakes.xlsx"} {
		f := workbook(t, name)
		rows, err := f.GetRows(sheetName)
		if err != nil {
			t.Fatal(err)
		}
		secret := 0
		for i, header := range rows[0] {
			cell, _ := excelize.CoordinatesToCellName(i+1, 2)
			id, err := f.GetCellStyle(sheetName, cell)
			if err != nil {
				t.Fatal(err)
			}
			style, err := f.GetStyle(id)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.HasPrefix(header, "Пароль")
			if want {
				secret++
			}
			if (style.NumFmt == formatText) != want {
				t.Errorf("%s: %s has the number format %d, text wanted: %v", name, cell, style.NumFmt, want)
			}
		}
		if secret != 3 {
			t.Errorf("%s has %d columns of passwords, want 3", name, secret)
		}
	}
}

// rowsOf reads, maps and checks a sample as the program does.
func rowsOf(t *testing.T, path string) []account.Row {
	t.Helper()
	return mappedRowsOf(t, path, nil)
}

// mappedRowsOf is rowsOf with a mapping file.
func mappedRowsOf(t *testing.T, path string, by *mapping.FileMapping) []account.Row {
	t.Helper()
	file, err := source.Open(t.Context(), path, source.Options{Known: mapping.Known})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer file.Close()
	binding, err := mapping.Bind(file.Columns(), mapping.Options{File: by})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var rows []account.Row
	rules := validate.Rules{OwnersSignIn: slices.Contains(binding.Columns(), account.PortalUser.String())}
	seen := validate.NewSeen()
	for record, err := range file.Records(t.Context(), binding.Columns()) {
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		row := binding.Row(record)
		rules.Check(&row)
		seen.Check(&row)
		rows = append(rows, row)
	}
	return rows
}

func TestGoodSamplesHaveNothingToSay(t *testing.T) {
	for _, tc := range []struct {
		name string
		rows int
	}{{"accounts.xlsx", 50}, {"accounts.csv", 50}, {"one-owner.csv", 5}} {
		t.Run(tc.name, func(t *testing.T) {
			rows := rowsOf(t, tc.name)
			if len(rows) != tc.rows {
				t.Errorf("%d rows, want %d", len(rows), tc.rows)
			}
			for _, row := range rows {
				if len(row.Problems) > 0 {
					t.Errorf("row %d: %v", row.Number, diagnosis.Problems(row.Problems))
				}
			}
		})
	}
}

// TestMappedSamples: the exports of other programs come out whole by their mapping files.
func TestMappedSamples(t *testing.T) {
	for _, tc := range []struct {
		table, mapping string
		rows           int
		first          account.Settings
	}{
		{"personnel-1c.csv", "mapping-1c.yaml", 6, account.Settings{
			Name: "Дина Абрикосова", Email: "abrikosova.dm@example.org", Restrict: false,
			Incoming: account.Server{Host: "imap.yandex.ru"}, Outgoing: account.Server{Host: "smtp.yandex.ru"},
		}},
		{"google-workspace.csv", "mapping-google-workspace.yaml", 5, account.Settings{
			Name: "Alice Appleby", Email: "a.appleby@example.net", Restrict: true,
			Incoming: account.Server{Host: "imap.gmail.com"}, Outgoing: account.Server{Host: "smtp.gmail.com"},
		}},
	} {
		t.Run(tc.table, func(t *testing.T) {
			by, err := mapping.ParseFile(tc.mapping, contents(t, tc.mapping))
			if err != nil {
				t.Fatal(err)
			}
			rows := mappedRowsOf(t, tc.table, by)
			if len(rows) != tc.rows {
				t.Fatalf("%d rows, want %d", len(rows), tc.rows)
			}
			for _, row := range rows {
				if len(row.Problems) > 0 || row.Settings.Incoming.Password.Empty() {
					t.Errorf("row %d: %v, password empty: %v", row.Number, diagnosis.Problems(row.Problems), row.Settings.Incoming.Password.Empty())
				}
			}
			got, want := &rows[0].Settings, &tc.first
			for _, f := range []account.Field{account.Name, account.Email, account.Restrict, account.ServerHost, account.SMTPServer} {
				if got.Text(f) != want.Text(f) {
					t.Errorf("the first row has the %s %q, want %q", f, got.Text(f), want.Text(f))
				}
			}
		})
	}
}

func TestBothAccountFilesSayTheSame(t *testing.T) {
	workbook, text := rowsOf(t, "accounts.xlsx"), rowsOf(t, "accounts.csv")
	if len(workbook) != len(text) {
		t.Fatalf("%d rows in the workbook, %d in the CSV file", len(workbook), len(text))
	}
	for i := range workbook {
		a, b := &workbook[i], &text[i]
		for f := range account.NumRequestFields {
			if a.Settings.Text(f) != b.Settings.Text(f) {
				t.Errorf("row %d: %s differs", a.Number, f)
			}
		}
		if a.Owner.User != b.Owner.User || a.Owner.Password.Reveal() != b.Owner.Password.Reveal() || a.Fills != b.Fills {
			t.Errorf("row %d: owner or filled fields differ", a.Number)
		}
	}
}

func TestEveryoneHasTheirOwnPortalUser(t *testing.T) {
	boxes := make(map[string]int)
	for _, row := range rowsOf(t, "accounts.xlsx") {
		boxes[row.Owner.User]++
		local, _, _ := strings.Cut(row.Settings.Email, "@")
		if !strings.HasPrefix(row.Owner.User, local+"@") {
			t.Errorf("row %d: %s does not fit the portal user %s", row.Number, row.Settings.Email, row.Owner.User)
		}
	}
	two := 0
	for user, n := range boxes {
		if n > 2 {
			t.Errorf("%s has %d mailboxes, want at most 2", user, n)
		}
		if n == 2 {
			two++
		}
	}
	if len(boxes) != 47 || two != 3 {
		t.Errorf("%d portal users, %d of them with two mailboxes, want 47 and 3", len(boxes), two)
	}
}

// mistakes returns the remark and the code that each row of mistakes.xlsx gives itself
// in its first two columns, by the number of the row.
func mistakes(t *testing.T) map[int][2]string {
	t.Helper()
	rows, err := workbook(t, "mistakes.xlsx").GetRows(sheetName)
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[0][:2]; !slices.Equal(got, []string{"Примечание", "Код"}) {
		t.Fatalf("the first columns of mistakes.xlsx are %q", got)
	}
	all := make(map[int][2]string)
	for i, row := range rows[1:] {
		all[i+2] = [2]string{row[0], row[1]}
	}
	return all
}

// TestEveryMistakeIsFound: each row draws the code it names, and nothing else. The first has none.
func TestEveryMistakeIsFound(t *testing.T) {
	rows, want := rowsOf(t, "mistakes.xlsx"), mistakes(t)
	if len(rows) != len(want) || want[2][1] != "" {
		t.Fatalf("%d rows, of which the first says %q, want %d and nothing", len(rows), want[2][1], len(want))
	}
	for _, row := range rows {
		var codes []string
		for _, p := range row.Problems {
			codes = append(codes, string(p.Code))
		}
		if got, want := strings.Join(codes, " "), want[row.Number]; got != want[1] {
			t.Errorf("row %d (%s): %q, want %q", row.Number, want[0], got, want[1])
		}
	}
}

// notInASheet are the codes about rows of a file that checking a workbook by
// itself cannot draw.
var notInASheet = []diagnosis.Code{
	// These need a configuration, a mapping file, a preset or the portal.
	diagnosis.HostNotAllowed, diagnosis.TemplateFailed, diagnosis.PresetOtherService, diagnosis.HostPort, diagnosis.OwnerMismatch, diagnosis.OwnerLimit, diagnosis.SameAccountTwice, diagnosis.AddressRefused, diagnosis.OwnerNobody, diagnosis.UndoRowless,
	diagnosis.RowMissing, diagnosis.MissingNobody, diagnosis.MissingTooMany, diagnosis.MissingClaimed,
	// These need a state: a row that was done before, a plan that was saved.
	diagnosis.PasswordNeeded, diagnosis.PlanNew,
	// This one needs the domain of a real mail provider.
	diagnosis.MailboxTwice,
	// These are of text files.
	diagnosis.RowWidth, diagnosis.RowTooLong, diagnosis.RowTooWide, diagnosis.QuoteStray, diagnosis.QuoteUnclosed, diagnosis.TextUndecodable,
	diagnosis.PaddingBroken,
}

func TestEveryCodeHasItsMistake(t *testing.T) {
	named := make(map[string]bool)
	for _, mistake := range mistakes(t) {
		named[mistake[1]] = true
	}
	for _, code := range diagnosis.Codes() {
		if code.Scope() != diagnosis.Row || code.Side() != diagnosis.OnFile || slices.Contains(notInASheet, code) {
			continue
		}
		if !named[string(code)] {
			t.Errorf("%s has no row in mistakes.xlsx", code)
		}
	}
}
