package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// TestSamplesAreFresh: go run ./samples/gen would change nothing.
func TestSamplesAreFresh(t *testing.T) {
	dir := t.TempDir()
	if err := generate(dir); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		fresh, committed := filepath.Join(dir, e.Name()), filepath.Join("..", e.Name())
		if filepath.Ext(e.Name()) == ".xlsx" {
			if diff := cmp.Diff(cells(t, committed), cells(t, fresh)); diff != "" {
				t.Errorf("%s is not what gen makes, committed - fresh +\n%s", e.Name(), diff)
			}
			continue
		}
		if !bytes.Equal(contents(t, committed), contents(t, fresh)) {
			t.Errorf("%s is not what gen makes", e.Name())
		}
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// cells returns every cell of the first sheet with its type, row by row.
func cells(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(sheetName, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		for j := range row {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			kind, err := f.GetCellType(sheetName, name)
			if err != nil {
				t.Fatal(err)
			}
			if kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber {
				row[j] = "number " + row[j]
			}
		}
	}
	return rows
}

// TestPasswordsAreText: Excel leaves what is typed into a password cell as it is.
func TestPasswordsAreText(t *testing.T) {
	const formatText = 49
	for _, tc := range []struct {
		name  string
		table *table
	}{{"accounts.xlsx", accounts()}, {"mistakes.xlsx", mistakes()}} {
		f, err := excelize.OpenFile(filepath.Join("..", tc.name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i, header := range tc.table.header {
			name, _ := excelize.CoordinatesToCellName(i+1, 2)
			id, err := f.GetCellStyle(sheetName, name)
			if err != nil {
				t.Fatal(err)
			}
			style, err := f.GetStyle(id)
			if err != nil {
				t.Fatal(err)
			}
			if want := slices.Contains(tc.table.secret, header); (style.NumFmt == formatText) != want {
				t.Errorf("%s: %s has the number format %d, text wanted: %v", tc.name, name, style.NumFmt, want)
			}
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
			rows := rowsOf(t, filepath.Join("..", tc.name))
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
		{"personnel-1c.csv", "mapping-1c.yaml", len(colleagues), account.Settings{
			Name: "Дина Абрикосова", Email: "abrikosova.dm@example.org", Restrict: false,
			Incoming: account.Server{Host: "imap.yandex.ru"}, Outgoing: account.Server{Host: "smtp.yandex.ru"},
		}},
		{"google-workspace.csv", "mapping-google-workspace.yaml", 5, account.Settings{
			Name: "Alice Appleby", Email: "a.appleby@example.net", Restrict: true,
			Incoming: account.Server{Host: "imap.gmail.com"}, Outgoing: account.Server{Host: "smtp.gmail.com"},
		}},
	} {
		t.Run(tc.table, func(t *testing.T) {
			by, err := mapping.ParseFile(tc.mapping, contents(t, filepath.Join("..", tc.mapping)))
			if err != nil {
				t.Fatal(err)
			}
			rows := mappedRowsOf(t, filepath.Join("..", tc.table), by)
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
	workbook, text := rowsOf(t, "../accounts.xlsx"), rowsOf(t, "../accounts.csv")
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
	for _, row := range rowsOf(t, "../accounts.xlsx") {
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
	if len(boxes) != len(people) || two != 3 {
		t.Errorf("%d portal users, %d of them with two mailboxes, want %d and 3", len(boxes), two, len(people))
	}
}

func TestEveryMistakeIsFound(t *testing.T) {
	rows := rowsOf(t, "../mistakes.xlsx")
	if len(rows) != len(allMistakes) {
		t.Fatalf("%d rows, want %d", len(rows), len(allMistakes))
	}
	for i, row := range rows {
		var codes []string
		for _, p := range row.Problems {
			codes = append(codes, string(p.Code))
		}
		if got := strings.Join(codes, " "); got != allMistakes[i].code {
			t.Errorf("row %d (%s): %q, want %q", row.Number, allMistakes[i].remark, got, allMistakes[i].code)
		}
	}
}

// notInASheet are the codes about rows of a file that checking a workbook by
// itself cannot draw.
var notInASheet = []diagnosis.Code{
	// These need a configuration, a mapping file, a preset or the portal.
	diagnosis.HostNotAllowed, diagnosis.TemplateFailed, diagnosis.PresetOtherService, diagnosis.HostPort, diagnosis.OwnerMismatch, diagnosis.OwnerLimit, diagnosis.SameAccountTwice, diagnosis.AddressRefused, diagnosis.OwnerNobody, diagnosis.UndoRowless,
	diagnosis.RowMissing, diagnosis.MissingNobody, diagnosis.MissingTooMany, diagnosis.MissingClaimed,
	// This one needs the domain of a real mail provider.
	diagnosis.MailboxTwice,
	// These are of text files.
	diagnosis.RowWidth, diagnosis.RowTooLong, diagnosis.RowTooWide, diagnosis.QuoteStray, diagnosis.QuoteUnclosed, diagnosis.TextUndecodable,
}

func TestEveryCodeHasItsMistake(t *testing.T) {
	for _, code := range diagnosis.Codes() {
		if code.Scope() != diagnosis.Row || code.Side() != diagnosis.OnFile || slices.Contains(notInASheet, code) {
			continue
		}
		if !slices.ContainsFunc(allMistakes, func(m mistake) bool { return m.code == string(code) }) {
			t.Errorf("%s has no row in mistakes.xlsx", code)
		}
	}
}
