package table

import (
	"slices"
	"strings"
	"unicode"
)

// Aside is the reason why a row below the header is no account.
type Aside uint8

const (
	NotAside    Aside = iota
	Comment           // its first cell begins with # or //
	Total             // its first cell is a word for a sum
	HeaderAgain       // repeats the header, as in printed pages
	Commented         // a comment with an address, which may be an account
)

// totals are words with which a row of sums begins.
var totals = []string{"итого", "всего", "итог", "подытог", "total", "totals", "subtotal", "sum", "grand"}

// Asides detects the rows of one table that are no accounts.
type Asides struct {
	Headers []string // of the columns
	Secret  []bool   // columns with passwords, which may begin with #
}

// Of returns why a row that is not blank is no account. A row with
// an address, as accounts have, is neither a sum nor a header.
func (a *Asides) Of(cells []string, address bool) Aside {
	i := max(0, slices.IndexFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }))
	first := strings.TrimLeftFunc(cells[i], unicode.IsSpace)
	comment := IsComment(first) && !(i < len(a.Secret) && a.Secret[i])
	isTotal := func(t string) bool {
		return strings.EqualFold(t, first[:len(first)-len(strings.TrimLeftFunc(first, unicode.IsLetter))])
	}
	same := func(header, cell string) bool { return strings.TrimSpace(header) == strings.TrimSpace(cell) }
	switch {
	case comment && address:
		return Commented
	case comment:
		return Comment
	case address:
		return NotAside
	case slices.ContainsFunc(totals, isTotal):
		return Total
	case len(cells) >= len(a.Headers) && slices.EqualFunc(a.Headers, cells[:len(a.Headers)], same):
		return HeaderAgain
	}
	return NotAside
}

// IsComment reports whether a text begins like a comment.
func IsComment(text string) bool {
	return strings.HasPrefix(text, "//") || strings.HasPrefix(text, "#") && !IsFailure(strings.TrimSpace(text))
}

// failures are the error values of cells, as Excel writes them
// in English and in Russian. They may be shown in messages.
var failures = []string{
	"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
	"#ПУСТО!", "#ДЕЛ/0!", "#ЗНАЧ!", "#ССЫЛКА!", "#ИМЯ?", "#ЧИСЛО!", "#Н/Д",
}

// IsFailure reports whether a text is an error value that a spreadsheet program shows in place of a result.
func IsFailure(text string) bool { return slices.Contains(failures, text) }

// IsAbsence reports whether an error value only means that there is no value.
func IsAbsence(text string) bool { return text == "#N/A" || text == "#Н/Д" }

// Blank reports whether all cells are blank.
func Blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// IsEndMark reports whether a row is the end mark that DOS programs write after a text.
func IsEndMark(cells []string) bool { return len(cells) == 1 && cells[0] == "\x1a" }
