package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// The dimensions of a chart, in units of its picture.
const (
	chartWidth, chartHeight       = 960.0, 230.0 // of the bars with their axes
	chartLeft, chartTop           = 52.0, 24.0   // the edges of the area for bars
	chartRight, chartBottom       = 930.0, 202.0
	laneHeight, laneBar, laneText = 32.0, 9.0, 13.0
	mostLanes                     = 10
)

// chart is the layout of a timeline as a picture. Lengths are in units of the picture.
type chart struct {
	Width, Height                 float64
	Left, Right, Bottom           float64
	TickEnd, TickText             float64 // below the axis
	Levels, Ticks                 []tick
	Bars                          []bar
	Lanes                         []lane
	Unit                          string // the unit of the height of a bar
	Summary                       string // the peak rate and its time, in a sentence
	HasDone, HasDeclined, HasOpen bool
	Kinds                         []string // of the events in the lanes
	Events                        []chartEvent

	printer *lang.Printer
	from    time.Time // times are shown in its zone
	length  time.Duration
}

type tick struct {
	At   float64
	Text string
}

// bar is one slot as three stacked parts.
type bar struct {
	X, Width             float64
	Done, Declined, Open part
	Title                string
}

type part struct{ Y, Height float64 }

// lane is a line below the bars with the events of the portal or of one mail host.
type lane struct {
	Text, Bar, Middle float64
	Name              string
	Spans             []span
}

type span struct {
	X, Width float64
	Kind     string
	Title    string
}

// chartEvent is an event as texts.
type chartEvent struct{ What, Host, Why, From, To, Took, Count string }

// newChart returns the layout of a run's timeline, nil if it has fewer than two slots and no events.
func newChart(s *Summary, p *lang.Printer) *chart {
	t := &s.Timeline
	times := []time.Time{s.StartedAt, s.EndedAt}
	for _, slot := range t.Slots {
		times = append(times, slot.Start, slot.Start.Add(t.Width))
	}
	for _, e := range t.Events {
		times = append(times, e.Start, e.End)
	}
	times = slices.DeleteFunc(times, time.Time.IsZero)
	if len(times) == 0 || len(t.Slots) < 2 && len(t.Events) == 0 {
		return nil
	}
	from, to := slices.MinFunc(times, time.Time.Compare), slices.MaxFunc(times, time.Time.Compare)
	c := &chart{
		Width: chartWidth, Left: chartLeft, Right: chartRight, Bottom: chartBottom, TickEnd: chartBottom + 6, TickText: chartBottom + 20,
		printer: p, from: from.In(s.StartedAt.Location()), length: max(to.Sub(from), time.Second),
	}
	c.addBars(t)
	c.addTicks()
	c.addLanes(t.Events)
	c.Height = chartHeight + laneHeight*float64(len(c.Lanes))
	return c
}

func round(x float64) float64 { return math.Round(x*10) / 10 }

func (c *chart) x(at time.Time) float64 {
	return round(chartLeft + (chartRight-chartLeft)*float64(at.Sub(c.from))/float64(c.length))
}

// clock formats a time, as exactly as suits the length of the run.
func (c *chart) clock(t time.Time) string {
	form := "15:04"
	switch {
	case c.length > 24*time.Hour:
		form = "2006-01-02 15:04"
	case c.length < 10*time.Minute:
		form = "15:04:05"
	}
	return t.In(c.from.Location()).Format(form)
}

func (c *chart) addBars(t *Timeline) {
	minutes := t.Width.Minutes()
	highest, best := 0, time.Time{}
	for _, s := range t.Slots {
		if n := s.Done + s.Declined + s.Open; n > highest {
			highest, best = n, s.Start
		}
	}
	// The axis ends at a multiple of step, which is a round number, and has a few levels.
	step, most := 1.0, float64(highest)/minutes
	for i := 0; most > 4*step; i++ {
		step *= []float64{2, 2.5, 2}[i%3] // 1, 2, 5, 10, 20, 50
	}
	top := max(step, math.Ceil(most/step)*step)
	for level := 0.0; level <= top; level += step {
		c.Levels = append(c.Levels, tick{round(chartBottom - (chartBottom-chartTop)*level/top), strconv.FormatFloat(level, 'f', -1, 64)})
	}
	for _, s := range t.Slots {
		y := chartBottom
		stack := func(n int) part {
			height := (chartBottom - chartTop) * float64(n) / minutes / top
			y -= height
			return part{round(y), round(height)}
		}
		x, end := max(chartLeft, c.x(s.Start)), min(chartRight, c.x(s.Start.Add(t.Width)))
		b := bar{X: x, Width: round(max(1, end-x-1)), Done: stack(s.Done), Declined: stack(s.Declined), Open: stack(s.Open)}
		b.Title = c.printer.Text("page.slot", "Time", c.clock(s.Start), "Done", s.Done, "Declined", s.Declined, "Open", s.Open)
		c.Bars = append(c.Bars, b)
		c.HasDone, c.HasDeclined, c.HasOpen = c.HasDone || s.Done > 0, c.HasDeclined || s.Declined > 0, c.HasOpen || s.Open > 0
	}
	c.Unit = c.printer.Text("page.unit")
	if highest > 0 {
		c.Summary = c.printer.Text("page.peak", "Rate", int(math.Ceil(most)), "Time", c.clock(best))
	}
}

// tickSteps are the possible distances between the times on the axis.
var tickSteps = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour,
}

func (c *chart) addTicks() {
	step := c.length / 8
	if i := slices.IndexFunc(tickSteps, func(step time.Duration) bool { return c.length <= 8*step }); i >= 0 {
		step = tickSteps[i]
	}
	_, offset := c.from.Zone() // ticks are at round local times
	shift := time.Duration(offset) * time.Second
	for at := c.from.Add(shift).Truncate(step).Add(-shift); !at.After(c.from.Add(c.length)); at = at.Add(step) {
		if !at.Before(c.from) {
			c.Ticks = append(c.Ticks, tick{c.x(at), c.clock(at)})
		}
	}
}

// addLanes adds the events, and a lane for the portal first and then for each mail host.
func (c *chart) addLanes(events []Event) {
	at := make(map[string]int)
	for _, e := range events {
		words := c.words(&e)
		c.Events = append(c.Events, words)
		if e.Kind == "more" {
			continue
		}
		i, known := at[e.Host]
		if !known {
			if i = len(c.Lanes); i == mostLanes {
				continue
			}
			at[e.Host] = i
			c.Lanes = append(c.Lanes, lane{Name: words.Host})
		}
		until := e.End
		if until.IsZero() {
			until = c.from.Add(c.length)
		}
		if !slices.Contains(c.Kinds, e.Kind) {
			c.Kinds = append(c.Kinds, e.Kind)
		}
		x := c.x(e.Start)
		title := words.What + " " + words.From + "–" + words.To + ": " + words.Why
		c.Lanes[i].Spans = append(c.Lanes[i].Spans, span{x, max(2, round(c.x(until)-x)), e.Kind, title})
	}
	slices.SortStableFunc(c.Lanes, func(a, b lane) int { return cmp.Compare(a.Name, b.Name) })
	for i := range c.Lanes {
		l := &c.Lanes[i]
		l.Name = cmp.Or(l.Name, c.printer.Text("side.portal"))
		l.Text = chartHeight + laneHeight*float64(i) + laneText
		l.Bar, l.Middle = l.Text+5, l.Text+5+laneBar/2
	}
}

// words returns an event as texts.
func (c *chart) words(e *Event) chartEvent {
	w := chartEvent{
		What: c.printer.Text("page.event." + e.Kind), Host: diagnosis.Spelled(e.Host, maxIdentity),
		From: c.clock(e.Start), To: c.printer.Text("page.event.open"), Count: number(e.Count).String(),
	}
	switch why := "why." + string(e.Code); {
	case c.printer.Has(why):
		w.Why = c.printer.Text(why)
	case e.Kind == "away":
		w.Why = c.printer.Text("why.portal")
	}
	if !e.End.IsZero() {
		w.To, w.Took = c.clock(e.End), stopwatch(e.End.Sub(e.Start))
	}
	return w
}

// stopwatch formats a duration as 1:05:00 or 5:00.
func stopwatch(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
