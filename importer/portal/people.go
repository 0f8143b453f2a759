package portal

import (
	"context"
	"iter"
	"maps"
	"net/url"
	"strconv"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// person is ASC.Api.Employee/EmployeeWraperFull.cs.
type person struct {
	ID          string `json:"id"`
	Email       string `json:"email"`
	UserName    string `json:"userName"`
	FirstName   string `json:"firstName"`
	LastName    string `json:"lastName"`
	DisplayName string `json:"displayName"`
	IsVisitor   bool   `json:"isVisitor"`
	IsAdmin     bool   `json:"isAdmin"`
	IsOwner     bool   `json:"isOwner"`
	IsLDAP      bool   `json:"isLDAP"`
	IsSSO       bool   `json:"isSSO"`
	Status      int    `json:"status"`
}

// toPerson returns the person as an account.Person. It leaves out an id that is not a GUID and
// a malformed address, since both are stored and shown.
func (p *person) toPerson(clean func(string) string) account.Person {
	id, email := "", ""
	if account.IsGUID(p.ID) {
		id = clean(p.ID)
	}
	if account.IsAddress(p.Email, false) {
		email = clean(p.Email)
	}
	return account.Person{
		ID: id, Email: email, UserName: clean(p.UserName),
		FirstName: clean(p.FirstName), LastName: clean(p.LastName), Name: clean(p.DisplayName),
		Guest: p.IsVisitor, Admin: p.IsAdmin || p.IsOwner, LDAP: p.IsLDAP, SSO: p.IsSSO, Status: p.Status,
	}
}

// Self returns the holder of the token.
func (s *Session) Self(ctx context.Context) (account.Person, Answer) {
	p, _, answer := s.person(ctx, "self", "people/@self.json", nil)
	return p, answer
}

// Person finds a person by GUID and reports whether there is one. If not, the answer is Done.
func (s *Session) Person(ctx context.Context, id string) (account.Person, bool, Answer) {
	return s.person(ctx, "person", "people/"+url.PathEscape(id), nil)
}

// PersonByEmail finds a person by address and reports whether there is one. If not, the answer is Done.
func (s *Session) PersonByEmail(ctx context.Context, address string) (account.Person, bool, Answer) {
	return s.person(ctx, "person by address", "people/email.json", url.Values{"email": {address}})
}

func (s *Session) person(ctx context.Context, name, path string, query url.Values) (account.Person, bool, Answer) {
	call := &call{name: name, path: path, query: query}
	p, answer := ask[person](ctx, s, call, nil)
	switch {
	case answer.Code == diagnosis.PortalNoItem && name != "self":
		return account.Person{}, false, answer.withCode(call, "")
	case answer.Fate != diagnosis.Done:
		return account.Person{}, false, answer
	}
	found := p.toPerson(call.confidence().Profile())
	if found.ID == "" {
		return account.Person{}, false, answer.withCode(call, diagnosis.AnswerOdd)
	}
	return found, true, answer
}

// pageSize is the number of items requested at once, small enough that a page fits
// into maxBody. The portal returns 1000 at most.
const pageSize = 200

// People yields the people that the portal shows to the session's person, or only the
// active ones. Each page is an exchange. A failure is yielded last, with an empty
// person; every other answer is Done. No person is yielded twice.
func (s *Session) People(ctx context.Context, onlyActive bool) iter.Seq2[account.Person, Answer] {
	query := url.Values{}
	if onlyActive {
		query.Set("employeeStatus", "Active")
	}
	return func(yield func(account.Person, Answer) bool) {
		known := make(map[string]bool)
		clean := s.known.With([]account.Secret{s.token}).Profile()
		for page, answer := range pages[person](ctx, s, "people", "people/filter.json", query) {
			if answer.Fate != diagnosis.Done {
				yield(account.Person{}, answer)
				return
			}
			fresh := 0
			for i := range page {
				if found := page[i].toPerson(clean); found.ID != "" && !known[found.ID] {
					known[found.ID] = true
					fresh++
					if !yield(found, answer) {
						return
					}
				}
			}
			if fresh == 0 {
				return // a server that repeats a page would never end
			}
		}
	}
}

// pages yields a list page by page, as ASC.Api/Impl/ApiContext.cs cuts it. The portal's
// nextIndex is wrong by one or absent, so each page begins after the items received,
// until the total is reached or a page is empty or, without a total, short.
func pages[T any](ctx context.Context, s *Session, name, path string, query url.Values) iter.Seq2[[]T, Answer] {
	return func(yield func([]T, Answer) bool) {
		query := maps.Clone(query)
		for start := 0; ; {
			query.Set("count", strconv.Itoa(pageSize))
			query.Set("startIndex", strconv.Itoa(start))
			call := &call{name: name, path: path, query: query}
			r, answer := s.exchange(ctx, call)
			var page []T
			if answer.Fate == diagnosis.Done && !decode(r.response, &page) {
				answer = answer.withCode(call, diagnosis.AnswerOdd)
			}
			if !yield(page, answer) || answer.Fate != diagnosis.Done || len(page) == 0 {
				return
			}
			start += len(page)
			if r.total > 0 && start >= r.total || r.total == 0 && len(page) < pageSize {
				return
			}
		}
	}
}
