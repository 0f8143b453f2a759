package portalsim

import (
	"sync"
	"time"
)

const (
	smsLife     = 10 * time.Minute // of a code, and of the counts of SMS and of wrong codes
	smsAttempts = 5                // the server's sms.keycount
	appPeriod   = time.Minute      // in which wrong codes of an app count
)

// codes limit the second factor, in the memory of the server process
// (web/core/ASC.Web.Core/Sms/SmsKeyStorage.cs, web/studio/ASC.Web.Studio/Core/Tfa/TfaManager.cs).
type codes struct {
	mu    sync.Mutex
	app   map[*person]tally // wrong codes
	sms   map[*person]tally // likewise
	phone map[*person]tally // SMS sent whose code still passes
}

// tally is a count that is forgotten at a moment.
type tally struct {
	n     int
	until time.Time
}

func (t tally) live(now time.Time) tally {
	if now.Before(t.until) {
		return t
	}
	return tally{}
}

// send reports whether an SMS goes out, and false for ok if there have been too many.
// A sign-in sends none while an earlier code lives; again is for who asks for one more.
func (c *codes) send(p *person, again bool) (sent, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	phone := c.phone[p].live(now)
	switch {
	case phone.n > 0 && !again:
		return false, true
	case phone.n > smsAttempts:
		return false, false
	}
	c.phone[p] = tally{phone.n + 1, now.Add(smsLife)}
	return true, true
}

// pass checks a code. It is counted before it is checked, so after the last wrong one
// the right one is refused too. What passed by SMS passes once.
func (c *codes) pass(p *person, code string, appAttempts int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	counts, attempts, period, right := c.app, appAttempts, appPeriod, code == p.Code
	if p.TwoFactor == twoFactorSMS {
		counts, attempts, period = c.sms, smsAttempts, smsLife
		right = right && c.phone[p].live(now).n > 0
	}
	count := counts[p].live(now).n
	if code == "" || count >= attempts {
		return false
	}
	if right {
		delete(c.phone, p)
	} else {
		count++
	}
	counts[p] = tally{count, now.Add(period)}
	return right
}
