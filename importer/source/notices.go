package source

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
	"r7import/importer/source/text"
	"r7import/importer/source/xlsx"
)

func (f *File) note(code diagnosis.Code, facts ...any) {
	p := diagnosis.New(code, facts...)
	p.Place = diagnosis.Place{File: f.name, Sheet: f.sheet}
	f.notices = append(f.notices, *p)
}

// noteHeader says how many rows above the header are passed over, and that it takes two.
func (f *File) noteHeader(first table.Top, at int) {
	if first.Upper > 0 {
		f.note(diagnosis.HeaderJoined, "Row", first.Upper, "Other", first.Numbers[at])
	}
	n := 0
	for _, cells := range first.Rows[:at] {
		if _, declared := text.Declared(cells); table.Filled(cells) > 0 && !declared {
			n++
		}
	}
	if n > 0 {
		f.note(diagnosis.TitleRowsPassed, "Count", n)
	}
}

// noteForm says what was taken off the cells of a text.
func (f *File) noteForm(t *text.Table) {
	if t.Unquoted {
		f.note(diagnosis.LinesUnquoted)
	}
	var padded []string
	for i, pad := range t.Pads {
		if pad != (text.Pad{}) {
			padded = append(padded, strconv.Itoa(i+1))
		}
	}
	if len(padded) > 0 {
		f.note(diagnosis.PaddingTaken, "Count", len(padded), "Columns", padded)
	}
}

// noteHidden says what of a workbook a person does not see but is read, or sees
// nowhere and is not.
func (f *File) noteHidden(t *xlsx.Table) {
	var others []xlsx.Sheet
	for _, s := range t.Book.Sheets {
		if s.Name != f.sheet && s.Hidden {
			others = append(others, s)
		}
	}
	if len(others) > 0 {
		f.note(diagnosis.SheetsPassed, "Sheets", xlsx.SheetNames(others))
	}
	if t.Sheet.Hidden {
		f.note(diagnosis.SheetHidden, "Sheet", f.sheet)
	}
	if t.HiddenRows > 0 {
		f.note(diagnosis.RowsHidden, "Count", t.HiddenRows, "Row", t.FirstHidden)
	}
	var letters []string
	for i, c := range f.columns {
		if t.HidesColumn(i) {
			letters = append(letters, c.Label)
		}
	}
	if len(letters) > 0 {
		f.note(diagnosis.ColumnsHidden, "Count", len(letters), "Columns", letters)
	}
}

// decodedSample returns a text that shows whether the encoding was told right:
// the first header or title with a letter beyond ASCII. Other cells may hold
// secrets, and so may a header that nobody knows: perhaps it is none.
func (f *File) decodedSample(rows [][]string) string {
	if f.headers().Names(rows[len(rows)-1]) == 0 {
		return ""
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if at := slices.IndexFunc(rows[i], showsEncoding); at >= 0 {
			return strings.TrimSpace(rows[i][at])
		}
	}
	return ""
}

// showsEncoding reports whether a text tells a person how it was decoded.
func showsEncoding(text string) bool {
	const longest = 40
	return utf8.RuneCountInString(text) <= longest && strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf && unicode.IsLetter(r) })
}
