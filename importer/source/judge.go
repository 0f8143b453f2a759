package source

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// What fields are, to whoever judges their cells.
const (
	// passwords may be of digits that a person has made up.
	passwords = account.Fields(1<<account.Password | 1<<account.SMTPPassword | 1<<account.PortalPassword)
	// words are texts, of which digits are a part like any other.
	words = account.Fields(1<<account.Name | 1<<account.Email | 1<<account.Account | 1<<account.ServerHost |
		1<<account.SMTPAccount | 1<<account.SMTPServer | 1<<account.PortalUser)
	// common are those whose value rows have in common, so that people write it once for all of them.
	common = account.Fields(1<<account.ServerHost | 1<<account.Port | 1<<account.IncomingEncryption |
		1<<account.SMTPServer | 1<<account.SMTPPort | 1<<account.OutgoingEncryption)
)

// rounded is how Excel shows, and writes into CSV files, a number too long for it: of
// such a text it has kept the first digits only.
var rounded = regexp.MustCompile(`^[1-9][.,][0-9]+E\+[0-9]{2,}$`)

// exact is a whole number with no more digits than a spreadsheet keeps.
var exact = regexp.MustCompile(`^-?[0-9]{1,15}$`)

// judgeText reports the cells from which an earlier conversion took the letters or the
// digits, and the errors that a spreadsheet program has written as text; text is the whole row's.
func (r *row) judgeText(l *layout, text []byte) {
	maybeLost := bytes.IndexByte(text, '?') >= 0 || bytes.Contains(text, []byte("\ufffd"))
	maybeRounded, maybeFailed := bytes.Contains(text, []byte("E+")), bytes.IndexByte(text, '#') >= 0
	if maybeLost || maybeRounded || maybeFailed {
		for _, column := range l.read {
			cell, f := r.cells[column], l.fields[column]
			trimmed := strings.TrimSpace(cell)
			switch {
			case maybeLost && (table.Lost(cell) || f == account.Name && table.LostWord(cell) || strings.ContainsRune(cell, utf8.RuneError)):
				r.report(l, column, diagnosis.TextLost)
			case maybeRounded && (f.Secret() || words.Has(f)) && rounded.MatchString(trimmed):
				r.report(l, column, diagnosis.NumberAltered)
			case maybeFailed && table.IsFailure(trimmed) && !table.IsAbsence(trimmed):
				r.report(l, column, diagnosis.CellFailure, "Failure", trimmed)
			}
		}
	}
	if column := l.column[account.Name]; column >= 0 && table.MaybeGarbled(r.cells[column]) && table.Garbled(r.cells[column]) {
		r.report(l, column, diagnosis.TextGarbled)
	}
}
