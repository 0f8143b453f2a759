package pace

import (
	"strings"
	"time"

	"r7import/importer/diagnosis"
)

// Window is the part of the day, in local time, in which a run may send requests.
// From and To are times of day as durations since midnight. If To is before From,
// the window spans midnight. The zero value is always open.
type Window struct{ From, To time.Duration }

// ParseWindow parses "22:00-06:00". An empty text gives a window that is always open. The error is a *diagnosis.Problem.
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

// Open reports whether requests may be sent at time t.
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

// Opening returns the next time after t at which the window opens. If the clock is
// put forward over that time of day, it returns a time that exists.
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

// Ends returns when work that begins at start and takes that long ends, if it goes on
// only while the window is open.
func (w Window) Ends(start time.Time, takes time.Duration) time.Time {
	if w == (Window{}) {
		return start.Add(takes)
	}
	if !w.Open(start) {
		start = w.Opening(start)
	}
	for {
		left := w.closing(start).Sub(start)
		if takes <= left {
			return start.Add(takes)
		}
		takes -= left
		start = w.Opening(start.Add(left))
	}
}

// closing returns when the window, open at t, closes.
func (w Window) closing(t time.Time) time.Time { return Window{From: w.To, To: w.From}.Opening(t) }

// minClockJump is the difference between wall clock and monotonic clock above which the
// clock counts as changed.
const minClockJump = 10 * time.Second

// Clock notices that the machine slept or that its clock was set: then the wall clock
// and the monotonic clock disagree.
type Clock struct{ last time.Time }

// Jumped reports whether that has happened since the last call.
func (c *Clock) Jumped(now time.Time) bool {
	was := c.last
	c.last = now
	return !was.IsZero() && disagree(now.Round(0).Sub(was.Round(0)), now.Sub(was))
}

// disagree compares the time elapsed on the two clocks.
func disagree(wall, steady time.Duration) bool {
	return (wall - steady).Abs() > minClockJump
}
