package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// findings gathers the problems of rows: what many rows share is told once.
type findings struct {
	groups map[string]*finding
	order  []*finding
	left   int // problems beyond the groups that are kept
}

// finding is a problem with the rows that have it.
type finding struct {
	places  []diagnosis.Problem // of the first rows
	rows    []int
	problem diagnosis.Problem
	count   int
}

const (
	toldSingly  = 3    // so many rows of a finding get a line each
	rowsShown   = 8    // so many row numbers stand on the line of a larger one
	findingsMax = 1000 // so many findings are kept; a file has that many only if it is something else
	linesMax    = 200  // so many are shown
)

func newFindings() *findings { return &findings{groups: make(map[string]*finding)} }

// add takes the errors and warnings of a row.
func (f *findings) add(row *account.Row) {
	for i := range row.Problems {
		if p := &row.Problems[i]; p.Severity() != diagnosis.Notice {
			f.addProblem(p)
		}
	}
}

func (f *findings) addProblem(p *diagnosis.Problem) {
	key := keyOf(p)
	group := f.groups[key]
	if group == nil {
		if len(f.order) == findingsMax {
			f.left++
			return
		}
		group = &finding{problem: *p}
		f.groups[key] = group
		f.order = append(f.order, group)
	}
	group.count++
	if group.count <= toldSingly {
		group.places = append(group.places, *p)
	}
	if group.count <= rowsShown {
		group.rows = append(group.rows, p.Place.Row)
	}
}

// keyOf is equal for problems that differ in the row only.
func keyOf(p *diagnosis.Problem) string {
	parts := []string{string(p.Code), p.Place.Column}
	for _, name := range slices.Sorted(maps.Keys(p.Args)) {
		parts = append(parts, name, p.Args[name])
	}
	return strings.Join(parts, "\x00")
}

// tell shows the findings, errors first, each kind with its hint once.
func (p *program) tell(f *findings) {
	hinted := make(map[string]bool)
	lines, left := 0, f.left
	for _, severity := range []diagnosis.Severity{diagnosis.Error, diagnosis.Warning} {
		for _, group := range f.order {
			switch {
			case group.problem.Severity() != severity:
			case lines >= linesMax:
				left += group.count
			default:
				lines += p.tellOne(group)
				p.hintOnce(hinted, &group.problem)
			}
		}
	}
	if left > 0 {
		p.console.Say("findings.more", "Count", strconv.Itoa(left))
	}
}

func (p *program) tellOne(group *finding) (lines int) {
	if group.count <= toldSingly {
		for i := range group.places {
			p.console.Finding(&group.places[i], p.console.Lang.Located(&group.places[i]))
		}
		return group.count
	}
	shared := group.problem
	shared.Place.Row = 0
	p.console.Finding(&shared, p.console.Text("findings.shared",
		"Problem", p.console.Lang.Located(&shared), "Count", strconv.Itoa(group.count), "Rows", numbers(group.rows, group.count)))
	return 1
}

func (p *program) hintOnce(hinted map[string]bool, problem *diagnosis.Problem) {
	if hint := p.console.Lang.Hint(problem); !hinted[hint] {
		hinted[hint] = true
		p.console.Advise(problem)
	}
}

// numbers lists row numbers, with dots if there are more.
func numbers(rows []int, count int) string {
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = strconv.Itoa(row)
	}
	text := strings.Join(texts, ", ")
	if count > len(rows) {
		text += ", …"
	}
	return text
}
