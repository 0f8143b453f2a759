package source_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"r7import/importer/account"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/importer/source/xlsx"
	"r7import/mapping"
)

// said are marks of some rows.
func said(marks ...rewrite.Mark) iter.Seq2[rewrite.Mark, error] {
	return func(yield func(rewrite.Mark, error) bool) {
		for _, m := range marks {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// annotated returns the copy of a file with two columns added.
func annotated(t testing.TB, name string, content []byte, o source.Options, a rewrite.Annotation, keep bool) ([]byte, rewrite.Annotated, error) {
	t.Helper()
	file, path := saved(t, name, content, o)
	binding, err := mapping.Bind(file.Columns(), mapping.Options{Draft: true, WithoutPasswords: true})
	if err != nil {
		t.Fatal(err)
	}
	a.Headers, a.Widths = []string{"r7_status", "r7_message"}, []float64{12, 60}
	if !keep {
		a.Secret, a.Astray = binding.Secrets(file.Columns()), binding.Astray
		for i, n := range binding.Columns() {
			a.Fields = append(a.Fields, n != "" && !a.Secret[i])
		}
	}
	var out bytes.Buffer
	done, err := file.Annotate(t.Context(), &out, binding.Columns(), a)
	if after, _ := os.ReadFile(path); !bytes.Equal(after, content) {
		t.Error("the input has changed")
	}
	return out.Bytes(), done, err
}

func TestAnnotateText(t *testing.T) {
	fail := func(row int) rewrite.Mark {
		return rewrite.Mark{Row: row, Cells: []string{"failed", "a; \"b\""}, Failed: true}
	}
	done := func(row int) rewrite.Mark { return rewrite.Mark{Row: row, Cells: []string{"created", ""}} }
	for _, tc := range []struct {
		name     string
		in, want string
		marks    []rewrite.Mark
		only     bool
		keep     bool
		fill     func(*rewrite.Annotation)
	}{
		{name: "behind the columns, passwords gone", in: "name;email;password;note\r\nA;a@b.ru;hunter22;x\r\n\"B \"\"b\"\"\";b@b.ru;\"se;cret9\";y\r\n",
			want:  "name;email;password;note;r7_status;r7_message\r\nA;a@b.ru;;x;failed;\"a; \"\"b\"\"\"\r\n\"B \"\"b\"\"\";b@b.ru;;y;created;\r\n",
			marks: []rewrite.Mark{fail(2), done(3)}},
		{name: "with secrets every byte stays", keep: true, in: "\ufeffname,email,password,note\nA, a@b.ru ,hunter22,=1+1\n",
			want: "\ufeffname,email,password,note,r7_status,r7_message\nA, a@b.ru ,hunter22,=1+1,failed,\"a; \"\"b\"\"\"\n", marks: []rewrite.Mark{fail(2)}},
		{name: "failed rows alone", only: true, in: "Staff\n\nname,email,password\nA,a@b.ru,hunter22\n# note\nB,b@b.ru,hunter33\n\nC,c@b.ru,hunter44\n",
			want: "Staff\n\nname,email,password,r7_status,r7_message\nB,b@b.ru,,failed,\"a; \"\"b\"\"\"\n", marks: []rewrite.Mark{done(4), fail(6), done(8)}},
		{name: "a copy of a copy", in: "name,r7_status,email,password,R7_MESSAGE\nA,failed,a@b.ru,hunter22,old\nB,failed,b@b.ru,,old\nC,failed,c@b.ru,,old\n",
			want:  "name,r7_status,email,password,R7_MESSAGE\nA,created,a@b.ru,,\nB,,b@b.ru,,\nC,failed,c@b.ru,,\"a; \"\"b\"\"\"\n",
			marks: []rewrite.Mark{done(2), fail(4)}},
		{name: "a password elsewhere", in: "name,email,password,note\nA,a@b.ru,hunter22,was hunter22\nhunter33,b@b.ru,hunter33,fine\n",
			want:  "name,email,password,note,r7_status,r7_message\nA,a@b.ru,,,,\nhunter33,b@b.ru,,fine,,\n",
			marks: nil},
		{name: "rows of another width", in: "name,email,password,server\nA,a@b.ru,hun,ter22,mail.b.ru\nB,b@b.ru\nC,c@b.ru,hunter33,mail.b.ru,\n",
			want:  "name,email,password,server,r7_status,r7_message\n,a@b.ru,,,mail.b.ru,failed,\"a; \"\"b\"\"\"\n,b@b.ru,,,created,\nC,c@b.ru,,mail.b.ru,,\n",
			marks: []rewrite.Mark{fail(2), done(3)}},
		{name: "slipped cells", in: "name,email,password,port\nAnna Ivanova,hunter22,993,a@b.ru\n",
			want:  "name,email,password,port,r7_status,r7_message\nAnna Ivanova,,,a@b.ru,failed,\"a; \"\"b\"\"\"\n",
			marks: []rewrite.Mark{fail(2)}},
		{name: "a row nobody can take apart", in: "name,email,password\n\"A\"x,a@b.ru,hunter22\nB,b@b.ru,hunter33\n",
			want:  "name,email,password,r7_status,r7_message\n,,,failed,\"a; \"\"b\"\"\"\nB,b@b.ru,,created,\n",
			marks: []rewrite.Mark{fail(2), done(3)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _, err := annotated(t, "in.csv", []byte(tc.in), source.Options{}, rewrite.Annotation{Marks: said(tc.marks...), OnlyFailed: tc.only}, tc.keep)
			if diff := cmp.Diff(tc.want, string(got)); err != nil || diff != "" {
				t.Errorf("error %v, want - got +\n%s", err, diff)
			}
		})
	}
}

func TestAnnotateEncodings(t *testing.T) {
	const in = "Имя;Почта;Пароль\r\nАнна Иванова;anna@example.ru;тайна123\r\n"
	mark := said(rewrite.Mark{Row: 2, Cells: []string{"failed", "«нет» — так… 日"}})
	t.Run("cp866", func(t *testing.T) {
		text, _ := charmap.CodePage866.NewEncoder().String(in)
		got, _, err := annotated(t, "in.csv", []byte(text), source.Options{Encoding: "cp866"}, rewrite.Annotation{Marks: mark}, false)
		back, _ := charmap.CodePage866.NewDecoder().String(string(got))
		if want := "Имя;Почта;Пароль;r7_status;r7_message\r\nАнна Иванова;anna@example.ru;;failed;\"\"\"нет\"\" - так... ?\"\r\n"; err != nil || back != want {
			t.Errorf("copy = %q, %v, want %q", back, err, want)
		}
	})
	t.Run("utf-16", func(t *testing.T) {
		wide := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
		text, _ := wide.NewEncoder().String(in)
		got, _, err := annotated(t, "in.csv", []byte(text), source.Options{}, rewrite.Annotation{Marks: mark}, false)
		back, _ := wide.NewDecoder().String(string(got))
		if want := "Имя;Почта;Пароль;r7_status;r7_message\r\nАнна Иванова;anna@example.ru;;failed;«нет» — так… 日\r\n"; err != nil || back != want {
			t.Errorf("copy = %q, %v, want %q", back, err, want)
		}
	})
	t.Run("no formula comes of a missing character", func(t *testing.T) {
		text, _ := charmap.CodePage866.NewEncoder().String(in)
		got, _, _ := annotated(t, "in.csv", []byte(text), source.Options{Encoding: "cp866"},
			rewrite.Annotation{Marks: said(rewrite.Mark{Row: 2, Cells: []string{"failed", "—1+1"}})}, false)
		if !bytes.HasSuffix(got, []byte(";'-1+1\r\n")) {
			t.Errorf("copy = %q", got)
		}
	})
}

// canaries are the passwords of the workbook below.
var canaries = []string{"Кан4рейка-первая", "canary-two-22", "canary&<three>33", "40414243", "canary-four-44"}

// wide is a workbook of three sheets, the first with forty columns.
func wide(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}}})
	must(err)
	money, err := f.NewStyle(&excelize.Style{NumFmt: 4, Border: []excelize.Border{{Type: "bottom", Color: "000000", Style: 1}}})
	must(err)
	must(f.SetSheetName("Sheet1", "Сотрудники"))
	headers := []string{"name", "email", "password", "server", "port", "smtp_server", "smtp_port", "Оклад", "Итог", "Заметка"}
	for len(headers) < 40 {
		headers = append(headers, "Столбец "+strconv.Itoa(len(headers)+1))
	}
	for i, h := range headers {
		cell, _ := excelize.CoordinatesToCellName(i+1, 2)
		must(f.SetCellStr("Сотрудники", cell, h))
		must(f.SetCellStyle("Сотрудники", cell, cell, bold))
	}
	must(f.SetCellStr("Сотрудники", "A1", "Список на 2026 год"))
	must(f.MergeCell("Сотрудники", "A1", "D1"))
	for row := 3; row <= 7; row++ {
		n := strconv.Itoa(row)
		must(f.SetSheetRow("Сотрудники", "A"+n, &[]any{"Анна Иванова " + n, "anna" + n + "@example.org", canaries[row-3], "imap.example.org", 993, "smtp.example.org", 465, 1000 * row}))
		must(f.SetCellFormula("Сотрудники", "I"+n, "=H"+n+"*2"))
		must(f.SetCellStyle("Сотрудники", "H"+n, "I"+n, money))
		must(f.SetRowHeight("Сотрудники", row, 20))
		must(f.SetCellStr("Сотрудники", "AN"+n, "конец"))
	}
	must(f.SetCellInt("Сотрудники", "C6", 40414243))                       // a password that is a number
	must(f.SetCellStr("Сотрудники", "J3", "прежний пароль: "+canaries[0])) // told beside its column
	must(f.SetCellStr("Сотрудники", "A4", canaries[1]))                    // and in a column that feeds another field
	must(f.SetCellFormula("Сотрудники", "J5", "=C5"))                      // and computed
	must(f.SetColWidth("Сотрудники", "A", "B", 30))                        // widths
	must(f.SetColVisible("Сотрудники", "K", false))                        // a hidden column
	must(f.SetPanes("Сотрудники", &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}))
	must(f.AddDataValidation("Сотрудники", func() *excelize.DataValidation {
		v := excelize.NewDataValidation(true)
		v.SetSqref("E3:E100")
		_ = v.SetDropList([]string{"993", "143"})
		return v
	}()))
	must(f.SetConditionalFormat("Сотрудники", "H3:H7", []excelize.ConditionalFormatOptions{{Type: "data_bar", Criteria: "=", MinType: "min", MaxType: "max", BarColor: "#638EC6"}}))
	must(f.AddComment("Сотрудники", excelize.Comment{Cell: "C3", Author: "HR", Paragraph: []excelize.RichTextRun{{Text: canaries[0]}}}))
	for _, name := range []string{"Прежние", "Справка"} {
		_, err := f.NewSheet(name)
		must(err)
	}
	must(f.SetSheetRow("Прежние", "A1", &[]any{"почта", "пароль"}))
	must(f.SetSheetRow("Прежние", "A2", &[]any{"anna3@example.org", canaries[2]}))
	must(f.SetSheetRow("Прежние", "A3", &[]any{"anna5@example.org", 40414243}))
	must(f.SetCellFormula("Справка", "A1", "=SUM(Сотрудники!H3:H7)"))
	must(f.SetCellStr("Справка", "A2", "просто текст"))
	var out bytes.Buffer
	must(f.Write(&out))
	return out.Bytes()
}

// parts returns the parts of a workbook.
func parts(t testing.TB, book []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(content)
	}
	return all
}

func failedAt(rows ...int) iter.Seq2[rewrite.Mark, error] {
	var marks []rewrite.Mark
	for row := 3; row <= 7; row++ {
		m := rewrite.Mark{Row: row, Cells: []string{"created", ""}}
		if slices.Contains(rows, row) {
			m = rewrite.Mark{Row: row, Cells: []string{"failed", "=cmd|' /C calc'!A0"}, Fill: xlsx.Red, Failed: true,
				Bad: map[int]xlsx.Fill{4: xlsx.Red, 7: xlsx.Yellow, 10: xlsx.Red}}
		}
		marks = append(marks, m)
	}
	return said(marks...)
}

func TestAnnotateWorkbookKeepsItsParts(t *testing.T) {
	in := wide(t)
	out, done, err := annotated(t, "in.xlsx", in, source.Options{Sheet: "Сотрудники"}, rewrite.Annotation{Marks: failedAt(4, 6)}, false)
	if err != nil || done.Rows != 5 {
		t.Fatalf("Annotate = %+v, %v", done, err)
	}
	before, after := parts(t, in), parts(t, out)
	for name, was := range before {
		is, there := after[name]
		switch {
		case !there:
			t.Errorf("the part %s is missing", name)
		case slices.Contains([]string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"}, name):
		case name == "xl/comments1.xml", name == "xl/worksheets/sheet2.xml": // told passwords
		case is != was:
			t.Errorf("the part %s has changed:\n%s", name, cmp.Diff(was, is))
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d parts have become %d", len(before), len(after))
	}
	secrets := make(map[string]string)
	for _, c := range canaries {
		secrets[c] = c
	}
	for name, content := range after {
		if name == "xl/worksheets/sheet1.xml" {
			content = strings.Replace(content, canaries[1], "", 1) // what is the name of a person as well
		}
		if found := searched(t, content, secrets); len(found) > 0 {
			t.Errorf("%s tells passwords: %v", name, found)
		}
	}
	// Cut out of the sheet what is ours, and the passwords: the rest is byte for byte as it was.
	ours := regexp.MustCompile(`<c r="A[OP]\d+"[^>]*?(/>|>.*?</c>)|<col min="4[12]"[^>]*/>`)
	sheet := ours.ReplaceAllString(after["xl/worksheets/sheet1.xml"], "")
	cells := regexp.MustCompile(`<c r="([A-Z]+)(\d+)"[^>]*?(/>|>.*?</c>)`)
	shape := func(text string) string {
		text = regexp.MustCompile(`<dimension[^>]*>| spans="[^"]*"`).ReplaceAllString(text, "")
		return cells.ReplaceAllStringFunc(text, func(c string) string {
			m := cells.FindStringSubmatch(c)
			row, _ := strconv.Atoi(m[2])
			switch {
			case m[1] == "C" && row > 2, m[1]+m[2] == "J3", m[1]+m[2] == "J5", m[1]+m[2] == "A4":
				return "[" + m[1] + m[2] + "]"
			case (row == 4 || row == 6) && slices.Contains([]string{"E", "H", "K"}, m[1]):
				return regexp.MustCompile(` s="\d+"`).ReplaceAllString(c, "")
			}
			return c
		})
	}
	was := shape(before["xl/worksheets/sheet1.xml"])
	sheet = strings.ReplaceAll(shape(sheet), `<c r="K4"/>`, "")
	sheet = strings.ReplaceAll(sheet, `<c r="K6"/>`, "")
	if diff := cmp.Diff(was, sheet); diff != "" {
		t.Errorf("the sheet has changed besides, want - got +\n%s", diff)
	}

	book, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for cell, want := range map[string]string{
		"A4": canaries[1], "B4": "anna4@example.org", "C4": "", "C6": "", "J3": "", "AN4": "конец",
		"AO2": "r7_status", "AP2": "r7_message", "AO3": "created", "AO4": "failed", "AP4": "=cmd|' /C calc'!A0", "AP3": "",
	} {
		if got, err := book.GetCellValue("Сотрудники", cell); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", cell, got, err, want)
		}
	}
	if formula, _ := book.GetCellFormula("Сотрудники", "AP4"); formula != "" {
		t.Errorf("AP4 is the formula %q", formula)
	}
	for cell, want := range map[string]string{"E4": "FFC7CD", "H4": "FFEB9B", "AO4": "FFC7CD", "K6": "FFC7CD", "E3": "", "H3": ""} {
		id, _ := book.GetCellStyle("Сотрудники", cell)
		style, err := book.GetStyle(id)
		got := ""
		if err == nil && len(style.Fill.Color) > 0 {
			got = style.Fill.Color[0]
		}
		if got != want {
			t.Errorf("%s has the fill %q, want %q", cell, got, want)
		}
	}
	money, _ := book.GetCellStyle("Сотрудники", "H4")
	if style, err := book.GetStyle(money); err != nil || style.NumFmt != 4 || len(style.Border) != 1 {
		t.Errorf("the format of H4 is %+v, %v, want its number format and border", style, err)
	}
}

// TestAnnotateAgain: a corrected copy gets its colours and words anew.
func TestAnnotateAgain(t *testing.T) {
	first, _, err := annotated(t, "in.xlsx", wide(t), source.Options{Sheet: "Сотрудники"}, rewrite.Annotation{Marks: failedAt(4, 6)}, true)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := annotated(t, "in.xlsx", first, source.Options{Sheet: "Сотрудники"}, rewrite.Annotation{Marks: failedAt(6)}, true)
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(again))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for cell, want := range map[string]string{"AO2": "r7_status", "AQ2": "", "AO4": "created", "AP4": "", "AO6": "failed", "C4": canaries[1]} {
		if got, _ := book.GetCellValue("Сотрудники", cell); got != want {
			t.Errorf("%s = %q, want %q", cell, got, want)
		}
	}
	for cell, painted := range map[string]bool{"E4": false, "AO4": false, "E6": true, "AO6": true} {
		id, _ := book.GetCellStyle("Сотрудники", cell)
		style, _ := book.GetStyle(id)
		if got := style != nil && len(style.Fill.Color) > 0; got != painted {
			t.Errorf("%s is painted: %v, want %v", cell, got, painted)
		}
	}
}

func TestAnnotateOnlyFailedRows(t *testing.T) {
	out, _, err := annotated(t, "in.xlsx", wide(t), source.Options{Sheet: "Сотрудники"}, rewrite.Annotation{Marks: failedAt(6), OnlyFailed: true}, false)
	if err != nil {
		t.Fatal(err)
	}
	sheet := parts(t, out)["xl/worksheets/sheet1.xml"]
	for _, want := range []string{`<row r="3" hidden="1"/>`, `<row r="7" hidden="1"/>`, "<row r=\"6\"", "anna6"} {
		if !strings.Contains(sheet, want) && want != "anna6" {
			t.Errorf("the sheet lacks %s", want)
		}
	}
	if strings.Contains(sheet, "<f>H6*2</f>") || strings.Contains(sheet, "=H6") {
		t.Error("a formula was left that other rows may have been the origin of")
	}
	file, _ := saved(t, "failed.xlsx", out, source.Options{Sheet: "Сотрудники"})
	names := make([]string, len(file.Columns()))
	names[1] = "email"
	var rows []int
	for r, err := range file.Records(t.Context(), names) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r.Row)
	}
	if !slices.Equal(rows, []int{6}) {
		t.Errorf("the copy has the rows %v, want 6 alone", rows)
	}
	for _, n := range file.Notices() {
		if n.Code == "ROWS_HIDDEN" {
			t.Errorf("rows that are not there are called hidden: %v", n)
		}
	}
}

func TestAnnotateProtectedWorkbook(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(wide(t)))
	if err != nil {
		t.Fatal(err)
	}
	var locked bytes.Buffer
	if err := errors.Join(f.Write(&locked, excelize.Options{Password: "sesame"}), f.Close()); err != nil {
		t.Fatal(err)
	}
	out, _, err := annotated(t, "in.xlsx", locked.Bytes(), source.Options{Sheet: "Сотрудники", WorkbookPassword: account.NewSecret("sesame")}, rewrite.Annotation{Marks: failedAt(4)}, false)
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(out), excelize.Options{Password: "sesame"})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got, _ := book.GetCellValue("Сотрудники", "AO4"); got != "failed" {
		t.Errorf("AO4 = %q", got)
	}
}

func TestAnnotateEndsWithItsMarks(t *testing.T) {
	broken := errors.New("no more rows")
	marks := func(yield func(rewrite.Mark, error) bool) { yield(rewrite.Mark{}, broken) }
	for name, content := range map[string][]byte{"in.csv": []byte("name,email,password\nA,a@b.ru,x\n"), "in.xlsx": wide(t)} {
		o := source.Options{}
		if name == "in.xlsx" {
			o.Sheet = "Сотрудники"
		}
		if _, _, err := annotated(t, name, content, o, rewrite.Annotation{Marks: marks}, false); !errors.Is(err, broken) {
			t.Errorf("%s: Annotate = %v, want %v", name, err, broken)
		}
	}
}

// TestLibreOfficeOpensTheCopy: where LibreOffice is there, it turns the copy into a PDF
// with what was said in it.
func TestLibreOfficeOpensTheCopy(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed")
	}
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	out, _, err := annotated(t, "in.xlsx", wide(t), source.Options{Sheet: "Сотрудники"}, rewrite.Annotation{Marks: failedAt(4, 6)}, false)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "copy.xlsx")
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76", "--outdir", dir, path)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	text, err := os.ReadFile(filepath.Join(dir, "copy.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"r7_status;r7_message", ";конец;failed;=cmd|' /C calc'!A0", ";8,000.00;"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("LibreOffice does not show %q:\n%s", want, text)
		}
	}
}
