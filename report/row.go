// Package report writes what became of every row of an input file, and sums it
// up.
//
// A [Row] is the outcome of one input row and has no field that could hold a
// password. [Write] takes the rows as a stream, in the order of the file, and
// writes them as CSV, XLSX or JSONL: beside the target first and then moved onto
// it, so that a reader sees a whole report or none. A [Tally] counts rows into a
// [Summary].
//
// The cells of an input may hold anything, a password that slipped a column
// included. So the columns that come from cells are shown only if they look like
// what they should be, characters that do not print are spelled out, and no cell
// of a report can become a formula.
package report

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Row is what became of one row of the input.
type Row struct {
	Number    int // as the spreadsheet shows it
	Name      string
	Email     string
	Owner     string // address or GUID of the portal person
	Status    diagnosis.Status
	Side      diagnosis.Side // empty: the side the code of the worst problem always has
	Host      string         // mail host the outcome is about; not shown for an invalid row
	Problems  []diagnosis.Problem
	MailboxID int64 // the portal's id of the account, 0 if there is none
	Fills     [account.NumFields]account.Fill
	Attempts  int       // write requests sent to the portal
	StartedAt time.Time // of the first request, zero if nothing was sent; its zone is the one shown
	Duration  time.Duration
	Evidence  string // what the outcome rests on
	Run       string
}

// cause returns the problem that decides about the row: the worst, and of
// several the first. A row without problems has the zero problem.
func (r *Row) cause() diagnosis.Problem {
	p, _ := diagnosis.Worst(r.Problems)
	return p
}

// side returns where the cause is to be looked for.
func (r *Row) side() diagnosis.Side {
	if r.Side != "" {
		return r.Side
	}
	return r.cause().Code.Side()
}

// host returns the mail host the row may be grouped by. The host of an invalid
// row was never checked: its cell may hold a password that slipped a column.
func (r *Row) host() string {
	if r.Status == diagnosis.Invalid {
		return ""
	}
	return r.Host
}

// email returns the address if it has the form of one.
func (r *Row) email() string {
	if isAddress(r.Email, r.Status == diagnosis.Invalid) {
		return r.Email
	}
	return ""
}

// owner returns the portal person if it has the form of an address or a GUID.
func (r *Row) owner() string {
	if isGUID(r.Owner) || isAddress(r.Owner, r.Status == diagnosis.Invalid) {
		return r.Owner
	}
	return ""
}

// name returns the display name, unless the row gives reason to doubt that the
// cell holds one: cells that may have slipped, an error of the name itself, or no
// address where the address should be and nothing like a name either.
func (r *Row) name() string {
	if slices.ContainsFunc(r.Problems, doubtsName) || r.email() == "" && !isPersonsName(r.Name) {
		return ""
	}
	return r.Name
}

// isPersonsName reports whether text is several words of letters, each with a capital:
// what no password that slipped a column looks like.
func isPersonsName(text string) bool {
	words := strings.Fields(text)
	for _, word := range words {
		for i, r := range strings.TrimSuffix(word, ".") {
			if i == 0 && !unicode.IsUpper(r) || !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' {
				return false
			}
		}
	}
	return len(words) > 1
}

func doubtsName(p diagnosis.Problem) bool {
	switch p.Code {
	case diagnosis.RowWidth, diagnosis.RowTooWide, diagnosis.QuoteStray, diagnosis.QuoteUnclosed:
		return true
	}
	return p.Field == account.Name.String() && p.Severity() == diagnosis.Error
}
