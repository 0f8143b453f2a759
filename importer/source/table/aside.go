package table

import (
	"slices"
	"strings"
	"unicode"
)

// Aside is why a row below the header is no account.
type Aside uint8

const (
	NotAside    Aside = iota
	Comment           // its first cell begins with # or //
	Total             // its first cell is a word for a sum
	HeaderAgain       // the header once more, as printed pages have it
	Commented         // a comment that holds an address, and may be an account
)

// totals are words that begin a row of sums.
var totals = []string{"итого", "всего", "итог", "подытог", "total", "totals", "subtotal", "sum", "grand"}

// Asides tells the rows of one table that are no accounts.
type Asides struct {
	Headers []string // of the columns
	Secret  []bool   // the columns with passwords, of which any may begin with #
}

// Of says whether a row that is not blank is no account. One that holds an
// address, as accounts do, is no sum and no header.
func (a *Asides) Of(cells []string, address bool) Aside {
	i := max(0, slices.IndexFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }))
	first := strings.TrimLeftFunc(cells[i], unicode.IsSpace)
	word := first[:len(first)-len(strings.TrimLeftFunc(first, unicode.IsLetter))]
	comment := IsComment(first) && !(i < len(a.Secret) && a.Secret[i])
	same := func(header, cell string) bool { return strings.TrimSpace(header) == strings.TrimSpace(cell) }
	switch {
	case comment && address:
		return Commented
	case comment:
		return Comment
	case address:
		return NotAside
	case slices.ContainsFunc(totals, func(t string) bool { return strings.EqualFold(t, word) }):
		return Total
	case len(cells) >= len(a.Headers) && slices.EqualFunc(a.Headers, cells[:len(a.Headers)], same):
		return HeaderAgain
	}
	return NotAside
}

// IsComment reports whether a text begins as a comment does.
func IsComment(text string) bool {
	return strings.HasPrefix(text, "//") || strings.HasPrefix(text, "#") && !IsFailure(strings.TrimSpace(text))
}

// failures are the errors a cell can hold, as Excel names them in English and in
// Russian. Their names may be shown.
var failures = []string{
	"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
	"#ПУСТО!", "#ДЕЛ/0!", "#ЗНАЧ!", "#ССЫЛКА!", "#ИМЯ?", "#ЧИСЛО!", "#Н/Д",
}

// IsFailure reports whether a text is what a spreadsheet program shows in place of a result.
func IsFailure(text string) bool { return slices.Contains(failures, text) }

// IsAbsence reports whether such a text says no more than that there is no value.
func IsAbsence(text string) bool { return text == "#N/A" || text == "#Н/Д" }

// Blank reports whether none of the cells holds anything.
func Blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// IsEndMark reports whether a row is what DOS programs end a text with.
func IsEndMark(cells []string) bool { return len(cells) == 1 && cells[0] == "\x1a" }
