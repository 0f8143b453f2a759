package portalsim

import "slices"

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

// connections answers the sessions of the caller, their own one first, which the
// server recognises by the cookie alone: asked with the header only, loginEvent is 0.
func (x *exchange) connections() (any, error) {
	v := connectionsView{LoginEvent: x.byCookie().event, Items: []connectionView{}}
	for _, one := range x.portal.sessions.of(x.caller) {
		item := connectionView{ID: one.event, Date: x.portal.moment(one.opened), IP: hostOnly(x.request.RemoteAddr)}
		if one.event == v.LoginEvent {
			v.Items = slices.Insert(v.Items, 0, item)
		} else {
			v.Items = append(v.Items, item)
		}
	}
	return v, nil
}

// signOut ends one session, one's own or, for an administrator, anybody's. It answers
// false when there is none to end.
func (x *exchange) signOut() action {
	event := int(x.integer("loginEventId"))
	return func() (any, error) {
		s := x.portal.sessions
		if s.end(x.caller, withEvent(event)) {
			return true, nil
		}
		return x.caller.Admin && slices.ContainsFunc(x.portal.people.having(statusAll), func(p *person) bool { return s.end(p, withEvent(event)) }), nil
	}
}

func (x *exchange) signOutOthers() (any, error) {
	own := x.byCookie().event
	x.portal.sessions.end(x.caller, func(one *session) bool { return one.event != own })
	return x.caller.displayName(x.portal.options.Language), nil
}

func (x *exchange) signOutPerson() action {
	id := x.guid("userId")
	return func() (any, error) {
		if !x.caller.Admin {
			return nil, security("Method not available")
		}
		if who := x.portal.people.id(id); who != nil {
			x.portal.sessions.end(who, anySession)
		}
		return nil, nil
	}
}

// endImpersonation ends the session of the cookie sent.
func (x *exchange) endImpersonation() (any, error) {
	if own := x.byCookie(); own.event != 0 {
		x.portal.sessions.end(own.person, withEvent(own.event))
	}
	return nil, nil
}
