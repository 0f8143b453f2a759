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

// Sets of fields that the checks of cells distinguish.
const (
	// passwordFields may consist of digits that a person made up.
	passwordFields = account.Fields(1<<account.Password | 1<<account.SMTPPassword | 1<<account.PortalPassword)
	// textFields are texts that may contain digits.
	textFields = account.Fields(1<<account.Name | 1<<account.Email | 1<<account.Account | 1<<account.ServerHost |
		1<<account.SMTPAccount | 1<<account.SMTPServer | 1<<account.PortalUser)
	// sharedFields are fields with the same value in many rows, which people write once and merge.
	sharedFields = account.Fields(1<<account.ServerHost | 1<<account.Port | 1<<account.IncomingEncryption |
		1<<account.SMTPServer | 1<<account.SMTPPort | 1<<account.OutgoingEncryption)
)

// roundedNumber matches the form in which Excel shows, and writes into CSV
// files, a number too long for it: only the first digits remain.
var roundedNumber = regexp.MustCompile(`^[1-9][.,][0-9]+E\+[0-9]{2,}$`)

// exactNumber matches a whole number with no more digits than a spreadsheet keeps.
var exactNumber = regexp.MustCompile(`^-?[0-9]{1,15}$`)

// judgeText reports cells that lost letters or digits in an earlier conversion, and
// errors of a spreadsheet program written as text; text is that of the whole row.
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
			case maybeRounded && (f.Secret() || textFields.Has(f)) && roundedNumber.MatchString(trimmed):
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
