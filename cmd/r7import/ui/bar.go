package ui

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"r7import/importer"
)

// bar draws the lines at the bottom of the terminal: the bar with rows, rate and
// time left, and below it the counts by status and what the run waits for.
type bar struct {
	console *Console
	screen  *mpb.Progress
	bar     *mpb.Bar
	latest  atomic.Pointer[frame]
}

type frame struct {
	importer.Progress
	left time.Duration
}

func newBar(c *Console) *bar {
	b := &bar{console: c, screen: mpb.New(mpb.WithOutput(c.Err), mpb.WithAutoRefresh(), mpb.WithRefreshRate(200*time.Millisecond))}
	b.latest.Store(new(frame))
	b.bar = b.screen.New(0, mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.BarFillerTrim(),
		mpb.BarExtender(mpb.BarFillerFunc(b.below), false),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string {
			f := b.latest.Load()
			return fmt.Sprintf("%d/%d ", f.Decided, f.Total)
		})),
		mpb.AppendDecorators(decor.Any(b.after)),
	)
	c.setAbove(b.screen)
	return b
}

func (b *bar) show(p importer.Progress, left time.Duration) {
	b.latest.Store(&frame{p, left})
	b.bar.SetTotal(int64(max(1, p.Total)), false)
	b.bar.SetCurrent(int64(min(p.Decided, max(0, p.Total-1)))) // the bar is full only when the run is over
}

func (b *bar) stop() {
	b.console.setAbove(nil)
	f := b.latest.Load()
	if f.Total > 0 && f.Decided >= f.Total {
		b.bar.SetTotal(int64(f.Total), true)
	} else {
		b.bar.Abort(false)
	}
	b.screen.Wait()
}

func (b *bar) after(decor.Statistics) string {
	f := b.latest.Load()
	text := " " + b.console.rate(f.Progress)
	if f.left > 0 {
		text += ", " + b.console.Text("progress.left", "Left", b.console.Duration(f.left))
	}
	return text
}

// below writes the text under the bar, on as many lines as it needs. It is never cut,
// because the time until which the run waits is at its end.
func (b *bar) below(w io.Writer, s decor.Statistics) error {
	f := b.latest.Load()
	parts := b.console.waits(f.Progress)
	if counts := b.console.countsNow(f.Progress); counts != "" {
		parts = append([]string{counts}, parts...)
	}
	text := Hang("", Clean(strings.Join(parts, "; ")), 0, s.AvailableWidth)
	_, err := io.WriteString(w, text+"\n")
	return err
}
