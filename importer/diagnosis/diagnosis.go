// Package diagnosis is the one catalogue of what can be said about a row, a
// file, a portal's answer or a run: stable codes, the statuses a row can end
// in, and the fates an answer of the portal can have.
//
// Codes are part of the contract with the user: scripts match on them, so a code
// never changes its meaning and is never used again for another. The sentences
// for them live in package lang; a [Problem] carries a code and the facts its
// sentence needs, and no sentence.
package diagnosis

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Code names one thing that can be said. It is upper case with underscores.
type Code string

// Severity says what a code does to the row or the run it is said about.
type Severity uint8

const (
	Error   Severity = iota // stops the row, or the run if it is not about a row
	Warning                 // lets the row go on and asks a person to look
	Notice                  // tells what was understood or filled in
)

// Scope says what a code is about. The exit code of a run that a problem ends
// follows from it.
type Scope uint8

const (
	Row        Scope = iota // one row of the file: the run goes on
	Usage                   // the command line or the configuration
	File                    // the input as a whole: nothing was sent
	Portal                  // the portal, the way to it, or whoever signs in to it
	Unfinished              // a run that stopped with rows left to do
	Busy                    // another run that holds the state of this portal
	State                   // the store of runs, the report or the machine
)

// Side says where the cause of a failed row is to be looked for.
type Side string

const (
	Incoming Side = "incoming" // the IMAP or POP3 server
	Outgoing Side = "outgoing" // the SMTP server
	OnPortal Side = "portal"   // the portal itself
	OnFile   Side = "file"     // the input file
)

// Entry is what is known of a code besides its sentences.
type Entry struct {
	Severity Severity
	Scope    Scope
	Fate     Fate // of a request that was answered so; [Undecided] for codes that are no answers
	Side     Side // empty where the answer itself tells the side
}

// catalogue is what is known of every code.
var catalogue = make(map[Code]Entry)

// declare puts a code into the catalogue. The files beside this one declare them all.
func declare(code Code, entry Entry) Code {
	if _, twice := catalogue[code]; twice {
		panic("diagnosis: code declared twice: " + string(code))
	}
	catalogue[code] = entry
	return code
}

// Lookup returns what is known of a code.
func Lookup(code Code) (Entry, bool) {
	e, ok := catalogue[code]
	return e, ok
}

// Codes returns all codes in alphabetical order.
func Codes() []Code { return slices.Sorted(maps.Keys(catalogue)) }

// Severity returns how grave the code is; an unknown code is an [Error].
func (c Code) Severity() Severity { return catalogue[c].Severity }

// Scope returns what the code is about; an unknown code is about a [Row].
func (c Code) Scope() Scope { return catalogue[c].Scope }

// Fate returns what becomes of a request that was answered so.
func (c Code) Fate() Fate { return catalogue[c].Fate }

// Side returns the side the code always has, empty where it varies.
func (c Code) Side() Side { return catalogue[c].Side }

// Args are the facts of a problem as text, by the name the sentence uses. The
// name Count picks the plural form. A value never holds the text of a bad cell, a
// password or a token.
type Args map[string]string

// Facts returns facts given as name and value in turn. A value may be of any type:
// a list is joined with commas, true is "yes" and false the empty text, so that a
// sentence can ask for it, and all else is as fmt.Sprint prints it.
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

// Place says where in the input a problem is, as far as it is known.
type Place struct {
	File   string `json:"file,omitempty"`   // base name
	Sheet  string `json:"sheet,omitempty"`  // workbook sheet
	Row    int    `json:"row,omitempty"`    // row number the spreadsheet shows; for CSV the line the row begins on
	Column string `json:"column,omitempty"` // column letters in a workbook, column number in a CSV file
	Header string `json:"header,omitempty"` // header text of that column
}

// Problem is one thing found, with where it is and the facts its sentence
// needs. It is an error where a function ends with it and a value where it is
// said about a row.
type Problem struct {
	Code  Code   `json:"code"`
	Field string `json:"field,omitempty"` // canonical name of the request field
	Place Place  `json:"place,omitzero"`
	Args  Args   `json:"args,omitempty"`
	// Err is the cause, for errors.Is and for the log. It is not stored and not shown in place of a sentence.
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

// Or returns err if it is a problem already, else a problem with it as its cause.
func Or(err error, code Code, facts ...any) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return Wrap(err, code, facts...)
}

// Error gives code and facts for a developer's eyes; users see the sentence of package lang.
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

// Severity returns how grave the problem is.
func (p *Problem) Severity() Severity { return p.Code.Severity() }

// Problems are several things found at once. They are an error where a function ends with them.
type Problems []Problem

// Error gives codes and facts for a developer's eyes, one line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i := range ps {
		lines[i] = ps[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Worst returns the first error among the problems, else the first warning,
// else the first notice, and false if there is none.
func Worst(problems []Problem) (Problem, bool) {
	if len(problems) == 0 {
		return Problem{}, false
	}
	return slices.MinFunc(problems, func(a, b Problem) int {
		return int(a.Severity()) - int(b.Severity())
	}), true
}

// Stops reports whether an error is among the problems.
func Stops(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity() == Error })
}
