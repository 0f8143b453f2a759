package main

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/portalsim"
)

// logIn does with a real server what the portal's mail library does: it believes any
// certificate, then tries one mechanism after the other, each of which is a failed
// login where the password is wrong, and at last the protocol's own command. SCRAM,
// DIGEST-MD5, NTLM and APOP, which the library knows as well, are left out.
func logIn(ctx context.Context, l portalsim.MailLogin) portalsim.MailAnswer {
	connecting, cancel := context.WithTimeout(ctx, l.Timeouts.Connect)
	defer cancel()
	c := &mailConn{dialect: dialects[l.Side]}
	if err := c.connect(connecting, &l); err != nil {
		return trouble(connecting, err, portalsim.NoAnswer)
	}
	defer c.Close()
	if l.Anonymous {
		if len(c.mechanisms) == 0 {
			return portalsim.MailAnswer{Do: portalsim.NoAuth}
		}
		return portalsim.MailAnswer{Do: portalsim.Accept}
	}
	loggingIn, cancel := context.WithTimeout(ctx, l.Timeouts.Login)
	defer cancel()
	defer context.AfterFunc(loggingIn, func() { c.Close() })()
	answer := portalsim.MailAnswer{Do: portalsim.NoAuth}
	if err := c.authenticate(&l, &answer); err != nil {
		failed := answer.Failed
		answer = trouble(loggingIn, err, portalsim.Hang)
		answer.Failed = failed
	}
	if answer.Do == portalsim.Accept {
		_, _ = c.say(c.quit)
	}
	return answer
}

var (
	errHandshake = errors.New("TLS handshake failed")
	errGreeting  = errors.New("turned away")
)

// trouble says what an error of the connection is to the library.
func trouble(ctx context.Context, err error, late portalsim.Behaviour) portalsim.MailAnswer {
	var dns *net.DNSError
	var dial *net.OpError
	switch {
	case ctx.Err() != nil:
		return portalsim.MailAnswer{Do: late}
	case errors.Is(err, errHandshake):
		return portalsim.MailAnswer{Do: portalsim.BadTLS}
	case errors.Is(err, errGreeting):
		return portalsim.MailAnswer{Do: portalsim.TooMany}
	case errors.As(err, &dns):
		return portalsim.MailAnswer{Do: portalsim.Unresolved}
	case errors.As(err, &dial) && dial.Op == "dial":
		return portalsim.MailAnswer{Do: portalsim.NotListening}
	default:
		return portalsim.MailAnswer{Do: portalsim.NotListening, Text: "The server has unexpectedly disconnected."}
	}
}

// dialect is how a protocol says things.
type dialect struct {
	side                       portalsim.Side
	plainPort, tlsPort         int
	ask, startTLS, login, quit string
}

var dialects = map[portalsim.Side]dialect{
	portalsim.IMAP: {portalsim.IMAP, 143, 993, "CAPABILITY", "STARTTLS", "AUTHENTICATE ", "LOGOUT"},
	portalsim.POP3: {portalsim.POP3, 110, 995, "CAPA", "STLS", "AUTH ", "QUIT"},
	portalsim.SMTP: {portalsim.SMTP, 25, 465, "EHLO localhost", "STARTTLS", "AUTH ", "QUIT"},
}

// mailConn is a connection to a mail server.
type mailConn struct {
	dialect
	net.Conn
	text       *textproto.Reader
	able       []string // capabilities, upper case
	mechanisms []string
}

func (c *mailConn) use(conn net.Conn) { c.Conn, c.text = conn, &textproto.NewConn(conn).Reader }

// connect goes as far as a login. After an error nothing is left open.
func (c *mailConn) connect(ctx context.Context, l *portalsim.MailLogin) error {
	port := l.Port
	if port == 0 && l.Encryption == 1 {
		port = c.tlsPort
	} else if port == 0 {
		port = c.plainPort
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(l.Host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	c.use(conn)
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := c.prepare(ctx, l); err != nil {
		conn.Close()
		return err
	}
	return nil
}

func (c *mailConn) prepare(ctx context.Context, l *portalsim.MailLogin) error {
	if l.Encryption == 1 {
		if err := c.encrypt(ctx, l.Host); err != nil {
			return err
		}
	}
	greeting, err := c.hear("*")
	if err != nil {
		return err
	}
	if !greeting.ok {
		return errGreeting
	}
	if err := c.learn(); err != nil {
		return err
	}
	if l.Encryption != 2 || !slices.Contains(c.able, c.startTLS) {
		return nil
	}
	if _, err := c.say(c.startTLS); err != nil {
		return err
	}
	if err := c.encrypt(ctx, l.Host); err != nil {
		return err
	}
	return c.learn()
}

func (c *mailConn) encrypt(ctx context.Context, host string) error {
	conn := tls.Client(c.Conn, &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12})
	if err := conn.HandshakeContext(ctx); err != nil {
		return errors.Join(errHandshake, err)
	}
	c.use(conn)
	return nil
}

// learn asks what the server can do.
func (c *mailConn) learn() error {
	r, err := c.say(c.ask)
	if err == nil && r.ok && c.side == portalsim.POP3 {
		r.lines, err = c.text.ReadDotLines()
	}
	c.able, c.mechanisms = nil, nil
	for _, line := range r.lines {
		words := strings.Fields(strings.ToUpper(line))
		c.able = append(c.able, words...)
		if len(words) > 0 && (words[0] == "AUTH" || words[0] == "SASL") {
			c.mechanisms = append(c.mechanisms, words[1:]...)
		}
		for _, word := range words {
			if mechanism, ok := strings.CutPrefix(word, "AUTH="); ok {
				c.mechanisms = append(c.mechanisms, mechanism)
			}
		}
	}
	return err
}

// reply is what a server says to a command: done, no, or that it wants more.
type reply struct {
	ok, more bool
	text     string
	lines    []string // in front of it
}

const tag = "A1" // one command at a time

// say sends a command and returns the answer.
func (c *mailConn) say(command string) (reply, error) {
	if c.side == portalsim.IMAP {
		command = tag + " " + command
	}
	return c.send(command)
}

func (c *mailConn) send(line string) (reply, error) {
	if _, err := c.Write([]byte(line + "\r\n")); err != nil {
		return reply{}, err
	}
	return c.hear(tag)
}

// hear reads an answer to its end, which IMAP marks with a tag.
func (c *mailConn) hear(tag string) (r reply, err error) {
	for {
		line, err := c.text.ReadLine()
		if err != nil {
			return r, err
		}
		first, rest, _ := strings.Cut(line, " ")
		switch {
		case c.side == portalsim.SMTP && len(line) > 3 && line[3] == '-':
			r.lines = append(r.lines, line[4:])
		case c.side == portalsim.SMTP:
			r.lines = append(r.lines, rest)
			r.ok, r.more, r.text = strings.HasPrefix(first, "2"), first == "334", rest
			return r, nil
		case c.side == portalsim.IMAP && first == tag:
			verdict, text, _ := strings.Cut(rest, " ")
			if strings.HasPrefix(text, "[") { // the code is not for people
				_, text, _ = strings.Cut(text, "] ")
			}
			r.ok, r.text = verdict == "OK", text
			return r, nil
		case c.side == portalsim.IMAP && first != "+":
			r.lines = append(r.lines, rest)
		default:
			r.ok, r.more, r.text = first == "+OK", first == "+", rest
			return r, nil
		}
	}
}

// authenticate tries what the server offers and notes what came of it.
func (c *mailConn) authenticate(l *portalsim.MailLogin, answer *portalsim.MailAnswer) error {
	for _, name := range []string{"CRAM-MD5", "PLAIN", "LOGIN"} {
		if !slices.Contains(c.mechanisms, name) {
			continue
		}
		r, err := c.say(c.login + name)
		for step := 0; err == nil && r.more; step++ {
			challenge, _ := base64.StdEncoding.DecodeString(r.text)
			r, err = c.send(base64.StdEncoding.EncodeToString([]byte(response(name, step, challenge, l))))
		}
		if done := c.note(r, err, answer); done {
			return err
		}
	}
	switch {
	case c.side == portalsim.POP3:
		r, err := c.say("USER " + l.Login)
		if err == nil && r.ok {
			r, err = c.say("PASS " + l.Password)
		}
		c.note(r, err, answer)
		return err
	case c.side == portalsim.IMAP && slices.Contains(c.able, "LOGINDISABLED"):
		answer.Do, answer.Text = portalsim.NoAuth, ""
	case c.side == portalsim.IMAP:
		r, err := c.say(fmt.Sprintf("LOGIN {%d}", len(l.Login)))
		for _, part := range []string{fmt.Sprintf("%s {%d}", l.Login, len(l.Password)), l.Password} {
			if err == nil && r.more {
				r, err = c.send(part)
			}
		}
		c.note(r, err, answer)
		return err
	}
	return nil
}

// response is what a mechanism says to a challenge.
func response(mechanism string, step int, challenge []byte, l *portalsim.MailLogin) string {
	switch {
	case mechanism == "CRAM-MD5":
		mac := hmac.New(md5.New, []byte(l.Password))
		mac.Write(challenge)
		return l.Login + " " + hex.EncodeToString(mac.Sum(nil))
	case mechanism == "PLAIN":
		return "\x00" + l.Login + "\x00" + l.Password
	case step == 0:
		return l.Login
	default:
		return l.Password
	}
}

// note keeps what a login came to. It reports whether no other one is to be tried.
func (c *mailConn) note(r reply, err error, answer *portalsim.MailAnswer) bool {
	switch {
	case err != nil:
	case r.ok:
		answer.Do, answer.Text = portalsim.Accept, ""
	default:
		answer.Do = portalsim.Refuse
		answer.Failed++
		if c.side != portalsim.POP3 { // whose refusals the library words itself
			answer.Text = r.text
		}
	}
	return err != nil || r.ok
}
