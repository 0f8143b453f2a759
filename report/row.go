// Package report writes the outcome of every row of an input file, and a summary of
// them.
//
// A [Row] is the outcome of one input row and has no field for a password.
// [Write] reads the rows as a stream, in the order of the file, and writes them as
// CSV, XLSX, JSONL or HTML. It writes a temporary file beside the target and then moves
// it there, so that readers see a complete report or none. A [Tally] counts rows into
// a [Summary].
//
// The cells of an input can contain anything, even a password in the wrong column.
// So a report shows values from cells only if they look as values of their field
// should, spells out characters that do not print, and never has a cell that a
// spreadsheet reads as a formula.
package report

import (
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Row is the outcome of one row of the input.
type Row struct {
	Number    int // the row number in the spreadsheet, or the line in a CSV file
	Name      string
	Email     string
	Owner     string // address or GUID of the portal person
	Status    diagnosis.Status
	Side      diagnosis.Side // if empty, the side of the worst problem's code is used
	Host      string         // mail host that the outcome is about; not shown for an invalid row
	Problems  []diagnosis.Problem
	MailboxID int64 // the portal's id of the account, 0 if there is none
	Fills     [account.NumFields]account.Fill
	Attempts  int       // write requests sent to the portal
	StartedAt time.Time // of the first request, zero if nothing was sent; shown in its own zone
	Duration  time.Duration
	Evidence  string // what the outcome is based on
	Run       string
}

// cause returns the first of the worst problems of the row, or the zero problem if
// there is none.
func (r *Row) cause() diagnosis.Problem {
	p, _ := diagnosis.Worst(r.Problems)
	return p
}

// side returns the side where the cause lies, empty if it is not known.
func (r *Row) side() diagnosis.Side {
	if r.Side != "" {
		return r.Side
	}
	return r.cause().Code.Side()
}

// host returns the mail host of the row, empty for an invalid row. The host of such a
// row was never checked: its cell may contain a password from another column.
func (r *Row) host() string {
	if r.Status == diagnosis.Invalid {
		return ""
	}
	return r.Host
}
