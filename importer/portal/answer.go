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

// Answer is the outcome of one exchange.
type Answer struct {
	// Fate says what the caller may do next. Only writes get [diagnosis.Unclear]; a
	// read whose answer is lost can be repeated later.
	Fate   diagnosis.Fate
	Code   diagnosis.Code // what went wrong; empty if the call succeeded
	Side   diagnosis.Side // where the cause lies
	Status int            // HTTP status, 0 if there was no answer
	// Text is the part of the answer that may be shown: a known sentence of the portal,
	// or the text of a mail server on one line of at most 500 characters; for any other
	// text only its kind and approximate size. It contains no part of a secret that was
	// sent, in any form.
	Text       string
	RetryAfter time.Duration   // how long the portal asks to wait, 0 if it does not say
	Mailbox    account.Mailbox // the account after a write that succeeded
	Sent       time.Time       // when the request left or would have left, zero if it was not admitted
	Took       time.Duration   // of the exchange
	Err        error           // the cause if there was no answer, for the log and for errors.Is
}

// Problem returns the answer as a problem. It has no meaning for an answer that is Done.
func (a Answer) Problem() diagnosis.Problem {
	p := diagnosis.Problem{Code: a.Code, Err: a.Err}
	if a.Text != "" {
		p.Args = diagnosis.Args{"Text": a.Text}
	}
	return p
}

// answer returns the answer of a call with a code. Without a code it is Done.
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

// withCode returns an answer with another code for the same exchange. It drops the text.
func (a Answer) withCode(call *call, code diagnosis.Code) Answer {
	other := call.answer(code)
	other.Status, other.Sent, other.Took = a.Status, a.Sent, a.Took
	return other
}

// judge returns the answer for a reply (ASC.Api/Impl/ApiHttpHandler.cs,
// web/studio/ASC.Web.Studio/Global.asax.cs). An error in the envelope counts more than
// the status, because the portal answers nearly every failure with 500.
func judge(call *call, r *reply) Answer {
	done := r.status == http.StatusOK || r.status == http.StatusCreated // the portal is not strict about which
	if done && r.isEnvelope && !r.failed && r.response != nil {
		return Answer{Fate: diagnosis.Done, Status: r.status}
	}
	var (
		code diagnosis.Code
		side diagnosis.Side // set if the reply names it
		text string         // the part that may be shown
	)
	switch {
	case r.status == http.StatusTooManyRequests:
		code, text = diagnosis.PortalBusy, call.message(r.message)
	case r.status == http.StatusUnauthorized && call.token.Empty():
		code = diagnosis.PortalOther // a portal answers this call without a token
	case r.status == http.StatusUnauthorized:
		code = diagnosis.PortalToken
	case r.redirects():
		code, text = diagnosis.PortalRedirect, call.redirectTarget(r.header.Get("Location"))
	case r.failed:
		code, side, text = r.envelopeError(call)
	default:
		code, text = r.plainCode(), call.page(r)
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

// envelopeError returns code, side and text for an envelope with an error.
func (r *reply) envelopeError(call *call) (code diagnosis.Code, side diagnosis.Side, text string) {
	text = call.message(r.message)
	if refusal, ok := diagnosis.ReadLoginTest(r.message); ok {
		if call.write { // the portal logs in to mail servers only during writes
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
	return cmp.Or(codeOfError[r.status], diagnosis.PortalError), "", text
}

// codeOfError maps the status of an envelope with an unknown error text to a code.
var codeOfError = map[int]diagnosis.Code{
	http.StatusBadRequest:      diagnosis.PortalArgument,
	http.StatusPaymentRequired: diagnosis.PortalUnpaid,
	http.StatusForbidden:       diagnosis.PortalForbidden,
	http.StatusNotFound:        diagnosis.PortalNoItem,
}

// plainCode returns the code for a reply without an error in an envelope.
func (r *reply) plainCode() diagnosis.Code {
	switch {
	case r.status == http.StatusServiceUnavailable:
		// With Retry-After it is from a server in front of the portal. Empty and without that
		// header it is from a portal that is being restored or moved.
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

// codeOfStatus maps the status of a reply without an envelope to a code.
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

// unanswered returns the answer for an exchange without a complete reply; left says that the request may have left.
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

// winRefused is WSAECONNREFUSED, the Windows counterpart of ECONNREFUSED.
const winRefused = syscall.Errno(10061)

// unreached returns the code for an error before the request left.
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

// longestRetry is the greatest pause that retryAfter returns, far longer than any run waits.
const longestRetry = 365 * 24 * time.Hour

// retryAfter returns the pause of Retry-After (RFC 9110, 10.2.3): seconds, rounded up, or
// a date, which it compares with the server's clock if the answer has a Date. A date in
// the past gives no pause. It reports false if the header is missing or cannot be
// parsed.
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
