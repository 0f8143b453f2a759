package portalsim

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const cookieName = "asc_auth_key"

// sessions are the tokens that the portal has issued, each with the number of its
// login event. A restart keeps them.
type sessions struct {
	mu       sync.RWMutex
	last     int // number of the last login event
	byToken  map[string]*session
	byPerson map[*person][]*session
}

type session struct {
	token   string
	person  *person
	event   int
	opened  time.Time
	expires time.Time
}

func (s *sessions) put(token string, p *person, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	one := &session{token, p, s.last, time.Now(), expires}
	s.byToken[token] = one
	s.byPerson[p] = append(s.byPerson[p], one)
}

// openToken creates a session for a person. It returns the token and when it expires.
func (p *Portal) openToken(who *person) (token string, expires time.Time) {
	token, expires = rand.Text()+rand.Text(), time.Now().Add(p.options.TokenLife)
	p.sessions.put(token, who, expires)
	return token, expires
}

// find returns the session of a token, nil if it is unknown. A session is not modified once it is stored.
func (s *sessions) find(token string) *session {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byToken[token]
}

// person returns the person of a token; nil if it is unknown or expired, or the person is not active.
func (s *sessions) person(token string) *person {
	found := s.find(token)
	if found == nil || !time.Now().Before(found.expires) || found.person.status != statusActive {
		return nil
	}
	return found.person
}

// of returns the sessions of a person, oldest first.
func (s *sessions) of(p *person) []*session {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.byPerson[p])
}

// byCookie returns the session of the token in the request's cookie, else an empty session.
func (x *exchange) byCookie() *session {
	cookie, err := x.request.Cookie(cookieName)
	if err != nil {
		return &session{}
	}
	return cmp.Or(x.portal.sessions.find(cookie.Value), &session{})
}

// end removes the matching sessions of a person. It reports whether there were any.
func (s *sessions) end(p *person, match func(*session) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.byPerson[p])
	s.byPerson[p] = slices.DeleteFunc(s.byPerson[p], func(one *session) bool {
		if !match(one) {
			return false
		}
		delete(s.byToken, one.token)
		return true
	})
	return len(s.byPerson[p]) < before
}

func anySession(*session) bool { return true }

// withEvent returns a match for the session of a login event.
func withEvent(event int) func(*session) bool {
	return func(one *session) bool { return one.event == event }
}

// authenticate returns the caller, nil if there is none. It tries the header first. If
// that does not authenticate, it silently tries the cookie, then query string and form.
// So a client that shares a cookie jar between people and sends an expired header acts as
// another person. An answer to a request that the header authenticated sets the cookie;
// a refused cookie is cleared (web/studio/ASC.Web.Studio/Global.asax.cs,
// web/core/ASC.Web.Core/Helpers/AuthorizationHelper.cs).
func (x *exchange) authenticate() *person {
	if header := strings.TrimSpace(x.request.Header.Get("Authorization")); header != "" {
		if p, token := x.portal.byHeader(header); p != nil {
			x.cookie = token
			return p
		}
	}
	if cookie, err := x.request.Cookie(cookieName); err == nil && cookie.Value != "" {
		if p := x.portal.sessions.person(cookie.Value); p != nil {
			return p
		}
		x.stale = true
	}
	for _, token := range x.params[cookieName] {
		if p := x.portal.sessions.person(token); p != nil {
			return p
		}
	}
	return nil
}

// byHeader accepts a plain token, Bearer and Basic. Basic skips the second factor and the
// brute-force counter, and fails if the password has a colon or a letter beyond ASCII.
func (p *Portal) byHeader(header string) (*person, string) {
	switch {
	case strings.Contains(header, "Basic"):
		decoded, err := base64.StdEncoding.DecodeString(header[min(len("Basic "), len(header)):])
		parts := strings.Split(string(decoded), ":")
		if err != nil || len(parts) < 2 {
			return nil, ""
		}
		found := p.people.email(parts[0])
		if found == nil || found.status != statusActive || !found.passwordIs(asciiOnly(parts[1])) {
			return nil, ""
		}
		token, _ := p.openToken(found)
		return found, token
	case strings.Contains(header, "Bearer"):
		header = header[min(len("Bearer "), len(header)):]
	}
	return p.sessions.person(header), header
}

// asciiOnly replaces every byte beyond ASCII by a question mark.
func asciiOnly(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c >= 0x80 {
			out[i] = '?'
		}
	}
	return string(out)
}

func (p *person) passwordIs(s string) bool {
	return s != "" && !p.SSO && (p.Password == "" || p.Password == s)
}

// setCookie sets the cookie of the caller's token, or clears a refused one.
func (x *exchange) setCookie(a *answer) {
	cookie := http.Cookie{Name: cookieName, Value: x.cookie, Path: "/", HttpOnly: true}
	if x.cookie == "" {
		cookie.HttpOnly, cookie.Expires = false, x.began.AddDate(0, 0, -3)
	}
	if x.cookie != "" || x.stale {
		a.set("Set-Cookie", cookie.String())
	}
}

// connections answers the sessions of the caller, that of the request first. The server
// finds it by the cookie only: without one, loginEvent is 0
// (module/ASC.Api/ASC.Api.Security/SecurityApi.cs, GetAllActiveConnections).
func (x *exchange) connections() (any, error) {
	own, items := x.byCookie().event, []map[string]any{}
	for _, one := range x.portal.sessions.of(x.caller) {
		item := map[string]any{
			"id": one.event, "platform": "", "browser": "", "date": x.portal.moment(one.opened), "ip": hostOnly(x.request.RemoteAddr), "page": "",
		}
		if one.event == own {
			items = slices.Insert(items, 0, item)
		} else {
			items = append(items, item)
		}
	}
	return map[string]any{"items": items, "loginEvent": own}, nil
}

// signOut ends one session of the caller or, for an administrator, of any person. It
// answers false if there is no such session.
func (x *exchange) signOut() action {
	event := x.integer("loginEventId")
	return func() (any, error) {
		end := func(p *person) bool { return x.portal.sessions.end(p, withEvent(event)) }
		return end(x.caller) || x.caller.Admin && slices.ContainsFunc(x.portal.people.having(statusAll), end), nil
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

// endImpersonation ends the session of the request's cookie.
func (x *exchange) endImpersonation() (any, error) {
	if own := x.byCookie(); own.event != 0 {
		x.portal.sessions.end(own.person, withEvent(own.event))
	}
	return nil, nil
}
