package ui

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"r7import/importer"
	"r7import/importer/diagnosis"
)

// Style is a way to show progress.
type Style string

// The styles of progress.
const (
	Auto  Style = "auto"  // a bar on a terminal, else plain
	Bar   Style = "bar"   // a bar redrawn several times a second
	Plain Style = "plain" // a line from time to time
	JSON  Style = "json"  // the same as one JSON object a line, with events
	None  Style = "none"
)

// plainEvery is the shortest time between two lines while rows are being decided,
// stillEvery while nothing changes.
const (
	plainEvery = 10 * time.Second
	stillEvery = time.Minute
)

// Progress shows the progress of a run. Show and Stop must not be called concurrently.
type Progress struct {
	console *Console
	style   Style
	bar     *bar // nil unless style is Bar
	pace    estimate

	now     importer.Progress
	left    time.Duration     // estimated time left, 0 if unknown
	shown   importer.Progress // snapshot written last
	written time.Time
	pending bool // the snapshot now has not been written
}

// Follow begins to show progress. The caller must call Stop before it shows
// anything below the progress. If Quiet is set, nothing is shown.
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
	p := &Progress{console: c, style: style}
	if style == Bar {
		p.bar = newBar(c)
	}
	return p
}

// Show takes a new snapshot of the run and draws it or writes a line if one is due.
func (p *Progress) Show(now importer.Progress) {
	at := time.Now()
	p.left = p.pace.left(now, at)
	if now.ByRows {
		now.Rate = p.pace.perMinute(now, at)
	}
	p.now, p.pending = now, true
	every := plainEvery
	if now.Decided == p.shown.Decided && now.Why == p.shown.Why {
		every = stillEvery
	}
	switch {
	case p.bar != nil:
		p.bar.show(now, p.left)
	case p.written.IsZero():
		p.written = at // the first line comes after the first interval
	case at.Sub(p.written) >= every:
		p.written = at
		p.write()
	}
}

// Stop shows the last snapshot and removes the bar.
func (p *Progress) Stop() {
	if p.bar != nil {
		p.bar.stop()
	} else if p.pending {
		p.write()
	}
}

// write writes the newest snapshot as a line.
func (p *Progress) write() {
	c, now := p.console, p.now
	p.pending, p.shown = false, now
	switch p.style {
	case Plain:
		parts := []string{c.Text("progress.rows", "Done", now.Decided, "Total", now.Total)}
		if counts := c.countsNow(now); counts != "" {
			parts = append(parts, counts)
		}
		parts = append(parts, c.rate(now))
		if p.left > 0 {
			parts = append(parts, c.Text("progress.left", "Left", c.Duration(p.left)))
		}
		c.hang(program, strings.Join(append(parts, c.waits(now)...), "; "), indent)
	case JSON:
		c.write(progressJSON(now, p.left))
	}
}

// Counts returns the number of rows by status: "created 110, failed 7".
func (c *Console) Counts(rows map[diagnosis.Status]int) string {
	var parts []string
	for _, status := range diagnosis.Statuses {
		if n := rows[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", c.Text("status."+string(status)), n))
		}
	}
	return strings.Join(parts, ", ")
}

// countsNow is Counts followed by the number of rows with an unknown outcome.
func (c *Console) countsNow(p importer.Progress) string {
	text := c.Counts(p.Counts)
	if p.Unknown > 0 {
		text = strings.TrimPrefix(text+", "+c.Text("progress.unknown", "N", p.Unknown), ", ")
	}
	return text
}

// waits returns what the whole run waits for and until when, and the mail servers whose rows wait.
func (c *Console) waits(p importer.Progress) (parts []string) {
	if p.Why != "" && !p.Until.IsZero() {
		until := p.Until.Local().Format(time.TimeOnly)
		why := string(p.Why)
		if id := "why." + why; c.Lang.Has(id) {
			why = c.Text(id)
		} else if p.Why.HostTrouble() {
			why = c.Text("why.later")
		} else if p.Why.Side() == diagnosis.OnPortal {
			why = c.Text("why.portal")
		}
		if p.Since.IsZero() {
			parts = append(parts, c.Text("progress.wait", "Why", why, "Until", until, "N", p.Waiting))
		} else {
			parts = append(parts, c.Text("progress.away", "Why", why, "Since", p.Since.Local().Format(time.TimeOnly), "Until", until))
		}
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

// rate returns the speed of a run in requests, or in rows if ByRows is set.
func (c *Console) rate(p importer.Progress) string {
	if p.ByRows {
		return c.Text("progress.rate.rows", "Rate", fmt.Sprintf("%.0f", p.Rate))
	}
	return c.Text("progress.rate", "Rate", c.Decimal(p.Rate))
}

// progressJSON returns a snapshot as a JSON line. Fields may be added but not changed.
func progressJSON(p importer.Progress, left time.Duration) string {
	line := struct {
		Schema   string                   `json:"schema"`
		Event    string                   `json:"event"`
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
		progressSchema, "progress", time.Now().Round(time.Millisecond), p.Total, p.Decided, p.Counts, p.Rate, p.Limit,
		p.InFlight, p.Waiting, p.Unknown, int(left.Seconds()), p.Until.Round(time.Second), p.Why, p.Since.Round(time.Second), p.Resting,
	}
	return jsonLine(line)
}

// progressSchema names the schema of the JSON lines, which is samples/progress.schema.json.
// Fields and events may be added but not changed.
const progressSchema = "r7import.progress/1"

func jsonLine(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "" // cannot happen: no field has a type that fails
	}
	return string(text) + "\n"
}

// Event is an event of a run as a JSON line.
type Event struct {
	Schema string           `json:"schema"`
	Event  string           `json:"event"` // row, pause or host
	Time   time.Time        `json:"time"`
	Row    int              `json:"row,omitempty"`
	Status diagnosis.Status `json:"status,omitempty"`
	Code   diagnosis.Code   `json:"code,omitempty"`
	Host   string           `json:"host,omitempty"`
	Took   int64            `json:"took_ms,omitempty"`
	State  string           `json:"state,omitempty"` // of a pause or a host: begins, goes_on, ends
	Until  time.Time        `json:"until,omitzero"`
	Tries  int              `json:"tries,omitempty"`
}

// Happened writes an event if the style is JSON, and sets its schema and time.
func (p *Progress) Happened(e Event) {
	if p.style == JSON {
		e.Schema, e.Time, e.Until = progressSchema, time.Now().Round(time.Millisecond), e.Until.Round(time.Second)
		p.console.write(jsonLine(e))
	}
}

// estimate estimates the time left of a run from its recent pace.
type estimate struct{ samples []sample }

type sample struct {
	at      time.Time
	decided int
}

const (
	sampleEvery = 2 * time.Second
	shortSpan   = 20 * time.Second // the pace is measured over a short span
	longSpan    = 2 * time.Minute  // and over a long one
	// An estimate needs some time and some decided rows, because the first rows may have
	// needed no request or may have waited long.
	watchedFor = 10 * time.Second
	fewest     = 3
	leastShown = 5 * time.Second // a shorter estimate is not shown, because the last rows vary too much
)

// left returns the estimated time left, 0 if it is unknown.
func (e *estimate) left(p importer.Progress, now time.Time) time.Duration {
	if n := len(e.samples); n == 0 || now.Sub(e.samples[n-1].at) >= sampleEvery {
		e.samples = append(e.samples, sample{now, p.Decided})
	}
	for len(e.samples) > 1 && now.Sub(e.samples[0].at) > longSpan {
		e.samples = e.samples[1:]
	}
	open := p.Total - p.Decided
	if !p.Since.IsZero() || p.Why == diagnosis.HostPaused || open <= 0 { // the end of the trouble is unknown
		return 0
	}
	lasts := func(since sample) time.Duration { // at the pace since that sample, 0 if it is too short
		done, took := p.Decided-since.decided, now.Sub(since.at)
		if done < fewest || took < watchedFor {
			return 0
		}
		return time.Duration(float64(took) / float64(done) * float64(open))
	}
	recent := e.samples[0]
	for _, s := range e.samples {
		if !s.at.After(now.Add(-shortSpan)) {
			recent = s
		}
	}
	left := max(lasts(e.samples[0]), lasts(recent)) // the slower pace, because a burst of rows that were done before is short
	if left == 0 && p.Waiting < open {
		return 0
	}
	if left = max(left, p.Until.Sub(now)); left < leastShown {
		return 0
	}
	return left
}

// perMinute returns the number of rows decided per minute within longSpan.
func (e *estimate) perMinute(p importer.Progress, now time.Time) float64 {
	since := e.samples[0]
	if took := now.Sub(since.at); took >= sampleEvery {
		return float64(p.Decided-since.decided) / took.Minutes()
	}
	return 0
}
