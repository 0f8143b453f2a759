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

// call is one exchange to be made.
type call struct {
	name   string // for the log
	method string // GET when empty
	path   string // behind api/2.0/, escaped
	query  url.Values
	body   []byte
	media  string // content type of the body
	token  account.Secret
	cookie bool // the token goes into the cookie as well
	// write says that the portal may change something: if the answer is lost, nobody knows whether it did.
	write   bool
	secrets []account.Secret // in the request, which the answer might repeat
	values  []string         // in the request besides
	known   echo.Confidence  // what else the session knows
	ready   func() error     // called right before the request leaves
	// explain gives an answer that means something else here than elsewhere; an empty code leaves it.
	explain func(r *reply) diagnosis.Code
	odd     diagnosis.Code // of a good answer that is not what was asked for; empty is AnswerOdd
}

// reply is what came back.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	tooLong bool // there was more than is read
	envelope
}

// maxBody is how much of an answer is read, once it is decompressed.
const maxBody = 1 << 20

// exchange makes a call as the session's person. The answer is [diagnosis.Done] when the
// portal said 200 or 201 in its own form; what it said is in the reply, which is never nil.
func (s *Session) exchange(ctx context.Context, call *call) (r *reply, answer Answer) {
	c := s.client
	call.token, call.known = s.token, s.known
	if !httpguts.ValidHeaderFieldValue(call.token.Reveal()) {
		return &reply{}, call.answer(diagnosis.PortalToken)
	}
	leave, err := c.o.Admit(ctx)
	if err == nil {
		defer func() { leave.Done(answer) }()
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
	r, answer = c.send(leave, call)
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

// ask makes a call and returns what the portal answered with. A good answer that cannot be
// decoded, or does not fit what was asked, is odd; a nil fits takes every value.
func ask[T any](ctx context.Context, s *Session, call *call, fits func(*T) bool) (T, Answer) {
	var value, none T
	r, answer := s.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return none, answer
	}
	if !decode(r.response, &value) || fits != nil && !fits(&value) {
		return none, answer.turned(call, cmp.Or(call.odd, diagnosis.AnswerOdd))
	}
	return value, answer
}

// decode is strict about null, which encoding/json takes for any value.
func decode(raw json.RawMessage, into any) bool {
	return string(raw) != "null" && json.Unmarshal(raw, into) == nil
}

func (c *Client) send(leave Admission, call *call) (*reply, Answer) {
	ctx := leave.Context()
	within, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	response, left, err := c.roundTrip(within, leave, call)
	if err != nil {
		return &reply{}, unanswered(call, ctx, within, left, err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if n := response.ContentLength; n > 0 && n <= maxBody {
		body.Grow(int(n) + bytes.MinRead) // room for its end, too
	}
	_, err = body.ReadFrom(io.LimitReader(response.Body, maxBody+1))
	r := &reply{status: response.StatusCode, header: response.Header, body: body.Bytes()}
	if len(r.body) > maxBody {
		r.tooLong, r.body = true, r.body[:maxBody]
	}
	// Of some answers the status alone says what happened, so that a body cut off matters little.
	decided := []int{http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusTooManyRequests}
	if err != nil && !slices.Contains(decided, r.status) && !r.redirects() {
		return r, unanswered(call, ctx, within, true, err)
	}
	r.open()
	return r, judge(call, r)
}

// roundTrip sends the request and reports whether any of it may have left. A
// connection that died while nobody used it, so that nothing could be written, is
// replaced by another one: no request has been made then. Nothing else is repeated.
func (c *Client) roundTrip(ctx context.Context, leave Admission, call *call) (response *http.Response, left bool, err error) {
	for {
		var reused, wrote atomic.Bool // final when RoundTrip returns with an error
		trace := &httptrace.ClientTrace{
			GotConn:      func(info httptrace.GotConnInfo) { reused.Store(info.Reused) },
			WroteHeaders: func() { wrote.Store(true) },
			WroteRequest: func(info httptrace.WroteRequestInfo) {
				if info.Err == nil || wrote.Load() {
					leave.Written()
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
		// A body that is there and cannot be had twice keeps net/http from repeating
		// the request by itself. An empty one is not sent.
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

// envelope is what the portal wraps its answers in
// (ASC.Api/Interfaces/IApiStandartResponce.cs). Members it leaves out are zero.
type envelope struct {
	own      bool // there is one
	response json.RawMessage
	total    int
	failed   bool // with an error
	message  string
}

// open reads the envelope, if that is what the body is.
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
		_ = json.Unmarshal(e.Error, &problem) // an error without words is one all the same
		r.failed, r.message = true, problem.Message
	}
	r.own = r.failed || e.Response != nil || e.StatusCode != nil
}
