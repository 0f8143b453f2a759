package ui

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"r7import/importer"
	"r7import/importer/diagnosis"
)

// Style is how progress is shown.
type Style string

// The styles there are.
const (
	Auto  Style = "auto"  // a bar on a terminal, else plain
	Bar   Style = "bar"   // a bar that is drawn anew a few times a second
	Plain Style = "plain" // a line now and then
	JSON  Style = "json"  // the same as one JSON object a line
	None  Style = "none"
)

// plainEvery is how long a log stays silent while all goes well, and stillEvery
// while nothing moves at all.
const (
	plainEvery = 10 * time.Second
	stillEvery = time.Minute
)

// Progress shows how a run gets on.
type Progress struct {
	display
	left estimate
}

// display is one way of showing it. stop shows the last picture and ends.
type display interface {
	show(p importer.Progress, left time.Duration)
	stop()
}

// Follow begins to show progress. The caller stops it before it says anything
// that is to stand below. Quiet shows nothing.
func (c *Console) Follow(style Style) *Progress {
	if style == Auto {
		style = Plain
		if c.Watched() {
			style = Bar
		}
	}
	if c.Quiet {
		style = None
	}
	switch style {
	case Bar:
		return &Progress{display: newBar(c)}
	case Plain:
		return &Progress{display: &lines{write: func(p importer.Progress, left time.Duration) { c.say(c.picture(p, left)) }}}
	case JSON:
		return &Progress{display: &lines{write: func(p importer.Progress, left time.Duration) { c.write(pictureJSON(p, left)) }}}
	}
	return &Progress{display: &lines{write: func(importer.Progress, time.Duration) {}}}
}

// Show takes the newest picture of the run. It is called from one goroutine.
func (p *Progress) Show(now importer.Progress) { p.show(now, p.left.of(now, time.Now())) }

// Stop shows where the run ended.
func (p *Progress) Stop() { p.stop() }

// lines writes the picture from time to time, and the last one at the end.
type lines struct {
	write func(importer.Progress, time.Duration)

	last    importer.Progress
	left    time.Duration
	told    importer.Progress // written last
	written time.Time
	pending bool
}

func (l *lines) show(p importer.Progress, left time.Duration) {
	l.last, l.left, l.pending = p, left, true
	now := time.Now()
	if l.written.IsZero() {
		l.written = now // the first line comes when there is something to tell
		return
	}
	every := plainEvery
	if p.Decided == l.told.Decided && p.Why == l.told.Why {
		every = stillEvery
	}
	if now.Sub(l.written) >= every {
		l.written = now
		l.flush()
	}
}

func (l *lines) stop() {
	if l.pending {
		l.flush()
	}
}

func (l *lines) flush() {
	l.pending, l.told = false, l.last
	l.write(l.last, l.left)
}

// picture puts a picture of the run into words.
func (c *Console) picture(p importer.Progress, left time.Duration) string {
	parts := []string{c.Text("progress.rows", "Done", p.Decided, "Total", p.Total)}
	if counts := c.counts(p); counts != "" {
		parts = append(parts, counts)
	}
	parts = append(parts, c.Text("progress.rate", "Rate", rate(p.Rate)))
	if left > 0 {
		parts = append(parts, c.Text("progress.left", "Left", c.Duration(left)))
	}
	return strings.Join(append(parts, c.waits(p)...), "; ")
}

// counts lists how many rows ended how: "created 110, failed 7".
func (c *Console) counts(p importer.Progress) string {
	var parts []string
	for _, status := range diagnosis.Statuses {
		if n := p.Counts[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", c.Text("status."+string(status)), n))
		}
	}
	if p.Unknown > 0 {
		parts = append(parts, c.Text("progress.unknown", "N", p.Unknown))
	}
	return strings.Join(parts, ", ")
}

// wait says why and until when the run waits, empty if it does not.
func (c *Console) wait(p importer.Progress) string {
	if p.Why == "" || p.Until.IsZero() {
		return ""
	}
	until := p.Until.Local().Format(time.TimeOnly)
	why := string(p.Why)
	if id := "why." + why; c.Lang.Has(id) {
		why = c.Text(id)
	} else if p.Why.HostTrouble() {
		why = c.Text("why.later")
	} else if p.Why.Side() == diagnosis.OnPortal {
		why = c.Text("why.portal")
	}
	if !p.Since.IsZero() {
		return c.Text("progress.away", "Why", why, "Since", p.Since.Local().Format(time.TimeOnly), "Until", until)
	}
	return c.Text("progress.wait", "Why", why, "Until", until, "N", p.Waiting)
}

// waits says what holds up the run as a whole, and which mail servers' rows wait.
func (c *Console) waits(p importer.Progress) (parts []string) {
	if wait := c.wait(p); wait != "" {
		parts = append(parts, wait)
	}
	var hosts []string
	for _, rest := range p.Resting {
		hosts = append(hosts, c.Text("progress.resting.host", "Host", rest.Host, "Until", rest.Until.Local().Format(time.TimeOnly)))
	}
	if len(hosts) > 0 {
		parts = append(parts, c.Text("progress.resting", "Hosts", hosts))
	}
	return parts
}

func rate(perSecond float64) string { return fmt.Sprintf("%.1f", perSecond) }

// pictureJSON is a line for machines. Fields are only ever added.
func pictureJSON(p importer.Progress, left time.Duration) string {
	picture := struct {
		Schema   string                   `json:"schema"`
		Time     time.Time                `json:"time"`
		Total    int                      `json:"total"`
		Done     int                      `json:"done"`
		Statuses map[diagnosis.Status]int `json:"statuses"`
		Rate     float64                  `json:"rate"`
		Limit    float64                  `json:"limit"`
		InFlight int                      `json:"in_flight"`
		Waiting  int                      `json:"waiting"`
		Unknown  int                      `json:"unknown"`
		Left     int                      `json:"left_s,omitempty"`
		Until    time.Time                `json:"waits_until,omitzero"`
		Why      diagnosis.Code           `json:"waits_for,omitempty"`
		Since    time.Time                `json:"away_since,omitzero"`
		Resting  []importer.HostRest      `json:"resting,omitempty"`
	}{
		"r7import.progress/1", time.Now().Round(time.Millisecond), p.Total, p.Decided, p.Counts, p.Rate, p.Limit,
		p.InFlight, p.Waiting, p.Unknown, int(left.Seconds()), p.Until.Round(time.Second), p.Why, p.Since.Round(time.Second), p.Resting,
	}
	text, err := json.Marshal(picture)
	if err != nil {
		return "" // cannot be: no field is of a kind that fails
	}
	return string(text) + "\n"
}

// estimate tells how long a run will still take, from how it went lately.
type estimate struct{ samples []sample }

type sample struct {
	at      time.Time
	decided int
}

const (
	sampleEvery = 2 * time.Second
	lately      = 2 * time.Minute
)

// of returns the time left, 0 if nothing can be said yet.
func (e *estimate) of(p importer.Progress, now time.Time) time.Duration {
	if n := len(e.samples); n == 0 || now.Sub(e.samples[n-1].at) >= sampleEvery {
		e.samples = append(e.samples, sample{now, p.Decided})
	}
	for len(e.samples) > 1 && now.Sub(e.samples[0].at) > lately {
		e.samples = e.samples[1:]
	}
	since := e.samples[0]
	done, took := p.Decided-since.decided, now.Sub(since.at)
	if !p.Since.IsZero() || p.Why == diagnosis.HostPaused { // nobody knows when it is well again
		return 0
	}
	if done <= 0 || took < sampleEvery {
		return max(0, p.Until.Sub(now))
	}
	left := time.Duration(float64(took) / float64(done) * float64(p.Total-p.Decided))
	return max(left, p.Until.Sub(now))
}
