package portalsim

import (
	"net/http"
	"strings"
)

// action is a method with its arguments bound. Its result goes into the envelope; its
// error is a *failure or errKilled.
type action func() (any, error)

// route is one method of the API. The HTTP method is part of the match, so a request
// with another one is an unknown route (API/Impl/ApiRouteConfigurator.cs).
type route struct {
	method, pattern string
	do              func(*exchange) (any, error) // set for a method that has only text arguments, which always convert
	bind            func(*exchange) action       // set for any other method; binds the arguments first
	open            bool                         // needs no sign-in, and is not checked for payment
	mail            bool                         // belongs to the mail product
	signIn          bool                         // its latency passes between counting and checking the attempt
	gap             bool                         // waits Options.SaveGap itself, as a part of the latency
	needs           func(version) bool
}

const prefix = "/api/2.0/"

var routes = []route{
	{method: "POST", pattern: "authentication", do: withUser((*exchange).signIn), open: true, signIn: true},
	{method: "POST", pattern: "authentication/setphone", do: withUser((*exchange).takePhone), open: true, signIn: true},
	{method: "POST", pattern: "authentication/sendsms", do: withUser((*exchange).sendAgain), open: true, signIn: true},
	{method: "POST", pattern: "authentication/{code}", do: withUser((*exchange).signInByCode), open: true, signIn: true},
	{method: "GET", pattern: "capabilities", do: (*exchange).capabilities, open: true},
	{method: "GET", pattern: "settings/version/build", do: (*exchange).build, open: true},

	{method: "GET", pattern: "people", do: (*exchange).activePeople},
	{method: "GET", pattern: "people/@self", do: (*exchange).self},
	{method: "GET", pattern: "people/email", do: (*exchange).personByEmail},
	{method: "GET", pattern: "people/filter", bind: (*exchange).filterPeople},
	{method: "GET", pattern: "people/search", do: (*exchange).searchPeople},
	{method: "GET", pattern: "people/@search/{query}", do: (*exchange).searchPeople},
	{method: "GET", pattern: "people/status/{status}", bind: (*exchange).peopleByStatus},
	{method: "GET", pattern: "people/status/{status}/search", bind: (*exchange).searchByStatus},
	{method: "GET", pattern: "people/{username}", do: (*exchange).personByName},

	{method: "GET", pattern: "security/impersonate/settings", do: (*exchange).impersonationSettings, needs: version.hasImpersonation},
	{method: "PUT", pattern: "security/impersonate/settings", bind: (*exchange).setImpersonation, needs: version.hasImpersonation},
	{method: "GET", pattern: "security/impersonate/{userId}", bind: (*exchange).canImpersonate, needs: version.hasImpersonation},
	{method: "POST", pattern: "security/impersonate/{userId}", bind: (*exchange).impersonate, needs: version.hasImpersonation},
	{method: "PUT", pattern: "security/impersonate/logout", do: (*exchange).endImpersonation, needs: version.hasImpersonation},
	{method: "GET", pattern: "security/activeconnections", do: (*exchange).connections, needs: version.hasConnections},
	{method: "PUT", pattern: "security/activeconnections/logoutallexceptthis", do: (*exchange).signOutOthers, needs: version.hasConnections},
	{method: "PUT", pattern: "security/activeconnections/logout/{loginEventId}", bind: (*exchange).signOut, needs: version.hasConnections},
	{method: "PUT", pattern: "security/activeconnections/logoutall/{userId}", bind: (*exchange).signOutPerson, needs: version.hasConnections},

	{method: "POST", pattern: "batch", do: (*exchange).batch},

	{method: "GET", pattern: "mail/accounts", do: (*exchange).listAccounts, mail: true, gap: true},
	{method: "POST", pattern: "mail/accounts", bind: (*exchange).createAccount, mail: true, gap: true},
	{method: "PUT", pattern: "mail/accounts", bind: (*exchange).updateAccount, mail: true, gap: true},
	{method: "DELETE", pattern: "mail/accounts", do: (*exchange).deleteAccount, mail: true},
	{method: "GET", pattern: "mail/accounts/single", do: (*exchange).singleAccount, mail: true},
	{method: "GET", pattern: "mail/accounts/setups", do: (*exchange).setups, mail: true},
	{method: "POST", pattern: "mail/accounts/simple", do: (*exchange).createSimple, mail: true, gap: true},
	{method: "PUT", pattern: "mail/accounts/state", bind: (*exchange).setAccountState, mail: true},
	{method: "PUT", pattern: "mail/accounts/default", bind: (*exchange).setDefaultAccount, mail: true},
	{method: "GET", pattern: "mail/folders", do: (*exchange).folders, mail: true},
	{method: "GET", pattern: "mail/messages", bind: (*exchange).messages, mail: true},
	{method: "GET", pattern: "mail/operations", do: (*exchange).operations, mail: true},
	{method: "GET", pattern: "mail/operations/{operationId}", do: (*exchange).operation, mail: true},
}

func underAPI(path string) bool {
	return len(path) >= len(prefix) && strings.EqualFold(path[:len(prefix)], prefix)
}

// findRoute returns the first route that matches method and path, and the name and value
// of its variable. Case is ignored. The suffix .json is optional and must be in lower case:
// otherwise it is part of the last path element.
func (p *Portal) findRoute(method, path string) (_ *route, name, value string) {
	if !underAPI(path) {
		return nil, "", ""
	}
	given := strings.TrimSuffix(strings.TrimSuffix(path[len(prefix):], "/"), ".json")
	for i := range p.routes {
		r := &p.routes[i]
		if r.method != method {
			continue
		}
		before, rest, variable := strings.Cut(r.pattern, "{")
		name, behind, _ := strings.Cut(rest, "}")
		size := len(given) - len(before) - len(behind)
		if size < 0 || (size > 0) != variable || !strings.EqualFold(given[:len(before)], before) ||
			!strings.EqualFold(given[len(before)+size:], behind) {
			continue
		}
		if value := given[len(before):][:size]; !strings.Contains(value, "/") {
			return r, name, value
		}
	}
	return nil, "", ""
}

// accessControl returns the answer to OPTIONS, the same for every API path and caller
// (API/Impl/Routing/ApiAccessControlRouteRegistrator.cs).
func accessControl() *answer {
	a := emptyAnswer(http.StatusOK)
	a.set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
	a.set("Access-Control-Allow-Headers", "origin, authorization, accept, content-type")
	a.set("Access-Control-Max-Age", "1728000")
	return a
}

// htmlPage returns a page that the front server sends in place of an answer of the API.
func htmlPage(status int, title string) *answer {
	body := "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>" + title + "</title></head>\n" +
		"<body><h1>" + title + "</h1><p>ONLYOFFICE</p></body>\n</html>\n"
	return &answer{status: status, contentType: typeHTML, body: []byte(body)}
}

func badGateway() *answer {
	return htmlPage(http.StatusBadGateway, "502 - Web server received an invalid response while acting as a gateway or proxy server.")
}
