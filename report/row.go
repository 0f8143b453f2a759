// Package report writes what became of every row of an input file, and sums it
// up.
//
// A [Row] is the outcome of one input row and has no field that could hold a
// password. [Write] takes the rows as a stream, in the order of the file, and
// writes them as CSV, XLSX, JSONL or HTML: beside the target first and then moved onto
// it, so that a reader sees a whole report or none. A [Tally] counts rows into a
// [Summary].
//
// The cells of an input may hold anything, a password that slipped a column
// included. So the columns that come from cells are shown only if they look like
// what they should be, characters that do not print are spelled out, and no cell
// of a report can become a formula.
package report

import (
	"time"

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
