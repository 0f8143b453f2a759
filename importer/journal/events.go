package journal

import (
	"context"
	"time"

	"r7import/importer/diagnosis"
)

// EventKind is the kind of an event that delayed a run.
type EventKind string

// The kinds of events.
const (
	EventPause EventKind = "pause" // the portal asked for a pause
	EventAway  EventKind = "away"  // the portal was in trouble
	EventRest  EventKind = "rest"  // a mail host in trouble had a rest
	EventMore  EventKind = "more"  // stands for events beyond those that are stored
)

// Event is something that delayed a run for a while.
type Event struct {
	Kind  EventKind
	Host  string         // the mail host, empty for the portal
	Code  diagnosis.Code // the cause, as in Progress
	Start time.Time
	Until time.Time // expected end of the wait
	End   time.Time // zero if it had not ended when the run did
	// Count is the number of failed probes of the resting host; for EventMore, the
	// number of events it stands for.
	Count int
}

// NoteEvents stores events of a run. An event replaces the stored one with the same
// kind, host and start, so a later call can store its end. Callers must bound the
// number of events.
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

// Events returns the events of a run, sorted by start.
func (s *Store) Events(ctx context.Context, run string) ([]Event, error) {
	number, err := s.numberOf(ctx, run)
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
