// Package ui is how the program talks to the person who runs it: messages of one
// line each, questions, a secret typed without an echo, and the progress of a run.
//
// All of it goes to the stream for messages, never to the one for results. What
// is shown is cleaned of everything that could steer a terminal.
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

// Console is the person at the other end. It is safe for concurrent use once it
// is set up.
type Console struct {
	In   io.Reader
	Err  io.Writer // messages
	Lang *lang.Printer
	// Colours are used where Err is a terminal, unless NoColor is set.
	NoColor bool
	Quiet   bool // errors and questions only
	Verbose bool // what is long is shown whole, and each row as it is done

	mu    sync.Mutex
	above io.Writer // takes messages while a bar stands on the terminal
}

// Text returns a sentence in the language of the person.
func (c *Console) Text(id string, facts ...any) string { return c.Lang.Text(id, facts...) }

// Error shows an error and, where the catalogue knows, what to do about it. A
// *diagnosis.Problem and diagnosis.Problems are shown by their sentences; several
// errors one after the other.
func (c *Console) Error(err error) {
	for _, p := range Problems(err) {
		c.Problem(&p)
	}
}

// Problems takes an error apart. An error that is none of ours becomes
// UNEXPECTED with the text of the error, which a developer wrote.
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

// Problem shows one problem and its hint. Warnings and notices are left out when quiet.
func (c *Console) Problem(p *diagnosis.Problem) {
	c.Finding(p, c.Lang.Located(p))
	c.Advise(p)
}

// Advise shows what to do about a problem, if there is something to say.
func (c *Console) Advise(p *diagnosis.Problem) {
	if hint := c.Lang.Hint(p); hint != "" {
		c.tell(p, "ui.hint", cyan, hint)
	}
}

// Finding shows a problem in words the caller has put together, without a hint.
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

// tell shows a line about a problem. When quiet, only errors are shown.
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

// indent is how far the lines are moved in on which a message goes on.
const indent = 2

// Say shows a sentence of the catalogue, unless quiet.
func (c *Console) Say(id string, facts ...any) { c.hang(program, c.Text(id, facts...), indent) }

// Print shows a line of a longer text, such as the plan, as it is and without
// the name of the program, unless quiet.
func (c *Console) Print(text string) { c.hang("", text, indent) }

// PrintBehind is Print of a text behind a label, below which it goes on.
func (c *Console) PrintBehind(label, text string) {
	c.hang(label, text, max(indent, runewidth.StringWidth(label)))
}

func (c *Console) hang(lead, text string, indent int) {
	if !c.Quiet {
		c.write(Hang(lead, Clean(text), indent, c.Width()) + "\n")
	}
}

// OneLine returns a notice that lists much of one kind so that it takes one line of
// the terminal, with a word about how to see it all. Where it goes to no terminal, or
// all is wanted, it stays whole.
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
	_, _ = io.WriteString(c.Err, text) // a reader that has gone stops nothing
}

// setAbove sends messages to w, above the bar, until it is called with nil.
func (c *Console) setAbove(w io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.above = w
}

// Terminal reports whether a person at a terminal can be asked.
func (c *Console) Terminal() bool { return isTerminal(c.In) && isTerminal(c.Err) }

// Watched reports whether messages go to a terminal.
func (c *Console) Watched() bool { return isTerminal(c.Err) }

// Width returns how many characters a line of the terminal holds that messages go to,
// 0 if they go elsewhere or nobody knows.
func (c *Console) Width() int { return Width(c.Err) }

// Width returns how many characters a line of a terminal holds, 0 if the stream is
// none or nobody knows.
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

// Duration writes a length of time for people: the two largest units of days,
// hours, minutes and seconds.
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

// Decimal writes a number with one digit behind the point, or the comma.
func (c *Console) Decimal(f float64) string {
	text := strconv.FormatFloat(f, 'f', 1, 64)
	if c.Lang.Name() == "ru" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}
