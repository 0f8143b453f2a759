package main

import (
	"cmp"
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

// logIn logs in to a real server as the portal's mail library does: it accepts any
// certificate, then tries one mechanism after the other, and at last the protocol's own
// command. With a wrong password each try is a failed login. SCRAM, DIGEST-MD5, NTLM and
// APOP, which the library also supports, are left out.
func logIn(ctx context.Context, l portalsim.MailLogin) portalsim.MailAnswer {
	c := &mailConn{MailLogin: l, dialect: dialects[l.Side]}
	connecting, cancel := context.WithTimeout(ctx, l.Timeouts.Connect)
	defer cancel()
	err := c.connect(connecting)
	if c.Conn != nil {
		defer c.Close()
	}
	switch {
	case err != nil && connecting.Err() != nil:
		return portalsim.MailAnswer{Do: portalsim.NoAnswer}
	case err != nil:
		return c.onError
	case l.Anonymous && len(c.mechanisms) == 0:
		return portalsim.MailAnswer{Do: portalsim.NoAuth}
	case l.Anonymous:
		return portalsim.MailAnswer{Do: portalsim.Accept}
	}
	loggingIn, cancel := context.WithTimeout(ctx, l.Timeouts.Login)
	defer cancel()
	defer context.AfterFunc(loggingIn, func() { c.Close() })()
	c.answer.Do = portalsim.NoAuth
	if err := c.authenticate(); err != nil {
		if loggingIn.Err() != nil {
			c.onError = portalsim.MailAnswer{Do: portalsim.Hang}
		}
		c.onError.Failed = c.answer.Failed
		return c.onError
	}
	if c.answer.Do == portalsim.Accept {
		_, _ = c.say(c.quit)
	}
	return c.answer
}

// dialect holds the ports and commands of a protocol.
type dialect struct {
	plainPort, tlsPort        int
	ask, startTLS, auth, quit string
}

var dialects = map[portalsim.Side]dialect{
	portalsim.IMAP: {143, 993, "CAPABILITY", "STARTTLS", "AUTHENTICATE ", "LOGOUT"},
	portalsim.POP3: {110, 995, "CAPA", "STLS", "AUTH ", "QUIT"},
	portalsim.SMTP: {25, 465, "EHLO localhost", "STARTTLS", "AUTH ", "QUIT"},
}

// mailConn is a connection to a mail server.
type mailConn struct {
	portalsim.MailLogin
	dialect
	net.Conn
	text       *textproto.Reader
	able       []string // capabilities, upper case
	mechanisms []string
	answer     portalsim.MailAnswer // answer so far
	onError    portalsim.MailAnswer // answer if the connection fails now
}

var disconnected = portalsim.MailAnswer{Do: portalsim.NotListening, Text: "The server has unexpectedly disconnected."}

func (c *mailConn) use(conn net.Conn) {
	c.Conn, c.text, c.onError = conn, &textproto.NewConn(conn).Reader, disconnected
}

// connect connects to the server and does everything that precedes a login.
func (c *mailConn) connect(ctx context.Context) error {
	port := cmp.Or(c.Port, c.plainPort)
	if c.Port == 0 && c.Encryption == 1 {
		port = c.tlsPort
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(c.Host, strconv.Itoa(port)))
	if err != nil {
		c.onError.Do = portalsim.NotListening
		if _, unresolved := errors.AsType[*net.DNSError](err); unresolved {
			c.onError.Do = portalsim.Unresolved
		}
		return err
	}
	c.use(conn)
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if c.Encryption == 1 {
		if err := c.encrypt(ctx); err != nil {
			return err
		}
	}
	greeting, err := c.hear("*")
	if err != nil {
		return err
	}
	if !greeting.ok {
		c.onError = portalsim.MailAnswer{Do: portalsim.TooMany}
		return errors.New("turned away")
	}
	if err := c.learn(); err != nil || c.Encryption != 2 || !slices.Contains(c.able, c.startTLS) {
		return err
	}
	if _, err := c.say(c.startTLS); err != nil {
		return err
	}
	if err := c.encrypt(ctx); err != nil {
		return err
	}
	return c.learn()
}

func (c *mailConn) encrypt(ctx context.Context) error {
	c.onError = portalsim.MailAnswer{Do: portalsim.BadTLS}
	conn := tls.Client(c.Conn, &tls.Config{
		ServerName: c.Host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
	})
	err := conn.HandshakeContext(ctx)
	if err == nil {
		c.use(conn)
	}
	return err
}

// learn asks the server for its capabilities and sets able and mechanisms.
func (c *mailConn) learn() error {
	r, err := c.say(c.ask)
	if err == nil && r.ok && c.Side == portalsim.POP3 {
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

// reply is a server's reply to a command: success, failure, or a request for more.
type reply struct {
	ok, more bool
	text     string
	lines    []string // lines before the final one
}

const tag = "A1" // always the same, because commands do not overlap

// say sends a command and returns the reply.
func (c *mailConn) say(command string) (reply, error) {
	if c.Side == portalsim.IMAP {
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

// hear reads a reply to its end, which IMAP marks with a tag.
func (c *mailConn) hear(tag string) (r reply, err error) {
	for {
		line, err := c.text.ReadLine()
		if err != nil {
			return r, err
		}
		first, rest, _ := strings.Cut(line, " ")
		switch {
		case c.Side == portalsim.SMTP && len(line) > 3 && line[3] == '-':
			r.lines = append(r.lines, line[4:])
		case c.Side == portalsim.SMTP:
			r.lines = append(r.lines, rest)
			r.ok, r.more, r.text = strings.HasPrefix(first, "2"), first == "334", rest
			return r, nil
		case c.Side == portalsim.IMAP && first == tag:
			verdict, text, _ := strings.Cut(rest, " ")
			if strings.HasPrefix(text, "[") { // drop the response code
				_, text, _ = strings.Cut(text, "] ")
			}
			r.ok, r.text = verdict == "OK", text
			return r, nil
		case c.Side == portalsim.IMAP && first != "+":
			r.lines = append(r.lines, rest)
		default:
			r.ok, r.more, r.text = first == "+OK", first == "+", rest
			return r, nil
		}
	}
}

// authenticate tries the mechanisms that the server offers until a login succeeds.
func (c *mailConn) authenticate() error {
	for _, name := range []string{"CRAM-MD5", "PLAIN", "LOGIN"} {
		if !slices.Contains(c.mechanisms, name) {
			continue
		}
		r, err := c.say(c.auth + name)
		for step := 0; err == nil && r.more; step++ {
			challenge, _ := base64.StdEncoding.DecodeString(r.text)
			r, err = c.send(base64.StdEncoding.EncodeToString([]byte(c.response(name, step, challenge))))
		}
		if c.note(r, err); err != nil || r.ok {
			return err
		}
	}
	switch {
	case c.Side == portalsim.POP3:
		r, err := c.say("USER " + c.Login)
		if err == nil && r.ok {
			r, err = c.say("PASS " + c.Password)
		}
		c.note(r, err)
		return err
	case c.Side == portalsim.IMAP && slices.Contains(c.able, "LOGINDISABLED"):
		c.answer.Do, c.answer.Text = portalsim.NoAuth, ""
	case c.Side == portalsim.IMAP:
		r, err := c.say(fmt.Sprintf("LOGIN {%d}", len(c.Login)))
		for _, part := range []string{fmt.Sprintf("%s {%d}", c.Login, len(c.Password)), c.Password} {
			if err == nil && r.more {
				r, err = c.send(part)
			}
		}
		c.note(r, err)
		return err
	}
	return nil
}

// response returns the response of a mechanism to a challenge.
func (c *mailConn) response(mechanism string, step int, challenge []byte) string {
	switch {
	case mechanism == "CRAM-MD5":
		mac := hmac.New(md5.New, []byte(c.Password))
		mac.Write(challenge)
		return c.Login + " " + hex.EncodeToString(mac.Sum(nil))
	case mechanism == "PLAIN":
		return "\x00" + c.Login + "\x00" + c.Password
	case step == 0:
		return c.Login
	default:
		return c.Password
	}
}

// note records the result of a login in answer.
func (c *mailConn) note(r reply, err error) {
	switch {
	case err != nil:
	case r.ok:
		c.answer.Do, c.answer.Text = portalsim.Accept, ""
	default:
		c.answer.Do = portalsim.Refuse
		c.answer.Failed++
		if c.Side != portalsim.POP3 { // the library has its own text for refusals of POP3
			c.answer.Text = r.text
		}
	}
}
