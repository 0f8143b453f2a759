package portalsim

import (
	"strings"
	"time"
)

const (
	twoFactorSMS = "sms"
	twoFactorApp = "app"

	// The texts of a refused sign-in, each with status 500
	// (SPEC/AuthorizationApi/AuthenticationEntryPoint.cs).
	textSignInFailed = "User authentication failed"
	textTooMany      = "Login Fail. Too many attempts"
	textIPSecurity   = "Exception of type 'ASC.IPSecurity.IPSecurityException' was thrown."
)

// tokenData is the answer of a sign-in. An answer 201 may have no token: if a second
// factor is required, token is null (SPEC/AuthorizationApi/AuthenticationTokenData.cs).
type tokenData struct {
	Token      *string `json:"token"`
	Expires    string  `json:"expires,omitempty"`
	SMS        bool    `json:"sms,omitempty"`
	PhoneNoise string  `json:"phoneNoise,omitempty"`
	TFA        bool    `json:"tfa,omitempty"`
	TFAKey     string  `json:"tfaKey,omitempty"`
}

// credentials are the arguments of every sign-in method.
type credentials struct {
	userName, password, provider, code, phone string
	given                                     bool // user name and password were sent, possibly empty
}

// withUser returns a sign-in method that finds the person by knownUser and then calls method.
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
	if p.TwoFactor == "" || !x.life.passCode(p, c.code, x.portal.options.BruteForce.Attempts) {
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
	sent, ok := x.life.sendSMS(p, again)
	if !ok {
		return nil, internal(x.say("You have sent too many text messages. Please try again later.",
			"Вы отправили слишком много текстовых сообщений. Пожалуйста, повторите попытку позже."))
	}
	if sent {
		x.portal.stats.signIn(p.Email, func(s *SignIns) { s.SMS++ })
	}
	return tokenData{SMS: true, PhoneNoise: phoneNoise(phone), Expires: x.portal.moment(time.Now().Add(smsLife))}, nil
}

// phoneNoise masks a phone number except for its first and last four digits.
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

// openSession completes a sign-in. The server checks only here whether the person is
// active, and refuses an inactive one with the text for a wrong password
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

// moment formats a time as the API does: seven fractional digits and the portal's zone.
func (p *Portal) moment(t time.Time) string {
	return t.In(p.zone).Format("2006-01-02T15:04:05.0000000Z07:00")
}

// knownUser checks name and password and returns the person. The attempt is counted
// before it is checked, so parallel sign-ins of one person block each other, an empty
// password counts too, and a success uncounts only one attempt. The name is an address or
// GUID, not a user name (common/ASC.Core.Common/Data/DbUserService.cs). An unknown person
// is created unless OnlyPeople is set.
func (x *exchange) knownUser(c credentials) (*person, error) {
	portal := x.portal
	portal.stats.signIn(c.userName, func(s *SignIns) { s.Tried++ })
	known := c.provider == "" || c.provider == "email"
	counted := known && c.given
	key := c.userName + x.bruteForceAddress()
	blocked := counted && portal.version.since(10, 0, 0) && !x.life.countSignIn(key, portal.options.BruteForce)
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
	x.life.uncountSignIn(key)
	if portal.restricted.Load() && !p.Owner {
		return nil, internal(textIPSecurity)
	}
	return p, nil
}

func (x *exchange) refuseSignIn(c credentials) error {
	x.portal.stats.signIn(c.userName, func(s *SignIns) { s.Failed++ })
	return internal(textSignInFailed)
}

// bruteForceAddress returns the client address by which sign-ins are counted: the list in
// X-Forwarded-For, else the peer; "" before 12.5.
func (x *exchange) bruteForceAddress() string {
	if !x.portal.version.since(12, 5, 0) {
		return ""
	}
	if forwarded := x.request.Header.Get("X-Forwarded-For"); forwarded != "" {
		return forwarded
	}
	return hostOnly(x.request.RemoteAddr)
}

// countSignIn counts a sign-in of a name and client address. It reports false if there
// were too many (web/core/ASC.Web.Core/BruteForceLoginManager.cs).
func (l *life) countSignIn(key string, limit BruteForce) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Before(l.blocked[key]) {
		return false
	}
	delete(l.blocked, key)
	l.tries[key] = append(recent(l.tries[key], now, limit.Period), now)
	if len(l.tries[key]) > limit.Attempts {
		l.blocked[key] = now.Add(limit.Block)
		delete(l.tries, key)
		return false
	}
	return true
}

// uncountSignIn removes one sign-in from the count, the last.
func (l *life) uncountSignIn(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.tries[key]); n > 0 {
		l.tries[key] = l.tries[key][:n-1]
	}
}

const (
	smsLife     = 10 * time.Minute // lifetime of a code, and of the counts of SMS and of wrong codes
	smsAttempts = 5                // the server's setting sms.keycount
	appPeriod   = time.Minute      // lifetime of the count of wrong app codes
)

// countOf identifies a count that the second factor keeps for a person: wrongCode, or
// smsSent for SMS whose code is valid (web/core/ASC.Web.Core/Sms/SmsKeyStorage.cs,
// web/studio/ASC.Web.Studio/Core/Tfa/TfaManager.cs).
type countOf struct {
	person *person
	what   string
}

const (
	smsSent   = "sms"
	wrongCode = "wrong"
)

// count is a number that counts as 0 from the time until on.
type count struct {
	n     int
	until time.Time
}

// counted returns a count, or 0 if it has expired. The caller holds mu.
func (l *life) counted(c countOf) int {
	if one := l.counts[c]; time.Now().Before(one.until) {
		return one.n
	}
	return 0
}

// sendSMS reports whether an SMS is sent; ok is false if there were too many. A sign-in
// sends none while an earlier code is valid, unless again asks for another.
func (l *life) sendSMS(p *person, again bool) (sent, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.counted(countOf{p, smsSent})
	switch {
	case n > 0 && !again:
		return false, true
	case n > smsAttempts:
		return false, false
	}
	l.counts[countOf{p, smsSent}] = count{n + 1, time.Now().Add(smsLife)}
	return true, true
}

// passCode reports whether a code is accepted. After too many wrong codes the right one is
// refused too. A code sent by SMS is accepted once.
func (l *life) passCode(p *person, code string, attempts int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	right, period := code == p.Code, appPeriod
	if p.TwoFactor == twoFactorSMS {
		right = right && l.counted(countOf{p, smsSent}) > 0
		attempts, period = smsAttempts, smsLife
	}
	wrong := l.counted(countOf{p, wrongCode})
	if code == "" || wrong >= attempts {
		return false
	}
	if right {
		delete(l.counts, countOf{p, smsSent})
	} else {
		wrong++
	}
	l.counts[countOf{p, wrongCode}] = count{wrong, time.Now().Add(period)}
	return right
}
