package propose

import (
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/mapping"
)

const (
	widestCell    = 30
	narrowestCell = 10
)

// preview shows the first rows as they would be sent, a line for each field that
// has a value in one of them, with where the values come from. Secrets are masked.
func (m *proposal) preview() {
	rows := m.survey.First
	if len(rows) == 0 {
		return
	}
	head := []string{"", m.Console.Text("proposal.from")}
	for i := range rows {
		head = append(head, m.Console.Text("proposal.row", "Row", rows[i].Number))
	}
	table := [][]string{head}
	for f := range account.NumFields {
		if line := m.previewOf(f); line != nil {
			table = append(table, line)
		}
	}
	m.Console.Print(m.Console.Text("proposal.preview"))
	for _, line := range aligned(table, m.Console.Width()) {
		m.Console.Print(line)
	}
}

// previewOf is the line of a field, nil if no row has a value for it.
func (m *proposal) previewOf(f account.Field) []string {
	line := []string{f.String(), ""}
	found := false
	for i := range m.survey.First {
		row := &m.survey.First[i]
		text, from := m.cell(row, f)
		line = append(line, text)
		if found = found || text != ""; line[1] == "" {
			line[1] = from
		}
	}
	if !found {
		return nil
	}
	return line
}

// cell returns the value of a field in a row and where it is from.
func (m *proposal) cell(row *account.Row, f account.Field) (text, from string) {
	fill := row.Fills[f]
	switch {
	case row.Given.Has(f):
		from = strconv.Quote(headerOf(row, f))
	case fill != account.NotFilled:
		from = m.Console.Text("proposal.from." + fill.String())
	default:
		return "", ""
	}
	for i := range row.Problems {
		if p := &row.Problems[i]; p.Field == f.String() && p.Severity() == diagnosis.Error {
			return m.Console.Text("proposal.unfit"), from
		}
	}
	if row.Given.Has(f) && mapping.TellsOfSecret(headerOf(row, f)) {
		return mapping.Mask, from
	}
	if f == account.PortalUser {
		return row.Owner.User, from
	}
	return mapping.Shown(f, &row.Settings), from
}

// headerOf returns the header of the cell that gave a field: that of the server,
// if the port stands behind its name.
func headerOf(row *account.Row, f account.Field) string {
	header := row.Place(f).Header
	switch {
	case header == "" && f == account.Port:
		return row.Place(account.ServerHost).Header
	case header == "" && f == account.SMTPPort:
		return row.Place(account.SMTPServer).Header
	}
	return header
}

// aligned puts the cells of a table into columns that fit the screen, or 80 columns
// where its width is not known: first what is said of where values are from becomes
// narrower, then the cells of the rows.
func aligned(table [][]string, screen int) []string {
	if screen == 0 {
		screen = 80
	}
	widths := widthsOf(table)
	rows := len(widths) - 2
	left := screen - len(gap) - widths[0]
	widths[1] = min(widths[1], max(left-len(gap)-rows*(len(gap)+narrowestCell), narrowestCell))
	room := (left - len(gap) - widths[1]) / rows
	for i := range widths[2:] {
		widths[2+i] = min(widths[2+i], max(room-len(gap), narrowestCell))
	}
	lines := make([]string, len(table))
	for n, line := range table {
		var b strings.Builder
		for i, cell := range line {
			b.WriteString(gap + runewidth.FillRight(runewidth.Truncate(cell, widths[i], "…"), widths[i]))
		}
		lines[n] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// gap stands before each column.
const gap = "  "

// widthsOf returns how wide the columns of a table are, none wider than the widest cell.
func widthsOf(table [][]string) []int {
	widths := make([]int, len(table[0]))
	for _, line := range table {
		for i, cell := range line {
			widths[i] = min(widestCell, max(widths[i], runewidth.StringWidth(cell)))
		}
	}
	return widths
}
