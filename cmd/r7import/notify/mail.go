// Package notify tells people how a run went that nobody watched: by a letter, by a
// call of one address with JSON, and by heartbeats, whose absence tells that there was
// no run at all. What it sends is put together by others; errors name no address,
// because that of a webhook is often a secret.
package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"r7import/importer/account"
)

// Mail is the server that takes letters, and whom they are for.
type Mail struct {
	Server   string // host:port
	TLS      string // "tls" from the first byte, "starttls", or "off"; empty goes by the port
	User     string // empty where the server takes letters from this machine
	Password account.Secret
	From     string
	To       []string
	Roots    *x509.CertPool // nil for those of the system
}

// mailPatience is how long the server may take.
const mailPatience = time.Minute

// Send sends one letter. Without encryption no password is sent, but to this machine.
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
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // no answers of those on holiday
	letter.SetBodyString(mail.TypeTextPlain, text)
	client, err := m.client()
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		return errors.New(m.without(err.Error()))
	}
	return nil
}

// without returns what a server or the library says without the password.
func (m *Mail) without(text string) string {
	if m.Password.Empty() {
		return text
	}
	return strings.ReplaceAll(text, m.Password.Reveal(), "[secret]")
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
