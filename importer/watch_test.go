package importer

import (
	"testing"
	"time"

	"r7import/importer/diagnosis"
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
