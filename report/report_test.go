package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
	"r7import/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-update rewrites it), want - got +\n%s", path, diff)
	}
}

// printers are made once: parsing a catalogue costs more than most tests.
var printers = map[string]func() (*lang.Printer, error){
	"en": sync.OnceValues(func() (*lang.Printer, error) { return lang.New("en") }),
	"ru": sync.OnceValues(func() (*lang.Printer, error) { return lang.New("ru") }),
}

func printer(t testing.TB, language string) *lang.Printer {
	t.Helper()
	p, err := printers[language]()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var moscow = time.FixedZone("MSK", 3*60*60)

// sampleRows are one row of most kinds.
func sampleRows() []report.Row {
	started := time.Date(2026, 3, 2, 22, 0, 1, 0, moscow)
	cell := func(row int, column, header string) diagnosis.Place {
		return diagnosis.Place{File: "accounts.xlsx", Sheet: "Сотрудники", Row: row, Column: column, Header: header}
	}
	var filled [account.NumFields]account.Fill
	filled[account.Port] = account.FromPreset
	filled[account.SMTPAccount] = account.FromRow
	filled[account.Restrict] = account.FromRule
	return []report.Row{
		{
			Number: 2, Name: "Алёна Соловьёва-Мирная", Email: "solovyova@example.org", Owner: "solovyova@example.org",
			Status: diagnosis.Created, Host: "imap.example.org", MailboxID: 4711, Fills: filled, Attempts: 1,
			StartedAt: started, Duration: 1840 * time.Millisecond, Evidence: "201", Run: "20260302-220000-k7",
		},
		{
			Number: 3, Name: "Пётр Воробьёв", Email: "vorobyov@example.org", Owner: "c0ffee00-1111-2222-3333-444455556666",
			Status: diagnosis.Held, Host: "imap.example.org", Run: "20260302-220000-k7",
			Problems: []diagnosis.Problem{{Code: diagnosis.ReportIsInput, Place: cell(3, "", ""), Args: diagnosis.Args{"Name": "a; \"b\""}}},
		},
		{
			Number: 4, Name: "=HYPERLINK(\"http://example.com\")", Email: "lebedeva@example.org", Owner: "lebedeva@example.org",
			Status: diagnosis.Invalid, Run: "20260302-220000-k7",
			Problems: []diagnosis.Problem{
				{Code: diagnosis.AccountDiffers, Place: cell(4, "", ""), Args: diagnosis.Args{"Fields": "port"}},
				{Code: diagnosis.ReportNoFolder, Field: "port", Place: cell(4, "F", "Порт"), Args: diagnosis.Args{"Folder": "/x"}},
				{Code: diagnosis.ReportDiskFull, Field: "smtp_port", Place: cell(4, "I", "Порт SMTP"), Args: diagnosis.Args{"Name": "y"}},
			},
		},
		{
			Number: 5, Name: "Hunter2;secret", Email: "Hunter2;secret", Owner: "Hunter2;secret", Host: "Hunter2;secret",
			Status: diagnosis.Invalid, Problems: []diagnosis.Problem{{Code: diagnosis.ReportIsLink, Field: "email", Place: cell(5, "B", "Почта"), Args: diagnosis.Args{"Name": "z"}}},
		},
		{
			Number: 7, Name: "Ян Цой", Email: "tsoy@example.com", Owner: "tsoy@example.com", Status: diagnosis.Failed,
			Side: diagnosis.Outgoing, Host: "smtp.example.com", Attempts: 2, StartedAt: started.Add(time.Minute), Duration: 61 * time.Second,
			Evidence: "500 login\x1b[31m test\r\nforged line", Problems: []diagnosis.Problem{{Code: diagnosis.ReportWrite, Args: diagnosis.Args{"Name": "n", "Cause": "535 refused"}}},
		},
		{Number: 8, Name: "Юлия Зимина", Email: "zimina@example.com", Status: diagnosis.NotTried},
	}
}

func sampleSummary(rows []report.Row) report.Summary {
	var tally report.Tally
	for i := range rows {
		tally.Add(&rows[i])
	}
	return tally.Summary(report.Summary{
		Command: "run", Run: "20260302-220000-k7", File: "accounts.xlsx", Portal: "https://portal.example.org",
		StartedAt: time.Date(2026, 3, 2, 22, 0, 0, 0, moscow), EndedAt: time.Date(2026, 3, 2, 22, 5, 30, 0, moscow),
	})
}

func stream(rows []report.Row) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// written writes a report to a new folder and returns its path.
func written(t *testing.T, name string, rows []report.Row, o report.Options) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	got, err := report.Write(t.Context(), path, stream(rows), sampleSummary(rows), o)
	if err != nil || got != path {
		t.Fatalf("Write(%s) = %q, %v, want the same path", path, got, err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestGolden(t *testing.T) {
	for _, tc := range []struct {
		name, language, file string
		excel                bool
	}{
		{"csv", "en", "report.csv", false},
		{"csv for Russian Excel", "ru", "report.excel.csv", true},
		{"jsonl", "ru", "report.jsonl", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := written(t, tc.file, sampleRows(), report.Options{Printer: printer(t, tc.language), Excel: tc.excel})
			golden(t, tc.file, read(t, path))
		})
	}
}

func TestGoldenWorkbook(t *testing.T) {
	for _, language := range lang.Languages {
		t.Run(language, func(t *testing.T) {
			path := written(t, "report.xlsx", sampleRows(), report.Options{Printer: printer(t, language)})
			golden(t, "report."+language+".xlsx.txt", dump(t, path))
		})
	}
}

// dump lists every cell of a workbook that is not empty, sheet by sheet.
func dump(t *testing.T, path string) []byte {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "== %s\n", sheet)
		for i, cells := range rows {
			for j, text := range cells {
				if text == "" {
					continue
				}
				name, _ := excelize.CoordinatesToCellName(j+1, i+1)
				kind, err := f.GetCellType(sheet, name)
				if err != nil {
					t.Fatal(err)
				}
				if formula, _ := f.GetCellFormula(sheet, name); formula != "" {
					t.Errorf("%s!%s holds a formula", sheet, name)
				}
				fmt.Fprintf(&b, "%s\t%s\t%s\n", name, cellKind(kind), text)
			}
		}
	}
	return b.Bytes()
}

func cellKind(kind excelize.CellType) string {
	if kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber {
		return "number"
	}
	return "text"
}

func TestWorkbookIsSetUp(t *testing.T) {
	path := written(t, "report.xlsx", sampleRows(), report.Options{Printer: printer(t, "ru")})
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, want := f.GetSheetList(), []string{"Сводка", "Строки"}; !slices.Equal(got, want) {
		t.Fatalf("sheets = %q, want %q", got, want)
	}
	panes, err := f.GetPanes("Строки")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes = %+v, %v, want the first row frozen", panes, err)
	}
	if width, err := f.GetColWidth("Строки", "I"); err != nil || width != 64 {
		t.Errorf("width of the messages = %v, %v, want 64", width, err)
	}
	var filter string
	for _, name := range f.GetDefinedName() {
		if strings.HasSuffix(name.Name, "_FilterDatabase") {
			filter = name.RefersTo
		}
	}
	if want := "Строки!$A$1:$Q$7"; strings.ReplaceAll(filter, "'", "") != want {
		t.Errorf("filter = %q, want %q", filter, want)
	}
	fills := make(map[string]bool)
	for _, cell := range []string{"E2", "E3", "E4"} { // created, held, invalid
		id, err := f.GetCellStyle("Строки", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		fills[strings.Join(style.Fill.Color, "")] = true
	}
	if len(fills) != 3 || fills[""] {
		t.Errorf("colours of created, held and invalid = %v, want three", fills)
	}
}

func TestSheetsAreSplit(t *testing.T) {
	report.SetRowsPerSheet(t, 100)
	rows := make([]report.Row, 250)
	for i := range rows {
		rows[i] = report.Row{Number: i + 2, Status: diagnosis.Valid}
	}
	path := written(t, "report.xlsx", rows, report.Options{Printer: printer(t, "en")})
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var numbers []string
	for _, sheet := range []string{"Rows", "Rows 2", "Rows 3"} {
		cells, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if cells[0][0] != "row" {
			t.Errorf("%s begins with %q, want the header", sheet, cells[0])
		}
		for _, row := range cells[1:] {
			numbers = append(numbers, row[0])
		}
	}
	if len(numbers) != 250 || numbers[0] != "2" || numbers[249] != "251" || !slices.IsSortedFunc(numbers, func(a, b string) int { return len(a) - len(b) }) {
		t.Errorf("the sheets hold %d rows, %v … want 250 from 2 to 251", len(numbers), numbers[:3])
	}
}

// TestSlippedPassword plants a password in every cell that a shifted row may
// put it in.
func TestSlippedPassword(t *testing.T) {
	for _, canary := range []string{"Hunter2;secret", "P@ssw0rd", "P@ssw0rd.x1", "me@home", "a b@example.org", "<x@example.org>", "correct-horse"} {
		row := report.Row{
			Number: 2, Name: canary, Email: canary, Owner: canary, Host: canary, Status: diagnosis.Invalid,
			Problems: []diagnosis.Problem{{Code: diagnosis.ReportIsLink, Field: "email", Args: diagnosis.Args{"Name": "n"}}},
		}
		for _, format := range report.Formats {
			path := written(t, "report"+string(format), []report.Row{row}, report.Options{Printer: printer(t, "en")})
			if bytes.Contains(unpacked(t, path), []byte(canary)) {
				t.Errorf("%s shows the cell %q", format, canary)
			}
		}
	}
}

// unpacked returns the bytes of a file, those of an archive's parts joined.
func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	if filepath.Ext(path) != ".xlsx" {
		return read(t, path)
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var all []byte
	for _, part := range archive.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

func TestIdentity(t *testing.T) {
	nameProblem := []diagnosis.Problem{{Code: diagnosis.ReportIsLink, Field: "name"}}
	for _, tc := range []struct {
		name               string
		row                report.Row
		email, owner, said string
	}{
		{"all good", report.Row{Name: "Ян", Email: "a@example.org", Owner: "b@example.org", Status: diagnosis.Valid}, "a@example.org", "b@example.org", "Ян"},
		{"owner by GUID", report.Row{Name: "Ян", Email: "a@example.org", Owner: "C0FFEE00-1111-2222-3333-444455556666", Status: diagnosis.Invalid}, "a@example.org", "C0FFEE00-1111-2222-3333-444455556666", "Ян"},
		{"owner is no GUID", report.Row{Email: "a@example.org", Owner: "C0FFEE00-1111-2222-3333-44445555666z", Status: diagnosis.Valid}, "a@example.org", "", ""},
		{"domain of one label in a row that passed", report.Row{Name: "Ян", Email: "a@mail", Status: diagnosis.Created}, "a@mail", "", "Ян"},
		{"domain of one label in an invalid row", report.Row{Name: "Ян", Email: "a@mail", Status: diagnosis.Invalid}, "", "", ""},
		{"cyrillic domain", report.Row{Name: "Ян", Email: "a@пример.рф", Status: diagnosis.Invalid}, "a@пример.рф", "", "Ян"},
		{"punycode", report.Row{Name: "Ян", Email: "a@xn--e1afmkfd.xn--p1ai", Status: diagnosis.Invalid}, "a@xn--e1afmkfd.xn--p1ai", "", "Ян"},
		{"name in doubt", report.Row{Name: "Ян", Email: "a@example.org", Status: diagnosis.Invalid, Problems: nameProblem}, "a@example.org", "", ""},
		{"cells slipped", report.Row{Name: "Ян", Email: "a@example.org", Status: diagnosis.Invalid, Problems: problem(diagnosis.RowWidth)}, "a@example.org", "", ""},
		{"display form", report.Row{Name: "Ян", Email: "Ян <a@example.org>", Status: diagnosis.Valid}, "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cells := csvCells(t, []report.Row{tc.row})[1]
			if got := []string{cells[1], cells[2], cells[3]}; !slices.Equal(got, []string{tc.said, tc.email, tc.owner}) {
				t.Errorf("name, email, owner = %q, want %q, %q, %q", got, tc.said, tc.email, tc.owner)
			}
		})
	}
}

func csvCells(t testing.TB, rows []report.Row) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Encode(t.Context(), &b, report.CSV, stream(rows), report.Summary{}, report.Options{Printer: printer(t, "en")}); err != nil {
		t.Fatal(err)
	}
	cells, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

func TestCells(t *testing.T) {
	for _, tc := range []struct{ name, cell, want string }{
		{"plain", "250 OK", "250 OK"},
		{"formula", "=1+1", "'=1+1"},
		{"plus", "+79990000000", "'+79990000000"},
		{"minus", "-1", "'-1"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"behind blanks", "  =1", "'  =1"},
		{"behind a no-break space", "\u00A0=1", "'\u00A0=1"},
		{"behind a control character", "\x01=1", `'\x01=1`},
		{"behind a mark that does not print", "\u200B=1", `'\u{200B}=1`},
		{"full-width", "＝1", "'＝1"},
		{"small", "﹣1", "'﹣1"},
		{"tab", "\tx", `'\x09x`},
		{"carriage return", "\rx", `'\x0dx`},
		{"inside", "a=1", "a=1"},
		{"quoted already", "'=1", "'=1"},
		{"escape sequence", "\x1b[31mred", `\x1b[31mred`},
		{"C1", "a\u009Bb", `a\x9bb`},
		{"line breaks", "a\r\nb", `a\x0d\x0ab`},
		{"line separator", "a\u2028b", `a\u{2028}b`},
		{"right to left", "a\u202Egpj.exe", `a\u{202E}gpj.exe`},
		{"not UTF-8", "a\xffb", `a\xffb`},
		{"replacement character", "a\uFFFDb", "a\uFFFDb"},
		{"cyrillic", "Ёлка — ещё", "Ёлка — ещё"},
		{"delimiters", "a,b;c\"d", "a,b;c\"d"},
		{"long when spelled out", strings.Repeat("\u202E", 2000), strings.Repeat(`\u{202E}`, 1000) + "…"},
		{"too long", strings.Repeat("ж", 9000), strings.Repeat("ж", 8000) + "…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			row := report.Row{Status: diagnosis.Failed, Evidence: tc.cell}
			if got := csvCells(t, []report.Row{row})[1][15]; got != tc.want {
				t.Errorf("evidence %.40q is written as %.40q, want %.40q", tc.cell, got, tc.want)
			}
		})
	}
}

func FuzzCells(f *testing.F) {
	for _, seed := range []string{"", "=1", " \t＠x", "\xff\x00", "a\u202Eb", "ж;\"", "'", "\uFEFF-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		row := report.Row{Name: text, Email: text, Owner: text, Host: text, Evidence: text, Run: text, Status: diagnosis.Failed}
		for i, cell := range csvCells(t, []report.Row{row})[1] {
			for _, r := range cell {
				if r < ' ' || r == 0x7f || r >= 0x80 && r <= 0x9f || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
					t.Errorf("%s of %q holds the character %U", report.Columns[i], text, r)
				}
			}
			if begin := strings.TrimLeft(cell, " \u00A0\u3000"); begin != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(begin)[0]) {
				t.Errorf("%s of %q begins like a formula: %q", report.Columns[i], text, cell)
			}
		}
	})
}

func TestColumns(t *testing.T) {
	if diff := cmp.Diff(report.Columns, csvCells(t, nil)[0]); diff != "" {
		t.Errorf("header of CSV, want - got +\n%s", diff)
	}
	path := written(t, "report.jsonl", sampleRows()[:1], report.Options{Printer: printer(t, "en")})
	var object map[string]any
	if err := json.Unmarshal(read(t, path), &object); err != nil {
		t.Fatal(err)
	}
	for _, column := range append(slices.Clone(report.Columns), "schema", "problems") {
		if _, ok := object[column]; !ok {
			t.Errorf("a JSON line has no %q", column)
		}
	}
	if len(object) != len(report.Columns)+2 {
		t.Errorf("a JSON line has %d names, want %d", len(object), len(report.Columns)+2)
	}
}

func TestEveryColumnAndStatusIsExplained(t *testing.T) {
	for _, language := range lang.Languages {
		p := printer(t, language)
		for _, column := range report.Columns {
			if !p.Has("report.column." + column) {
				t.Errorf("%s: the column %s is not explained", language, column)
			}
		}
		for _, status := range diagnosis.Statuses {
			if !p.Has("status."+string(status)) || !p.Has("status."+string(status)+".meaning") {
				t.Errorf("%s: the status %s is not explained", language, status)
			}
		}
	}
}

func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../samples/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	path := written(t, "report.jsonl", sampleRows(), report.Options{Printer: printer(t, "ru")})
	for text := range bytes.Lines(read(t, path)) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
	for _, wrong := range []string{`{}`, `{"schema":"r7import.report/2"}`} {
		value, _ := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
		if schema.Validate(value) == nil {
			t.Errorf("the schema accepts %s", wrong)
		}
	}
}

func TestRowCannotHoldAPassword(t *testing.T) {
	var look func(reflect.Type, string)
	look = func(at reflect.Type, path string) {
		switch at {
		case reflect.TypeFor[account.Secret](), reflect.TypeFor[account.Settings](), reflect.TypeFor[account.Owner](), reflect.TypeFor[account.Server]():
			t.Errorf("%s is a %s", path, at)
		}
		switch at.Kind() {
		case reflect.Slice, reflect.Array, reflect.Pointer:
			look(at.Elem(), path+"[]")
		case reflect.Struct:
			for i := range at.NumField() {
				if field := at.Field(i); field.IsExported() {
					look(field.Type, path+"."+field.Name)
				}
			}
		}
	}
	look(reflect.TypeFor[report.Row](), "Row")
	look(reflect.TypeFor[report.Summary](), "Summary")
}
