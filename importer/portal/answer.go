package portal

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
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

// judge says what a reply means (ASC.Api/Impl/ApiHttpHandler.cs,
// web/studio/ASC.Web.Studio/Global.asax.cs). An envelope is believed before the
// status: the portal answers nearly every failure with 500.
func judge(call *call, r *reply) Answer {
	done := r.status == http.StatusOK || r.status == http.StatusCreated // whichever it is
	if done && r.own && !r.failed && r.response != nil {
		return Answer{Fate: diagnosis.Done, Status: r.status}
	}
	var (
		code diagnosis.Code
		side diagnosis.Side // if the reply tells it
		text string         // what of it may be shown
	)
	switch {
	case r.status == http.StatusTooManyRequests:
		code, text = diagnosis.PortalBusy, call.message(r.message)
	case r.status == http.StatusUnauthorized && call.token.Empty():
		code = diagnosis.PortalOther // it wants a token for what a portal answers without one
	case r.status == http.StatusUnauthorized:
		code = diagnosis.PortalToken
	case r.redirects():
		code, text = diagnosis.PortalRedirect, call.redirectTarget(r.header.Get("Location"))
	case r.failed:
		code, side, text = r.complaint(call)
	default:
		code, text = r.speechless(), call.page(r)
	}
	if call.explain != nil {
		code = cmp.Or(call.explain(r), code)
	}
	a := call.answer(code)
	a.Side, a.Status, a.Text = cmp.Or(side, a.Side), r.status, text
	if code == diagnosis.PortalBusy {
		a.RetryAfter, _ = retryAfter(r.header, time.Now())
	}
	return a
}

// complaint is an envelope with an error.
func (r *reply) complaint(call *call) (code diagnosis.Code, side diagnosis.Side, text string) {
	text = call.message(r.message)
	if refusal, ok := diagnosis.ReadLoginTest(r.message); ok {
		if call.write { // else the portal logs in nowhere
			text = call.confidence().Quote(refusal.Text)
		}
		return refusal.Code, refusal.Side, text
	}
	if code, ok := diagnosis.PortalText(r.message); ok {
		return code, "", text
	}
	// The mail product is off for the person (ASC.Specific/GlobalFilters/ProductSecurityFilter.cs).
	if r.status == http.StatusForbidden && r.message == "Forbidden" && strings.HasPrefix(call.path, "mail/") {
		return diagnosis.PortalMailOff, "", text
	}
	return cmp.Or(codeOfComplaint[r.status], diagnosis.PortalError), "", text
}

// codeOfComplaint is what a status means with an error of unknown words in an envelope.
var codeOfComplaint = map[int]diagnosis.Code{
	http.StatusBadRequest:      diagnosis.PortalArgument,
	http.StatusPaymentRequired: diagnosis.PortalUnpaid,
	http.StatusForbidden:       diagnosis.PortalForbidden,
	http.StatusNotFound:        diagnosis.PortalNoItem,
}

// speechless is a reply without an envelope's error.
func (r *reply) speechless() diagnosis.Code {
	switch {
	case r.status == http.StatusServiceUnavailable:
		// It is from a server in front of the portal if it says when to come back, from the
		// portal while it is restored or moved if it says nothing at all.
		if _, ok := retryAfter(r.header, time.Now()); ok {
			return diagnosis.PortalBusy
		}
		if len(bytes.TrimSpace(r.body)) == 0 && r.header.Get("Retry-After") == "" {
			return diagnosis.PortalRestoring
		}
	case (r.status == http.StatusOK || r.status == http.StatusCreated) && r.html():
		return diagnosis.PortalNotAPI
	case codeOfStatus[r.status] != "":
		return codeOfStatus[r.status]
	}
	if r.status >= 500 {
		return diagnosis.PortalDown
	}
	return diagnosis.AnswerOdd
}

// codeOfStatus is what a status means without an envelope.
var codeOfStatus = map[int]diagnosis.Code{
	http.StatusPaymentRequired:   diagnosis.PortalUnpaid,
	http.StatusForbidden:         diagnosis.PortalIP,
	http.StatusNotFound:          diagnosis.PortalNotFound,
	http.StatusProxyAuthRequired: diagnosis.PortalProxy,
	http.StatusGatewayTimeout:    diagnosis.PortalTimeout,
}

func (r *reply) redirects() bool { return r.status >= 300 && r.status < 400 }

func (r *reply) html() bool {
	return bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(r.body, []byte("\uFEFF"))), []byte("<"))
}

// unanswered says what the lack of a whole answer means.
func unanswered(call *call, caller, within context.Context, left bool, err error) Answer {
	var code diagnosis.Code
	switch {
	case !left && caller.Err() != nil:
		code = diagnosis.RequestNotSent
	case !left:
		code = unreached(err)
	case errors.Is(caller.Err(), context.Canceled):
		code = diagnosis.AnswerAbandoned
	case within.Err() != nil:
		code = diagnosis.AnswerTimeout
	default:
		code = diagnosis.AnswerLost
	}
	a := call.answer(code)
	a.Err = call.presentable(err)
	return a
}

// winRefused is WSAECONNREFUSED, which Windows gives where others give ECONNREFUSED.
const winRefused = syscall.Errno(10061)

// unreached says why no request could leave.
func unreached(err error) diagnosis.Code {
	invalid, _ := errors.AsType[x509.CertificateInvalidError](err)
	op, _ := errors.AsType[*net.OpError](err)
	switch {
	case is[*proxyError](err), op != nil && op.Op == "proxyconnect":
		return diagnosis.PortalProxy
	case is[*net.DNSError](err):
		return diagnosis.PortalDNS
	case is[x509.HostnameError](err):
		return diagnosis.PortalCertName
	case invalid.Reason == x509.Expired:
		return diagnosis.PortalCertDate
	case is[*tls.CertificateVerificationError](err):
		return diagnosis.PortalCert
	case is[tls.AlertError](err), is[tls.RecordHeaderError](err), errors.Is(err, http.ErrSchemeMismatch):
		return diagnosis.PortalTLS
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, winRefused):
		return diagnosis.PortalRefused
	}
	return diagnosis.PortalUnreached
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// longestRetry is what a longer pause is cut to; it is far beyond what any run waits for.
const longestRetry = 365 * 24 * time.Hour

// retryAfter reads Retry-After (RFC 9110, 10.2.3): seconds, of which a fraction
// counts as a whole one, or a date. A date is held against the server's own clock
// if it tells it. It reports false if there is nothing that can be read; a date
// that has passed is no pause at all.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if strings.Trim(text, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if math.IsInf(seconds, 0) {
			return longestRetry, true
		}
		return time.Duration(min(math.Ceil(seconds), longestRetry.Seconds())) * time.Second, err == nil
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if server, err := http.ParseTime(header.Get("Date")); err == nil {
		now = server
	}
	return min(max(at.Sub(now), 0), longestRetry), true
}
