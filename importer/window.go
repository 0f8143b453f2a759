package importer

import (
	"context"
	"strings"
	"time"

	"r7import/importer/diagnosis"
)

// Window is the part of the day, in local time, in which a run may send
// requests. From and To count from midnight by the clock on the wall; To before
// From reaches over midnight. The zero value is always open.
type Window struct{ From, To time.Duration }

// ParseWindow reads "22:00-06:00"; nothing at all is a window that is always open. The error is a *diagnosis.Problem.
func ParseWindow(text string) (Window, error) {
	if text == "" {
		return Window{}, nil
	}
	from, to, ok := strings.Cut(strings.ReplaceAll(text, " ", ""), "-")
	a, errA := time.Parse("15:04", from)
	b, errB := time.Parse("15:04", to)
	if !ok || errA != nil || errB != nil || a.Equal(b) {
		return Window{}, diagnosis.New(diagnosis.WindowForm)
	}
	return Window{From: sinceMidnight(a), To: sinceMidnight(b)}, nil
}

func sinceMidnight(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// Open reports whether requests may be sent at that moment.
func (w Window) Open(t time.Time) bool {
	now := sinceMidnight(t)
	switch {
	case w == (Window{}):
		return true
	case w.From < w.To:
		return w.From <= now && now < w.To
	}
	return w.From <= now || now < w.To
}

// Opening returns the next moment at which the window opens. Where the clock is
// put forward over it, that is a moment the clock does show.
func (w Window) Opening(t time.Time) time.Time {
	hours, rest := int(w.From/time.Hour), w.From%time.Hour
	at := func(day int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+day, hours, int(rest/time.Minute), 0, int(rest%time.Minute), t.Location())
	}
	if next := at(0); next.After(t) {
		return next
	}
	return at(1)
}

// windowNap is how long the engine sleeps at a time before the window opens, so
// that a clock that was set, or a machine that slept, is noticed.
const windowNap = 20 * time.Second

// awaitWindow waits for the window to open.
func (e *engine) awaitWindow(ctx context.Context) *diagnosis.Problem {
	for !e.Options.Window.Open(time.Now()) {
		opening := e.Options.Window.Opening(time.Now())
		if e.Observe != nil {
			p := e.watch.picture(e, e.Gate.Pacer.Snapshot())
			p.Why, p.Until = diagnosis.WindowClosed, opening
			e.Observe(p)
		}
		select {
		case <-ctx.Done():
			return diagnosis.New(diagnosis.Interrupted)
		case <-time.After(min(windowNap, max(time.Until(opening), 10*time.Millisecond))):
		}
	}
	return nil
}

// minClockJump is by how much the wall clock must leave the other one for a sleep or a
// clock that was set.
const minClockJump = 10 * time.Second

// clock notices that the machine slept or that its clock was set: then the wall
// clock and the one that only ever runs forward disagree.
type clock struct{ last time.Time }

// jumped reports whether that has happened since it was last asked.
func (c *clock) jumped(now time.Time) bool {
	was := c.last
	c.last = now
	return !was.IsZero() && disagree(now.Round(0).Sub(was.Round(0)), now.Sub(was))
}

// disagree compares what has passed by the two clocks.
func disagree(wall, steady time.Duration) bool {
	return (wall - steady).Abs() > minClockJump
}

// keepTime ends the run when its window closes. After a jump of the clock what
// is under way is cut off and looked up: its connections are most likely dead.
func (e *engine) keepTime() {
	now := time.Now()
	if e.clock.jumped(now) {
		e.cutOff()
	}
	if !e.stopping && !e.Options.Window.Open(now) {
		e.stop(diagnosis.New(diagnosis.WindowClosed))
	}
}
