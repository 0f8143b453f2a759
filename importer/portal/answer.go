package portal

import (
	"log/slog"
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

// answerWith returns the answer a code makes of a call.
func answerWith(call *call, code diagnosis.Code) Answer {
	fate := code.Fate()
	if fate == diagnosis.Unclear && !call.write {
		fate = diagnosis.Later
	}
	return Answer{Fate: fate, Code: code, Side: code.Side()}
}

func notSent(call *call, err error) Answer {
	a := answerWith(call, diagnosis.RequestNotSent)
	a.Err = err
	return a
}

// because turns a good answer into another one, of the same exchange.
func (a Answer) because(other Answer) Answer {
	other.Status, other.Sent, other.Took = a.Status, a.Sent, a.Took
	return other
}

// odd turns a good answer into one that the API does not give.
func (a Answer) odd(call *call) Answer { return a.because(answerWith(call, diagnosis.AnswerOdd)) }

// found turns an error that says "there is none" into the good answer it is.
func (a Answer) found() Answer { return a.because(Answer{Fate: diagnosis.Done}) }

func slogLevel(a Answer) slog.Level {
	if a.Fate == diagnosis.Done {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func attributes(call *call, a *Answer) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("call", call.name), slog.Int("status", a.Status), slog.Duration("took", a.Took), slog.String("fate", a.Fate.String()),
	}
	if a.Code != "" {
		attrs = append(attrs, slog.String("code", string(a.Code)))
	}
	if a.Err != nil {
		attrs = append(attrs, slog.String("cause", a.Err.Error()))
	}
	return attrs
}
