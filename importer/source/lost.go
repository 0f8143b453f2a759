package source

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// judgeText reports the cells from which an earlier conversion took the letters;
// text is the whole row's.
func (r *row) judgeText(l *layout, text []byte) {
	if bytes.IndexByte(text, '?') >= 0 || bytes.Contains(text, []byte("\ufffd")) {
		for _, column := range l.read {
			if cell := r.cells[column]; isLost(cell) || l.fields[column] == account.Name && hasLostWord(cell) || strings.ContainsRune(cell, utf8.RuneError) {
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
	if column := l.column[account.Name]; column >= 0 && maybeGarbled(r.cells[column]) && isGarbled(r.cells[column]) {
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
		if text := strings.TrimSpace(cell); slices.Contains(failures, text) {
			r.report(l, column, diagnosis.CellFailure, "Failure", text)
		}
	}
}

// maybeGarbled is a quick test for what [isGarbled] tells for sure: Russian
// letters come out as pairs of Р or С and something that is no letter from А to я.
func maybeGarbled(text string) bool {
	i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return false
	}
	lead, size := utf8.DecodeRuneInString(text[i:])
	next, _ := utf8.DecodeRuneInString(text[i+size:])
	return (lead == 'Р' || lead == 'С') && next >= utf8.RuneSelf && (next < 'А' || next > 'я')
}

// isLost reports whether somebody converted a text to a charset without its
// letters: "????? ????" is what remains of a name.
func isLost(text string) bool {
	marks := strings.Count(text, "?")
	return marks >= 3 && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// hasLostWord reports whether question marks stand where a text had a word, as in
// "?????? IMAP". Behind a letter they may be meant.
func hasLostWord(text string) bool {
	at := strings.Index(text, "???")
	if at < 0 {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

// isGarbled reports whether somebody read a text as Windows-1251 that was UTF-8,
// and saved the result. Every character beyond ASCII must have come from it, which
// does not happen to a text by chance.
func isGarbled(text string) bool {
	var was []byte
	beyond := 0
	for _, r := range text {
		b, ok := charmap.Windows1251.EncodeRune(r)
		switch {
		case r < utf8.RuneSelf:
			b = byte(r)
		case !ok && r >= 0x80 && r < 0xA0: // a byte without a character, passed on as it was
			b = byte(r)
		case !ok:
			return false
		}
		if b >= utf8.RuneSelf {
			beyond++
		}
		was = append(was, b)
	}
	return beyond >= 4 && utf8.Valid(was)
}
