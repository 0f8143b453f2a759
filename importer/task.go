package importer

import (
	"context"

	"r7import/importer/diagnosis"
)

// task is a piece of work on one job, done beside the scheduler.
type task func(context.Context, *job) (after, error)

// begin takes the job out of the window and works on it in a goroutine of the group.
func (e *engine) begin(j *job, work task) {
	j.removed, j.session = true, j.owner.session.About(j.row)
	e.spawn(func(ctx context.Context) (after, error) { return work(ctx, j) })
}

// spawn runs work beside the scheduler. Its error ends the run.
func (e *engine) spawn(work func(context.Context) (after, error)) {
	e.running++
	trial := e.portal.unproven()
	if trial {
		e.trials++
	}
	ctx := e.ctx // later tasks may get another one
	e.hand(func() error {
		var next after
		err := diagnosis.Guard(func() (err error) {
			next, err = work(ctx)
			return err
		})
		e.results <- func() {
			e.running--
			if trial {
				e.trials--
			}
			if next != nil {
				next()
			}
		}
		return err
	})
}

// hand gives work to a goroutine of the group that has none, or else to a new
// one. They are kept, because each has a stack that has grown to what a request takes.
func (e *engine) hand(work func() error) {
	select {
	case e.hands <- work:
	default:
		e.group.Go(func() error { return e.takeHand(work) })
	}
}

func (e *engine) takeHand(work func() error) error {
	for ok := true; ok; work, ok = <-e.hands {
		if err := work(); err != nil {
			return err
		}
	}
	return nil
}

// abandon ends what is under way when the scheduler itself has failed. What the
// rows have come to is in the journal.
func (e *engine) abandon() {
	e.Gate.Stop()
	e.cutOff()
	close(e.hands)
	ended := make(chan struct{})
	go func() {
		_ = e.group.Wait() // the scheduler's fault came first
		close(ended)
	}()
	for {
		select {
		case <-e.results:
		case <-ended:
			return
		}
	}
}

// full reports whether no task may be begun just now. A portal that says it is
// back is tried with one, for what it has to do it may still be unable to do.
func (e *engine) full() bool {
	return e.running >= e.Options.Workers+e.ahead || e.portal.unproven() && e.trials > 0
}
