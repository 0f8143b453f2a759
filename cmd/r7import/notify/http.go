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
	"net/http"
	"net/url"
	"time"

	"r7import/importer/account"
)

// How long those may take who are called.
const (
	webhookPatience = 30 * time.Second
	beatPatience    = 10 * time.Second
)

// Caller calls addresses. It follows no redirection, since that would give what is
// sent to somebody else.
type Caller struct{ client http.Client }

// NewCaller returns a caller that trusts these certificates, nil for those of the system.
func NewCaller(roots *x509.CertPool) *Caller {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	transport.DisableKeepAlives = true // one call each
	return &Caller{http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Post sends a value as JSON, with a token as the bearer if there is one.
func (c *Caller) Post(ctx context.Context, address, token account.Secret, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return c.call(ctx, webhookPatience, http.MethodPost, address, token, body)
}

// Beat says that somebody is alive.
func (c *Caller) Beat(ctx context.Context, address account.Secret) error {
	return c.call(ctx, beatPatience, http.MethodGet, address, account.Secret{}, nil)
}

func (c *Caller) call(ctx context.Context, patience time.Duration, method string, address, token account.Secret, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return errors.New("not an address")
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if !token.Empty() {
		request.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	response, err := c.client.Do(request)
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err // without the address
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // what is said besides is of no use
	if response.StatusCode >= 300 {
		return fmt.Errorf("HTTP %d", response.StatusCode)
	}
	return nil
}
