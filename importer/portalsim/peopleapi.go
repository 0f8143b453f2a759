package portalsim

import (
	"cmp"
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
		AvatarMedium: noPhoto + "48-48.png", Avatar: noPhoto + "82-82.png", AvatarSmall: noPhoto + "32-32.png",
		Department: strings.Join(p.Groups, ", "), ProfileURL: "http://" + x.request.Host + "/Products/People/Profile.aspx?user=" + p.UserName,
	}
	if p.status == statusTerminated {
		v.Terminated = new(x.portal.moment(x.portal.started))
	}
	for _, name := range p.Groups {
		v.Groups = append(v.Groups, groupView{ID: guidOf("group " + name), Name: name})
	}
	return v
}

// people answers a list of people. A total other than 0 means that all is already cut to a page.
func (x *exchange) people(all []*person, total int) (any, error) {
	views := make([]personView, len(all))
	for i, p := range all {
		views[i] = x.view(p)
	}
	return list[personView]{items: views, total: total, paged: total > 0}, nil
}

func (x *exchange) self() (any, error) { return x.view(x.caller), nil }

func (x *exchange) personByName() (any, error) {
	name, d := x.text("username"), x.portal.people
	return x.viewFound(cmp.Or(d.find(d.byName, name), d.id(name)))
}

func (x *exchange) personByEmail() (any, error) {
	return x.viewFound(x.portal.people.email(x.text("email")))
}

func (x *exchange) viewFound(p *person) (any, error) {
	if p == nil {
		return nil, &failure{404, "User not found", hrException}
	}
	return x.view(p), nil
}

// employeeStatuses are the members of EmployeeStatus
// (common/ASC.Core.Common/Users/EmployeeStatus.cs).
var employeeStatuses = map[string]int{"active": 1, "terminated": 2, "leaveofabsence": 4, "default": 5, "all": 7}

const (
	statusDefault = statusActive | statusLeave
	statusAll     = statusActive | statusTerminated | statusLeave
)

func (x *exchange) activePeople() (any, error) {
	return x.people(x.portal.people.having(statusActive), 0)
}

func (x *exchange) peopleByStatus() action {
	status := x.enum("status", employeeStatuses)
	return func() (any, error) { return x.people(x.portal.people.having(status), 0) }
}

// filterPeople is people/filter. Without a status, an administrator also gets the
// terminated people; other callers never get them.
func (x *exchange) filterPeople() action {
	status := x.enum("employeeStatus", employeeStatuses)
	return func() (any, error) {
		switch {
		case status == 0 && x.caller.Admin:
			status = statusAll
		case status == 0, !x.caller.Admin && status&statusTerminated != 0:
			status = statusDefault
		}
		found := x.portal.people.having(status)
		query := x.request.URL.Query()
		if text := query.Get("filterValue"); text != "" {
			found = searched(found, text)
		}
		if query.Get("sortOrder") == "descending" {
			slices.Reverse(found)
		}
		total, page := len(found), readPaging(x.request)
		found = found[min(page.start, total):]
		return x.people(found[:min(page.count, len(found))], total)
	}
}

// searchPeople is people/search and people/@search. It finds active people only.
func (x *exchange) searchPeople() (any, error) {
	return x.people(searched(x.portal.people.having(statusActive), x.text("query")), 0)
}

// searched keeps the people whose names or address contain every word of the text. A word
// of one letter matches no person, and neither does a text without words
// (common/ASC.Core.Common/Context/Impl/UserManager.cs).
func searched(people []*person, text string) []*person {
	words := strings.Fields(text)
	return slices.DeleteFunc(people, func(p *person) bool {
		return len(words) == 0 || slices.ContainsFunc(words, func(word string) bool {
			return utf8.RuneCountInString(word) < 2 || !contains(word, p.LastName, p.FirstName, p.Email)
		})
	})
}

// searchByStatus is people/status/{status}/search, an older search: for one text of any length, also in the user name.
func (x *exchange) searchByStatus() action {
	status, query, given := x.enum("status", employeeStatuses), x.text("query"), x.has("query")
	return func() (any, error) {
		if !given {
			return nil, argument(textNull, "value")
		}
		return x.people(slices.DeleteFunc(x.portal.people.having(status), func(p *person) bool {
			return !contains(query, p.FirstName, p.LastName, p.UserName, p.Email)
		}), 0)
	}
}

// contains reports whether one of the others contains a text. Case is ignored.
func contains(text string, others ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(others, func(other string) bool { return strings.Contains(strings.ToLower(other), text) })
}
