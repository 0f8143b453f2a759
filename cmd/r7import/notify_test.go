package main

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"mime/quotedprintable"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/rogpeppe/go-internal/testscript"
)

// takeLetters serves SMTP with STARTTLS at $SMTP until the script ends. The user robot
// has the password Kanarienvogel-Mail-7; each letter goes to letters/N.txt, subject
// first, and ca.pem has the certificate:
//
//	smtp [tls|plain]
func takeLetters(ts *testscript.TestScript, _ bool, args []string) {
	web := httptest.NewTLSServer(nil)
	config := web.TLS.Clone()
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600))
	ts.Check(os.MkdirAll(ts.MkAbs("letters"), 0o700))
	box := &letterbox{folder: ts.MkAbs("letters")}
	server := smtp.NewServer(box)
	server.Domain, server.ReadTimeout, server.WriteTimeout = "mail.example.com", 10*time.Second, 10*time.Second
	server.TLSConfig = config
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	if len(args) > 0 && args[0] == "plain" {
		server.TLSConfig, server.AllowInsecureAuth = nil, true
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	ts.Setenv("SMTP", listener.Addr().String())
	ts.Defer(func() {
		_ = server.Close()
		web.Close()
		<-served
	})
}

// letterbox is a backend of a mail server that keeps what it gets.
type letterbox struct {
	folder string
	mu     sync.Mutex
	n      int
}

func (b *letterbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &delivery{box: b}, nil }

type delivery struct {
	box  *letterbox
	from string
	to   []string
}

func (d *delivery) AuthMechanisms() []string { return []string{sasl.Plain} }

func (d *delivery) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "robot" || password != "Kanarienvogel-Mail-7" {
			return errors.New("refused")
		}
		return nil
	}), nil
}

func (d *delivery) Mail(from string, _ *smtp.MailOptions) error { d.from = from; return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error   { d.to = append(d.to, to); return nil }
func (d *delivery) Reset()                                      {}
func (d *delivery) Logout() error                               { return nil }

func (d *delivery) Data(r io.Reader) error {
	letter, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	body := letter.Body
	if letter.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	d.box.n++
	whole := fmt.Sprintf("Subject: %s\nFrom: %s\nTo: %s\n%s: %s\n\n%s", subject, d.from, strings.Join(d.to, " "),
		"Auto-Submitted", letter.Header.Get("Auto-Submitted"), strings.ReplaceAll(string(text), "\r\n", "\n"))
	return os.WriteFile(filepath.Join(d.box.folder, itoa(d.box.n)+".txt"), []byte(whole), 0o600)
}

// takeCalls listens at $CALLS until the script ends, and writes a line for each call
// into the file calls: method, path, authorization and body. Below /refuse it answers 500,
// and below /elsewhere it sends the caller to /.
func takeCalls(ts *testscript.TestScript, _ bool, _ []string) {
	var mu sync.Mutex
	path := ts.MkAbs("calls")
	ts.Check(os.WriteFile(path, nil, 0o600))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, _ = fmt.Fprintf(f, "%s %s %s %s\n", r.Method, r.URL.Path, r.Header.Get("Authorization"), body)
			_ = f.Close()
		}
		switch {
		case strings.HasPrefix(r.URL.Path, "/refuse"):
			w.WriteHeader(http.StatusInternalServerError)
		case strings.HasPrefix(r.URL.Path, "/elsewhere"):
			http.Redirect(w, r, "/", http.StatusFound)
		}
	}))
	ts.Setenv("CALLS", server.URL)
	ts.Defer(server.Close)
}

// readFigures reads a file as Prometheus does and checks one value, or with a
// comparison a bound of it:
//
//	figure r7import.prom 'r7import_rows{state="created"}' 1
//	figure r7import.prom r7import_last_success_timestamp_seconds '>' 0
func readFigures(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(f)
	ts.Check(err)
	name, labels, _ := strings.Cut(strings.TrimSuffix(args[1], "}"), "{")
	var want float64
	_, err = fmt.Sscan(args[len(args)-1], &want)
	ts.Check(err)
	family, ok := families[name]
	if !ok {
		ts.Fatalf("there is no %s", name)
	}
	for _, m := range family.GetMetric() {
		var all []string
		for _, l := range m.GetLabel() {
			all = append(all, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
		}
		if labels != "" && !strings.Contains(strings.Join(all, ","), labels) {
			continue
		}
		got := m.GetGauge().GetValue()
		if len(args) == 4 && got > want || len(args) == 3 && got == want {
			return
		}
		ts.Fatalf("%s is %v, want %s", args[1], got, strings.Join(args[2:], " "))
	}
	ts.Fatalf("there is no %s", args[1])
}
