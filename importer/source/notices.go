package source

import (
	"bytes"
	"maps"
	"slices"
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

// noteHeader notes how many rows above the header are skipped, and whether the header spans two rows.
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

// noteForm notes what was removed around the cells of a text.
func (f *File) noteForm() {
	if f.text.Unquoted {
		f.note(diagnosis.LinesUnquoted)
	}
	var padded []string
	for i, pad := range f.text.Pads {
		if pad != (text.Pad{}) {
			padded = append(padded, f.label(i))
		}
	}
	if len(padded) > 0 {
		f.note(diagnosis.PaddingTaken, "Count", len(padded), "Columns", padded)
	}
}

// noteHidden notes the hidden parts of a workbook: rows,
// columns and a sheet that are read, and sheets that are not.
func (f *File) noteHidden() {
	t := f.book
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

// decodedSample returns a text that shows whether the encoding was detected correctly: the first cell
// of the header, or of a title above it, with a letter beyond ASCII. Other cells may hold secrets.
func decodedSample(rows [][]string) string {
	for _, cells := range slices.Backward(rows) {
		if at := slices.IndexFunc(cells, showsEncoding); at >= 0 {
			return strings.TrimSpace(cells[at])
		}
	}
	return ""
}

// showsEncoding reports whether a person can judge the decoding by a text.
func showsEncoding(text string) bool {
	const longest = 40
	return utf8.RuneCountInString(text) <= longest && strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf && unicode.IsLetter(r) })
}

// tally counts the rows of one pass about which the user is informed.
type tally struct {
	asides   [table.Commented]count
	wrapped  count          // rows with cells like ="0123"
	merged   count          // rows that share a merged cell
	numbers  count          // rows with passwords that are numbers
	nameless map[int]*count // rows with a value in a column without a name, by column

	sample   string // a name decoded with the guessed encoding
	sampleAt int
}

// count is a number of rows, and the row number of the first.
type count struct{ rows, first int }

func (c *count) add(number int) {
	if c.rows == 0 {
		c.first = number
	}
	c.rows++
}

// mostNameless bounds the number of nameless columns that are counted.
const mostNameless = 100

// noteNameless counts a cell in a column without a name.
func (t *tally) noteNameless(column, number int, text string) {
	if strings.TrimSpace(text) == "" || t.nameless[column] == nil && len(t.nameless) == mostNameless {
		return
	}
	if t.nameless == nil {
		t.nameless = make(map[int]*count)
	}
	if t.nameless[column] == nil {
		t.nameless[column] = new(count)
	}
	t.nameless[column].add(number)
}

// notices returns the notices about the rows; label returns the label of a column.
func (t *tally) notices(encoding string, label func(column int) string) (out []diagnosis.Problem) {
	tell := func(code diagnosis.Code, c count, facts ...any) {
		if c.rows > 0 {
			out = append(out, *diagnosis.New(code, append(facts, "Count", c.rows, "Row", c.first)...))
		}
	}
	if t.sample != "" {
		tell(diagnosis.EncodingGuessed, count{1, t.sampleAt}, "Encoding", encoding, "Sample", t.sample)
	}
	tell(diagnosis.CommentsPassed, t.asides[table.Comment])
	tell(diagnosis.TotalsPassed, t.asides[table.Total])
	tell(diagnosis.HeadersPassed, t.asides[table.HeaderAgain])
	tell(diagnosis.CellsUnwrapped, t.wrapped)
	tell(diagnosis.CellsShared, t.merged)
	tell(diagnosis.NumbersTaken, t.numbers)
	for _, column := range slices.Sorted(maps.Keys(t.nameless)) {
		tell(diagnosis.ColumnNameless, *t.nameless[column], "Column", label(column))
	}
	return out
}

// passOver reports whether a row that is not blank is
// skipped, and counts it; text is that of the whole row.
func (l *layout) passOver(r *row, text []byte) bool {
	switch a := l.asides.Of(r.cells, bytes.IndexByte(text, '@') >= 0); a {
	case table.NotAside:
		return false
	case table.Commented:
		r.report(l, wholeRow, diagnosis.RowCommented)
		return false
	default:
		l.passed.asides[a].add(r.number)
		return true
	}
}
