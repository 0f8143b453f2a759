package portal

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/echo"
)

// call describes one exchange.
type call struct {
	name   string // for the log
	method string // GET when empty
	path   string // after api/2.0/, escaped
	query  url.Values
	body   []byte
	media  string // content type of the body
	token  account.Secret
	cookie bool // also send the token as the cookie
	// write says that the call may change something in the portal: if the answer is lost, the outcome is unclear.
	write   bool
	secrets []account.Secret // of the request, which the answer might repeat
	values  []string         // other values of the request
	known   echo.Confidence  // secrets and values of the session
	ready   func() error     // called right before the request leaves; an error cancels it
	// explain returns the code of a reply that has a special meaning for this call, else the empty code.
	explain func(r *reply) diagnosis.Code
	odd     diagnosis.Code // for a successful answer with an unexpected value; empty is AnswerOdd
}

// reply is the HTTP response of an exchange.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	tooLong bool // body is cut at maxBody
	envelope
}

// maxBody is the number of bytes read of an answer, after decompression.
const maxBody = 1 << 20

// exchange makes a call as the session's person. The answer is [diagnosis.Done] if the
// portal answered 200 or 201 with an envelope without an error. The reply is never nil.
func (s *Session) exchange(ctx context.Context, call *call) (r *reply, answer Answer) {
	c := s.client
	call.token, call.known = s.token, s.known
	if !httpguts.ValidHeaderFieldValue(call.token.Reveal()) {
		return &reply{}, call.answer(diagnosis.PortalToken)
	}
	admission, err := c.o.Admit(ctx)
	if err == nil {
		defer func() { admission.Done(answer) }()
		if call.ready != nil {
			err = call.ready()
		}
	}
	if err != nil {
		answer = call.answer(diagnosis.RequestNotSent)
		answer.Err = err
		return &reply{}, answer
	}
	sent := time.Now()
	r, answer = c.send(admission, call)
	answer.Sent, answer.Took = sent, time.Since(sent)
	level := slog.LevelInfo
	if answer.Fate == diagnosis.Done {
		level = slog.LevelDebug
	}
	facts := []any{"call", call.name, "status", answer.Status, "took", answer.Took, "fate", answer.Fate.String()}
	if answer.Code != "" {
		facts = append(facts, "code", string(answer.Code))
	}
	if answer.Err != nil {
		facts = append(facts, "cause", answer.Err.Error())
	}
	c.o.Log.Log(ctx, level, "exchange", facts...)
	return r, answer
}

// ask makes a call and returns the value in the answer. A successful answer that cannot be
// decoded, or whose value fits refuses, gets the code call.odd; a nil fits accepts every value.
func ask[T any](ctx context.Context, s *Session, call *call, fits func(*T) bool) (T, Answer) {
	var value, none T
	r, answer := s.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return none, answer
	}
	if !decode(r.response, &value) || fits != nil && !fits(&value) {
		return none, answer.withCode(call, cmp.Or(call.odd, diagnosis.AnswerOdd))
	}
	return value, answer
}

// decode reports whether raw could be decoded. It refuses null, which encoding/json accepts for any type.
func decode(raw json.RawMessage, into any) bool {
	return string(raw) != "null" && json.Unmarshal(raw, into) == nil
}

func (c *Client) send(admission Admission, call *call) (*reply, Answer) {
	ctx := admission.Context()
	within, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	response, left, err := c.roundTrip(within, admission, call)
	if err != nil {
		return &reply{}, unanswered(call, ctx, within, left, err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if n := response.ContentLength; n > 0 && n <= maxBody {
		body.Grow(int(n) + bytes.MinRead) // ReadFrom needs MinRead free bytes to see the end
	}
	_, err = body.ReadFrom(io.LimitReader(response.Body, maxBody+1))
	r := &reply{status: response.StatusCode, header: response.Header, body: body.Bytes()}
	if len(r.body) > maxBody {
		r.tooLong, r.body = true, r.body[:maxBody]
	}
	// For some answers the status alone decides, so it does not matter if the body was cut off.
	decided := []int{http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusTooManyRequests}
	if err != nil && !slices.Contains(decided, r.status) && !r.redirects() {
		return r, unanswered(call, ctx, within, true, err)
	}
	r.open()
	return r, judge(call, r)
}

// roundTrip sends the request and reports whether any of it may have left. If an idle
// connection was closed, so that nothing could be written to it, it uses another one:
// no request was made in that case. It repeats nothing else.
func (c *Client) roundTrip(ctx context.Context, admission Admission, call *call) (response *http.Response, left bool, err error) {
	for {
		var reused, wrote atomic.Bool // final when RoundTrip returns with an error
		trace := &httptrace.ClientTrace{
			GotConn:      func(info httptrace.GotConnInfo) { reused.Store(info.Reused) },
			WroteHeaders: func() { wrote.Store(true) },
			WroteRequest: func(info httptrace.WroteRequestInfo) {
				if info.Err == nil || wrote.Load() {
					admission.Written()
				}
			},
		}
		request, err := c.request(httptrace.WithClientTrace(ctx, trace), call)
		if err != nil {
			return nil, false, err
		}
		response, err := c.transport.RoundTrip(request)
		if err == nil || wrote.Load() || !reused.Load() || ctx.Err() != nil {
			return response, wrote.Load(), err
		}
	}
}

func (c *Client) request(ctx context.Context, call *call) (*http.Request, error) {
	method := cmp.Or(call.method, http.MethodGet)
	request, err := http.NewRequestWithContext(ctx, method, c.url+"/api/2.0/"+call.path, nil)
	if err != nil {
		return nil, err
	}
	request.URL.RawQuery = call.query.Encode()
	if call.body != nil || method == http.MethodGet {
		// net/http does not repeat a request on its own if it has a body without GetBody.
		// An empty body is not sent.
		request.Body = io.NopCloser(bytes.NewReader(call.body))
		request.ContentLength = int64(len(call.body))
	}
	header := request.Header
	header.Set("Accept", "application/json")
	header.Set("User-Agent", c.o.UserAgent)
	if call.body != nil {
		header.Set("Content-Type", call.media)
	}
	if !call.token.Empty() {
		header.Set("Authorization", call.token.Reveal())
		if call.cookie {
			request.AddCookie(&http.Cookie{Name: "asc_auth_key", Value: call.token.Reveal()})
		}
	}
	return request, nil
}

// envelope is the object in which the portal wraps its answers
// (ASC.Api/Interfaces/IApiStandartResponce.cs). Missing members are zero.
type envelope struct {
	isEnvelope bool // the body is an envelope
	response   json.RawMessage
	total      int
	failed     bool // it has an error
	message    string
}

// open parses the envelope if the body is one.
func (r *reply) open() {
	var e struct {
		Total      json.RawMessage `json:"total"`
		StatusCode json.RawMessage `json:"statusCode"`
		Response   json.RawMessage `json:"response"`
		Error      json.RawMessage `json:"error"`
	}
	if r.tooLong || json.Unmarshal(r.body, &e) != nil {
		return
	}
	r.response = e.Response
	if json.Unmarshal(e.Total, &r.total) != nil {
		r.total = 0
	}
	var problem struct {
		Message string `json:"message"`
	}
	if e.Error != nil && string(e.Error) != "null" {
		_ = json.Unmarshal(e.Error, &problem) // an error without a message counts too
		r.failed, r.message = true, problem.Message
	}
	r.isEnvelope = r.failed || e.Response != nil || e.StatusCode != nil
}
