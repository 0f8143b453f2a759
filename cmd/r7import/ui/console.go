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
	var many diagnosis.Problems
	var one *diagnosis.Problem
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []diagnosis.Problem
		for _, e := range joined.Unwrap() {
			all = append(all, Problems(e)...)
		}
		return all
	}
	switch {
	case errors.As(err, &many):
		return many
	case errors.As(err, &one):
		return []diagnosis.Problem{*one}
	}
	return []diagnosis.Problem{*diagnosis.Wrap(err, diagnosis.Unexpected, "Cause", err)}
}

// Problem shows one problem and its hint. Warnings and notices are left out when quiet.
func (c *Console) Problem(p *diagnosis.Problem) {
	c.Finding(p, c.Lang.Located(p))
	c.Advise(p)
}

// Advise shows what to do about a problem, if there is something to say.
func (c *Console) Advise(p *diagnosis.Problem) {
	if hint := c.Lang.Hint(p); hint != "" && c.heard(p) {
		c.line("ui.hint", cyan, hint)
	}
}

// Finding shows a problem in words the caller has put together, without a hint.
func (c *Console) Finding(p *diagnosis.Problem, text string) {
	kind, colour := "ui.error", red
	switch p.Severity() {
	case diagnosis.Warning:
		kind, colour = "ui.warning", yellow
	case diagnosis.Notice:
		kind, colour = "ui.notice", none
	}
	if c.heard(p) {
		c.line(kind, colour, text)
	}
}

// heard reports whether a problem is shown: when quiet, only errors are.
func (c *Console) heard(p *diagnosis.Problem) bool {
	return !c.Quiet || p.Severity() == diagnosis.Error
}

// Say shows a sentence of the catalogue, unless quiet.
func (c *Console) Say(id string, facts ...any) { c.say(c.Text(id, facts...)) }

func (c *Console) say(text string) {
	if !c.Quiet {
		c.write(Hang(program, Clean(text), indent, c.Width()) + "\n")
	}
}

// indent is how far the lines are moved in on which a message goes on.
const indent = 2

// Print shows a line of a longer text, such as the plan, as it is and without
// the name of the program, unless quiet.
func (c *Console) Print(text string) { c.PrintBehind("", text) }

// PrintBehind is Print of a text behind a label, below which it goes on.
func (c *Console) PrintBehind(label, text string) {
	if !c.Quiet {
		c.write(Hang(label, Clean(text), max(indent, runewidth.StringWidth(label)), c.Width()) + "\n")
	}
}

func (c *Console) line(kind string, colour colour, text string) {
	lead := program + c.Text(kind) + ": "
	shown := Hang(lead, Clean(text), indent, c.Width())
	c.write(program + c.paint(colour, c.Text(kind)) + ": " + strings.TrimPrefix(shown, lead) + "\n")
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
	_, _ = io.WriteString(c.Err, text) // nobody may be listening any more; that stops nothing
}

// setAbove sends messages to w, above the bar, until it is called with nil.
func (c *Console) setAbove(w io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.above = w
}

// Terminal reports whether somebody sits at a terminal and can be asked.
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

type colour string

const (
	none   colour = ""
	red    colour = "\x1b[31m"
	yellow colour = "\x1b[33m"
	cyan   colour = "\x1b[36m"
	reset         = "\x1b[0m"
)

func (c *Console) paint(with colour, text string) string {
	if with == none || c.NoColor || !c.Watched() || !understandsColour(c.Err) {
		return text
	}
	return string(with) + text + reset
}

// Duration writes a length of time for people: the two largest units of days,
// hours, minutes and seconds.
func (c *Console) Duration(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d >= 24*time.Hour:
		return c.units("ui.days", d/(24*time.Hour), "ui.hours", d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return c.units("ui.hours", d/time.Hour, "ui.minutes", d%time.Hour/time.Minute)
	case d >= time.Minute:
		return c.units("ui.minutes", d/time.Minute, "ui.seconds", d%time.Minute/time.Second)
	}
	return c.units("ui.seconds", d/time.Second, "", 0)
}

// Decimal writes a number with one digit behind the point, or the comma.
func (c *Console) Decimal(f float64) string {
	text := strconv.FormatFloat(f, 'f', 1, 64)
	if c.Lang.Name() == "ru" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

func (c *Console) units(larger string, n time.Duration, smaller string, rest time.Duration) string {
	text := c.Text(larger, "N", int64(n))
	if rest > 0 {
		text += " " + c.Text(smaller, "N", int64(rest))
	}
	return text
}
