package journal

import (
	"context"
	"time"

	"r7import/importer/diagnosis"
)

// EventKind is what held a run up.
type EventKind string

// The kinds of events.
const (
	EventPause EventKind = "pause" // the portal asked to be left alone for a while
	EventAway  EventKind = "away"  // the portal did not answer as itself
	EventRest  EventKind = "rest"  // a mail host in trouble was left alone
	EventMore  EventKind = "more"  // there were more events than are stored one by one
)

// Event is something that held a run up for a while.
type Event struct {
	Kind  EventKind
	Host  string         // the mail host, empty if it is about the portal
	Code  diagnosis.Code // the cause, as progress names it
	Start time.Time
	Until time.Time // when the wait is over, as far as is known
	End   time.Time // zero if it was not over when the run ended
	// Count is how often a row has probed the resting host in vain; of EventMore,
	// how many events it stands for.
	Count int
}

// NoteEvents stores events of a run. One takes the place of what was stored of the
// same kind, host and start before: thus its end is noted. Callers bound how many
// there are.
func (s *Store) NoteEvents(ctx context.Context, run string, events ...Event) error {
	return s.writeRun(ctx, run, func(t *tx, number int64) error {
		for _, e := range events {
			_, err := t.exec(noteEvent, number, string(e.Kind), e.Host, text(e.Code), e.Start.UnixMilli(),
				moment(e.Until), moment(e.End), int64(e.Count))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Events returns the events of a run in the order of their starts.
func (s *Store) Events(ctx context.Context, run string) ([]Event, error) {
	number, err := s.number(ctx, run)
	if err != nil {
		return nil, err
	}
	events, err := list(ctx, s.read, func(l line) (e Event, err error) {
		var began, until, ended int64
		err = l.Scan(&e.Kind, &e.Host, &e.Code, &began, &until, &ended, &e.Count)
		e.Start, e.Until, e.End = timeOf(began), timeOf(until), timeOf(ended)
		return e, err
	}, runEvents, number)
	return events, s.failed(err)
}
