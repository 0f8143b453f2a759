package source_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	textenc "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/mapping"
)

// redacted returns the copy of a file with its secrets masked.
func redacted(t testing.TB, name string, content []byte, o source.Options) ([]byte, rewrite.Redacted, error) {
	t.Helper()
	file, _ := saved(t, name, content, o)
	binding, err := mapping.Bind(file.Columns(), mapping.Options{Draft: true, WithoutPasswords: true})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	done, err := file.Redact(t.Context(), &out, binding.Columns(), rewrite.Redaction{
		Secret: binding.Secrets(file.Columns()), Kept: binding.Harmless(file.Columns()), Astray: binding.Astray, Mask: mapping.Mask, Temp: t.TempDir(),
	})
	return out.Bytes(), done, err
}

func TestRedactText(t *testing.T) {
	for _, tc := range []struct {
		name     string
		in, want string
		cells    int
		whole    []int
	}{
		{"plain", "name,email,password\nA,a@b.ru,x\nB,b@b.ru,\n", "name,email,password\nA,a@b.ru,***\nB,b@b.ru,\n", 1, nil},
		{"every kind of secret", "email,password,smtp_password,portal_password,portal_token\na@b.ru,1,2,3,4\n", "email,password,smtp_password,portal_password,portal_token\na@b.ru,***,***,***,***\n", 4, nil},
		{"secrets of other programs", "email,password,Пароль от 1С\na@b.ru,x,y\n", "email,password,Пароль от 1С\na@b.ru,***,***\n", 2, nil},
		{"names nobody foresaw", "email,Kennwort,,psw,Код\na@b.ru,x,y,z,w\n", "email,Kennwort,,psw,Код\na@b.ru,***,***,***,***\n", 4, nil},
		{"names known to be harmless", "email,password,Отдел,Табельный номер,Фамилия,r7_status,r7_password\na@b.ru,x,Склад,7,A,created,y\n",
			"email,password,Отдел,Табельный номер,Фамилия,r7_status,r7_password\na@b.ru,***,Склад,7,A,created,***\n", 2, nil},
		{"a secret in a name", "email,password (now canary-1)\na@b.ru,canary-1\n", "email,***\na@b.ru,***\n", 2, nil},
		{"no line end at the end", "email;password\r\na@b.ru;x\r\nb@b.ru;y", "email;password\r\na@b.ru;***\r\nb@b.ru;***", 2, nil},
		{"old Macintosh", "email\tpassword\ra@b.ru\tx\r", "email\tpassword\ra@b.ru\t***\r", 1, nil},
		{"quotation marks and line breaks", "email,password,note\na@b.ru,\"x,\"\"y\"\"\nz\",\"n\nm\"\nb@b.ru,z,\n", "email,password,note\na@b.ru,\"***\",\"***\"\nb@b.ru,***,\n", 3, nil},
		{"title, declared delimiter, mark", "\ufeffsep=;\nПароли сотрудников\n\nemail;password\na@b.ru;x\n", "\ufeffsep=;\n***\n\nemail;password\na@b.ru;***\n", 2, nil},
		{"blanks only", "email,password\na@b.ru,  \nb@b.ru,\" \"\n", "email,password\na@b.ru,  \nb@b.ru,\" \"\n", 0, nil},
		{"header and totals again", "email,password\na@b.ru,x\nemail,password\nИтого,1\n", "email,password\na@b.ru,***\nemail,password\nИтого,***\n", 2, nil},
		{"remarks", "email,password\n# старый пароль x,\na@b.ru,x\n#b@b.ru,y\n", "email,password\n# ***,\na@b.ru,***\n#b@b.ru,***\n", 3, []int{2}},
		{"delimiter inside a password", "email,password,name\na@b.ru,x,y,A\nb@b.ru,z,B\n", "email,password,name\n***,***,***,***\nb@b.ru,***,B\n", 5, []int{2}},
		{"a cell less", "name,email,password\nx,a@b.ru\nB,b@b.ru,y\n", "name,email,password\n***,***\nB,b@b.ru,***\n", 3, []int{2}},
		{"slipped to the left", "name,email,password,note\na@b.ru,secret,x,\nB,b@b.ru,y,\n", "name,email,password,note\n***,***,***,\nB,b@b.ru,***,\n", 4, []int{2}},
		{"slipped under a port", "email,port,password\na@b.ru,secret,993\nb@b.ru,993,y\n", "email,port,password\n***,***,***\nb@b.ru,993,***\n", 4, []int{2}},
		{"stray quotation mark", "email,password\na@b.ru,\"x\"y\nb@b.ru,z\n", "email,password\n***\nb@b.ru,***\n", 2, []int{2}},
		{"unclosed quotation mark", "email,password\na@b.ru,\"x\nb@b.ru,z\n", "email,password\n***\nb@b.ru,***\n", 2, []int{2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, done, err := redacted(t, "a.csv", []byte(tc.in), source.Options{})
			if err != nil || string(got) != tc.want {
				t.Errorf("Redact(%q) = %q, %v; want %q", tc.in, got, err, tc.want)
			}
			if done.Cells != tc.cells || !slices.Equal(done.Whole, tc.whole) {
				t.Errorf("Redact(%q) masked %d cells and the rows %v, want %d and %v", tc.in, done.Cells, done.Whole, tc.cells, tc.whole)
			}
		})
	}
}

func TestRedactKeepsTheEncoding(t *testing.T) {
	const in, want = "Имя;Почта;Пароль\r\nЁлкина;a@b.ru;тайна 1\r\nБорщёв;b@b.ru;\r\n", "Имя;Почта;Пароль\r\nЁлкина;a@b.ru;***\r\nБорщёв;b@b.ru;\r\n"
	for name, encoding := range encodings {
		t.Run(name, func(t *testing.T) {
			content, err := encoding.NewEncoder().Bytes([]byte(in))
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := redacted(t, "a.csv", content, source.Options{Encoding: name})
			if err != nil {
				t.Fatal(err)
			}
			if text, _ := encoding.NewDecoder().Bytes(got); string(bytes.TrimPrefix(text, []byte("\ufeff"))) != want {
				t.Errorf("Redact = %q, want %q", text, want)
			}
			if bytes.HasPrefix(content, []byte("\xff\xfe")) != bytes.HasPrefix(got, []byte("\xff\xfe")) {
				t.Error("the byte order mark is not what it was")
			}
		})
	}
}

var encodings = map[string]textenc.Encoding{
	"windows-1251": charmap.Windows1251, "koi8-r": charmap.KOI8R,
	"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
}

func TestRedactMasksTheSameTextElsewhere(t *testing.T) {
	const in = "email,password,department,name\na@b.ru,secret-1,secret-2,1\nb@b.ru,secret-2,secret-1 ,123\nc@b.ru,123,,\n"
	const want = "email,password,department,name\na@b.ru,***,***,1\nb@b.ru,***,***,123\nc@b.ru,***,,\n"
	got, done, err := redacted(t, "a.csv", []byte(in), source.Options{})
	if err != nil || string(got) != want {
		t.Errorf("Redact(%q) = %q, %v; want %q", in, got, err, want)
	}
	if diff := cmp.Diff(map[int]int{2: 2}, done.Alike); diff != "" {
		t.Errorf("Alike: want - got +\n%s", diff)
	}
}

// TestRedactFindsSecretsAmongWords: what people note about a password beside it.
func TestRedactFindsSecretsAmongWords(t *testing.T) {
	for note, want := range map[string]int{
		"пароль: canary-1": 1, "пароль:canary-1": 1, "pass=canary-1;": 1, "anna/canary-1": 1, "new (canary-1), old «x»": 1, "ask\ncanary-1": 1,
		"canary-1": 1, "пароль:a:b/c=": 1,
		"canary-12": 0, "canary": 0, "": 0, "123": 0, "call anna": 0,
	} {
		in := "email,password,department\na@b.ru,canary-1,\nb@b.ru,a:b/c=,\nc@b.ru,123,\"" + note + "\"\n"
		_, done, err := redacted(t, "a.csv", []byte(in), source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, a := range done.Alike {
			found += a
		}
		if found != want {
			t.Errorf("Redact with the note %q tells of %d cells, want %d", note, found, want)
		}
	}
}

// TestRedactedTextHoldsNoSecret: whatever a table of passwords looks like, none of
// them is in the copy, and the copy has the same rows.
func TestRedactedTextHoldsNoSecret(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		delim := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(rt, "delimiter")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(rt, "line end")
		in := "name" + delim + "email" + delim + "password" + delim + "port" + end
		n := rapid.IntRange(1, 6).Draw(rt, "rows")
		for range n {
			cells := []string{"A", "a@b.ru", "kanarienvogel" + rapid.StringMatching(`["',; \n#x]{0,6}`).Draw(rt, "tail"), "993"}
			for i, c := range cells {
				if rapid.Bool().Draw(rt, "quoted") || strings.ContainsAny(c, "\"\n") && rapid.IntRange(0, 3).Draw(rt, "sound") > 0 {
					cells[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
				}
			}
			in += strings.Join(cells, delim) + end
		}
		got, _, err := redacted(t, "a.csv", []byte(in), source.Options{Delimiter: rune(delim[0])})
		if err != nil {
			rt.Fatalf("Redact(%q): %v", in, err)
		}
		if bytes.Contains(got, []byte("kanarienvogel")) {
			rt.Fatalf("Redact(%q) = %q", in, got)
		}
		if len(rowsOf(t, got, rune(delim[0]))) < n-1 {
			rt.Fatalf("Redact(%q) = %q has fewer rows", in, got)
		}
	})
}

func rowsOf(t *testing.T, text []byte, delim rune) []line {
	return read(t, string(text), source.Options{Delimiter: delim})
}

// newWorkbook makes a workbook of one sheet.
func newWorkbook(t *testing.T, o excelize.Options, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func setRow(t *testing.T, f *excelize.File, cell string, values ...any) {
	t.Helper()
	if err := f.SetSheetRow("Sheet1", cell, &values); err != nil {
		t.Fatal(err)
	}
}

// everything returns all parts of a workbook, unpacked, one behind the other.
func everything(t *testing.T, content []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, part := range z.File {
		in, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, in); err != nil {
			t.Fatalf("%s: %v", part.Name, err)
		}
		_ = in.Close()
	}
	return all.String()
}

func TestRedactWorkbook(t *testing.T) {
	content := newWorkbook(t, excelize.Options{}, func(f *excelize.File) {
		setRow(t, f, "A1", "Список паролей: kanarienvogel-title")
		setRow(t, f, "A3", "Имя", "Почта", "Пароль", "Пароль SMTP", "Порт", "Отдел")
		setRow(t, f, "A4", "Анна", "a@b.ru", "kanarienvogel-1", nil, 993, "Склад")
		setRow(t, f, "A5", "Склад", "b@b.ru", "Склад", 20261127, 993, "Бухгалтерия")
		setRow(t, f, "A6", "Глеб", "c@b.ru", "kanarienvogel-old", true, 993, "")
		setRow(t, f, "C6", "kanarienvogel-3") // the old text stays among the shared ones
		if err := errors.Join(f.SetCellFormula("Sheet1", "D4", `C4&"kanarienvogel-formula"`), f.SetColWidth("Sheet1", "A", "A", 33)); err != nil {
			t.Fatal(err)
		}
	})
	got, done, err := redacted(t, "a.xlsx", content, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if all := everything(t, got); strings.Contains(all, "kanarienvogel") || strings.Contains(all, "20261127") {
		t.Errorf("the copy holds a secret:\n%s", all)
	}
	if done.Cells != 7 || len(done.Whole) > 0 {
		t.Errorf("Redact masked %d cells and the rows %v, want 7 and none", done.Cells, done.Whole)
	}
	if diff := cmp.Diff(map[int]int{0: 1, 5: 1}, done.Alike); diff != "" {
		t.Errorf("Alike: want - got +\n%s", diff)
	}
	want := [][]string{
		nil, nil, {"Имя", "Почта", "Пароль", "Пароль SMTP", "Порт", "Отдел"},
		{"Анна", "a@b.ru", "***", "", "993", "***"}, {"***", "b@b.ru", "***", "***", "993", "Бухгалтерия"}, {"Глеб", "c@b.ru", "***", "***", "993"},
	}
	if diff := cmp.Diff(want, sheetRows(t, got, "Sheet1")); diff != "" {
		t.Errorf("rows: want - got +\n%s", diff)
	}
}

// sheetRows returns the cells of a sheet as excelize reads them.
func sheetRows(t *testing.T, content []byte, sheet string) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestRedactTakesTheTableAlone: of what else a workbook has nothing is in the copy,
// because nobody can search it all.
func TestRedactTakesTheTableAlone(t *testing.T) {
	content := newWorkbook(t, excelize.Options{}, func(f *excelize.File) {
		setRow(t, f, "A1", "email", "password")
		setRow(t, f, "A2", "a@b.ru", "kanarienvogel-1")
		setRow(t, f, "E2", "kanarienvogel-1 beside the table")
		if _, err := f.NewSheet("Архив"); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.SetCellStr("Архив", "AB7", "kanarienvogel-1"), f.SetCellStr("Архив", "A1", "other")); err != nil {
			t.Fatal(err)
		}
	})
	got, _, err := redacted(t, "a.xlsx", content, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if sheets := f.GetSheetList(); !slices.Equal(sheets, []string{"Sheet1"}) {
		t.Errorf("the copy has the sheets %q, want the table's alone", sheets)
	}
	if all := everything(t, got); strings.Contains(all, "kanarienvogel") || strings.Contains(all, "Архив") {
		t.Errorf("the copy holds something of the other sheet:\n%s", all)
	}
}

// TestRedactKeepsKindsOfCells: the checks find in the copy what they find in the original.
func TestRedactKeepsKindsOfCells(t *testing.T) {
	sheet := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
		`<row r="2"><c r="B2" t="str"><v>email</v></c><c r="C2" t="str"><v>port</v></c><c r="D2" t="str"><v>name</v></c><c r="E2" t="str"><v>password</v></c><c r="F2" t="str"><v>server</v></c></row>` +
		`<row r="4" hidden="1"><c r="B4" t="str"><v>a@b.ru</v></c><c r="C4"><v>993.0</v></c><c r="D4" s="3"><v>7</v></c><c r="E4" t="str"><v>x</v></c></row>` +
		`<row r="6"><c r="B6" t="str"><v>b@b.ru</v></c><c r="C6" s="2"><v>46000</v></c><c r="D6" t="b"><v>1</v></c></row>` +
		`<row r="7"><c r="B7" t="str"><v>c@b.ru</v></c><c r="D7" t="str"><v> _x005F_x0041_ &lt;
é</v></c></row>` +
		`<row r="8"><c r="B8" t="str"><v>d@b.ru</v></c><c r="D8" t="e"><v>#N/A</v></c></row>` +
		`<row r="9"><c r="B9" t="str"><v>e@b.ru</v></c><c r="F9" t="str"><v>imap.b.ru</v></c></row><row r="10"><c r="B10" t="str"><v>f@b.ru</v></c><c r="F10"/></row></sheetData>` +
		`<mergeCells count="2"><mergeCell ref="F9:F10"/><mergeCell ref="B1:D1"/></mergeCells></worksheet>`
	in := newBook(part{"xl/worksheets/sheet1.xml", sheet})
	got, _, err := redacted(t, "a.xlsx", in, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := func(content []byte) []line {
		rows := read(t, string(content), source.Options{})
		for i := range rows {
			rows[i].Password = ""
		}
		return rows
	}
	want, have := rows(in), rows(got)
	if len(want) != 6 {
		t.Fatalf("the original has the rows %v, want 6", want)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the rows of the original - of the copy +\n%s", diff)
	}
	f, err := excelize.OpenReader(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if merged, err := f.GetMergeCells("Sheet1"); err != nil || len(merged) != 1 || merged[0][0] != "F9:F10" {
		t.Errorf("merged ranges %v, %v, want F9:F10", merged, err)
	}
}

func TestRedactWorkbookWithPassword(t *testing.T) {
	o := excelize.Options{Password: "ключ"}
	content := newWorkbook(t, o, func(f *excelize.File) {
		setRow(t, f, "A1", "email", "password")
		setRow(t, f, "A2", "a@b.ru", "kanarienvogel-1")
	})
	got, _, err := redacted(t, "a.xlsx", content, source.Options{WorkbookPassword: account.NewSecret("ключ")})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(got), o)
	if err != nil {
		t.Fatalf("the copy does not open with the password of the original: %v", err)
	}
	defer f.Close()
	if text, _ := f.GetCellValue("Sheet1", "B2"); text != "***" {
		t.Errorf("B2 is %q, want it masked", text)
	}
}

// TestRedactForeignXML: prefixes, shared formulas, rich text, rows without numbers.
func TestRedactForeignXML(t *testing.T) {
	sheet := `<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>` +
		`<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>` +
		`<x:row><x:c t="inlineStr"><x:is><x:t>a@b.ru</x:t></x:is></x:c><x:c s="1" t="s"><x:v>2</x:v></x:c></x:row>` +
		`<x:row><x:c t="inlineStr"><x:is><x:t>b@b.ru</x:t></x:is></x:c><x:c t="str"><x:f t="shared" si="0" ref="B3:B4">"kanarien"&amp;"vogel"</x:f><x:v>kanarienvogel</x:v></x:c></x:row>` +
		`<x:row><x:c t="inlineStr"><x:is><x:t>c@b.ru</x:t></x:is></x:c><x:c t="str"><x:f t="shared" si="0"/><x:v>kanarienvogel</x:v></x:c></x:row>` +
		`<x:row><x:c t="inlineStr"><x:is><x:t>d@b.ru</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:r><x:t>kanarien</x:t></x:r><x:r><x:t>vogel</x:t></x:r></x:is></x:c><x:c/></x:row>` +
		`</x:sheetData></x:worksheet>`
	shared := `<x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:si><x:t>email</x:t></x:si><x:si><x:t>password</x:t></x:si><x:si><x:r><x:t>kanarienvogel</x:t></x:r></x:si></x:sst>`
	got, done, err := redacted(t, "a.xlsx", newBook(part{"xl/worksheets/sheet1.xml", sheet}, part{"xl/sharedStrings.xml", shared}), source.Options{})
	if err != nil || done.Cells != 4 {
		t.Fatalf("Redact masked %d cells, %v; want 4", done.Cells, err)
	}
	want := [][]string{{"email", "password"}, {"a@b.ru", "***"}, {"b@b.ru", "***"}, {"c@b.ru", "***"}, {"d@b.ru", "***"}}
	if diff := cmp.Diff(want, sheetRows(t, got, "Sheet1")); diff != "" {
		t.Errorf("rows: want - got +\n%s", diff)
	}
	if all := everything(t, got); strings.Contains(all, "kanarien") {
		t.Errorf("the copy holds a secret:\n%s", all)
	}
}

// FuzzRedact redacts foreign bytes as a text and as the sheet of a workbook: whatever
// can be opened is copied or refused, and a copy can be opened again.
func FuzzRedact(f *testing.F) {
	f.Add([]byte("email,password\na@b.ru,\"x\ny\"\n#z\n"), false)
	f.Add([]byte("\xff\xfee\x00m\x00a\x00i\x00l\x00;\x00password\n"), false)
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>email</v></c><c r="B1" t="str"><v>password</v></c></row><row r="2"><c r="B2" t="str"><f>1</f><v>x</v></c></row></sheetData></worksheet>`), true)
	f.Add([]byte(`<x:worksheet><x:sheetData><x:row><x:c t="str"><x:v>email</x:v></x:c></x:row></x:sheetData></x:worksheet>`), true)
	f.Fuzz(func(t *testing.T, content []byte, sheet bool) {
		if sheet {
			content = newBook(part{"xl/worksheets/sheet1.xml", string(content)})
		}
		open := func(in []byte) (*source.File, error) {
			return source.Open(t.Context(), "-", source.Options{Stdin: bytes.NewReader(in), Known: isKnown})
		}
		file, err := open(content)
		if err != nil {
			return
		}
		defer file.Close()
		secret, kept := make([]bool, len(file.Columns())), make([]bool, len(file.Columns()))
		for i, name := range names(file.Columns()) {
			secret[i], kept[i] = name == "password", name != "password"
		}
		var out bytes.Buffer
		_, err = file.Redact(t.Context(), &out, names(file.Columns()), rewrite.Redaction{
			Secret: secret, Kept: kept, Mask: "***", Astray: func([]string) bool { return false }, Temp: t.TempDir(),
		})
		if err != nil {
			var p *diagnosis.Problem
			if !errors.As(err, &p) {
				t.Fatalf("Redact: %v, which is no problem", err)
			}
			return
		}
		again, err := open(out.Bytes())
		if err != nil {
			t.Fatalf("the copy cannot be opened: %v\n%q", err, out.Bytes())
		}
		defer again.Close()
		if diff := cmp.Diff(file.Columns(), again.Columns()); diff != "" {
			t.Fatalf("columns: of the original - of the copy +\n%s", diff)
		}
	})
}
