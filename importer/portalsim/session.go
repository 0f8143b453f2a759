package portalsim

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const cookieName = "asc_auth_key"

// sessions are the tokens the portal has given out, each with the number of its
// login event. They outlive a restart.
type sessions struct {
	mu       sync.RWMutex
	last     int
	byToken  map[string]*session
	byEvent  map[int]*session
	byPerson map[*person][]*session
}

type session struct {
	token   string
	person  *person
	event   int
	opened  time.Time
	expires time.Time
}

func newSessions() *sessions {
	return &sessions{byToken: map[string]*session{}, byEvent: map[int]*session{}, byPerson: map[*person][]*session{}}
}

func (s *sessions) open(p *person, expires time.Time) string {
	token := rand.Text() + rand.Text()
	s.put(token, p, expires)
	return token
}

func (s *sessions) put(token string, p *person, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	one := &session{token, p, s.last, time.Now(), expires}
	s.byToken[token], s.byEvent[one.event] = one, one
	s.byPerson[p] = append(s.byPerson[p], one)
}

// person is whose token it is; nil when unknown, expired or its person is not active.
func (s *sessions) person(token string) *person {
	s.mu.RLock()
	found, ok := s.byToken[token]
	s.mu.RUnlock()
	if !ok || !time.Now().Before(found.expires) || found.person.status != statusActive {
		return nil
	}
	return found.person
}

// event is the number of a token's login event, 0 when there is none.
func (s *sessions) event(token string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if found, ok := s.byToken[token]; ok {
		return found.event
	}
	return 0
}

// of copies the sessions of a person.
func (s *sessions) of(p *person) []session {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]session, len(s.byPerson[p]))
	for i, one := range s.byPerson[p] {
		all[i] = *one
	}
	return all
}

// owner is whose login event it is; nil when there is none of that number.
func (s *sessions) owner(event int) *person {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if found, ok := s.byEvent[event]; ok {
		return found.person
	}
	return nil
}

// drop forgets the sessions of p but one; keep is 0 to forget them all.
func (s *sessions) drop(p *person, keep int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []*session
	for _, one := range s.byPerson[p] {
		if one.event == keep {
			left = append(left, one)
			continue
		}
		delete(s.byToken, one.token)
		delete(s.byEvent, one.event)
	}
	s.byPerson[p] = left
}

func (s *sessions) dropEvent(event int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byEvent[event]
	if !ok {
		return
	}
	delete(s.byToken, found.token)
	delete(s.byEvent, event)
	s.byPerson[found.person] = slices.DeleteFunc(s.byPerson[found.person], func(one *session) bool { return one == found })
}

func (s *sessions) dropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.byToken)
	clear(s.byEvent)
	clear(s.byPerson)
}

// authenticate finds the caller. The header comes first; when it does not
// authenticate, and silently so, the cookie; then query string and form. So a client
// that shares a cookie jar between people and sends an expired header works in
// somebody else's name. The cookie is set by answers to requests that the header
// authenticated, and cleared where it was refused (web/studio/ASC.Web.Studio/Global.asax.cs,
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

// byHeader knows the raw token, Bearer and Basic. Basic skips the second factor and
// the brute-force counter, and breaks on a colon or a letter beyond ASCII.
func (p *Portal) byHeader(header string) (*person, string) {
	switch {
	case strings.Contains(header, "Basic"):
		return p.byBasic(header)
	case strings.Contains(header, "Bearer"):
		header = header[min(len("Bearer "), len(header)):]
	}
	return p.sessions.person(header), header
}

func (p *Portal) byBasic(header string) (*person, string) {
	decoded, err := base64.StdEncoding.DecodeString(header[min(len("Basic "), len(header)):])
	if err != nil {
		return nil, ""
	}
	parts := strings.Split(string(decoded), ":")
	if len(parts) < 2 {
		return nil, ""
	}
	found := p.people.email(parts[0])
	if found == nil || found.status != statusActive || !found.passwordIs(asciiOnly(parts[1])) {
		return nil, ""
	}
	return found, p.sessions.open(found, time.Now().Add(p.options.TokenLife))
}

// asciiOnly puts a question mark for every byte that ASCII does not have.
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

// setCookie gives the client the cookie of its token, or takes a refused one from it.
func (x *exchange) setCookie(a *answer) {
	cookie := http.Cookie{Name: cookieName, Value: x.cookie, Path: "/", HttpOnly: true}
	if x.cookie == "" {
		cookie.HttpOnly, cookie.Expires = false, x.began.AddDate(0, 0, -3)
	}
	if x.cookie != "" || x.stale {
		a.set("Set-Cookie", cookie.String())
	}
}
