package portalsim

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// personView is EmployeeWraperFull (module/ASC.Api/ASC.Employee/EmployeeWraperFull.cs).
type personView struct {
	ID               string      `json:"id"`
	UserName         string      `json:"userName"`
	IsVisitor        bool        `json:"isVisitor"`
	FirstName        string      `json:"firstName"`
	LastName         string      `json:"lastName"`
	Email            string      `json:"email"`
	Status           int         `json:"status"`
	ActivationStatus int         `json:"activationStatus"`
	Terminated       *string     `json:"terminated"`
	Department       string      `json:"department"`
	DisplayName      string      `json:"displayName"`
	MobilePhone      string      `json:"mobilePhone,omitempty"`
	AvatarMedium     string      `json:"avatarMedium"`
	Avatar           string      `json:"avatar"`
	IsAdmin          bool        `json:"isAdmin"`
	IsLDAP           bool        `json:"isLDAP"`
	IsOwner          bool        `json:"isOwner"`
	CultureName      string      `json:"cultureName,omitempty"`
	IsSSO            bool        `json:"isSSO"`
	Groups           []groupView `json:"groups,omitempty"`
	AvatarSmall      string      `json:"avatarSmall"`
	ProfileURL       string      `json:"profileUrl"`
}

type groupView struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Manager *string `json:"manager"`
}

const noPhoto = "/skins/default/images/default_user_photo_size_"

func (x *exchange) view(p *person) personView {
	v := personView{
		ID: p.ID, UserName: p.UserName, IsVisitor: p.Guest, FirstName: p.FirstName, LastName: p.LastName,
		Email: p.Email, Status: p.status, ActivationStatus: 1, DisplayName: p.displayName(x.portal.options.Language),
		MobilePhone: p.phoneNumber(), IsAdmin: p.Admin, IsLDAP: p.LDAP, IsOwner: p.Owner, CultureName: p.Culture, IsSSO: p.SSO,
		Department: strings.Join(p.Groups, ", "), AvatarMedium: noPhoto + "48-48.png", Avatar: noPhoto + "82-82.png", AvatarSmall: noPhoto + "32-32.png",
		ProfileURL: "http://" + x.request.Host + "/Products/People/Profile.aspx?user=" + p.UserName,
	}
	if p.status == statusTerminated {
		when := x.portal.moment(x.portal.started)
		v.Terminated = &when
	}
	for _, name := range p.Groups {
		v.Groups = append(v.Groups, groupView{ID: guidOf("group " + name), Name: name})
	}
	return v
}

func (x *exchange) viewAll(people []*person) []personView {
	all := make([]personView, len(people))
	for i, p := range people {
		all[i] = x.view(p)
	}
	return all
}

func (x *exchange) self() (any, error) { return x.view(x.caller), nil }

func bindPerson(a *arguments) action {
	name := a.text("username")
	return func(x *exchange) (any, error) {
		found := x.portal.people.userName(name)
		if found == nil && isGUID(name) {
			found = x.portal.people.id(name)
		}
		return x.viewFound(found)
	}
}

func bindPersonByEmail(a *arguments) action {
	email := a.text("email")
	return func(x *exchange) (any, error) {
		return x.viewFound(x.portal.people.email(email))
	}
}

func (x *exchange) viewFound(p *person) (any, error) {
	if p == nil {
		return nil, notFound("User not found")
	}
	return x.view(p), nil
}

// employeeStatuses are the members of EmployeeStatus
// (common/ASC.Core.Common/Users/EmployeeStatus.cs).
var employeeStatuses = map[string]int32{"active": 1, "terminated": 2, "leaveofabsence": 4, "default": 5, "all": 7}

const (
	statusDefault = statusActive | statusLeave
	statusAll     = statusActive | statusTerminated | statusLeave
)

func (x *exchange) activePeople() (any, error) { return x.byStatus(statusActive), nil }

func bindPeopleByStatus(a *arguments) action {
	status := a.enum("status", employeeStatuses)
	return func(x *exchange) (any, error) { return x.byStatus(int(status)), nil }
}

func (x *exchange) byStatus(mask int) any {
	return list[personView]{items: x.viewAll(x.portal.people.having(mask))}
}

// bindFilter is people/filter. An administrator who names no status is shown the
// terminated too; nobody else ever is.
func bindFilter(a *arguments) action {
	status := int(a.enum("employeeStatus", employeeStatuses))
	return func(x *exchange) (any, error) {
		switch {
		case status == 0 && x.caller.Admin:
			status = statusAll
		case status == 0, !x.caller.Admin && status&statusTerminated != 0:
			status = statusDefault
		}
		found := x.portal.people.having(status)
		if text := x.request.URL.Query().Get("filterValue"); text != "" {
			found = searched(found, text)
		}
		if x.request.URL.Query().Get("sortOrder") == "descending" {
			slices.Reverse(found)
		}
		total := len(found)
		page := readPaging(x.request)
		found = found[min(page.start, total):]
		found = found[:min(page.count, len(found))]
		return list[personView]{items: x.viewAll(found), total: total, paged: true}, nil
	}
}

// bindSearch is people/search and people/@search: the active ones alone.
func bindSearch(a *arguments) action {
	query := a.text("query")
	return func(x *exchange) (any, error) {
		return list[personView]{items: x.viewAll(searched(x.portal.people.having(statusActive), query))}, nil
	}
}

// searched keeps those in whose names or address each word of the text is. A word of
// one letter is nowhere, and neither is no word at all
// (common/ASC.Core.Common/Context/Impl/UserManager.cs).
func searched(people []*person, text string) []*person {
	words := strings.Fields(text)
	return slices.DeleteFunc(people, func(p *person) bool {
		return len(words) == 0 || slices.ContainsFunc(words, func(word string) bool {
			return utf8.RuneCountInString(word) < 2 || !contains(word, p.LastName, p.FirstName, p.Email)
		})
	})
}

// bindSearchByStatus is the older search: one text, of any length, in the user name too.
func bindSearchByStatus(a *arguments) action {
	status, query, given := a.enum("status", employeeStatuses), a.text("query"), a.has("query")
	return func(x *exchange) (any, error) {
		if !given {
			return nil, argument(textNull, "value")
		}
		found := slices.DeleteFunc(x.portal.people.having(int(status)), func(p *person) bool {
			return !contains(query, p.FirstName, p.LastName, p.UserName, p.Email)
		})
		return list[personView]{items: x.viewAll(found)}, nil
	}
}

// contains tells whether a text is in one of the others, whatever the case.
func contains(text string, others ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(others, func(other string) bool { return strings.Contains(strings.ToLower(other), text) })
}

// having copies those whose status is in mask, by display name.
func (d *directory) having(mask int) []*person {
	d.mu.Lock()
	if d.sorted == nil {
		for _, p := range d.byID {
			d.sorted = append(d.sorted, p)
		}
		slices.SortFunc(d.sorted, func(a, b *person) int {
			if c := strings.Compare(a.displayName(""), b.displayName("")); c != 0 {
				return c
			}
			return strings.Compare(a.ID, b.ID)
		})
	}
	sorted := d.sorted
	d.mu.Unlock()
	found := make([]*person, 0, len(sorted))
	for _, p := range sorted {
		if p.status&mask != 0 {
			found = append(found, p)
		}
	}
	return found
}
