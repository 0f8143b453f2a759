package portalsim

import (
	"cmp"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limit is the rate limit of a reverse proxy in front of the portal; the server has none.
// A request beyond PerSecond accepted ones in any sliding second is answered 429.
type Limit struct {
	PerSecond  int           `yaml:"per_second"`  // no limit when 0
	Pause      time.Duration `yaml:"pause"`       // the time in Retry-After: 1 s when 0
	RetryAfter string        `yaml:"retry_after"` // seconds (the default), date, none, or the literal text of the header
}

// throttle applies a Limit.
type throttle struct {
	Limit
	mu       sync.Mutex
	accepted []time.Time // when the requests of the last second were accepted
}

func (t *throttle) admits(now time.Time) bool {
	if t.PerSecond <= 0 {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.accepted = recent(t.accepted, now, time.Second)
	if len(t.accepted) >= t.PerSecond {
		return false
	}
	t.accepted = append(t.accepted, now)
	return true
}

func tooManyRequests(form string, pause time.Duration) *answer {
	a := htmlPage(http.StatusTooManyRequests, "429 Too Many Requests")
	retryAfter(a, form, pause)
	return a
}

// retryAfter sets Retry-After in a form of [Limit].RetryAfter. With an empty form, only
// an answer 429 gets the header.
func retryAfter(a *answer, form string, pause time.Duration) {
	pause = cmp.Or(pause, time.Second)
	switch form {
	case "none":
	case "date":
		a.set("Retry-After", time.Now().Add(pause).Add(time.Second-1).UTC().Truncate(time.Second).Format(http.TimeFormat))
	case "seconds":
		a.set("Retry-After", strconv.Itoa(int(math.Ceil(pause.Seconds()))))
	case "":
		if a.status == http.StatusTooManyRequests {
			retryAfter(a, "seconds", pause)
		}
	default:
		a.set("Retry-After", form)
	}
}
