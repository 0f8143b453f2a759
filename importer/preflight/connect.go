package preflight

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"net"
	"net/netip"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// How long the portal waits for a mail server (MAIL/Defines.cs): for connection, TLS
// and greeting together, and for the login.
const (
	connectWithin = 15 * time.Second
	loginWithin   = 30 * time.Second
)

// Client connects to mail servers. The zero value is ready to use. It is safe for concurrent use.
type Client struct {
	// Addresses of hosts by their folded names, used instead of the DNS.
	Addresses map[string]netip.Addr
	Roots     *x509.CertPool // certificates to trust, nil for the system's
	// AnyCertificate accepts invalid certificates, as the portal does.
	AnyCertificate bool

	Connect, Login time.Duration // timeouts; zero is the portal's
}

// StepName is the name of a step on the way to a login.
type StepName string

// The steps in their order. Depending on the encryption, TLS follows TCP, or
// STARTTLS follows the capabilities.
const (
	StepLookUp   StepName = "name"
	StepTCP      StepName = "tcp"
	StepTLS      StepName = "tls"
	StepGreeting StepName = "greeting"
	StepAbility  StepName = "capabilities"
	StepStartTLS StepName = "starttls"
	StepMethods  StepName = "mechanisms"
)

// Step is a step that was taken with a server, and its findings.
type Step struct {
	Name    StepName           `json:"name"`
	Facts   diagnosis.Args     `json:"facts,omitempty"`
	Problem *diagnosis.Problem `json:"problem,omitempty"` // why it was the last step
}

// Probe is the result of testing a server without a login.
type Probe struct {
	Server
	Steps   []Step         `json:"steps"`
	Offered []string       `json:"mechanisms"` // login mechanisms that the server offers
	Names   []string       `json:"-"`          // names in its certificate
	Warning diagnosis.Code `json:"warning,omitempty"`
}

// Problem returns why no login is possible at the server, nil if one is.
func (p *Probe) Problem() *diagnosis.Problem {
	if len(p.Steps) == 0 {
		return nil
	}
	return p.Steps[len(p.Steps)-1].Problem
}

// Probe tests a server up to the login, without logging in. login says whether rows log
// in there; then a missing mechanism is a problem. The error is that of ctx.
func (c *Client) Probe(ctx context.Context, server Server, login bool) (Probe, error) {
	s, err := c.open(ctx, server)
	if s.Conn != nil {
		s.leave()
	}
	if method, other := s.method(); login && s.Problem() == nil && method == "" && !other {
		s.Steps[len(s.Steps)-1].Problem = s.noMethod()
	}
	return s.Probe, err
}

// session is a connection to a mail server that is ready for a login.
type session struct {
	net.Conn
	Probe
	text  *textproto.Reader
	able  []string // capabilities in upper case
	plain bool     // not encrypted
}

// mostRead is the most bytes read from a server before and during a login.
const mostRead = 128 << 10

func (s *session) use(conn net.Conn) {
	s.Conn, s.text = conn, textproto.NewReader(bufio.NewReader(io.LimitReader(conn, mostRead)))
}

// open connects and takes all steps up to the login. The steps of the session say how far
// it got. The error is that of ctx; a failed step is not an error.
func (c *Client) open(ctx context.Context, server Server) (*session, error) {
	s := &session{Probe: Probe{Server: server, Offered: []string{}}, plain: true}
	within, cancel := context.WithTimeout(ctx, cmp.Or(c.Connect, connectWithin))
	defer cancel()
	fail := func(name StepName, err error) (*session, error) {
		s.Steps = append(s.Steps, Step{Name: name, Problem: s.problem(within, err)})
		return s, context.Cause(ctx)
	}
	addresses, err := c.lookUp(within, server.Host)
	if err != nil {
		return fail(StepLookUp, err)
	}
	s.did(StepLookUp, "Addresses", addresses)
	conn, err := dial(within, addresses, server.Port)
	if err != nil {
		return fail(StepTCP, err)
	}
	s.did(StepTCP, "Address", conn.RemoteAddr().String())
	s.use(conn)
	defer context.AfterFunc(within, func() { _ = conn.Close() })()
	if server.Encryption == account.TLS {
		if err := s.encrypt(within, c, StepTLS); err != nil {
			return fail(StepTLS, err)
		}
	}
	greeting, err := s.greet()
	if err != nil {
		return fail(StepGreeting, err)
	}
	s.did(StepGreeting, "Text", greeting)
	if err := s.ask(); err != nil {
		return fail(StepAbility, err)
	}
	s.did(StepAbility, "List", s.able)
	if server.Encryption == account.StartTLS {
		err := s.startTLS()
		if err == nil {
			err = s.encrypt(within, c, StepStartTLS)
		}
		if err != nil {
			return fail(StepStartTLS, err)
		}
		if err := s.ask(); err != nil {
			return fail(StepAbility, err)
		}
	}
	s.Offered = s.mechanisms()
	s.did(StepMethods, "List", s.Offered)
	return s, nil
}

// leave says goodbye and closes the connection without waiting for an answer.
func (s *session) leave() {
	_ = s.SetDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(s.Conn, commands[s.Protocol].leave+"\r\n")
	_ = s.Conn.Close()
}

func (s *session) did(name StepName, facts ...any) {
	s.Steps = append(s.Steps, Step{Name: name, Facts: diagnosis.Facts(facts)})
}

// lookUp returns the addresses of a host, IPv4 first as in the portal.
func (c *Client) lookUp(ctx context.Context, host string) ([]string, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []string{ip.String()}, nil
	}
	if ip, given := c.Addresses[host]; given {
		return []string{ip.String()}, nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	var v4, v6 []string
	for _, ip := range found {
		if ip = ip.Unmap(); ip.Is4() {
			v4 = append(v4, ip.String())
		} else {
			v6 = append(v6, ip.String())
		}
	}
	return append(v4, v6...), err
}

// dial connects to the first address that answers. The error is that of the first address.
func dial(ctx context.Context, addresses []string, port int) (net.Conn, error) {
	var first error
	for _, ip := range addresses {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
		if err == nil {
			return conn, nil
		}
		first = cmp.Or(first, err)
	}
	return nil, first
}

// encrypt switches to TLS, in a version that the portal supports.
func (s *session) encrypt(ctx context.Context, c *Client, step StepName) error {
	// The server, or an attacker in between, has sent more than its answer: that data would
	// be taken for encrypted, but is not.
	if s.text.R.Buffered() > 0 {
		return diagnosis.New(diagnosis.MailTLS)
	}
	config := &tls.Config{
		ServerName: s.Host, RootCAs: c.Roots, InsecureSkipVerify: c.AnyCertificate,
		MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
	}
	conn := tls.Client(s.Conn, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err)
		if ok && len(untrusted.UnverifiedCertificates) > 0 {
			s.Names = untrusted.UnverifiedCertificates[0].DNSNames
		}
		return err
	}
	state := conn.ConnectionState()
	leaf := state.PeerCertificates[0]
	if c.AnyCertificate {
		between := x509.NewCertPool()
		for _, cert := range state.PeerCertificates[1:] {
			between.AddCert(cert)
		}
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: s.Host, Roots: c.Roots, Intermediates: between})
		if code, _ := certificateProblem(err); code != "" {
			s.Warning = code
		}
	}
	s.Names, s.plain = leaf.DNSNames, false
	s.did(step, "Version", tls.VersionName(state.Version), "Names", namesOf(leaf),
		"Until", leaf.NotAfter.Format(time.DateOnly), "Issuer", diagnosis.CleanText(leaf.Issuer.CommonName), "Chain", len(state.PeerCertificates))
	s.use(conn)
	return nil
}

// namesOf lists the first names and addresses in a certificate.
func namesOf(cert *x509.Certificate) string {
	const most = 3
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	text := strings.Join(names[:min(most, len(names))], ", ")
	if len(names) > most {
		text += ", …"
	}
	return diagnosis.CleanText(text)
}

// certificateProblem returns what err says about a certificate, empty if it says nothing.
func certificateProblem(err error) (diagnosis.Code, diagnosis.Args) {
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	name, isName := errors.AsType[x509.HostnameError](err)
	switch {
	case isName:
		return diagnosis.MailCertName, diagnosis.Args{"Names": namesOf(name.Certificate)}
	case isInvalid && invalid.Reason == x509.Expired:
		return diagnosis.MailCertDate, diagnosis.Args{
			"From": invalid.Cert.NotBefore.Format(time.DateOnly), "Until": invalid.Cert.NotAfter.Format(time.DateOnly),
		}
	case isInvalid, is[x509.UnknownAuthorityError](err), is[*tls.CertificateVerificationError](err):
		return diagnosis.MailCertIssuer, nil
	}
	return "", nil
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// problem returns the problem for the error of a step, with the words of the server or the system.
func (s *session) problem(within context.Context, err error) *diagnosis.Problem {
	code, facts := s.codeOf(within, err)
	p := diagnosis.Wrap(err, code, "Here", true)
	maps.Copy(p.Args, facts)
	return p
}

// alertVersion is the library's text for the alert of a server that does not support
// the TLS version; the alert itself is not exported.
const alertVersion = "protocol version not supported"

func (s *session) codeOf(within context.Context, err error) (diagnosis.Code, diagnosis.Args) {
	if code, facts := certificateProblem(err); code != "" {
		return code, facts
	}
	if known, ok := errors.AsType[*diagnosis.Problem](err); ok {
		return known.Code, known.Args
	}
	if said, ok := errors.AsType[*reply](err); ok {
		return said.meaning(), diagnosis.Args{"Text": diagnosis.CleanText(said.text)}
	}
	slow, _ := errors.AsType[net.Error](err)
	doing, words := "", ""
	if op, ok := errors.AsType[*net.OpError](err); ok {
		doing, words = op.Op, op.Err.Error()
	}
	switch {
	case within.Err() != nil, slow != nil && slow.Timeout():
		return diagnosis.MailTimeout, nil
	case is[*net.DNSError](err):
		return diagnosis.MailDNS, nil
	case is[tls.RecordHeaderError](err):
		return diagnosis.TLSMode, nil
	case doing == "remote error" && strings.Contains(words, alertVersion):
		return diagnosis.MailTLSNewer, nil
	case doing == "remote error":
		return diagnosis.MailTLS, diagnosis.Args{"Text": words}
	case doing == "dial":
		if _, system, ok := strings.Cut(words, ": "); ok { // the system's words follow those of Go
			words = system
		}
		return diagnosis.MailConnect, diagnosis.Args{"Text": words}
	case s.plain && s.Encryption == account.TLS:
		return diagnosis.MailTLS, nil
	}
	return diagnosis.MailConnect, nil
}
