// Package diagnosis is the catalogue of everything that is reported about a row, a
// file, a portal's answer or a run: stable codes, the statuses a row can end
// in, and the fates of requests to the portal.
//
// Codes are part of the contract with the user: scripts match on them, so a code
// never changes its meaning and is never reused with another one. Their sentences
// are in package lang; a [Problem] has a code and the facts for its sentence, but
// no sentence.
package diagnosis

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Code identifies one finding. It is upper case with underscores.
type Code string

// Severity is the effect of a code on the row or the run that it is about.
type Severity uint8

const (
	Error   Severity = iota // stops the row, or the run if it is not about a row
	Warning                 // lets the row continue, but a person should look at it
	Notice                  // reports how the input was understood or filled in
)

// Scope is what a code is about. It determines the exit code of a run that ends
// with a problem.
type Scope uint8

const (
	Row        Scope = iota // one row of the file: the run goes on
	Usage                   // the command line or the configuration
	File                    // the input as a whole: nothing was sent
	Portal                  // the portal, the way to it, or the person who signs in
	Unfinished              // a run that stopped with rows left to do
	Busy                    // another run that has locked the state of this portal
	State                   // the store of runs, the report or the machine
)

// Side is where the cause of a failed row lies.
type Side string

const (
	Incoming Side = "incoming" // the IMAP or POP3 server
	Outgoing Side = "outgoing" // the SMTP server
	OnPortal Side = "portal"   // the portal itself
	OnFile   Side = "file"     // the input file
)

// Entry holds the properties of a code, without its sentences.
type Entry struct {
	Severity Severity
	Scope    Scope
	Fate     Fate // of a request with this outcome; [Undecided] for codes that are not outcomes of requests
	Side     Side // empty if it varies, for example with the portal's answer
}

// catalogue holds the properties of every code.
var catalogue = make(map[Code]Entry)

// declare adds a code to the catalogue. It panics if the code is declared twice.
func declare(code Code, entry Entry) Code {
	if _, twice := catalogue[code]; twice {
		panic("diagnosis: code declared twice: " + string(code))
	}
	catalogue[code] = entry
	return code
}

// Lookup returns the properties of a code. It reports false for an unknown code.
func Lookup(code Code) (Entry, bool) {
	e, ok := catalogue[code]
	return e, ok
}

// Codes returns all codes in alphabetical order.
func Codes() []Code { return slices.Sorted(maps.Keys(catalogue)) }

// Severity returns the severity of the code; [Error] for an unknown code.
func (c Code) Severity() Severity { return catalogue[c].Severity }

// Scope returns the scope of the code; [Row] for an unknown code.
func (c Code) Scope() Scope { return catalogue[c].Scope }

// Fate returns the fate of a request with this outcome.
func (c Code) Fate() Fate { return catalogue[c].Fate }

// Side returns the side that the code always has, empty if it varies.
func (c Code) Side() Side { return catalogue[c].Side }

// Args are the facts of a problem as text, by the name used in the sentence. The
// fact Count selects the plural form. A value never contains the text of a bad cell,
// a password or a token.
type Args map[string]string

// Facts returns facts given as alternating names and values. A value can be of any type:
// a []string is joined with commas, true becomes "yes" and false the empty text, so that
// a sentence can test it, and anything else is formatted by fmt.Sprint.
func Facts(facts []any) Args {
	args := make(Args, len(facts)/2)
	for i := 0; i+1 < len(facts); i += 2 {
		text := ""
		switch fact := facts[i+1].(type) {
		case string:
			text = fact
		case []string:
			text = strings.Join(fact, ", ")
		case bool:
			if fact {
				text = "yes"
			}
		default:
			text = fmt.Sprint(fact)
		}
		args[fmt.Sprint(facts[i])] = text
	}
	return args
}

// Place is the place of a problem in the input, as far as it is known.
type Place struct {
	File   string `json:"file,omitempty"`   // base name
	Sheet  string `json:"sheet,omitempty"`  // workbook sheet
	Row    int    `json:"row,omitempty"`    // row number in the spreadsheet; for CSV the line on which the row begins
	Column string `json:"column,omitempty"` // column letters in a workbook, column number in a CSV file
	Header string `json:"header,omitempty"` // header text of that column
}

// Problem is one finding, with its place and the facts for its sentence. A
// function that fails returns it as an error; a finding about a row is kept as
// a value.
type Problem struct {
	Code  Code   `json:"code"`
	Field string `json:"field,omitempty"` // canonical name of the request field
	Place Place  `json:"place,omitzero"`
	Args  Args   `json:"args,omitempty"`
	// Err is the cause, for errors.Is and for the log. It is not stored, and users see the sentence instead.
	Err error `json:"-"`
}

// New returns a problem with its [Facts].
func New(code Code, facts ...any) *Problem {
	p := &Problem{Code: code}
	if len(facts) > 0 {
		p.Args = Facts(facts)
	}
	return p
}

// Wrap returns a problem with its cause.
func Wrap(err error, code Code, facts ...any) *Problem {
	p := New(code, facts...)
	p.Err = err
	return p
}

// Or returns err if it already is a problem, else a problem with err as its cause.
func Or(err error, code Code, facts ...any) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return Wrap(err, code, facts...)
}

// Error returns code and facts for developers; users see the sentence of package lang.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(string(p.Code))
	for _, name := range slices.Sorted(maps.Keys(p.Args)) {
		fmt.Fprintf(&b, " %s=%q", name, p.Args[name])
	}
	if p.Err != nil {
		fmt.Fprintf(&b, ": %v", p.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Severity returns the severity of the problem's code.
func (p *Problem) Severity() Severity { return p.Code.Severity() }

// Problems are several findings that a function returns as one error.
type Problems []Problem

// Error returns codes and facts for developers, one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i := range ps {
		lines[i] = ps[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Worst returns the first error among the problems, else the first warning,
// else the first notice. It reports false if there are no problems.
func Worst(problems []Problem) (Problem, bool) {
	if len(problems) == 0 {
		return Problem{}, false
	}
	return slices.MinFunc(problems, func(a, b Problem) int {
		return int(a.Severity()) - int(b.Severity())
	}), true
}

// Stops reports whether any of the problems is an error.
func Stops(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity() == Error })
}
