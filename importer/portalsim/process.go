package portalsim

import (
	"cmp"
	"fmt"
	"sync"
	"time"
)

// life is one run of the server process, with the state it holds in memory. A restart
// ends it.
type life struct {
	from    time.Time // requests before it are answered 502
	dead    chan struct{}
	closing chan struct{}
	saved   float64 // the share of running writes that are still finished; set before dead is closed

	mu      sync.Mutex             // guards the fields below, see signin.go
	tries   map[string][]time.Time // sign-ins by name and client address, oldest first
	blocked map[string]time.Time
	counts  map[countOf]count
}

func newLife(closing chan struct{}) *life {
	return &life{
		dead: make(chan struct{}), closing: closing,
		tries: map[string][]time.Time{}, blocked: map[string]time.Time{}, counts: map[countOf]count{},
	}
}

func (l *life) ended() bool {
	select {
	case <-l.dead:
		return true
	default:
		return false
	}
}

// sleep waits for d. It reports false at once when the process dies.
func (l *life) sleep(d time.Duration) bool {
	if d <= 0 {
		return !l.ended()
	}
	select {
	case <-time.After(d):
		return true
	case <-l.dead:
		return false
	}
}

// Restart is a restart of the server process, as its watchdog does it
// (build/install/deb/Files/god/conf.d/monoserve.god). Running requests end at once with
// 502, saved or not; until the process is back every request is answered 502.
type Restart struct {
	After         time.Duration `yaml:"after"`          // since the portal's start; exclusive with AfterRequests
	AfterRequests int           `yaml:"after_requests"` // the number of the request at whose arrival it happens
	For           time.Duration `yaml:"for"`            // how long the process is down: 2 min when 0
	Saved         float64       `yaml:"saved"`          // share of the running writes that still reach the database
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

// Restart takes the server process down for the time given: tokens and mailboxes stay,
// state in memory (lists, sign-in attempts, removals) is lost. It returns at once.
func (p *Portal) Restart(down time.Duration, saved float64) {
	old, fresh := p.life.Load(), newLife(p.closing)
	fresh.from = time.Now().Add(down)
	if !p.life.CompareAndSwap(old, fresh) {
		return // another restart has begun at the same time
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

// schedule registers the restarts of the options and starts a timer for those that have a time.
func (p *Portal) schedule() {
	for _, r := range p.options.Restarts {
		r.For = cmp.Or(r.For, 2*time.Minute)
		if r.AfterRequests > 0 {
			p.restartAt[r.AfterRequests] = r
			continue
		}
		p.running.Go(func() {
			select {
			case <-time.After(r.After):
				p.Restart(r.For, r.Saved)
			case <-p.closing:
			}
		})
	}
}
