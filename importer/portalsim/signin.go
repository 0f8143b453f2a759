package portalsim

import (
	"strings"
	"sync"
	"time"
)

const (
	twoFactorSMS = "sms"
	twoFactorApp = "app"

	// The only two texts of a refused sign-in, both with status 500
	// (SPEC/AuthorizationApi/AuthenticationEntryPoint.cs).
	textSignInFailed = "User authentication failed"
	textTooMany      = "Login Fail. Too many attempts"
	textIPSecurity   = "Exception of type 'ASC.IPSecurity.IPSecurityException' was thrown."
)

// tokenData is the answer of a sign-in. 201 is no proof of a token: with a second
// factor token is null (SPEC/AuthorizationApi/AuthenticationTokenData.cs).
type tokenData struct {
	Token      *string `json:"token"`
	Expires    string  `json:"expires,omitempty"`
	SMS        bool    `json:"sms,omitempty"`
	PhoneNoise string  `json:"phoneNoise,omitempty"`
	TFA        bool    `json:"tfa,omitempty"`
	TFAKey     string  `json:"tfaKey,omitempty"`
}

// credentials are what every sign-in method takes.
type credentials struct {
	userName, password, provider, code, phone string
	given                                     bool // user name and password are there, if only as empty texts
}

// withUser is a method that begins by knowing who signs in.
func withUser(method func(*exchange, *person, credentials) (any, error)) func(*exchange) (any, error) {
	return func(x *exchange) (any, error) {
		c := credentials{
			userName: x.text("userName"), password: x.text("password"), provider: x.text("provider"),
			code: x.text("code"), phone: x.text("mobilePhone"), given: x.has("userName") && x.has("password"),
		}
		p, err := x.knownUser(c)
		if err != nil {
			return nil, err
		}
		return method(x, p, c)
	}
}

func (x *exchange) signIn(p *person, c credentials) (any, error) {
	phone := p.phoneNumber()
	switch {
	case p.TwoFactor == twoFactorSMS && phone == "":
		return tokenData{SMS: true}, nil
	case p.TwoFactor == twoFactorSMS:
		return x.sendSMS(p, phone, false)
	case p.TwoFactor == twoFactorApp && !p.TFAReady:
		return tokenData{TFA: true, TFAKey: "JBSWY3DPEHPK3PXP"}, nil
	case p.TwoFactor == twoFactorApp:
		return tokenData{TFA: true}, nil
	}
	return x.openSession(p, c)
}

func (x *exchange) signInByCode(p *person, c credentials) (any, error) {
	if p.TwoFactor == "" || !x.life.codes.pass(p, c.code, x.portal.options.BruteForce.Attempts) {
		return nil, x.refuseSignIn(c)
	}
	return x.openSession(p, c)
}

func (x *exchange) takePhone(p *person, c credentials) (any, error) {
	if p.TwoFactor != twoFactorSMS || p.phoneNumber() != "" {
		return nil, security("Access denied")
	}
	if c.phone == "" {
		return nil, argument("Empty phone", "mobilePhone")
	}
	p.mu.Lock()
	p.Phone = c.phone
	p.mu.Unlock()
	return x.sendSMS(p, c.phone, false)
}

func (x *exchange) sendAgain(p *person, _ credentials) (any, error) {
	phone := p.phoneNumber()
	if p.TwoFactor != twoFactorSMS || phone == "" {
		return nil, internal("Access denied")
	}
	return x.sendSMS(p, phone, true)
}

func (x *exchange) sendSMS(p *person, phone string, again bool) (any, error) {
	sent, ok := x.life.codes.send(p, again)
	if !ok {
		return nil, internal(x.words().tooManySMS)
	}
	if sent {
		x.portal.stats.signIn(p.Email, func(s *SignIns) { s.SMS++ })
	}
	return tokenData{SMS: true, PhoneNoise: phoneNoise(phone), Expires: x.portal.moment(time.Now().Add(smsLife))}, nil
}

// phoneNoise shows the first and last four digits.
func phoneNoise(phone string) string {
	const shown = 4
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if len(digits) < 2*shown {
		return digits
	}
	return "+" + digits[:shown] + strings.Repeat("*", len(digits)-2*shown) + digits[len(digits)-shown:]
}

// openSession ends a sign-in. Only here does the server look whether the person is
// active, and refuses in the same words as a wrong password
// (common/ASC.Core.Common/Context/SecurityContext.cs).
func (x *exchange) openSession(p *person, c credentials) (any, error) {
	if p.status != statusActive {
		return nil, x.refuseSignIn(c)
	}
	token, expires := x.portal.openToken(p)
	x.cookie = token
	x.portal.stats.signIn(p.Email, func(s *SignIns) { s.Passed++ })
	data := tokenData{Token: &token, Expires: x.portal.moment(expires)}
	switch p.TwoFactor {
	case twoFactorSMS:
		data.SMS, data.PhoneNoise = true, phoneNoise(p.phoneNumber())
	case twoFactorApp:
		data.TFA = true
	}
	return data, nil
}

// moment is how the API writes a time: seven digits of a second and the portal's zone.
func (p *Portal) moment(t time.Time) string {
	return t.In(p.zone).Format("2006-01-02T15:04:05.0000000Z07:00")
}

// knownUser checks name and password. The attempt is counted before anything is
// checked, so parallel sign-ins of one person block each other, an empty password
// counts too, and a success takes only itself back. The name is an address or GUID,
// never a user name (common/ASC.Core.Common/Data/DbUserService.cs); a person nobody
// knows is made up.
func (x *exchange) knownUser(c credentials) (*person, error) {
	portal := x.portal
	portal.stats.signIn(c.userName, func(s *SignIns) { s.Tried++ })
	known := c.provider == "" || c.provider == "email"
	counted := known && c.given
	key := c.userName + x.bruteForceAddress()
	blocked := counted && portal.version.since(10, 0, 0) && !x.life.guard.increment(key, portal.options.BruteForce)
	if err := x.wait(x.pending); err != nil {
		return nil, err
	}
	if blocked {
		portal.stats.signIn(c.userName, func(s *SignIns) { s.Failed++ })
		return nil, internal(textTooMany)
	}
	if !counted {
		return nil, x.refuseSignIn(c)
	}
	p := portal.person(c.userName)
	if p == nil && !portal.options.OnlyPeople && (isGUID(c.userName) || looksLikeEmail(c.userName)) {
		p = portal.personOrNew(c.userName)
	}
	if p == nil || !p.passwordIs(c.password) {
		return nil, x.refuseSignIn(c)
	}
	x.life.guard.decrement(key)
	if portal.restricted.Load() && !p.Owner {
		return nil, internal(textIPSecurity)
	}
	return p, nil
}

func (x *exchange) refuseSignIn(c credentials) error {
	x.portal.stats.signIn(c.userName, func(s *SignIns) { s.Failed++ })
	return internal(textSignInFailed)
}

// bruteForceAddress is what of the client's address is counted: the list of
// X-Forwarded-For, else the peer; nothing before 12.5.
func (x *exchange) bruteForceAddress() string {
	if !x.portal.version.since(12, 5, 0) {
		return ""
	}
	if forwarded := x.request.Header.Get("X-Forwarded-For"); forwarded != "" {
		return forwarded
	}
	return hostOnly(x.request.RemoteAddr)
}

// guard counts sign-ins per name and client address, in the memory of the server
// process (web/core/ASC.Web.Core/BruteForceLoginManager.cs).
type guard struct {
	mu      sync.Mutex
	tries   map[string][]time.Time
	blocked map[string]time.Time
}

// increment reports false when there have been too many.
func (g *guard) increment(key string, limit BruteForce) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if now.Before(g.blocked[key]) {
		return false
	}
	delete(g.blocked, key)
	g.tries[key] = append(recent(g.tries[key], now, limit.Period), now)
	if len(g.tries[key]) > limit.Attempts {
		g.blocked[key] = now.Add(limit.Block)
		delete(g.tries, key)
		return false
	}
	return true
}

func (g *guard) decrement(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.tries[key]); n > 1 {
		g.tries[key] = g.tries[key][:n-1]
	} else {
		delete(g.tries, key)
	}
}
