package show

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/plan"
)

// minute is how a moment is shown where its seconds tell nothing.
const minute = "2006-01-02 15:04"

// moment writes a time by the clock of the person, nothing for the zero time.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(minute)
}

// lines collects what is written one below the other.
type lines struct {
	*ui.Console
	all []string
}

// add appends a sentence of the catalogue.
func (l *lines) add(id string, facts ...any) { l.all = append(l.all, l.Text(id, facts...)) }

// addIf is add where a condition holds.
func (l *lines) addIf(holds bool, id string, facts ...any) {
	if holds {
		l.add(id, facts...)
	}
}

// write writes the lines to the stream of results.
func (l *lines) write(out io.Writer) {
	for _, line := range l.all {
		Line(out, line)
	}
}

// Line writes a line of results; on a terminal it goes on below itself.
func Line(out io.Writer, text string) {
	rest := strings.TrimLeft(text, " ")
	blanks := text[:len(text)-len(rest)]
	_, _ = fmt.Fprintln(out, ui.Hang(blanks, ui.Clean(rest), len(blanks)+2, ui.Width(out)))
}

// labelled is lines behind a label. Without lines nothing is shown, but the label counts
// for the width of all.
type labelled struct {
	name  string
	lines []string
}

// printLabelled prints lines behind their labels, which the catalogue has under the names
// behind a prefix.
func printLabelled(c *ui.Console, prefix string, rows []labelled) {
	width := 0
	for _, row := range rows {
		width = max(width, runewidth.StringWidth(c.Text(prefix+row.name)))
	}
	for _, row := range rows {
		label := c.Text(prefix + row.name)
		for _, line := range row.lines {
			c.PrintBehind("  "+runewidth.FillRight(label, width)+"  ", line)
			label = ""
		}
	}
}

// titled names a file with its sheet.
func titled(file, sheet string) string {
	if sheet != "" {
		return file + " (" + sheet + ")"
	}
	return file
}

// shownHost names a mail server. What is no name of one is not shown: where cells have
// slipped, it may be a password.
func shownHost(c *ui.Console, host string) string {
	if account.IsHost(host) {
		return host
	}
	return c.Text("plan.host.unnamed")
}

// Numbers lists row numbers, with dots if there are more.
func Numbers(rows []int, count int) string {
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = strconv.Itoa(row)
	}
	return dotted(texts, count)
}

// First names the first of a list.
func First(list []string) string {
	const most = 5
	return dotted(list[:min(most, len(list))], len(list))
}

func dotted(shown []string, count int) string {
	text := strings.Join(shown, ", ")
	if count > len(shown) {
		text += ", …"
	}
	return text
}

// Addresses returns those of accounts that no row names any more.
func Addresses(accounts []plan.Missing) []string {
	list := make([]string, len(accounts))
	for i := range accounts {
		list[i] = accounts[i].Key.Address
	}
	return list
}
