package source

import (
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// failures are the errors a cell can hold, as Excel names them in English and in
// Russian. Their names may be shown.
var failures = []string{
	"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
	"#ПУСТО!", "#ДЕЛ/0!", "#ЗНАЧ!", "#ССЫЛКА!", "#ИМЯ?", "#ЧИСЛО!", "#Н/Д",
}

// verdict says what is wrong with a cell of a sheet that feeds a field: a
// spreadsheet program keeps numbers, dates and results, and what somebody typed
// may be gone. The code is empty for a cell that is as it was meant.
func (s *sheetRows) verdict(c sheetCell, f account.Field, text string) (diagnosis.Code, []string) {
	shape := s.table.book.shape(c.style)
	switch {
	case c.uncomputed:
		return diagnosis.FormulaUncomputed, nil
	case c.kind == cellFailure && slices.Contains(failures, text):
		return diagnosis.CellFailure, []string{"Failure", text}
	case c.kind == cellFailure:
		return diagnosis.CellFailure, []string{"Failure", "#?"}
	case c.kind == cellDate, c.kind == cellNumber && shape == shownDate:
		return diagnosis.CellDate, nil
	case (c.kind == cellNumber || c.kind == cellTruth) && f.Secret():
		return diagnosis.PasswordNotText, nil
	case c.kind == cellNumber && isWords(f) && (shape != shownPlain || !exact(text)):
		return diagnosis.NumberAltered, nil
	}
	return "", nil
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
	return isDigits([]byte(digits)) && len(digits) <= 15
}
