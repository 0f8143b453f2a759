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

// OnlyHere passes on requests whose Host is an IP address, localhost or the name of
// this machine, and answers 421 to others. Otherwise a web page whose name is rebound
// to this machine could read the data that its visitor rehearses with.
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

// Listener is a net.Listener without a network: [Listener.Dial] returns one end of a
// net.Pipe, and Accept returns the other. No goroutine waits for the network, so a
// portal, its server and its clients can run in a bubble of testing/synctest if they
// are created in it and closed before its end, in this order: clients, server, portal.
// A [Reset] reaches the client as an end of file.
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

// Dial connects to the server that accepts; network and address are only reported in
// errors. Dial has the signature of net.Dialer.DialContext.
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

// Accept waits for the next connection. It returns net.ErrClosed after Close.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.connections:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close makes Accept and Dial fail from now on; open connections stay open.
func (l *Listener) Close() error {
	l.close()
	return nil
}

// Addr returns a placeholder address with the name "pipe".
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Net: "pipe", Name: "pipe"} }

var _ net.Listener = (*Listener)(nil)
