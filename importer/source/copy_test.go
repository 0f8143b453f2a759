package source_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	textenc "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/mapping"
)

// saved writes a file of that name and opens it. It returns its path too.
func saved(t testing.TB, name string, content []byte, o source.Options) (*source.File, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Known = mapping.Known
	file, err := source.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file, path
}

// copied returns the copy of a file that is written under that name.
func copied(t *testing.T, name string, content []byte, o source.Options, add rewrite.Added) ([]byte, error) {
	t.Helper()
	file, path := saved(t, name, content, o)
	var out bytes.Buffer
	err := file.Copy(t.Context(), &out, add)
	if after, _ := os.ReadFile(path); !bytes.Equal(after, content) {
		t.Error("the input has changed")
	}
	return out.Bytes(), err
}

func TestCopyOfText(t *testing.T) {
	fresh := func(cells map[int]string) rewrite.Added {
		return rewrite.Added{Column: -1, Header: "portal_user", Cells: cells}
	}
	two := fresh(map[int]string{2: "a@x.ru", 3: "b@x.ru"})
	for _, tc := range []struct {
		name     string
		in, want string
		add      rewrite.Added
	}{
		{"plain", "name,email\nA,a@b.ru\nB,b@b.ru\n", "name,email,portal_user\nA,a@b.ru,a@x.ru\nB,b@b.ru,b@x.ru\n", two},
		{"no line end at the end", "name;email\r\nA;a@b.ru\r\nB;b@b.ru", "name;email;portal_user\r\nA;a@b.ru;a@x.ru\r\nB;b@b.ru;b@x.ru", two},
		{"old Macintosh", "name\temail\rA\ta@b.ru\rB\tb@b.ru\r", "name\temail\tportal_user\rA\ta@b.ru\ta@x.ru\rB\tb@b.ru\tb@x.ru\r", two},
		{"byte order mark", "\ufeffname,email\nA,a@b.ru\n", "\ufeffname,email,portal_user\nA,a@b.ru,a@x.ru\n", two},
		{"row nobody was found for", "name,email\nA,a@b.ru\nB,b@b.ru\n", "name,email,portal_user\nA,a@b.ru,\nB,b@b.ru,b@x.ru\n", fresh(map[int]string{3: "b@x.ru"})},
		{"blank row", "name,email\nA,a@b.ru\n\nB,b@b.ru\n", "name,email,portal_user\nA,a@b.ru,\n\nB,b@b.ru,\n", fresh(nil)},
		{"row of another width", "name,email,note\nA,a@b.ru\nB,b@b.ru,x\n", "name,email,note,portal_user\nA,a@b.ru\nB,b@b.ru,x,\n", fresh(nil)},
		{"quotes stay", "name,email\n\"A,\"\"B\"\"\nC\",\"a@b.ru\"\nB,b@b.ru\n", "name,email,portal_user\n\"A,\"\"B\"\"\nC\",\"a@b.ru\",a@x.ru\nB,b@b.ru,d@x.ru\n",
			fresh(map[int]string{2: "a@x.ru", 4: "d@x.ru"})},
		{"title and declared delimiter", "sep=;\nСотрудники\n\nname;email\nA;a@b.ru\n", "sep=;\nСотрудники\n\nname;email;portal_user\nA;a@b.ru;a@x.ru\n", fresh(map[int]string{5: "a@x.ru"})},
		{"empty columns behind", "name,email,,\nA,a@b.ru,,\nB,b@b.ru\n", "name,email,portal_user,\nA,a@b.ru,a@x.ru,\nB,b@b.ru,b@x.ru\n", two},
		{"short row", "name,email,note\nA,a@b.ru\nB,b@b.ru,x\n", "name,email,note,portal_user\nA,a@b.ru,,a@x.ru\nB,b@b.ru,x,b@x.ru\n", two},
		{"quote inside a cell", "name,email\nA\"x,a@b.ru\nB,b@b.ru\n", "name,email,portal_user\nA\"x,a@b.ru,a@x.ru\nB,b@b.ru,b@x.ru\n", two},
		{"stray quote", "name,email\n\"A\"x,a@b.ru\nB,b@b.ru\n", "name,email,portal_user\n\"A\"x,a@b.ru\nB,b@b.ru,b@x.ru\n", two},
		{"padded cells", "name, email\nA, \"a,@b.ru\"\nB, b@b.ru\nC, \nD, d@b.ru\n", "name, email,portal_user\nA, \"a,@b.ru\",a@x.ru\nB, b@b.ru,b@x.ru\nC, ,\nD, d@b.ru,\n", two},
		{"lines in quotes", "\"name,\"\"email\"\"\"\n\"A,a@b.ru\"\n\"B,\"\"b@b.ru\"\"\"\n", "name,\"email\",portal_user\nA,a@b.ru,a@x.ru\nB,\"b@b.ru\",b@x.ru\n", two},
		{"line break in the last cell", "name,email\na@b.ru,\"A\nB\"", "name,email,portal_user\na@b.ru,\"A\nB\",a@x.ru", two},
		{"text with a delimiter", "name,email\nA,a@b.ru\n", "name,email,\"portal,user\"\nA,a@b.ru,\"a \"\"b\"\"\"\n",
			rewrite.Added{Column: -1, Header: "portal,user", Cells: map[int]string{2: `a "b"`}}},
		{"column that is there", "portal_user,email\n,a@b.ru\nold@x.ru,b@b.ru\n\" \",c@b.ru\n", "portal_user,email\na@x.ru,a@b.ru\nold@x.ru,b@b.ru\nc@x.ru,c@b.ru\n",
			rewrite.Added{Column: 0, Header: "no matter", Cells: map[int]string{2: "a@x.ru", 3: "b@x.ru", 4: "c@x.ru"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := copied(t, "in.csv", []byte(tc.in), source.Options{}, tc.add)
			if err != nil || string(got) != tc.want {
				t.Errorf("copy of %q = %q, %v, want %q", tc.in, got, err, tc.want)
			}
		})
	}
}

func TestCopyKeepsTheEncoding(t *testing.T) {
	const in = "Имя;Почта\r\nАнна Иванова;anna@example.ru\r\nБорис Петров;boris@example.ru\r\nВера Соколова-Микитова;vera@example.ru\r\n"
	const want = "Имя;Почта;Владелец\r\nАнна Иванова;anna@example.ru;анна@пример.рф\r\nБорис Петров;boris@example.ru;\r\nВера Соколова-Микитова;vera@example.ru;\r\n"
	add := rewrite.Added{Column: -1, Header: "Владелец", Cells: map[int]string{2: "анна@пример.рф"}}
	for name, e := range map[string]textenc.Encoding{
		"windows-1251": charmap.Windows1251, "koi8-r": charmap.KOI8R, "cp866": charmap.CodePage866, "utf-8": textenc.Nop,
		"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	} {
		t.Run(name, func(t *testing.T) {
			encode := func(text string) []byte {
				out, err := e.NewEncoder().Bytes([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			got, err := copied(t, "in.csv", encode(in), source.Options{Encoding: name}, add)
			if err != nil || !bytes.Equal(got, encode(want)) {
				t.Errorf("copy = %q, %v, want %q", got, err, encode(want))
			}
		})
	}
	t.Run("a character it lacks", func(t *testing.T) {
		text, _ := charmap.Windows1251.NewEncoder().String(in)
		add.Cells = map[int]string{3: "日本@example.ru"}
		_, err := copied(t, "in.csv", []byte(text), source.Options{Encoding: "windows-1251"}, add)
		var p *diagnosis.Problem
		if !asProblem(err, &p) || p.Code != diagnosis.TextUnwritable || p.Place.Row != 3 {
			t.Errorf("Copy = %v, want %s in row 3", err, diagnosis.TextUnwritable)
		}
	})
}

func asProblem(err error, p **diagnosis.Problem) (ok bool) {
	*p, ok = err.(*diagnosis.Problem)
	return ok
}

// book is a workbook with a title above its table, which does not begin in column A.
func book(t *testing.T, password string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for cell, text := range map[string]string{
		"B1": "Staff", "B3": "name", "C3": "email", "B4": "Anna", "C4": "anna@example.org", "B5": "Boris", "C5": "boris@example.org"} {
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.NewSheet("Other"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellFormula("Other", "A1", "1+1"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out, excelize.Options{Password: password}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCopyOfAWorkbook(t *testing.T) {
	for _, password := range []string{"", "Kanarienvogel"} {
		o := source.Options{Sheet: "Sheet1", WorkbookPassword: account.NewSecret(password)}
		got, err := copied(t, "in.xlsx", book(t, password), o, rewrite.Added{Column: -1, Header: "portal_user", Cells: map[int]string{5: "b@x.ru"}})
		if err != nil {
			t.Fatal(err)
		}
		if zipped := bytes.HasPrefix(got, []byte("PK")); zipped != (password == "") {
			t.Errorf("the copy of a workbook with password %q begins with %q", password, got[:4])
		}
		f, err := excelize.OpenReader(bytes.NewReader(got), excelize.Options{Password: password})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := f.GetRows("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, row := range rows {
			lines = append(lines, strings.Join(row, "|"))
		}
		want := "|Staff\n\n|name|email|portal_user\n|Anna|anna@example.org\n|Boris|boris@example.org|b@x.ru"
		if text := strings.Join(lines, "\n"); text != want {
			t.Errorf("the sheet is\n%s\nwant\n%s", text, want)
		}
		if formula, _ := f.GetCellFormula("Other", "A1"); formula != "1+1" {
			t.Errorf("the other sheet has lost its formula: %q", formula)
		}
	}
}

// TestCopyOfAWorkbookKeepsItsParts: of a workbook one sheet changes, and a new column
// stands behind what people have noted beside the table.
func TestCopyOfAWorkbookKeepsItsParts(t *testing.T) {
	sheet := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
		`<row r="1"><c r="A1" t="str"><v>email</v></c></row><row r="2"><c r="A2" t="str"><v>a@b.ru</v></c><c r="C2" t="str"><v>note</v></c></row></sheetData></worksheet>`
	in := newBook(part{"xl/worksheets/sheet1.xml", sheet}, part{"xl/vbaProject.bin", "\x00macro"}, part{"customXml/item1.xml", "not XML"})
	got, err := copied(t, "in.xlsx", in, source.Options{}, rewrite.Added{Column: -1, Header: "portal_user", Cells: map[int]string{2: "a@x.ru"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range bookParts {
		if have := partOf(got, p.name); string(have) != p.content {
			t.Errorf("%s has become %q", p.name, have)
		}
	}
	for name, want := range map[string]string{"xl/vbaProject.bin": "\x00macro", "customXml/item1.xml": "not XML"} {
		if have := partOf(got, name); string(have) != want {
			t.Errorf("%s has become %q", name, have)
		}
	}
	want := [][]string{{"email", "", "", "portal_user"}, {"a@b.ru", "", "note", "a@x.ru"}}
	if diff := cmp.Diff(want, sheetRows(t, got, "Sheet1")); diff != "" {
		t.Errorf("rows: want - got +\n%s", diff)
	}
}

func TestCopyFillsAColumnOfAWorkbook(t *testing.T) {
	f := excelize.NewFile()
	for cell, text := range map[string]string{"A1": "portal_user", "B1": "email", "A2": "old@x.ru", "B2": "a@b.ru", "B3": "b@b.ru"} {
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	var in bytes.Buffer
	if err := f.Write(&in); err != nil {
		t.Fatal(err)
	}
	got, err := copied(t, "in.xlsx", in.Bytes(), source.Options{}, rewrite.Added{Column: 0, Cells: map[int]string{2: "a@x.ru", 3: "b@x.ru"}})
	if err != nil {
		t.Fatal(err)
	}
	f, err = excelize.OpenReader(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"A1": "portal_user", "A2": "old@x.ru", "A3": "b@x.ru", "B3": "b@b.ru"} {
		if text, _ := f.GetCellValue("Sheet1", cell); text != want {
			t.Errorf("%s is %q, want %q", cell, text, want)
		}
	}
}

// A copy differs from the text in the added cells only, whatever the text.
func FuzzCopy(f *testing.F) {
	for _, text := range []string{"email,name\na@b.ru,A\n", "email;\"na\r\nme\"\r\n\"a\";\"\"\"\"", "email\r\ra\n\n\"", "\xff\xfee\x00m\x00a\x00i\x00l\x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "in.csv")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := source.Open(t.Context(), path, source.Options{Known: mapping.Known})
		if err != nil {
			return
		}
		defer file.Close()
		var same bytes.Buffer
		err = file.Copy(t.Context(), &same, rewrite.Added{Column: 0})
		if err == nil && !bytes.Equal(same.Bytes(), content) && !file.Encrypted() && !(bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) || bytes.IndexByte(content, 0) >= 0) {
			t.Errorf("a copy to which nothing was added\n%q\nis\n%q", content, same.Bytes())
		}
	})
}
