package portalsim

// connectionsView lists a person's sessions
// (module/ASC.Api/ASC.Api.Security/SecurityApi.cs, GetAllActiveConnections).
type connectionsView struct {
	Items      []connectionView `json:"items"`
	LoginEvent int              `json:"loginEvent"`
}

type connectionView struct {
	ID       int    `json:"id"`
	Platform string `json:"platform"`
	Browser  string `json:"browser"`
	Date     string `json:"date"`
	IP       string `json:"ip"`
	Page     string `json:"page"`
}

// connectionList answers the sessions of the caller, their own one first, which the
// server recognises by the cookie alone: asked with the header only, loginEvent is 0.
func (x *exchange) connectionList() (any, error) {
	v := connectionsView{LoginEvent: x.ownEvent(), Items: []connectionView{}}
	for _, one := range x.portal.sessions.of(x.caller) {
		item := connectionView{ID: one.event, Date: x.portal.moment(one.opened), IP: hostOnly(x.request.RemoteAddr)}
		if one.event == v.LoginEvent {
			v.Items = append([]connectionView{item}, v.Items...)
		} else {
			v.Items = append(v.Items, item)
		}
	}
	return v, nil
}

// ownEvent is the login event of the cookie sent.
func (x *exchange) ownEvent() int {
	cookie, err := x.request.Cookie(cookieName)
	if err != nil {
		return 0
	}
	return x.portal.sessions.event(cookie.Value)
}

// bindSignOut ends one session, one's own or, for an administrator, anybody's. What
// goes wrong answers false.
func bindSignOut(a *arguments) action {
	event := int(a.integer("loginEventId"))
	return func(x *exchange) (any, error) {
		owner := x.portal.sessions.owner(event)
		if owner == nil || owner != x.caller && !x.caller.Admin {
			return false, nil
		}
		x.portal.sessions.dropEvent(event)
		return true, nil
	}
}

func (x *exchange) signOutOthers() (any, error) {
	x.portal.sessions.drop(x.caller, x.ownEvent())
	return x.caller.displayName(x.portal.options.Language), nil
}

func bindSignOutPerson(a *arguments) action {
	id := bindGUID(a, "userId")
	return func(x *exchange) (any, error) {
		if !x.caller.Admin {
			return nil, security("Method not available")
		}
		if who := x.portal.people.id(id); who != nil {
			x.portal.sessions.drop(who, 0)
		}
		return nil, nil
	}
}

// endImpersonation ends the session of the cookie sent.
func (x *exchange) endImpersonation() (any, error) {
	x.portal.sessions.dropEvent(x.ownEvent())
	return nil, nil
}
