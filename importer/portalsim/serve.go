package portalsim

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
)

// OnlyHere passes on requests that mean this machine by an address, as localhost
// or by its own name. A web page whose name has been turned to point here would
// otherwise read what its visitor rehearses with.
func OnlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.Trim(hostOnly(r.Host), "[]")
		own, _ := os.Hostname()
		if _, err := netip.ParseAddr(host); err != nil && !strings.EqualFold(host, "localhost") && (own == "" || !strings.EqualFold(host, own)) {
			http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Listener is a net.Listener without a network: what [Listener.Dial] returns is one
// end of a net.Pipe, and Accept returns the other. Nothing waits outside the process,
// so a portal, its server and its clients can run in a bubble of testing/synctest if
// all of them are made there and closed before its end: clients, server, portal. A
// [Reset] reaches the client as an end of file.
type Listener struct {
	connections chan net.Conn
	closed      chan struct{}
	close       func()
}

// Listen returns a listener for an http.Server.
func Listen() *Listener {
	closed := make(chan struct{})
	return &Listener{connections: make(chan net.Conn), closed: closed, close: sync.OnceFunc(func() { close(closed) })}
}

// Dial connects to the server that accepts, whatever network and address say. Its form
// is that of net.Dialer.DialContext.
func (l *Listener) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.connections <- server:
		return client, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: network, Addr: l.Addr(), Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: network, Addr: l.Addr(), Err: ctx.Err()}
	}
}

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.connections:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and every later Dial; connections stay open.
func (l *Listener) Close() error {
	l.close()
	return nil
}

// Addr returns the address of a pipe, which names no place.
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Net: "pipe", Name: "pipe"} }

var _ net.Listener = (*Listener)(nil)
