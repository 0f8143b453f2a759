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

// Proposal is a mapping file that a table asks for.
type Proposal struct {
	File    *FileMapping
	Notices []diagnosis.Problem // what was decided, and what was not
	// Doubts are columns that may be those of a field, and that only a person can
	// give to it. The file ignores them.
	Doubts map[account.Field][]int
}

// Propose writes the mapping file that a header row asks for, with a look at the
// cells of the first rows: every column has its field or is ignored, and a name in
// two columns is put together. A column whose cells have not the form of a field is
// not proposed for it, and neither is one whose header is only nearly known. What
// the file still needs, [Bind] tells.
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
	p.choose(account.Email) // the login and the password are those of the address
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

// proposer is a proposal while it is made.
type proposer struct {
	*Proposal
	t          *table
	rows       [][]string
	reader     *reader
	candidates []candidate
	taken      map[account.Field]*column

	isLogin bool     // the address is from a column of logins
	foreign bool     // the header of the address only ends like its name, and what has a plain name may be of something else
	begins  []string // how the headers of address and password begin, where only their ends are names
}

// candidate is a column that may be the one of a field.
type candidate struct {
	column *column
	heading
	rank  rank
	form  form
	begin string // the words before the known ones, for a header that only ends like a name
}

// rank is how plainly a header names a field.
type rank uint8

const (
	byKin  rank = iota // it begins as that of the address or the password does: "external_login" beside "external_email"
	byName             // it is a name
	byWeakName
	byEnd // the header ends with a known name: "external_email"
)

// form is whether the cells of a column are what a field wants.
type form uint8

const (
	fit form = iota
	unseen
	unfit
)

// findCandidates finds what each column may be by its header.
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

// endsLike returns what the last words of a header name and how it begins: an address,
// a login or a password, of the row's own mailbox as far as the words before say. For
// any other header the field is none.
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

// isForeign reports whether a word of a header is about other people or things.
func isForeign(word string) bool { return slices.Contains(headers().Foreign, word) }

// form looks at the cells of a column. More than half of those that hold something
// have to be what the field wants; of passwords one is enough, beside masks.
func (p *proposer) form(c *column, h heading) form {
	held, good := countCells(p.rows, c.index, h.field, func(text string) bool { return p.hasForm(h, text) })
	switch {
	case held == 0:
		return unseen
	case 2*good > held, good > 0 && h.field.Secret():
		return fit
	}
	return unfit
}

// hasForm reports whether a text is what a field wants.
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

// choose takes the column of a field: the first one whose cells have the form, a
// plain name before a weak one, and one that only ends like a name if there is no other.
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
		case isMasked(c) && c.rank < byEnd && !choseMasked: // a list of users, with masks in its own column of passwords
			p.note(chosen, diagnosis.ProposedUnmasked, "Field", f, "Other", tidy(c.column.Header))
		default:
			p.note(c.column, diagnosis.ProposedFirst, "Field", f, "Other", tidy(chosen.Header))
		}
	}
}

// rankOf is the rank of a column beside those that are taken.
func (p *proposer) rankOf(c candidate) rank {
	if c.begin != "" && slices.Contains(p.begins, c.begin) {
		return byKin
	}
	return c.rank
}

// addressByContent takes the column of the address where no header plainly names
// it: one with the end of such a name, one of logins, or else any other that holds
// addresses and nothing else. It reports whether it has decided.
func (p *proposer) addressByContent(of []candidate) bool {
	if slices.ContainsFunc(of, func(c candidate) bool { return c.form == fit }) {
		return false // by its end
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

// take makes a column the one of a field. A header that says the opposite of its
// field is known as such and better not named.
func (p *proposer) take(f account.Field, c candidate) {
	c.column.decided = true
	p.taken[f] = c.column
	if c.rank == byEnd {
		p.foreign = p.foreign || f == account.Email
		p.note(c.column, diagnosis.ProposedEnd, "Field", f)
	}
	if c.begin != "" && (f == account.Email || f == account.Password) {
		p.begins = append(p.begins, c.begin)
	}
	if !c.inverse {
		p.File.Columns[f] = p.t.name(c.column)
	}
}

// noteNearlyKnown reports headers that are nearly known, for fields without a column. They
// are not taken: what is near to a name can be another name.
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

// proposeOwner makes the portal user the address, where the file has the user's password or token only.
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

// note tells something about a column.
func (p *proposer) note(c *column, code diagnosis.Code, facts ...any) {
	p.Notices = append(p.Notices, c.about(code, facts...))
}

// doubt tells that a column may be the one of a field.
func (p *proposer) doubt(c *column, f account.Field, code diagnosis.Code, facts ...any) {
	p.Doubts[f] = append(p.Doubts[f], c.index)
	p.note(c, code, append(facts, "Field", f)...)
}
