// Package ui talks to the person who runs the program. It shows one-line messages
// and the progress of a run, asks questions, and reads secrets without an echo.
//
// All output goes to the stream for messages, never to the one for results. It
// is cleaned of everything that could control a terminal.
package ui

import (
	"errors"
	"io"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

const program = "r7import: "

// Console is the person's terminal or a stream in its place. It is safe for
// concurrent use once its fields are set.
type Console struct {
	In   io.Reader
	Err  io.Writer // messages
	Lang *lang.Printer
	// NoColor switches off the colours that are used if Err is a terminal.
	NoColor bool
	Quiet   bool // show only errors and questions
	Verbose bool // show long lists in full, and each row when it is done

	mu    sync.Mutex
	above io.Writer // takes messages while a bar is on the terminal
}

// Text returns a sentence of the catalogue in the person's language.
func (c *Console) Text(id string, facts ...any) string { return c.Lang.Text(id, facts...) }

// Error shows an error and, if the catalogue has one, a hint. A *diagnosis.Problem
// and diagnosis.Problems are shown by their sentences. Joined errors are shown
// one after the other.
func (c *Console) Error(err error) {
	for _, p := range Problems(err) {
		c.Problem(&p)
	}
}

// Problems returns the problems in an error. An error that is not a problem becomes
// UNEXPECTED with the text of the error.
func Problems(err error) []diagnosis.Problem {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []diagnosis.Problem
		for _, e := range joined.Unwrap() {
			all = append(all, Problems(e)...)
		}
		return all
	}
	if many, ok := errors.AsType[diagnosis.Problems](err); ok {
		return many
	}
	return []diagnosis.Problem{*diagnosis.Or(err, diagnosis.Unexpected, "Cause", err)}
}

// Problem shows one problem and its hint. If Quiet is set, it shows only errors.
func (c *Console) Problem(p *diagnosis.Problem) {
	c.Finding(p, c.Lang.Located(p))
	c.Advise(p)
}

// Advise shows the hint for a problem, if the catalogue has one.
func (c *Console) Advise(p *diagnosis.Problem) {
	if hint := c.Lang.Hint(p); hint != "" {
		c.tell(p, "ui.hint", cyan, hint)
	}
}

// Finding shows a problem in the caller's words, without a hint.
func (c *Console) Finding(p *diagnosis.Problem, text string) {
	switch p.Severity() {
	case diagnosis.Warning:
		c.tell(p, "ui.warning", yellow, text)
	case diagnosis.Notice:
		c.tell(p, "ui.notice", none, text)
	default:
		c.tell(p, "ui.error", red, text)
	}
}

// tell shows a line about a problem. If Quiet is set, it shows only errors.
func (c *Console) tell(p *diagnosis.Problem, kind string, in colour, text string) {
	if c.Quiet && p.Severity() != diagnosis.Error {
		return
	}
	kind = c.Text(kind)
	lead := program + kind + ": "
	shown := Hang(lead, Clean(text), indent, c.Width())
	if in != none && !c.NoColor && c.Watched() && understandsColour(c.Err) {
		kind = string(in) + kind + reset
	}
	c.write(program + kind + ": " + strings.TrimPrefix(shown, lead) + "\n")
}

type colour string

const (
	none   colour = ""
	red    colour = "\x1b[31m"
	yellow colour = "\x1b[33m"
	cyan   colour = "\x1b[36m"
	reset         = "\x1b[0m"
)

// indent is the number of blanks before the continuation lines of a message.
const indent = 2

// Say shows a sentence of the catalogue, unless Quiet is set.
func (c *Console) Say(id string, facts ...any) { c.hang(program, c.Text(id, facts...), indent) }

// Print shows a line of a longer text, such as the plan, without the program's
// name, unless Quiet is set.
func (c *Console) Print(text string) { c.hang("", text, indent) }

// PrintBehind is Print of a text after a label. Continuation lines are indented by the label's width.
func (c *Console) PrintBehind(label, text string) {
	c.hang(label, text, max(indent, runewidth.StringWidth(label)))
}

func (c *Console) hang(lead, text string, indent int) {
	if !c.Quiet {
		c.write(Hang(lead, Clean(text), indent, c.Width()) + "\n")
	}
}

// OneLine returns a notice with its argument list shortened so that it fits one line of
// the terminal. The notice then says how to see the whole list. Without a terminal, or if
// Verbose is set, it is returned unchanged.
func (c *Console) OneLine(p diagnosis.Problem, list string) diagnosis.Problem {
	width, items := c.Width(), strings.Split(p.Args[list], ", ")
	if width == 0 || c.Verbose {
		return p
	}
	used := runewidth.StringWidth(program + c.Text("ui.notice") + ": ")
	for n := len(items); n > 0 && used+runewidth.StringWidth(c.Lang.Located(&p)) >= width; n-- {
		p.Args = maps.Clone(p.Args)
		p.Args[list], p.Args["More"] = strings.Join(items[:n-1], ", "), "yes"
	}
	return p
}

func (c *Console) write(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.above != nil {
		if _, err := io.WriteString(c.above, text); err == nil {
			return
		}
	}
	_, _ = io.WriteString(c.Err, text) // a failed write does not stop the program
}

// setAbove sends messages to w, which writes above the bar, until it is called with nil.
func (c *Console) setAbove(w io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.above = w
}

// Terminal reports whether a person at a terminal can be asked.
func (c *Console) Terminal() bool { return isTerminal(c.In) && isTerminal(c.Err) }

// Watched reports whether messages go to a terminal.
func (c *Console) Watched() bool { return isTerminal(c.Err) }

// Width returns the width in columns of the terminal that takes the messages, 0 if they
// go elsewhere or the width is unknown.
func (c *Console) Width() int { return Width(c.Err) }

// Width returns the width of a terminal in columns, 0 if the stream is no terminal
// or its width is unknown.
func Width(stream io.Writer) int {
	if around, ok := stream.(interface{ Width() int }); ok {
		return around.Width()
	}
	f, ok := stream.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Duration returns a length of time in the person's language, in the two largest units
// of days, hours, minutes and seconds.
func (c *Console) Duration(d time.Duration) string {
	units := []struct {
		id string
		of time.Duration
	}{{"ui.days", 24 * time.Hour}, {"ui.hours", time.Hour}, {"ui.minutes", time.Minute}, {"ui.seconds", time.Second}}
	d = d.Round(time.Second)
	i := 0
	for i < len(units)-1 && d < units[i].of {
		i++
	}
	text := c.Text(units[i].id, "N", int64(d/units[i].of))
	if d %= units[i].of; i < len(units)-1 && d >= units[i+1].of {
		text += " " + c.Text(units[i+1].id, "N", int64(d/units[i+1].of))
	}
	return text
}

// Decimal returns a number with one digit after the point, or in Russian the comma.
func (c *Console) Decimal(f float64) string {
	text := strconv.FormatFloat(f, 'f', 1, 64)
	if c.Lang.Name() == "ru" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}
