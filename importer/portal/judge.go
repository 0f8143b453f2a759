package portal

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"r7import/importer/diagnosis"
)

// judge says what a reply means (ASC.Api/Impl/ApiHttpHandler.cs,
// web/studio/ASC.Web.Studio/Global.asax.cs). An envelope is believed before the
// status: the portal answers nearly every failure with 500.
func judge(call *call, r *reply) Answer {
	if r.good() {
		return Answer{Fate: diagnosis.Done, Status: r.status}
	}
	code, side, text := r.meaning(call)
	if code == diagnosis.PortalToken && call.token.Empty() {
		code = diagnosis.PortalOther // it wants a token for what a portal answers without one
	}
	if call.explain != nil {
		if special := call.explain(r); special != "" {
			code = special
		}
	}
	a := answerWith(call, code)
	if side != "" {
		a.Side = side
	}
	a.Status, a.Text = r.status, text
	if code == diagnosis.PortalBusy {
		a.RetryAfter, _ = retryAfter(r.header, time.Now())
	}
	return a
}

// good reports whether the portal did what it was asked: 201 or 200, whichever
// it is, in an envelope without an error.
func (r *reply) good() bool {
	return (r.status == http.StatusOK || r.status == http.StatusCreated) && r.own && !r.failed && r.response != nil
}

// meaning returns the code of a reply that is not good, the side if the reply
// tells it, and what of it may be shown.
func (r *reply) meaning(call *call) (code diagnosis.Code, side diagnosis.Side, text string) {
	switch {
	case r.status == http.StatusTooManyRequests:
		return diagnosis.PortalBusy, "", call.message(r.message)
	case r.status == http.StatusUnauthorized:
		return diagnosis.PortalToken, "", ""
	case r.status >= 300 && r.status < 400:
		return diagnosis.PortalRedirect, "", call.redirectTarget(r.header.Get("Location"))
	case r.failed:
		return r.complaint(call)
	case r.status == http.StatusServiceUnavailable:
		return r.unavailable(), "", call.page(r)
	}
	return r.speechless(), "", call.page(r)
}

// complaint is an envelope with an error.
func (r *reply) complaint(call *call) (diagnosis.Code, diagnosis.Side, string) {
	if refusal, ok := diagnosis.ReadLoginTest(r.message); ok {
		if !call.write { // the portal logs in nowhere then
			return refusal.Code, refusal.Side, call.message(r.message)
		}
		return refusal.Code, refusal.Side, call.quote(refusal.Text)
	}
	text := call.message(r.message)
	if code, ok := diagnosis.PortalText(r.message); ok {
		return code, "", text
	}
	switch r.status {
	case http.StatusBadRequest:
		return diagnosis.PortalArgument, "", text
	case http.StatusPaymentRequired:
		return diagnosis.PortalUnpaid, "", text
	case http.StatusForbidden:
		// The mail product is off for the person (ASC.Specific/GlobalFilters/ProductSecurityFilter.cs).
		if r.message == "Forbidden" && strings.HasPrefix(call.path, "mail/") {
			return diagnosis.PortalMailOff, "", text
		}
		return diagnosis.PortalForbidden, "", text
	case http.StatusNotFound:
		return diagnosis.PortalNoItem, "", text
	}
	return diagnosis.PortalError, "", text
}

// unavailable is a 503 without an envelope: from a server in front of the portal
// if it says when to come back, from the portal while it is restored or moved if
// it says nothing at all.
func (r *reply) unavailable() diagnosis.Code {
	if _, ok := retryAfter(r.header, time.Now()); ok {
		return diagnosis.PortalBusy
	}
	if r.empty() && r.header.Get("Retry-After") == "" {
		return diagnosis.PortalRestoring
	}
	return diagnosis.PortalDown
}

// speechless is any other reply without an envelope's error.
func (r *reply) speechless() diagnosis.Code {
	switch r.status {
	case http.StatusPaymentRequired:
		return diagnosis.PortalUnpaid
	case http.StatusForbidden:
		return diagnosis.PortalIP
	case http.StatusNotFound:
		return diagnosis.PortalNotFound
	case http.StatusProxyAuthRequired:
		return diagnosis.PortalProxy
	case http.StatusGatewayTimeout:
		return diagnosis.PortalTimeout
	case http.StatusOK, http.StatusCreated:
		if r.html() {
			return diagnosis.PortalNotAPI
		}
	}
	if r.status >= 500 {
		return diagnosis.PortalDown
	}
	return diagnosis.AnswerOdd
}

func (r *reply) empty() bool { return len(bytes.TrimSpace(r.body)) == 0 }

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
	a := answerWith(call, code)
	a.Err = call.told(err)
	return a
}

// winRefused is WSAECONNREFUSED, which Windows gives where others give ECONNREFUSED.
const winRefused = syscall.Errno(10061)

// unreached says why no request could leave.
func unreached(err error) diagnosis.Code {
	var (
		proxy   *proxyError
		op      *net.OpError
		dns     *net.DNSError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		cert    *tls.CertificateVerificationError
		alert   tls.AlertError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &proxy), errors.As(err, &op) && op.Op == "proxyconnect":
		return diagnosis.PortalProxy
	case errors.As(err, &dns):
		return diagnosis.PortalDNS
	case errors.As(err, &name):
		return diagnosis.PortalCertName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return diagnosis.PortalCertDate
	case errors.As(err, &cert):
		return diagnosis.PortalCert
	case errors.As(err, &alert), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return diagnosis.PortalTLS
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, winRefused):
		return diagnosis.PortalRefused
	}
	return diagnosis.PortalUnreached
}
