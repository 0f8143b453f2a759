package show

import (
	"maps"
	"slices"
	"strings"

	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Findings collects the problems of rows. It shows a problem that many rows share once.
type Findings struct {
	groups map[string]*finding
	order  []*finding
	left   int // number of problems that are in no group
}

// finding is a problem that rows share.
type finding struct {
	first []diagnosis.Problem // the problem in each of the first rows
	count int                 // number of all rows
}

const (
	singlyShown = 3    // a finding with at most that many rows gets a line for each
	RowsShown   = 8    // row numbers on the line of a larger finding
	findingsMax = 1000 // findings kept; a file with more is hardly a table of accounts
	linesMax    = 200  // lines shown
)

// NewFindings returns an empty collection.
func NewFindings() *Findings { return &Findings{groups: make(map[string]*finding)} }

// Row adds the errors and warnings of a row.
func (f *Findings) Row(row *account.Row) {
	for i := range row.Problems {
		if p := &row.Problems[i]; p.Severity() != diagnosis.Notice {
			f.Add(p)
		}
	}
}

// Add adds a problem of a row.
func (f *Findings) Add(p *diagnosis.Problem) {
	parts := []string{string(p.Code), p.Place.Column} // parts of the key, which is equal for problems that differ only in the row
	for _, name := range slices.Sorted(maps.Keys(p.Args)) {
		parts = append(parts, name, p.Args[name])
	}
	key := strings.Join(parts, "\x00")
	group := f.groups[key]
	if group == nil {
		if len(f.order) == findingsMax {
			f.left++
			return
		}
		group = new(finding)
		f.groups[key] = group
		f.order = append(f.order, group)
	}
	if group.count++; group.count <= RowsShown {
		group.first = append(group.first, *p)
	}
}

// None reports whether there are no findings.
func (f *Findings) None() bool { return len(f.order) == 0 }

// Show shows the findings, errors first. It shows each hint once.
func (f *Findings) Show(c *ui.Console) {
	hinted := make(map[string]bool)
	lines, left := 0, f.left
	for _, severity := range []diagnosis.Severity{diagnosis.Error, diagnosis.Warning} {
		for _, group := range f.order {
			shared := group.first[0]
			switch {
			case shared.Severity() != severity:
				continue
			case lines >= linesMax:
				left += group.count
				continue
			case group.count <= singlyShown:
				for i := range group.first {
					c.Finding(&group.first[i], c.Lang.Located(&group.first[i]))
				}
				lines += group.count
			default:
				var rows []int
				for i := range group.first {
					rows = append(rows, group.first[i].Place.Row)
				}
				shared.Place.Row = 0
				c.Finding(&shared, c.Text("findings.shared", "Problem", c.Lang.Located(&shared), "Count", group.count, "Rows", Numbers(rows, group.count)))
				lines++
			}
			if hint := c.Lang.Hint(&shared); !hinted[hint] {
				hinted[hint] = true
				c.Advise(&shared)
			}
		}
	}
	if left > 0 {
		c.Say("findings.more", "Count", left)
	}
}
