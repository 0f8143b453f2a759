package portal_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

func TestNew(t *testing.T) {
	for _, tc := range []struct {
		name, url string
		insecure  bool
		want      string
		code      diagnosis.Code
	}{
		{name: "as in a browser", url: "https://portal.example.org/", want: "https://portal.example.org"},
		{name: "capitals and the usual port", url: "HTTPS://Portal.Example.ORG:443", want: "https://portal.example.org"},
		{name: "another port", url: "https://portal.example.org:8443", want: "https://portal.example.org:8443"},
		{name: "blanks around", url: "  https://portal.example.org\t", want: "https://portal.example.org"},
		{name: "a path in front", url: "https://example.org/office//", want: "https://example.org/office"},
		{name: "Cyrillic domain", url: "https://портал.рф", want: "https://xn--80awhdgm.xn--p1ai"},
		{name: "underscore", url: "https://my_portal.lan", want: "https://my_portal.lan"},
		{name: "final dot", url: "https://portal.example.org.", want: "https://portal.example.org"},
		{name: "IPv4 loopback", url: "http://127.0.0.1:8090", want: "http://127.0.0.1:8090"},
		{name: "IPv6 loopback", url: "http://[::1]:80/", want: "http://[::1]"},
		{name: "localhost", url: "http://localhost", want: "http://localhost"},
		{name: "http allowed", url: "http://portal.lan", insecure: true, want: "http://portal.lan"},

		{name: "http to another machine", url: "http://portal.lan", code: diagnosis.PortalURLPlain},
		{name: "http to a name that begins like this machine", url: "http://localhost.example.org", code: diagnosis.PortalURLPlain},
		{name: "nothing", url: "", code: diagnosis.PortalURL},
		{name: "no scheme", url: "portal.example.org", code: diagnosis.PortalURL},
		{name: "no scheme and a port", url: "portal.example.org:443", code: diagnosis.PortalURL},
		{name: "another scheme", url: "ftp://portal.example.org", code: diagnosis.PortalURL},
		{name: "no host", url: "https:///x", code: diagnosis.PortalURL},
		{name: "only a port", url: "https://:443", code: diagnosis.PortalURL},
		{name: "port that is none", url: "https://portal.example.org:x", code: diagnosis.PortalURL},
		{name: "blank inside", url: "https://portal .example.org", code: diagnosis.PortalURL},
		{name: "password", url: "https://ivan:canary@portal.example.org", code: diagnosis.PortalURLExtra},
		{name: "user", url: "https://ivan@portal.example.org", code: diagnosis.PortalURLExtra},
		{name: "query", url: "https://portal.example.org/?asc_auth_key=canary", code: diagnosis.PortalURLExtra},
		{name: "fragment", url: "https://portal.example.org/#canary", code: diagnosis.PortalURLExtra},
		{name: "empty fragment", url: "https://portal.example.org/#", code: diagnosis.PortalURLExtra},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client, err := portal.New(portal.Options{URL: tc.url, InsecureHTTP: tc.insecure})
			if tc.code == "" {
				if err != nil || client.URL() != tc.want {
					t.Fatalf("New(%q) = %v, %v, want %q", tc.url, client, err, tc.want)
				}
				return
			}
			problem := problemIn(t, err)
			if problem.Code != tc.code || problem.Code.Scope() != diagnosis.Usage || strings.Contains(err.Error(), "canary") {
				t.Errorf("New(%q) = %v, want %s, which is of usage, and no secret", tc.url, err, tc.code)
			}
		})
	}
}

func problemIn(t *testing.T, err error) *diagnosis.Problem {
	t.Helper()
	var problem *diagnosis.Problem
	if !errors.As(err, &problem) {
		t.Fatalf("error %v is no problem", err)
	}
	return problem
}

// authority makes certificates for servers of its own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{file: filepath.Join(t.TempDir(), "ca.pem")}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	var der []byte
	der, a.key = sign(t, template, template, nil)
	a.cert, _ = x509.ParseCertificate(der)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(a.file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func sign(t *testing.T, template, parent *x509.Certificate, by *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if by == nil {
		by = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

func (a *authority) server(t *testing.T, until time.Time, ips ...net.IP) string {
	t.Helper()
	der, key := sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, IPAddresses: ips, DNSNames: []string{"other.example.org"},
	}, a.cert, a.key)
	server := httptest.NewUnstartedServer(portalsim.New(withIvan(portalsim.Options{})))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestEncryptedConnections(t *testing.T) {
	ours, foreign := newAuthority(t), newAuthority(t)
	here := net.IPv4(127, 0, 0, 1)
	later := time.Now().Add(time.Hour)
	good := ours.server(t, later, here)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for _, tc := range []struct {
		name, url, roots string
		code             diagnosis.Code
		fate             diagnosis.Fate
	}{
		{"own authority", good, ours.file, "", diagnosis.Done},
		{"unknown authority", good, "", diagnosis.PortalCert, diagnosis.EndsRun},
		{"another authority", good, foreign.file, diagnosis.PortalCert, diagnosis.EndsRun},
		{"expired", ours.server(t, time.Now().Add(-time.Hour), here), ours.file, diagnosis.PortalCertDate, diagnosis.EndsRun},
		{"of another host", ours.server(t, later), ours.file, diagnosis.PortalCertName, diagnosis.EndsRun},
		{"no TLS there", strings.Replace(plain.URL, "http:", "https:", 1), "", diagnosis.PortalTLS, diagnosis.NotSent},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := newClient(t, portal.Options{URL: tc.url, RootsFile: tc.roots})
			got := client.Session(account.NewSecret(ivanToken)).Create(t.Context(), settings(ivan), nil)
			if got.Code != tc.code || got.Fate != tc.fate {
				t.Errorf("Create = %s, %v (%v), want %q, %v", got.Code, got.Fate, got.Err, tc.code, tc.fate)
			}
		})
	}
}

func TestRootsFile(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]diagnosis.Code{
		filepath.Join(folder, "missing.pem"): diagnosis.CAFile, folder: diagnosis.CAFile, empty: diagnosis.CAFileEmpty,
	} {
		_, err := portal.New(portal.Options{URL: "https://portal.example.org", RootsFile: file})
		if p := problemIn(t, err); p.Code != want || p.Args["File"] != file {
			t.Errorf("New with the certificates of %s = %v, want %s", file, err, want)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	for _, tc := range []struct {
		name, url string
		want      diagnosis.Code
	}{
		{"connection refused", "http://" + listener.Addr().String(), diagnosis.PortalRefused},
		{"no such name", "https://nobody.invalid", diagnosis.PortalDNS},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := newClient(t, portal.Options{URL: tc.url, Timeout: 5 * time.Second})
			got := client.Session(account.NewSecret(ivanToken)).Create(t.Context(), settings(ivan), nil)
			if got.Code != tc.want || got.Fate != diagnosis.NotSent || !got.Code.Away() {
				t.Errorf("Create = %s, %v (%v), want %s, not sent", got.Code, got.Fate, got.Err, tc.want)
			}
		})
	}
}

// tunnel is a proxy that opens the way to one server, or answers with a status of its own.
func tunnel(t *testing.T, status int, target string, seen *atomic.Int32) *httptest.Server {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		if r.Header.Get("Authorization") != "" {
			t.Error("the proxy saw the token")
		}
		if status != http.StatusOK || r.Method != http.MethodConnect {
			w.WriteHeader(status)
			return
		}
		there, err := net.Dial("tcp", target)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusOK)
		here, heard, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		carry := func(to net.Conn, from io.Reader) {
			_, _ = io.Copy(to, from)
			_ = to.Close()
		}
		var both sync.WaitGroup
		both.Go(func() { carry(there, heard) }) // some of it may have come before the connection was ours
		both.Go(func() { carry(here, there) })
		both.Wait()
	}))
	t.Cleanup(proxy.Close)
	return proxy
}

func TestProxy(t *testing.T) {
	a := newAuthority(t)
	target := strings.TrimPrefix(a.server(t, time.Now().Add(time.Hour)), "https://")
	const portalURL = "https://other.example.org" // loopback addresses never go through a proxy
	for _, tc := range []struct {
		name   string
		status int
		want   diagnosis.Code
	}{
		{"refuses", http.StatusForbidden, diagnosis.PortalProxy},
		{"wants a password", http.StatusProxyAuthRequired, diagnosis.PortalProxy},
		{"cannot reach it", http.StatusBadGateway, diagnosis.PortalProxy},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var seen atomic.Int32
			proxy := tunnel(t, tc.status, target, &seen)
			t.Setenv("HTTPS_PROXY", strings.Replace(proxy.URL, "http://", "http://user:canary@", 1))
			client := newClient(t, portal.Options{URL: portalURL, RootsFile: a.file})
			got := client.Session(account.NewSecret(ivanToken)).Create(t.Context(), settings(ivan), nil)
			if got.Code != tc.want || got.Fate != diagnosis.NotSent || seen.Load() != 1 {
				t.Errorf("Create = %s, %v (%v) with %d requests to the proxy, want %s, not sent, 1", got.Code, got.Fate, got.Err, seen.Load(), tc.want)
			}
			if client.Proxy() != strings.TrimPrefix(proxy.URL, "http://") || strings.Contains(client.Proxy()+got.Err.Error(), "canary") {
				t.Errorf("Proxy() = %q, error %v, want the proxy's host and no password", client.Proxy(), got.Err)
			}
		})
	}
	t.Run("is not there", func(t *testing.T) {
		t.Setenv("HTTPS_PROXY", "http://user:canary@127.0.0.1:1")
		client := newClient(t, portal.Options{URL: portalURL, RootsFile: a.file})
		got := client.Session(account.NewSecret(ivanToken)).Create(t.Context(), settings(ivan), nil)
		if got.Code != diagnosis.PortalProxy || got.Fate != diagnosis.NotSent || strings.Contains(got.Err.Error(), "canary") {
			t.Errorf("Create = %s, %v (%v), want %s, not sent", got.Code, got.Fate, got.Err, diagnosis.PortalProxy)
		}
	})
	t.Run("lets us through", func(t *testing.T) {
		var seen atomic.Int32
		proxy := tunnel(t, http.StatusOK, target, &seen)
		t.Setenv("HTTPS_PROXY", proxy.URL)
		client := newClient(t, portal.Options{URL: portalURL, RootsFile: a.file})
		got := client.Session(account.NewSecret(ivanToken)).Create(t.Context(), settings(ivan), nil)
		if got.Fate != diagnosis.Done || seen.Load() != 1 {
			t.Errorf("Create = %s, %v (%v) with %d requests to the proxy, want it done with 1", got.Code, got.Fate, got.Err, seen.Load())
		}
		client.Close()
	})
	t.Run("not for this machine", func(t *testing.T) {
		t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
		if got := newClient(t, portal.Options{URL: "https://127.0.0.1:8443"}).Proxy(); got != "" {
			t.Errorf("Proxy() = %q, want none", got)
		}
	})
	t.Run("named wrongly", func(t *testing.T) {
		t.Setenv("HTTPS_PROXY", "http://user:canary@[::1:3128")
		_, err := portal.New(portal.Options{URL: "https://portal.example.org"})
		if p := problemIn(t, err); p.Code != diagnosis.ProxyURL || strings.Contains(err.Error(), "canary") {
			t.Errorf("New = %v, want %s without the password", err, diagnosis.ProxyURL)
		}
	})
}
