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
	Fate diagnosis.Fate
	// Code says what happened; it is empty when the call did what it should.
	Code diagnosis.Code
	// Side says where the cause is to be looked for.
	Side diagnosis.Side
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// Text is what is kept of the answer's words, fit to be shown: a sentence the
	// portal is known to say, or what a mail server said, on one line and at most 500
	// characters; of any other text its kind and about its length. It holds nothing of
	// a secret that was sent, in no form.
	Text string
	// RetryAfter is how long the portal asks to be left alone, 0 if it does not say.
	RetryAfter time.Duration
	// Mailbox is what a write left behind, if it did what it should.
	Mailbox account.Mailbox
	// Sent is when the request left or would have left, zero if it was never let through.
	Sent time.Time
	// Took is how long the exchange lasted.
	Took time.Duration
	// Err is the cause where there was no answer, for the log and for errors.Is.
	Err error
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
