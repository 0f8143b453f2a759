package portal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"

	"r7import/importer/diagnosis"
)

const (
	connectTimeout = 15 * time.Second
	// idleTimeout is shorter than the keep-alive of the servers in front of portals
	// (nginx: 75 s), so that a request rarely meets a connection that is just being closed.
	idleTimeout    = 30 * time.Second
	maxHeaderBytes = 64 << 10
)

// newTransport returns a transport for one portal, and the host and port of its proxy, empty without one.
func newTransport(portal *url.URL, o Options) (*http.Transport, string, error) {
	roots, err := Trusted(o.RootsFile)
	if err != nil {
		return nil, "", err
	}
	proxy, err := proxyFor(portal)
	if err != nil {
		return nil, "", err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	transport := &http.Transport{
		Proxy: http.ProxyURL(proxy),
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode != http.StatusOK {
				return &proxyError{answer.StatusCode}
			}
			return nil
		},
		DialContext:            o.Dial,
		TLSClientConfig:        &tls.Config{RootCAs: roots},
		TLSHandshakeTimeout:    connectTimeout,
		MaxIdleConns:           o.Workers,
		MaxIdleConnsPerHost:    o.Workers,
		MaxConnsPerHost:        o.Workers,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              protocols,
	}
	if proxy == nil {
		return transport, "", nil
	}
	return transport, proxy.Host, nil
}

// proxyFor returns the proxy for a portal from the environment, nil if there is none.
// The library ignores a proxy address that it cannot parse; proxyFor returns an error
// instead. The error does not repeat the address, which may contain a password.
func proxyFor(portal *url.URL) (*url.URL, error) {
	config := httpproxy.FromEnvironment()
	named := config.HTTPProxy
	if portal.Scheme == "https" {
		named = config.HTTPSProxy
	}
	if named != "" && !strings.Contains(named, "://") {
		named = "http://" + named
	}
	if u, err := url.Parse(named); named != "" && (err != nil || u.Host == "") {
		return nil, diagnosis.New(diagnosis.ProxyURL)
	}
	proxy, err := config.ProxyFunc()(portal)
	if err != nil {
		return nil, diagnosis.New(diagnosis.ProxyURL)
	}
	return proxy, nil
}

// proxyError is the answer of a proxy that refused to connect to the portal.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return "proxy answered " + http.StatusText(e.status) }

// Trusted returns the system's certificates together with those of a PEM file. Without a
// file it returns nil, which means the system's. The error is a *diagnosis.Problem.
func Trusted(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		cause := err // becomes the system's error without the path
		if at, ok := errors.AsType[*os.PathError](err); ok {
			cause = at.Err
		}
		return nil, diagnosis.Wrap(err, diagnosis.CAFile, "File", file, "Cause", cause)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, diagnosis.New(diagnosis.CAFileEmpty, "File", file)
	}
	return pool, nil
}
