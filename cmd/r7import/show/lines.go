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

// minute is the layout of a time without seconds.
const minute = "2006-01-02 15:04"

// moment returns a time to the minute in the local zone, empty for the zero time.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(minute)
}

// lines collects lines of text.
type lines struct {
	*ui.Console
	all []string
}

// add appends a sentence of the catalogue.
func (l *lines) add(id string, facts ...any) { l.all = append(l.all, l.Text(id, facts...)) }

// addIf is add if holds is true.
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

// Line writes a line of results. On a terminal a long line is wrapped and indented.
func Line(out io.Writer, text string) {
	rest := strings.TrimLeft(text, " ")
	blanks := text[:len(text)-len(rest)]
	_, _ = fmt.Fprintln(out, ui.Hang(blanks, ui.Clean(rest), len(blanks)+2, ui.Width(out)))
}

// labelled is a label followed by lines. Without lines nothing is shown, but the label still
// counts for the width of the column.
type labelled struct {
	name  string
	lines []string
}

// printLabelled prints lines after their labels. The catalogue's ID of a label is prefix
// followed by its name.
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

// titled returns the name of a file, followed by its sheet if it has one.
func titled(file, sheet string) string {
	if sheet != "" {
		return file + " (" + sheet + ")"
	}
	return file
}

// shownHost returns the name of a mail server. It hides a text that is no host name,
// because that may be a password in a wrong column.
func shownHost(c *ui.Console, host string) string {
	if account.IsHost(host) {
		return host
	}
	return c.Text("plan.host.unnamed")
}

// Numbers lists row numbers, with dots at the end if count is larger.
func Numbers(rows []int, count int) string {
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = strconv.Itoa(row)
	}
	return dotted(texts, count)
}

// First lists the first items of a list, with dots at the end if there are more.
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

// Addresses returns the addresses of accounts that no row names any more.
func Addresses(accounts []plan.Missing) []string {
	list := make([]string, len(accounts))
	for i := range accounts {
		list[i] = accounts[i].Key.Address
	}
	return list
}
