package importer

import (
	"context"
	"testing"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/pace"
)

func TestRowsInDoubtAreSettledByThen(t *testing.T) {
	sent := time.Now()
	e := &engine{Importer: &Importer{Options: Options{Settle: 10 * time.Minute}}}
	e.waiting.add(&job{doubt: &doubt{since: sent}}, sent.Add(time.Second), diagnosis.OutcomeUnknown)
	e.waiting.add(&job{doubt: &doubt{since: sent.Add(time.Minute)}}, sent.Add(3*time.Second), diagnosis.OutcomeUnknown)
	e.waiting.add(&job{}, sent.Add(time.Hour), diagnosis.MailTimeout)
	if got := e.lastSettled(sent.Add(time.Second)); !got.Equal(sent.Add(11 * time.Minute)) {
		t.Errorf("settled %v after the first was sent, want 11 minutes", got.Sub(sent))
	}
	if got := e.lastSettled(sent.Add(time.Hour)); !got.Equal(sent.Add(time.Hour)) {
		t.Errorf("settled %v after the first was sent, want the hour that is waited anyway", got.Sub(sent))
	}
}

func TestStoppingDoesNotSpin(t *testing.T) {
	for _, stopping := range []bool{false, true} {
		e := &engine{stopping: stopping, portal: health{since: time.Now(), next: time.Now().Add(-time.Second)}}
		if got := e.nap(); (got > 0) != stopping {
			t.Errorf("stopping %v: a nap of %v while the portal is to be asked", stopping, got)
		}
	}
}

// TestSleepIsNoAnswerToTheCanary asks while the requests under way are cut off, as
// they are when the machine has slept.
func TestSleepIsNoAnswerToTheCanary(t *testing.T) {
	asleep, cutOff := context.WithCancel(t.Context())
	cutOff()
	e := &engine{Importer: &Importer{
		Gate:   NewGate(1, pace.New(1)),
		Canary: func(ctx context.Context) (bool, error) { return ctx.Err() == nil, ctx.Err() },
	}}
	next, err := e.askAboutCanary(asleep)
	if err != nil {
		t.Fatal(err)
	}
	if next(); e.stopped != nil {
		t.Errorf("stopped: %v", e.stopped)
	}
}
