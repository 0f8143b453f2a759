// Package portal is the REST client of an ONLYOFFICE Community Server portal.
//
// A [Client] knows one portal. [Client.SignIn] gives a token and
// [Client.Session] what a person can do with it: look at mail accounts, create
// and change them, find people, act as somebody else. Every call is one exchange
// and is never repeated here: whoever wants a repeat has to look first. What an
// exchange came to is an [Answer], whose fate says what may follow.
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
// before it answers a create call, which takes 90 s in the ordinary worst case
// and may take longer.
const DefaultTimeout = 180 * time.Second

// Options are what a client needs to know.
type Options struct {
	URL          string        // of the portal; https unless it is this machine or InsecureHTTP is set
	InsecureHTTP bool          // allow http:// to other machines
	RootsFile    string        // certificates in PEM to trust besides the system's
	Workers      int           // exchanges at the same time, and so connections; 0 is 4
	Timeout      time.Duration // of a whole exchange; 0 is DefaultTimeout
	UserAgent    string        // "r7import" when empty

	// Dial connects to the portal, or to the proxy in front of it. Nil connects over
	// the network and gives up after 15 s.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Admit is waited for before each exchange. Nil admits at once.
	Admit func(ctx context.Context) (Admission, error)
	// Log gets a line for each exchange: never a body, a password or a token. Nil is silent.
	Log *slog.Logger
}

// Admission is leave for one exchange.
type Admission interface {
	// Context is what the exchange goes by: it may outlive the one it was asked with.
	Context() context.Context
	// Written is called when the request has been written. It may be called from
	// any goroutine, and is not called for a request that never leaves.
	Written()
	// Done is called after the exchange, before anybody else learns of the answer.
	Done(Answer)
}

// admitted is leave that nobody need be asked for.
type admitted struct{ ctx context.Context }

func (a admitted) Context() context.Context { return a.ctx }
func (admitted) Written()                   {}
func (admitted) Done(Answer)                {}

// Client talks to one portal. It is safe for concurrent use.
type Client struct {
	o         Options // with what stands for the ones left empty
	url       string
	transport *http.Transport
	proxy     string
}

// New returns a client for a portal and connects to nothing. A problem is one of
// the command line or the environment.
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

// URL returns the portal's address in the one form that is used for it: scheme,
// host in lower case and as punycode, port unless it is the scheme's own, path
// without a slash at the end.
func (c *Client) URL() string { return c.url }

// Proxy returns the host and port of the proxy that requests go through, empty
// if they go directly. The environment decides it when the client is made.
func (c *Client) Proxy() string { return c.proxy }

// Close closes the connections nobody uses.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Session returns what the holder of a token can do. Whether the portal accepts
// the token shows with the first call. Others are secrets of the same person, such
// as the password that the token was got with: no text of an answer is shown that
// tells anything of them.
func (c *Client) Session(token account.Secret, others ...account.Secret) *Session {
	s := &Session{client: c, token: token, known: echo.Confidence{Secrets: others}}
	s.whole = s
	return s
}

// Session is one person's portal, as that person sees it. It is safe for
// concurrent use. The portal does not bear two writes at a time for one address:
// it is the caller who keeps them apart.
type Session struct {
	client *Client
	token  account.Secret
	known  echo.Confidence
	whole  *Session // that this one is about a row of, or this one itself
}

// About returns the session for calls about one row: no text of their answers is
// shown that tells anything of a secret of that row, and no title of a web page
// that holds a value of it.
func (s *Session) About(row *account.Row) *Session {
	about := *s
	secrets := []account.Secret{row.Settings.Incoming.Password, row.Settings.Outgoing.Password, row.Owner.Password, row.Owner.Token}
	about.known = s.known.With(secrets, append(valuesOf(&row.Settings), row.Owner.User)...)
	return &about
}

// Same reports whether both are one session, whatever row they are about.
func (s *Session) Same(other *Session) bool {
	return s != nil && other != nil && s.whole == other.whole
}
