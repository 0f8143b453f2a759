package journal_test

import (
	"testing"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestEventsAreKeptWithTheirRun(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx, at := t.Context(), time.UnixMilli(1_800_000_000_000)
		other := beginWith(t, s, 1)
		run := begin(t, s, journal.Run{Started: at}).ID
		pause := journal.Event{Kind: journal.EventPause, Code: diagnosis.PortalBusy, Start: at.Add(time.Minute), End: at.Add(2 * time.Minute)}
		rest := journal.Event{Kind: journal.EventRest, Host: "imap.example.com", Code: diagnosis.HostSilent, Start: at.Add(time.Second)}
		must(t, "NoteEvents", s.NoteEvents(ctx, run, pause, rest))
		rest.End, rest.Count = at.Add(time.Hour), 3
		must(t, "NoteEvents of the end", s.NoteEvents(ctx, run, rest))
		got, err := s.Events(ctx, run)
		must(t, "Events", err)
		same(t, "Events", got, []journal.Event{rest, pause})

		must(t, "End", s.End(ctx, run, journal.Finished))
		must(t, "DeleteRun", s.DeleteRun(ctx, run))
		again := begin(t, s, journal.Run{Started: at}).ID // may get the number of the one that is gone
		for _, id := range []string{other, again} {
			if got, err = s.Events(ctx, id); err != nil || len(got) > 0 {
				t.Errorf("Events of a run without any = %v, %v", got, err)
			}
		}
	})
}
