// Package notify sends the result of an unattended run: by mail, by posting JSON to one
// address, and by heartbeats, whose absence shows that no run took place. The caller
// composes the content. Errors contain no address, because the address of a webhook is
// often a secret.
package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"r7import/importer/account"
)

// The time limits for one message to a server.
const (
	mailPatience    = time.Minute
	webhookPatience = 30 * time.Second
	beatPatience    = 10 * time.Second
)

// Mail holds the mail server and the addresses of a notification.
type Mail struct {
	Server   string // host:port
	TLS      string // "tls" from the first byte, "starttls", or "off"; empty decides by the port
	User     string // empty if the server accepts mail from this machine without a login
	Password account.Secret
	From     string
	To       []string
	Roots    *x509.CertPool // nil for the system's roots
}

// Send sends one message. It sends no password over an unencrypted connection except to this machine.
func (m *Mail) Send(ctx context.Context, subject, text string) error {
	ctx, cancel := context.WithTimeout(ctx, mailPatience)
	defer cancel()
	letter := mail.NewMsg()
	if err := letter.From(m.From); err != nil {
		return err
	}
	if err := letter.To(m.To...); err != nil {
		return err
	}
	letter.Subject(subject)
	letter.SetDate()
	letter.SetMessageID()
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // suppresses vacation replies
	letter.SetBodyString(mail.TypeTextPlain, text)
	client, err := m.client()
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, letter)
	if err == nil || m.Password.Empty() {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), m.Password.Reveal(), "[secret]")) // the server may repeat the password
}

func (m *Mail) client() (*mail.Client, error) {
	host, number, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(number)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{
		mail.WithPort(port), mail.WithTimeout(mailPatience),
		mail.WithTLSConfig(&tls.Config{ServerName: host, RootCAs: m.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch {
	case m.TLS == "off":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case m.TLS == "tls" || m.TLS == "" && port == 465:
		options = append(options, mail.WithSSL())
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password.Reveal()))
	}
	return mail.NewClient(host, options...)
}

// Caller sends HTTP requests to addresses. It follows no redirects, because a redirect
// would send the content to another server.
type Caller struct{ client http.Client }

// NewCaller returns a caller that trusts the certificates in roots, or those of the system if roots is nil.
func NewCaller(roots *x509.CertPool) *Caller {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	transport.DisableKeepAlives = true // each address gets one request
	return &Caller{http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Post sends a value as JSON. A non-empty token is sent as the bearer token. A status of 300 or more is an error.
func (c *Caller) Post(ctx context.Context, address, token account.Secret, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if !token.Empty() {
		header.Set("Authorization", "Bearer "+token.Reveal())
	}
	return c.call(ctx, webhookPatience, http.MethodPost, address, header, body)
}

// Beat sends a heartbeat as a GET request. A status of 300 or more is an error.
func (c *Caller) Beat(ctx context.Context, address account.Secret) error {
	return c.call(ctx, beatPatience, http.MethodGet, address, http.Header{}, nil)
}

func (c *Caller) call(ctx context.Context, patience time.Duration, method string, at account.Secret, header http.Header, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, at.Reveal(), bytes.NewReader(body))
	if err != nil {
		return errors.New("not an address")
	}
	request.Header = header
	response, err := c.client.Do(request)
	if failed, is := errors.AsType[*url.Error](err); is {
		return failed.Err // without the address
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // the body is not used
	if response.StatusCode >= 300 {
		return fmt.Errorf("HTTP %d", response.StatusCode)
	}
	return nil
}
