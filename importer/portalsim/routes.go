package portalsim

import (
	"net/http"
	"strings"
)

// action is a bound method, ready to run. What it returns goes into the envelope; an
// error is a *failure, or errKilled.
type action func(*exchange) (any, error)

// route is one method of the API. The HTTP method is part of the match, so a wrong
// one is an unknown route (API/Impl/ApiRouteConfigurator.cs).
type route struct {
	method, pattern string
	name            string // both, for the statistics
	bind            func(*arguments) action
	open            bool // needs no sign-in, and is not checked for payment
	mail            bool // belongs to the mail product
	signIn          bool // spends its latency between counting the attempt and checking it
	gap             bool // waits between reading and writing, out of the latency asked for
	needs           func(version) bool
}

const prefix = "/api/2.0/"

var routes = []route{
	{method: "POST", pattern: "authentication", bind: withUser((*exchange).signIn), open: true, signIn: true},
	{method: "POST", pattern: "authentication/setphone", bind: withUser((*exchange).takePhone), open: true, signIn: true},
	{method: "POST", pattern: "authentication/sendsms", bind: withUser((*exchange).sendAgain), open: true, signIn: true},
	{method: "POST", pattern: "authentication/{code}", bind: withUser((*exchange).signInByCode), open: true, signIn: true},
	{method: "GET", pattern: "capabilities", bind: plain((*exchange).capabilities), open: true},
	{method: "GET", pattern: "settings/version/build", bind: plain((*exchange).build), open: true},

	{method: "GET", pattern: "people", bind: plain((*exchange).activePeople)},
	{method: "GET", pattern: "people/@self", bind: plain((*exchange).self)},
	{method: "GET", pattern: "people/email", bind: bindPersonByEmail},
	{method: "GET", pattern: "people/filter", bind: bindFilter},
	{method: "GET", pattern: "people/search", bind: bindSearch},
	{method: "GET", pattern: "people/@search/{query}", bind: bindSearch},
	{method: "GET", pattern: "people/status/{status}", bind: bindPeopleByStatus},
	{method: "GET", pattern: "people/status/{status}/search", bind: bindSearchByStatus},
	{method: "GET", pattern: "people/{username}", bind: bindPerson},

	{method: "GET", pattern: "security/impersonate/settings", bind: plain((*exchange).impersonationSettings), needs: version.hasImpersonation},
	{method: "PUT", pattern: "security/impersonate/settings", bind: bindSetImpersonation, needs: version.hasImpersonation},
	{method: "GET", pattern: "security/impersonate/{userId}", bind: bindMayImpersonate, needs: version.hasImpersonation},
	{method: "POST", pattern: "security/impersonate/{userId}", bind: bindImpersonate, needs: version.hasImpersonation},

	{method: "PUT", pattern: "security/impersonate/logout", bind: plain((*exchange).endImpersonation), needs: version.hasImpersonation},
	{method: "GET", pattern: "security/activeconnections", bind: plain((*exchange).connectionList), needs: version.hasConnections},
	{method: "PUT", pattern: "security/activeconnections/logoutallexceptthis", bind: plain((*exchange).signOutOthers), needs: version.hasConnections},
	{method: "PUT", pattern: "security/activeconnections/logout/{loginEventId}", bind: bindSignOut, needs: version.hasConnections},
	{method: "PUT", pattern: "security/activeconnections/logoutall/{userId}", bind: bindSignOutPerson, needs: version.hasConnections},

	{method: "POST", pattern: "batch", bind: bindBatch},

	{method: "GET", pattern: "mail/accounts", bind: plain((*exchange).accountList), mail: true, gap: true},
	{method: "POST", pattern: "mail/accounts", bind: bindCreate, mail: true, gap: true},
	{method: "PUT", pattern: "mail/accounts", bind: bindUpdate, mail: true, gap: true},
	{method: "DELETE", pattern: "mail/accounts", bind: bindDelete, mail: true},
	{method: "GET", pattern: "mail/accounts/single", bind: bindSingle, mail: true},
	{method: "GET", pattern: "mail/accounts/setups", bind: bindSetups, mail: true},
	{method: "POST", pattern: "mail/accounts/simple", bind: bindSimple, mail: true, gap: true},
	{method: "PUT", pattern: "mail/accounts/state", bind: bindState, mail: true},
	{method: "PUT", pattern: "mail/accounts/default", bind: bindDefault, mail: true},
	{method: "GET", pattern: "mail/folders", bind: plain((*exchange).folders), mail: true},
	{method: "GET", pattern: "mail/messages", bind: bindMessages, mail: true},
	{method: "GET", pattern: "mail/operations", bind: plain((*exchange).taskList), mail: true},
	{method: "GET", pattern: "mail/operations/{operationId}", bind: bindTask, mail: true},
}

// plain binds a method without arguments.
func plain(method action) func(*arguments) action {
	return func(*arguments) action { return method }
}

// router finds routes: exact ones by map, those with a variable one after the other.
type router struct {
	exact    map[string]*route
	variable []*route
}

func newRouter(v version) *router {
	r := &router{exact: map[string]*route{}}
	for i := range routes {
		one := routes[i]
		one.name = one.method + " " + one.pattern
		if one.needs != nil && !one.needs(v) {
			continue
		}
		if strings.Contains(one.pattern, "{") {
			r.variable = append(r.variable, &one)
		} else {
			r.exact[one.name] = &one
		}
	}
	return r
}

func underAPI(path string) bool {
	return len(path) >= len(prefix) && strings.EqualFold(path[:len(prefix)], prefix)
}

// find matches without regard to case, with or without the suffix .json, which has to
// be in lower case: in any other it is a part of the last name.
func (r *router) find(method, path string) (*route, map[string]string) {
	if !underAPI(path) {
		return nil, nil
	}
	given := strings.TrimSuffix(strings.TrimSuffix(path[len(prefix):], "/"), ".json")
	if one := r.exact[method+" "+strings.ToLower(given)]; one != nil {
		return one, nil
	}
	for _, one := range r.variable {
		if one.method != method {
			continue
		}
		before, rest, _ := strings.Cut(one.pattern, "{")
		name, behind, _ := strings.Cut(rest, "}")
		value := len(given) - len(before) - len(behind)
		if value <= 0 || !strings.EqualFold(given[:len(before)], before) || !strings.EqualFold(given[len(before)+value:], behind) {
			continue
		}
		if text := given[len(before) : len(before)+value]; !strings.Contains(text, "/") {
			return one, map[string]string{name: text}
		}
	}
	return nil, nil
}

// accessControl is the answer to OPTIONS, whatever the path and whoever asks
// (API/Impl/Routing/ApiAccessControlRouteRegistrator.cs).
func accessControl() *answer {
	a := emptyAnswer(http.StatusOK)
	a.set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
	a.set("Access-Control-Allow-Headers", "origin, authorization, accept, content-type")
	a.set("Access-Control-Max-Age", "1728000")
	return a
}

// htmlPage is what the front server shows instead of an answer of the API.
func htmlPage(status int, title string) *answer {
	body := "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>" + title + "</title></head>\n" +
		"<body><h1>" + title + "</h1><p>ONLYOFFICE</p></body>\n</html>\n"
	return &answer{status: status, contentType: typeHTML, body: []byte(body)}
}

func badGateway() *answer {
	return htmlPage(http.StatusBadGateway, "502 - Web server received an invalid response while acting as a gateway or proxy server.")
}
