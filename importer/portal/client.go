// Package portal is the REST client of an ONLYOFFICE Community Server portal.
//
// A [Client] talks to one portal. [Client.SignIn] returns a token and
// [Client.Session] the calls of its holder: find mail accounts, create and change
// them, find people, act as another person. A call is one exchange, which this package
// never repeats: a caller that repeats a write has to look first. The outcome of an
// exchange is an [Answer], whose fate says what the caller may do next.
//
// There is no cookie jar, because the portal falls back to a cookie when a token
// is refused and would then act for another person (web/studio/ASC.Web.Studio/Global.asax.cs).
// Redirects are never followed, because they turn a POST into a GET.
package portal

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"r7import/importer/account"
	"r7import/importer/echo"
)

// DefaultTimeout bounds a whole exchange. The portal logs in to two mail servers
// before it answers a create call, which usually takes 90 s at most, but can take
// longer.
const DefaultTimeout = 180 * time.Second

// Options configure a client.
type Options struct {
	URL          string        // of the portal; must be https unless it is this machine or InsecureHTTP is set
	InsecureHTTP bool          // allow http:// to other machines
	RootsFile    string        // certificates in PEM to trust in addition to the system's
	Workers      int           // most exchanges, and so connections, at once; 0 is 4
	Timeout      time.Duration // of a whole exchange; 0 is DefaultTimeout
	UserAgent    string        // "r7import" when empty

	// Dial connects to the portal, or to its proxy. If nil, the client connects over
	// the network with a timeout of 15 s.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Admit is called before each exchange and returns when it may begin. If nil, it may at once.
	Admit func(ctx context.Context) (Admission, error)
	// Log gets a line for each exchange, without bodies, passwords and tokens. If nil, there is no log.
	Log *slog.Logger
}

// Admission is the permission for one exchange.
type Admission interface {
	// Context returns the context of the exchange, which may outlive the one given to Admit.
	Context() context.Context
	// Written is called when the request has been written. It may be called from
	// any goroutine, and is not called for a request that never leaves.
	Written()
	// Done is called after the exchange, before the call returns its answer.
	Done(Answer)
}

// admitted is the admission of a client without Admit.
type admitted struct{ ctx context.Context }

func (a admitted) Context() context.Context { return a.ctx }
func (admitted) Written()                   {}
func (admitted) Done(Answer)                {}

// Client talks to one portal. It is safe for concurrent use.
type Client struct {
	o         Options // with defaults for the empty ones
	url       string
	transport *http.Transport
	proxy     string
}

// New returns a client for a portal. It does not connect. The error is a
// *diagnosis.Problem about the command line or the environment.
func New(o Options) (*Client, error) {
	base, err := canonical(o.URL, o.InsecureHTTP)
	if err != nil {
		return nil, err
	}
	o.Workers, o.Timeout, o.UserAgent = cmp.Or(o.Workers, 4), cmp.Or(o.Timeout, DefaultTimeout), cmp.Or(o.UserAgent, "r7import")
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	if o.Admit == nil {
		o.Admit = func(ctx context.Context) (Admission, error) { return admitted{ctx}, ctx.Err() }
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: connectTimeout}).DialContext
	}
	c := &Client{o: o, url: base.String()}
	c.transport, c.proxy, err = newTransport(base, o)
	return c, err
}

// URL returns the portal's address in canonical form: scheme, host in lower case and
// punycode, port unless it is the default of the scheme, path without a slash at the
// end.
func (c *Client) URL() string { return c.url }

// Proxy returns the host and port of the proxy for the requests, empty if there is
// none. The environment determines it when the client is made.
func (c *Client) Proxy() string { return c.proxy }

// Close closes the idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Session returns the session of a token. It makes no exchange: whether the portal
// accepts the token shows in the first call. Others are further secrets of the person,
// such as the password that the token was requested with: answers contain no text that
// reveals any of them.
func (c *Client) Session(token account.Secret, others ...account.Secret) *Session {
	s := &Session{client: c, token: token, known: echo.Confidence{Secrets: others}}
	s.origin = s
	return s
}

// Session is the portal as one person sees it. It is safe for concurrent use, but the
// portal cannot handle two writes at once for the same address: the caller has to
// prevent them.
type Session struct {
	client *Client
	token  account.Secret
	known  echo.Confidence
	origin *Session // the session that About was called on, or this one itself
}

// About returns the session for calls about one row. Their answers contain no text
// that reveals a secret of the row, and no title of a web page that contains a value
// of it.
func (s *Session) About(row *account.Row) *Session {
	about := *s
	secrets := []account.Secret{row.Settings.Incoming.Password, row.Settings.Outgoing.Password, row.Owner.Password, row.Owner.Token}
	about.known = s.known.With(secrets, append(valuesOf(&row.Settings), row.Owner.User)...)
	return &about
}

// Same reports whether both are the same session, possibly about different rows.
func (s *Session) Same(other *Session) bool {
	return s != nil && other != nil && s.origin == other.origin
}
