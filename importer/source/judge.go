package source

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
	"r7import/importer/source/xlsx"
)

// judgeText reports the cells from which an earlier conversion took the letters;
// text is the whole row's.
func (r *row) judgeText(l *layout, text []byte) {
	if bytes.IndexByte(text, '?') >= 0 || bytes.Contains(text, []byte("\ufffd")) {
		for _, column := range l.read {
			if cell := r.cells[column]; table.Lost(cell) || l.fields[column] == account.Name && table.LostWord(cell) || strings.ContainsRune(cell, utf8.RuneError) {
				r.report(l, column, diagnosis.TextLost)
			}
		}
	}
	if bytes.Contains(text, []byte("E+")) {
		r.judgeNumbers(l)
	}
	if bytes.IndexByte(text, '#') >= 0 {
		r.judgeFailures(l)
	}
	if column := l.column[account.Name]; column >= 0 && table.MaybeGarbled(r.cells[column]) && table.Garbled(r.cells[column]) {
		r.report(l, column, diagnosis.TextGarbled)
	}
}

// rounded is how Excel shows, and writes into CSV files, a number too long for it.
var rounded = regexp.MustCompile(`^[1-9][.,][0-9]+E\+[0-9]{2,}$`)

// judgeNumbers reports the texts of which Excel has kept the first digits only.
func (r *row) judgeNumbers(l *layout) {
	for _, column := range l.read {
		if f := l.fields[column]; (f.Secret() || isWords(f)) && rounded.MatchString(strings.TrimSpace(r.cells[column])) {
			r.report(l, column, diagnosis.NumberAltered)
		}
	}
}

// judgeFailures reports the errors that a spreadsheet program has written as text.
func (r *row) judgeFailures(l *layout) {
	for _, column := range l.read {
		cell := r.cells[column]
		if strings.IndexByte(cell, '#') < 0 {
			continue // all of them begin with it
		}
		if text := strings.TrimSpace(cell); table.IsFailure(text) && !table.IsAbsence(text) {
			r.report(l, column, diagnosis.CellFailure, "Failure", text)
		}
	}
}

// verdict says what is wrong with a cell of a sheet that feeds a field: a
// spreadsheet program keeps numbers, dates and results, and what somebody typed
// may be gone. The code is empty for a cell that is as it was meant.
func verdict(c xlsx.Cell, shape xlsx.Shape, f account.Field, text string) (diagnosis.Code, []any) {
	switch {
	case c.Uncomputed:
		return diagnosis.FormulaUncomputed, nil
	case c.Kind == xlsx.Failure && table.IsAbsence(text): // the mapping takes it for an empty cell
		return "", nil
	case c.Kind == xlsx.Failure && table.IsFailure(text):
		return diagnosis.CellFailure, []any{"Failure", text}
	case c.Kind == xlsx.Failure:
		return diagnosis.CellFailure, []any{"Failure", "#?"}
	case c.Kind == xlsx.Date, c.Kind == xlsx.Number && shape == xlsx.ShownDate:
		return diagnosis.CellDate, nil
	case c.Kind == xlsx.Number && isPassword(f) && xlsx.ShownWhole(shape, text):
		return diagnosis.PasswordNumber, nil
	case (c.Kind == xlsx.Number || c.Kind == xlsx.Truth) && f.Secret():
		return diagnosis.PasswordNotText, nil
	case c.Kind == xlsx.Number && isWords(f) && (shape != xlsx.ShownPlain || !exact(text)):
		return diagnosis.NumberAltered, nil
	}
	return "", nil
}

// isPassword reports whether a field is a password that a person may have made of digits.
func isPassword(f account.Field) bool {
	return f == account.Password || f == account.SMTPPassword || f == account.PortalPassword
}

// isWords reports whether a field is text, of which digits are a part like any other.
func isWords(f account.Field) bool {
	switch f {
	case account.Name, account.Email, account.Account, account.ServerHost, account.SMTPAccount, account.SMTPServer, account.PortalUser:
		return true
	}
	return false
}

// exact reports whether a number is whole and has no more digits than a spreadsheet keeps.
func exact(number string) bool {
	digits := strings.TrimPrefix(number, "-")
	return digits != "" && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}
