package portal

import (
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Answer is what became of one exchange.
type Answer struct {
	// Fate says what may follow. [diagnosis.Unclear] is given to writes only; a
	// read whose answer is lost may simply be made later.
	Fate   diagnosis.Fate
	Code   diagnosis.Code // what happened; empty when the call did what it should
	Side   diagnosis.Side // where the cause is to be looked for
	Status int            // of HTTP, 0 if there was no answer
	// Text is what is kept of the answer's words, fit to be shown: a sentence the
	// portal is known to say, or what a mail server said, on one line and at most 500
	// characters; of any other text its kind and about its length. It holds nothing of
	// a secret that was sent, in no form.
	Text       string
	RetryAfter time.Duration   // how long the portal asks to be left alone, 0 if it does not say
	Mailbox    account.Mailbox // what a write left behind, if it did what it should
	Sent       time.Time       // when the request left or would have left, zero if it was never let through
	Took       time.Duration   // of the exchange
	Err        error           // the cause where there was no answer, for the log and for errors.Is
}

// Problem returns what the answer says for a person; it is of no use for one that is done.
func (a Answer) Problem() diagnosis.Problem {
	p := diagnosis.Problem{Code: a.Code, Err: a.Err}
	if a.Text != "" {
		p.Args = diagnosis.Args{"Text": a.Text}
	}
	return p
}

// answer returns the answer that a code makes of a call, the good one without a code.
func (call *call) answer(code diagnosis.Code) Answer {
	fate := code.Fate()
	switch {
	case code == "":
		fate = diagnosis.Done
	case fate == diagnosis.Unclear && !call.write:
		fate = diagnosis.Later
	}
	return Answer{Fate: fate, Code: code, Side: code.Side()}
}

// turned returns the answer that a code makes of the same exchange, whose words count no more.
func (a Answer) turned(call *call, code diagnosis.Code) Answer {
	other := call.answer(code)
	other.Status, other.Sent, other.Took = a.Status, a.Sent, a.Took
	return other
}
