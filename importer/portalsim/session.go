package portalsim

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"
)

const cookieName = "asc_auth_key"

// sessions are the tokens the portal has given out. They outlive a restart.
type sessions struct {
	mu      sync.RWMutex
	byToken map[string]session
}

type session struct {
	person  *person
	expires time.Time
}

func (s *sessions) open(p *person, expires time.Time) string {
	token := rand.Text() + rand.Text()
	s.put(token, p, expires)
	return token
}

func (s *sessions) put(token string, p *person, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byToken[token] = session{p, expires}
}

// person is whose token it is; nil when unknown, expired or its person is gone.
func (s *sessions) person(token string) *person {
	s.mu.RLock()
	found, ok := s.byToken[token]
	s.mu.RUnlock()
	if !ok || !time.Now().Before(found.expires) || found.person.status == statusTerminated {
		return nil
	}
	return found.person
}

// drop forgets the tokens of p, or all of them when p is nil.
func (s *sessions) drop(p *person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, found := range s.byToken {
		if p == nil || found.person == p {
			delete(s.byToken, token)
		}
	}
}

// authenticate finds the caller. The header comes first; when it does not
// authenticate, and silently so, the cookie; then query string and form. So a client
// that shares a cookie jar between people and sends an expired header works in
// somebody else's name. The cookie is set by answers to requests that the header
// authenticated, and only by those (web/studio/ASC.Web.Studio/Global.asax.cs,
// web/core/ASC.Web.Core/Helpers/AuthorizationHelper.cs).
func (x *exchange) authenticate() *person {
	if header := strings.TrimSpace(x.request.Header.Get("Authorization")); header != "" {
		if p, token := x.portal.byHeader(header); p != nil {
			x.cookie = token
			return p
		}
	}
	if cookie, err := x.request.Cookie(cookieName); err == nil {
		if p := x.portal.sessions.person(cookie.Value); p != nil {
			return p
		}
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
	if found == nil || found.status == statusTerminated || !found.passwordIs(asciiOnly(parts[1])) {
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

func setCookie(a *answer, token string) {
	cookie := http.Cookie{Name: cookieName, Value: token, Path: "/", HttpOnly: true}
	a.set("Set-Cookie", cookie.String())
}
