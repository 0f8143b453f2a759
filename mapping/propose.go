package mapping

import (
	"slices"
	"strconv"
	"text/template/parse"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Propose writes the mapping file that a header row asks for: every column has its
// field or is ignored, doubts are decided, and a name in two columns is put together.
// The notices tell what was decided. What the file still needs, [Bind] tells.
func Propose(columns []source.Column) (*FileMapping, []diagnosis.Problem) {
	p := proposal{t: newTable(columns), source: make(map[account.Field]string), file: &FileMapping{
		Columns:   make(map[account.Field]ColumnName),
		Templates: make(map[account.Field]*Template),
	}}
	p.joinNames()
	p.known()
	p.near()
	p.owner()
	p.rest()
	return p.file, p.notices
}

// proposal is a mapping file while it is proposed.
type proposal struct {
	t       *table
	file    *FileMapping
	source  map[account.Field]string // the header that a field comes from
	notices []diagnosis.Problem
}

// joinNames makes the display name of a given name and a surname that stand in two columns.
func (p *proposal) joinNames() {
	v := headers()
	given, surname := p.columnOf(v.given), p.columnOf(v.surname)
	if given < 0 || surname < 0 {
		return
	}
	text := "{{ " + reference(p.header(given)) + " }} {{ " + reference(p.header(surname)) + " }}"
	t, err := ParseTemplate(account.Name, text)
	if err != nil { // a header that no template can name
		return
	}
	p.file.Templates[account.Name] = t
	p.source[account.Name] = p.header(given)
	p.t.settled[given], p.t.settled[surname] = true, true
	p.notices = append(p.notices, *diagnosis.New(diagnosis.ProposedName, "Given", p.header(given), "Surname", p.header(surname)))
}

// columnOf returns the first column with one of the names, -1 if there is none.
func (p *proposal) columnOf(names []string) int {
	return slices.IndexFunc(p.t.columns, func(c source.Column) bool {
		return slices.Contains(names, fold(bracketed.ReplaceAllString(tidy(c.Header), " ")))
	})
}

func (p *proposal) header(column int) string { return tidy(p.t.columns[column].Header) }

// reference writes how a template names a column.
func reference(header string) string {
	if tree, err := parse.New("").Parse("{{ ."+header+" }}", "", "", map[string]*parse.Tree{}); err == nil {
		if action, ok := tree.Root.Nodes[0].(*parse.ActionNode); ok && action.Pipe.String() == "."+header {
			return "." + header
		}
	}
	return "index . " + strconv.Quote(header)
}

// known gives the columns with known headers their fields. Of two for one field
// the one whose name is plainer wins, then the first.
func (p *proposal) known() {
	for _, weak := range []bool{false, true} {
		for i, c := range p.t.columns {
			h, ok := lookup(c.Header)
			if !ok || p.t.settled[i] || ownColumn(c.Header) || slices.Contains(headers().weak, fold(tidy(c.Header))) != weak {
				continue
			}
			p.give(i, h)
		}
	}
}

// near gives the columns with nearly known headers their fields, where these have none yet.
func (p *proposal) near() {
	for i, c := range p.t.columns {
		if p.t.settled[i] || ownColumn(c.Header) {
			continue
		}
		h, known, ok := nearest(c.Header)
		if !ok || p.source[h.field] != "" {
			continue
		}
		p.give(i, h)
		p.notices = append(p.notices, p.t.about(i, diagnosis.New(diagnosis.ProposedNear, "Field", h.field.String(), "Known", known)))
	}
}

// give makes a column the one of a field, unless the field has one. A header that
// says the opposite of its field is known as such and better not named.
func (p *proposal) give(column int, h heading) {
	if other := p.source[h.field]; other != "" {
		p.notices = append(p.notices, p.t.about(column, diagnosis.New(diagnosis.ProposedFirst, "Field", h.field.String(), "Other", other)))
		return
	}
	p.t.settled[column] = true
	p.source[h.field] = p.header(column)
	if !h.inverse {
		p.file.Columns[h.field] = p.name(column)
	}
}

// name returns how a mapping file names a column: by its letters or number where
// the header leads to another one.
func (p *proposal) name(column int) ColumnName {
	name := ColumnName{Header: p.header(column)}
	if p.t.find(name) != column {
		return ColumnName{Label: p.t.columns[column].Label}
	}
	return name
}

// owner makes the portal user the address, where the file has the user's password or token only.
func (p *proposal) owner() {
	if p.source[account.PortalUser] != "" || p.source[account.PortalPassword] == "" || p.source[account.Email] == "" {
		return
	}
	t, err := ParseTemplate(account.PortalUser, "{{ .email }}")
	if err == nil {
		p.file.Templates[account.PortalUser] = t
		p.notices = append(p.notices, *diagnosis.New(diagnosis.ProposedOwner))
	}
}

// rest lists every other column as ignored.
func (p *proposal) rest() {
	for i, c := range p.t.columns {
		header := tidy(c.Header)
		if p.t.settled[i] || header == "" || ownColumn(header) || slices.Contains(p.file.Ignore, header) {
			continue
		}
		p.file.Ignore = append(p.file.Ignore, header)
	}
}
