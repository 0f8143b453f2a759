package mapping

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Proposal is a proposed mapping file for a table.
type Proposal struct {
	File    *FileMapping
	Notices []diagnosis.Problem // decisions made and left open
	// Doubts are columns that may belong to a field but that
	// only a person can assign to it. The file ignores them.
	Doubts map[account.Field][]int
}

// Propose writes a mapping file for a header row, using the cells of
// the first rows: every column is assigned to a field or ignored, and
// a name in two columns is joined. A column is not proposed for a
// field if its cells do not have the field's form, or if its header
// is only nearly known. Missing fields are left for [Bind] to report.
func Propose(columns []source.Column, rows [][]string) *Proposal {
	t, _ := readTable(columns, &FileMapping{}, func() [][]string { return rows })
	p := proposer{
		t: t, rows: rows, reader: newReader(), taken: make(map[account.Field]*column),
		Proposal: &Proposal{
			File: &FileMapping{
				Columns: make(map[account.Field]ColumnName), Defaults: make(map[account.Field]string),
				Templates: make(map[account.Field]*Template), Presets: FilePresets{Domains: make(map[string]string)},
			},
			Notices: t.notices,
			Doubts:  make(map[account.Field][]int),
		},
	}
	if t.joined != nil {
		p.File.Templates[account.Name] = t.joined
	}
	p.findCandidates()
	p.choose(account.Email) // login and password are chosen to match the address
	p.choose(account.Password)
	for f := range account.NumFields {
		if _, made := p.File.Templates[f]; !made && f != account.Email && f != account.Password {
			p.choose(f)
		}
	}
	p.noteNearlyKnown()
	p.proposeOwner()
	p.ignoreRest()
	return p.Proposal
}

// proposer is the state of making a proposal.
type proposer struct {
	*Proposal
	t          *table
	rows       [][]string
	reader     *reader
	candidates []candidate
	taken      map[account.Field]*column

	isLogin    bool     // the address is taken from a column of logins
	foreign    bool     // the address column was found by the end of its header, so that plain names may belong to something else
	beginnings []string // beginnings of the headers of address and password, where only their ends are names
}

// candidate is a column that may belong to a field.
type candidate struct {
	column *column
	heading
	rank  rank
	form  form
	begin string // words before the known ones, for a header that only ends with a name
}

// rank is how clearly a header names a field; lower is clearer.
type rank uint8

const (
	byKin  rank = iota // it begins like the header of the address or password: "external_login" beside "external_email"
	byName             // it is a known name
	byWeakName
	byEnd // it ends with a known name: "external_email"
)

// form says whether the cells of a column have the form of a field.
type form uint8

const (
	fit form = iota
	noCells
	unfit
)

// findCandidates finds the fields that each column may have by its header.
func (p *proposer) findCandidates() {
	hasPortalUser := p.t.columnOf(account.PortalUser) != nil
	for _, c := range p.t.columns {
		if c.decided || ownColumn(c.Header) || namesKey(c.Header) && (c.field != account.PortalToken || !hasPortalUser) {
			continue
		}
		found := candidate{column: c, heading: c.heading, rank: byName}
		if c.known() && slices.Contains(headers().Weak, fold(tidy(c.Header))) {
			found.rank = byWeakName
		}
		if !c.known() {
			found.rank = byEnd
			found.heading, found.begin = endsLike(c.Header)
		}
		if found.known() {
			found.form = p.form(c, found.heading)
			p.candidates = append(p.candidates, found)
		}
	}
}

// endsLike returns the field that the last words of a header name, and the
// words before: an address, a login or a password, unless the words before name
// other people or things. For any other header the field is account.NumFields.
func endsLike(header string) (h heading, begin string) {
	words := wordsOf(withoutBrackets(tidy(header)))
	for at := 1; at < len(words); at++ {
		h, ok := lookup(strings.Join(words[at:], " "))
		if !ok {
			continue
		}
		if slices.ContainsFunc(words[:at], isForeign) || h.field != account.Email && h.field != account.Account && h.field != account.Password {
			h.field = account.NumFields
		}
		return h, strings.Join(words[:at], "")
	}
	return heading{field: account.NumFields}, ""
}

// isForeign reports whether a word of a header refers to other people or things.
func isForeign(word string) bool { return slices.Contains(headers().Foreign, word) }

// form judges the cells of a column. More than half of those with content
// must have the field's form; for secrets one unmasked cell is enough.
func (p *proposer) form(c *column, h heading) form {
	held, good := countCells(p.rows, c.index, h.field, func(text string) bool { return p.hasForm(h, text) })
	switch {
	case held == 0:
		return noCells
	case 2*good > held, good > 0 && h.field.Secret():
		return fit
	}
	return unfit
}

// hasForm reports whether text has the form of a field's value.
func (p *proposer) hasForm(h heading, text string) bool {
	var problem *diagnosis.Problem
	switch f := h.field; {
	case f == account.Account || f == account.SMTPAccount:
		return !strings.ContainsFunc(text, unicode.IsSpace)
	case f.Secret():
		return !account.NewSecret(text).Masked()
	case h.tls:
		_, problem = parseSwitch(text)
	default:
		if f == account.ServerHost || f == account.SMTPServer {
			text, _, _ = splitHost(text)
		}
		problem = p.reader.put(new(account.Row), f, text)
	}
	return problem == nil || problem.Code == diagnosis.AuthOAuth
}

// choose selects the column of a field: the first one whose cells have the form, plain
// names before weak ones; a header that only ends with a name is used if there is no other.
func (p *proposer) choose(f account.Field) {
	of := slices.DeleteFunc(slices.Clone(p.candidates), func(c candidate) bool { return c.field != f || c.column.decided })
	slices.SortStableFunc(of, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.form, b.form), cmp.Compare(p.rankOf(a), p.rankOf(b)))
	})
	of = slices.DeleteFunc(of, func(c candidate) bool {
		if c.form != unfit || f.Secret() || f == account.Name {
			return false
		}
		if c.rank < byEnd {
			p.note(c.column, diagnosis.ProposedUnfit, "Field", f)
		}
		return true
	})
	if f == account.Account {
		of = slices.DeleteFunc(of, func(c candidate) bool {
			return p.isLogin || p.rankOf(c) != byKin && (c.rank == byEnd || p.foreign) // a login of something else
		})
	}
	switch ending := slices.DeleteFunc(slices.Clone(of), func(c candidate) bool { return c.rank < byEnd }); {
	case len(of) > 0 && p.rankOf(of[0]) < byEnd:
		p.take(f, of[0])
	case f == account.Email && p.addressByContent(of):
	case len(ending) == 1:
		p.take(f, ending[0])
	case len(ending) > 1:
		for _, c := range ending {
			p.doubt(c.column, f, diagnosis.ProposedMany)
		}
	}
	chosen := p.taken[f]
	if chosen == nil {
		return
	}
	isMasked := func(c candidate) bool { return f.Secret() && c.form == unfit }
	choseMasked := slices.ContainsFunc(of, func(c candidate) bool { return c.column == chosen && isMasked(c) })
	for _, c := range of {
		switch {
		case c.column.decided:
		case isMasked(c) && c.rank < byEnd && !choseMasked: // a list of users whose own password column holds masks
			p.note(chosen, diagnosis.ProposedUnmasked, "Field", f, "Other", tidy(c.column.Header))
		default:
			p.note(c.column, diagnosis.ProposedFirst, "Field", f, "Other", tidy(chosen.Header))
		}
	}
}

// rankOf returns the rank of a column, given the columns already taken.
func (p *proposer) rankOf(c candidate) rank {
	if c.begin != "" && slices.Contains(p.beginnings, c.begin) {
		return byKin
	}
	return c.rank
}

// addressByContent selects the column of the address if no header plainly names it:
// a column whose header ends with such a name, a column of logins, or the only other
// column that holds addresses and nothing else. It reports whether it decided.
func (p *proposer) addressByContent(of []candidate) bool {
	if slices.ContainsFunc(of, func(c candidate) bool { return c.form == fit }) {
		return false // the caller chooses it by the end of its header
	}
	var logins, others []*column
	for _, c := range p.t.columns {
		if c.decided || tidy(c.Header) == "" || ownColumn(c.Header) || NamesSecret(c.Header) || !p.holdsAddresses(c) {
			continue
		}
		isLogin := func(found candidate) bool { return found.column == c && found.field == account.Account }
		switch {
		case slices.ContainsFunc(p.candidates, isLogin):
			logins = append(logins, c)
		case !c.known() && !slices.ContainsFunc(wordsOf(c.Header), isForeign):
			others = append(others, c)
		}
	}
	if len(logins) > 0 {
		others = logins[:1]
	}
	if len(others) == 1 {
		p.isLogin = len(logins) > 0
		_, begin := endsLike(others[0].Header)
		p.take(account.Email, candidate{column: others[0], begin: begin})
		p.note(others[0], diagnosis.ProposedContent, "Field", account.Email)
		return true
	}
	for _, c := range others {
		p.doubt(c, account.Email, diagnosis.ProposedMany)
	}
	return len(others) > 0
}

// holdsAddresses reports whether a column holds addresses and nothing else.
func (p *proposer) holdsAddresses(c *column) bool {
	held, good := countCells(p.rows, c.index, account.Email, func(text string) bool {
		_, err := ParseAddress(text)
		return err == nil
	})
	return held > 0 && good == held
}

// take assigns a column to a field. A column with the opposite meaning
// is not written to the file, because its header is known to be inverse.
func (p *proposer) take(f account.Field, c candidate) {
	c.column.decided = true
	p.taken[f] = c.column
	if c.rank == byEnd {
		p.foreign = p.foreign || f == account.Email
		p.note(c.column, diagnosis.ProposedEnd, "Field", f)
	}
	if c.begin != "" && (f == account.Email || f == account.Password) {
		p.beginnings = append(p.beginnings, c.begin)
	}
	if !c.inverse {
		p.File.Columns[f] = p.t.name(c.column)
	}
}

// noteNearlyKnown reports headers that are nearly known, for fields without
// a column. They are not assigned: a similar header can mean something else.
func (p *proposer) noteNearlyKnown() {
	doubts := slices.Concat(slices.Collect(maps.Values(p.Doubts))...)
	for _, c := range p.t.columns {
		if c.decided || c.known() || ownColumn(c.Header) || slices.Contains(doubts, c.index) {
			continue
		}
		h, known, ok := nearest(c.Header)
		if ok && p.taken[h.field] == nil && p.File.Templates[h.field] == nil {
			p.doubt(c, h.field, diagnosis.ProposedDoubt, "Known", known)
		}
	}
}

// proposeOwner makes the address the portal user if the file has a portal password but no portal user.
func (p *proposer) proposeOwner() {
	if p.taken[account.PortalUser] != nil || p.taken[account.PortalPassword] == nil || p.taken[account.Email] == nil {
		return
	}
	if t, err := ParseTemplate(account.PortalUser, "{{ .email }}"); err == nil {
		p.File.Templates[account.PortalUser] = t
		p.Notices = append(p.Notices, *diagnosis.New(diagnosis.ProposedOwner))
	}
}

// ignoreRest lists every other column as ignored.
func (p *proposer) ignoreRest() {
	read, taken := p.File.templateHeaders(), slices.Collect(maps.Values(p.taken))
	for _, c := range p.t.columns {
		name := ColumnName{Header: tidy(c.Header)}
		known := ownColumn(c.Header) || read[name.Header] || slices.Contains(taken, c) || slices.Contains(p.File.Ignore, name)
		if name.Header != "" && !known {
			p.File.Ignore = append(p.File.Ignore, name)
		}
	}
}

// note adds a notice about a column.
func (p *proposer) note(c *column, code diagnosis.Code, facts ...any) {
	p.Notices = append(p.Notices, c.about(code, facts...))
}

// doubt records that a column may belong to a field.
func (p *proposer) doubt(c *column, f account.Field, code diagnosis.Code, facts ...any) {
	p.Doubts[f] = append(p.Doubts[f], c.index)
	p.note(c, code, append(facts, "Field", f)...)
}
