package propose

import (
	"cmp"
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

// preview shows the first rows as they would be sent, with a line for each field that
// has a value in one of them and the origin of that value. Secrets are masked.
func (m *proposal) preview() {
	rows := m.surveyed.First
	if len(rows) == 0 {
		return
	}
	head := []string{"", m.Console.Text("proposal.from")}
	for i := range rows {
		head = append(head, m.Console.Text("proposal.row", "Row", rows[i].Number))
	}
	table := [][]string{head}
	for f := range account.NumFields {
		line := []string{f.String(), ""}
		for i := range rows {
			text, from := m.cell(&rows[i], f)
			line[1] = cmp.Or(line[1], from)
			line = append(line, text)
		}
		if strings.Join(line[2:], "") != "" {
			table = append(table, line)
		}
	}
	m.Console.Print(m.Console.Text("proposal.preview"))
	for _, line := range aligned(table, m.Console.Width()) {
		m.Console.Print(line)
	}
}

// cell returns the value of a field in a row and the value's origin.
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
	for _, p := range row.Problems {
		if p.Field == f.String() && p.Severity() == diagnosis.Error {
			return m.Console.Text("proposal.unfit"), from
		}
	}
	if row.Given.Has(f) && mapping.NamesSecret(headerOf(row, f)) {
		return mapping.Mask, from
	}
	if f == account.PortalUser {
		return row.Owner.User, from
	}
	return mapping.Shown(f, &row.Settings), from
}

// headerOf returns the header of the cell that gave a field. If the port is given
// as part of the server's cell, it returns the server's header.
func headerOf(row *account.Row, f account.Field) string {
	header := row.Place(f).Header
	for _, side := range []account.Side{account.Incoming, account.Outgoing} {
		if header == "" && f == side.Port {
			return row.Place(side.Host).Header
		}
	}
	return header
}

// aligned lays out a table in columns that fit the screen, or 80 columns if its width is
// not known. No column is wider than widestCell. If that is still too wide, the column of
// origins becomes narrower first, and then the columns of the rows.
func aligned(table [][]string, screen int) []string {
	const gap = "  " // before each column
	widths := make([]int, len(table[0]))
	for _, line := range table {
		for i, cell := range line {
			widths[i] = min(widestCell, max(widths[i], runewidth.StringWidth(cell)))
		}
	}
	rows := len(widths) - 2
	left := cmp.Or(screen, 80) - len(gap) - widths[0]
	widths[1] = min(widths[1], max(left-len(gap)-rows*(len(gap)+narrowestCell), narrowestCell))
	room := (left - len(gap) - widths[1]) / rows
	for i := range widths[2:] {
		widths[2+i] = min(widths[2+i], max(room-len(gap), narrowestCell))
	}
	lines := make([]string, len(table))
	for n, line := range table {
		for i, cell := range line {
			lines[n] += gap + runewidth.FillRight(runewidth.Truncate(cell, widths[i], "…"), widths[i])
		}
		lines[n] = strings.TrimRight(lines[n], " ")
	}
	return lines
}
