package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"r7import/importer/lang"
)

// The measures of a chart, in units of its picture.
const (
	chartWidth, chartHeight       = 960.0, 230.0 // of the bars with their axes
	chartLeft, chartTop           = 52.0, 24.0   // where the bars may begin
	chartRight, chartBottom       = 930.0, 202.0
	laneHeight, laneBar, laneText = 32.0, 9.0, 13.0
	mostLanes                     = 10
)

// chart is a timeline laid out as a picture. Its lengths are in units of the picture.
type chart struct {
	Width, Height                 float64
	Left, Right, Bottom           float64
	TickEnd, TickText             float64 // below the axis
	Levels, Ticks                 []tick
	Bars                          []bar
	Lanes                         []lane
	Unit                          string // what the height of a bar means
	Summary                       string // what the picture says, in a sentence
	HasDone, HasDeclined, HasOpen bool
	Kinds                         []string // of the events in the lanes
	Events                        []toldEvent
}

type tick struct {
	At   float64
	Text string
}

// bar is one slot: three parts, one on top of the other.
type bar struct {
	X, Width             float64
	Done, Declined, Open part
	Title                string
}

type part struct{ Y, Height float64 }

// lane shows the events of the portal, or of one mail host, below the bars.
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

// toldEvent is an event in words.
type toldEvent struct{ What, Host, Why, From, To, Took, Count string }

// newChart lays out the timeline of a run, nil if there is nothing to see.
func newChart(s *Summary, p *lang.Printer) *chart {
	t := &s.Timeline
	if len(t.Slots) < 2 && len(t.Events) == 0 {
		return nil
	}
	from, to := s.StartedAt, s.EndedAt
	for _, slot := range t.Slots {
		from, to = earlier(from, slot.Start), later(to, slot.Start.Add(t.Width))
	}
	for _, e := range t.Events {
		from, to = earlier(from, e.Start), later(to, e.Start, e.End)
	}
	l := layout{printer: p, timeline: t, from: from, length: max(to.Sub(from), time.Second), zone: s.StartedAt.Location()}
	c := &chart{Width: chartWidth, Left: chartLeft, Right: chartRight, Bottom: chartBottom, TickEnd: chartBottom + 6, TickText: chartBottom + 20}
	l.bars(c)
	c.Ticks = l.ticks()
	l.lanes(c)
	c.Height = chartHeight + laneHeight*float64(len(c.Lanes))
	return c
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func later(a time.Time, more ...time.Time) time.Time {
	for _, b := range more {
		if b.After(a) {
			a = b
		}
	}
	return a
}

// layout turns times into places.
type layout struct {
	printer  *lang.Printer
	timeline *Timeline
	from     time.Time
	length   time.Duration
	zone     *time.Location
}

func round(x float64) float64 { return math.Round(x*10) / 10 }

func (l *layout) x(at time.Time) float64 {
	return round(chartLeft + (chartRight-chartLeft)*float64(at.Sub(l.from))/float64(l.length))
}

// clock shows a moment as exactly as the length of the run asks for.
func (l *layout) clock(t time.Time) string {
	form := "15:04"
	switch {
	case l.length > 24*time.Hour:
		form = "2006-01-02 15:04"
	case l.length < 10*time.Minute:
		form = "15:04:05"
	}
	return t.In(l.zone).Format(form)
}

func (l *layout) bars(c *chart) {
	minutes := l.timeline.Width.Minutes()
	highest, best := 0, time.Time{}
	for _, s := range l.timeline.Slots {
		if n := s.Done + s.Declined + s.Open; n > highest {
			highest, best = n, s.Start
		}
	}
	top, step := scale(float64(highest) / minutes)
	for level := 0.0; level <= top; level += step {
		c.Levels = append(c.Levels, tick{round(chartBottom - (chartBottom-chartTop)*level/top), strconv.FormatFloat(level, 'f', -1, 64)})
	}
	for _, s := range l.timeline.Slots {
		y := chartBottom
		stack := func(n int) part {
			height := (chartBottom - chartTop) * float64(n) / minutes / top
			y -= height
			return part{round(y), round(height)}
		}
		x, end := max(chartLeft, l.x(s.Start)), min(chartRight, l.x(s.Start.Add(l.timeline.Width)))
		b := bar{X: x, Width: round(max(1, end-x-1)), Done: stack(s.Done), Declined: stack(s.Declined), Open: stack(s.Open)}
		b.Title = l.printer.Text("page.slot", "Time", l.clock(s.Start), "Done", s.Done, "Declined", s.Declined, "Open", s.Open)
		c.Bars = append(c.Bars, b)
		c.HasDone, c.HasDeclined, c.HasOpen = c.HasDone || s.Done > 0, c.HasDeclined || s.Declined > 0, c.HasOpen || s.Open > 0
	}
	c.Unit = l.printer.Text("page.unit")
	if highest > 0 {
		c.Summary = l.printer.Text("page.peak", "Rate", int(math.Ceil(float64(highest)/minutes)), "Time", l.clock(best))
	}
}

// scale returns a round number that is at least most, and the step between levels.
func scale(most float64) (top, step float64) {
	step = 1
	for most > 4*step {
		switch digit := step / math.Pow(10, math.Floor(math.Log10(step))); {
		case digit < 1.5:
			step *= 2
		case digit < 3:
			step *= 2.5
		default:
			step *= 2
		}
	}
	return max(step, math.Ceil(most/step)*step), step
}

// tickSteps are distances between the times on the axis.
var tickSteps = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour,
}

func (l *layout) ticks() []tick {
	i := slices.IndexFunc(tickSteps, func(step time.Duration) bool { return l.length <= 8*step })
	step := l.length / 8
	if i >= 0 {
		step = tickSteps[i]
	}
	var all []tick
	_, offset := l.from.In(l.zone).Zone() // whole hours of the clock on the wall
	shift := time.Duration(offset) * time.Second
	for at := l.from.Add(shift).Truncate(step).Add(-shift); !at.After(l.from.Add(l.length)); at = at.Add(step) {
		if !at.Before(l.from) {
			all = append(all, tick{l.x(at), l.clock(at)})
		}
	}
	return all
}

// lanes puts the events below the bars, those of the portal first.
func (l *layout) lanes(c *chart) {
	end := l.from.Add(l.length)
	at := make(map[string]int)
	for _, e := range l.timeline.Events {
		told := l.tell(&e)
		c.Events = append(c.Events, told)
		if e.Kind == "more" {
			continue
		}
		i, known := at[e.Host]
		if !known {
			if i = len(c.Lanes); i == mostLanes {
				continue
			}
			at[e.Host] = i
			name := clean(e.Host, maxIdentity)
			if name == "" {
				name = l.printer.Text("side.portal")
			}
			c.Lanes = append(c.Lanes, lane{Name: name})
		}
		until := e.End
		if until.IsZero() {
			until = end
		}
		x := l.x(e.Start)
		title := told.What + " " + told.From + "–" + told.To + ": " + told.Why
		if !slices.Contains(c.Kinds, e.Kind) {
			c.Kinds = append(c.Kinds, e.Kind)
		}
		c.Lanes[i].Spans = append(c.Lanes[i].Spans, span{x, max(2, round(l.x(until)-x)), e.Kind, title})
	}
	portal := l.printer.Text("side.portal")
	slices.SortStableFunc(c.Lanes, func(a, b lane) int {
		switch {
		case a.Name == portal:
			return -1
		case b.Name == portal:
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	for i := range c.Lanes {
		y := chartHeight + laneHeight*float64(i)
		c.Lanes[i].Text, c.Lanes[i].Bar, c.Lanes[i].Middle = y+laneText, y+laneText+5, y+laneText+5+laneBar/2
	}
}

// tell puts an event into words.
func (l *layout) tell(e *Event) toldEvent {
	t := toldEvent{
		What: l.printer.Text("page.event." + e.Kind), Host: clean(e.Host, maxIdentity),
		From: l.clock(e.Start), To: l.printer.Text("page.event.open"), Count: number(e.Count).String(),
	}
	switch why := "why." + string(e.Code); {
	case l.printer.Has(why):
		t.Why = l.printer.Text(why)
	case e.Kind == "away":
		t.Why = l.printer.Text("why.portal")
	}
	if !e.End.IsZero() {
		t.To, t.Took = l.clock(e.End), stopwatch(e.End.Sub(e.Start))
	}
	return t
}

// stopwatch shows how long something took, as 1:05:00 or 5:00.
func stopwatch(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
