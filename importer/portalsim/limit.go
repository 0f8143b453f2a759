package portalsim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limit is that of a reverse proxy in front of the portal; the server itself has none.
// Above PerSecond accepted requests in any sliding second the answer is 429.
type Limit struct {
	PerSecond  int           `yaml:"per_second"`  // no limit when 0
	Pause      time.Duration `yaml:"pause"`       // what Retry-After asks for: 1 s when 0
	RetryAfter string        `yaml:"retry_after"` // seconds (also when empty), date, none, or the header's text itself
}

// throttle knows when the requests of the last second were accepted.
type throttle struct {
	Limit
	mu    sync.Mutex
	taken []time.Time
}

func (t *throttle) admits(now time.Time) bool {
	if t.PerSecond <= 0 {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken = recent(t.taken, now, time.Second)
	if len(t.taken) >= t.PerSecond {
		return false
	}
	t.taken = append(t.taken, now)
	return true
}

func tooManyRequests(form string, pause time.Duration) *answer {
	a := htmlPage(http.StatusTooManyRequests, "429 Too Many Requests")
	retryAfter(a, form, pause)
	return a
}

// retryAfter sets the header in one of its forms. An answer that is empty by
// intention has none unless a form is named.
func retryAfter(a *answer, form string, pause time.Duration) {
	setDefault(&pause, time.Second)
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

// Restart takes the server process down, as its watchdog does
// (build/install/deb/Files/god/conf.d/monoserve.god). What is under way ends at once
// with 502, saved or not; until the process is back everything is 502.
type Restart struct {
	After         time.Duration `yaml:"after"`          // since the portal's start, or
	AfterRequests int           `yaml:"after_requests"` // at this request
	For           time.Duration `yaml:"for"`            // 2 min when 0
	Saved         float64       `yaml:"saved"`          // share of the creates and updates under way that reach the database all the same
}

func (r *Restart) validate() error {
	if r.Saved < 0 || r.Saved > 1 {
		return fmt.Errorf("saved: %v is not between 0 and 1", r.Saved)
	}
	if (r.After > 0) == (r.AfterRequests > 0) {
		return fmt.Errorf("one of after and after_requests is needed")
	}
	return nil
}

// Restart takes the server process down for a while: tokens and mailboxes stay, what
// it remembered (lists, sign-in attempts, removals) is gone. It returns at once.
func (p *Portal) Restart(down time.Duration, saved float64) {
	old, fresh := p.life.Load(), newLife(p.closing)
	fresh.from = time.Now().Add(down)
	if !p.life.CompareAndSwap(old, fresh) {
		return // another restart has just begun
	}
	old.saved = saved
	close(old.dead)
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	for _, who := range p.people.byID {
		who.mu.Lock()
		who.list, who.tasks = nil, nil
		who.mu.Unlock()
	}
}

// schedule starts the clocks of the restarts that have a time.
func (p *Portal) schedule() {
	for _, r := range p.options.Restarts {
		setDefault(&r.For, 2*time.Minute)
		if r.AfterRequests > 0 {
			p.restartAt[r.AfterRequests] = r
			continue
		}
		p.running.Go(func() {
			timer := time.NewTimer(r.After)
			defer timer.Stop()
			select {
			case <-timer.C:
				p.Restart(r.For, r.Saved)
			case <-p.closing:
			}
		})
	}
}
