package portalsim

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	defaultSize  = 64 << 20
	chunk        = 64 << 10
	bombHeaders  = 3000
	floodedHints = 20_000
)

// write sends an answer in the way a fault wants it sent.
func (a *answer) write(w http.ResponseWriter, r *http.Request) {
	if a.deliver != nil {
		a.deliver(w, r)
		return
	}
	a.head(w, len(a.body))
	w.Write(a.body)
}

func (a *answer) head(w http.ResponseWriter, length int) {
	header := w.Header()
	header["Content-Type"] = []string{a.contentType}
	header["Server"] = []string{"nginx"}
	header["Cache-Control"] = []string{"private, max-age=0"}
	if length >= 0 {
		header["Content-Length"] = []string{strconv.Itoa(length)}
	}
	for _, h := range a.header {
		header.Add(h[0], h[1])
	}
	w.WriteHeader(a.status)
}

// compress does as the server: the list of codings is split at commas and not
// trimmed, so gzip counts only where no blank precedes it
// (API/Impl/ApiHttpHandlerBase.cs).
func (a *answer) compress(r *http.Request) {
	asked := false
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		asked = asked || coding == "gzip"
	}
	if !asked || a.contentType != typeJSON {
		return
	}
	var out bytes.Buffer
	packer := gzip.NewWriter(&out)
	packer.Write(a.body) // a buffer does not fail
	packer.Close()
	a.body = out.Bytes()
	a.set("Content-Encoding", "gzip")
}

// resetConnection drops the connection so that the client sees a reset.
func resetConnection(w http.ResponseWriter, _ *http.Request) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// silence answers nothing until the client leaves.
func (p *Portal) silence(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-p.closing:
	}
	panic(http.ErrAbortHandler)
}

// spoil makes a fault out of the true answer.
func (f *Fault) spoil(p *Portal, a *answer) {
	size := f.Size
	setDefault(&size, defaultSize)
	switch f.Do {
	case Cut:
		a.deliver = a.cutShort
	case Slow:
		a.deliver = func(w http.ResponseWriter, r *http.Request) { p.drip(a, f.Delay, w, r) }
	case Endless:
		a.deliver = func(w http.ResponseWriter, r *http.Request) { p.flood(a, -1, w, r) }
	case Huge:
		a.deliver = func(w http.ResponseWriter, r *http.Request) { p.flood(a, size, w, r) }
	case GzipBomb:
		a.deliver = func(w http.ResponseWriter, r *http.Request) { p.bomb(a, size, w, r) }
	case HeaderBomb:
		for i := range bombHeaders {
			a.set("X-Padding-"+strconv.Itoa(i), strings.Repeat("x", 1024))
		}
	case EarlyHints:
		a.deliver = a.afterHints
	}
}

// cutShort promises the whole body, sends half of it and drops the connection.
func (a *answer) cutShort(w http.ResponseWriter, _ *http.Request) {
	a.head(w, len(a.body))
	w.Write(a.body[:len(a.body)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// drip sends the body a byte at a time.
func (p *Portal) drip(a *answer, each time.Duration, w http.ResponseWriter, r *http.Request) {
	setDefault(&each, time.Second)
	a.head(w, len(a.body))
	control := http.NewResponseController(w)
	for i := range a.body {
		if i > 0 && !p.pause(each, r) {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(a.body[i : i+1]); err != nil || control.Flush() != nil {
			return
		}
	}
}

// pause reports false when the client has gone or the portal is closed.
func (p *Portal) pause(d time.Duration, r *http.Request) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-p.closing:
	}
	return false
}

// flood sends blanks in front of the body: size of them, or without end.
func (p *Portal) flood(a *answer, size int, w http.ResponseWriter, r *http.Request) {
	a.head(w, -1)
	p.pad(w, a.body, size, r)
}

// bomb sends the body behind blanks that gzip makes very small.
func (p *Portal) bomb(a *answer, size int, w http.ResponseWriter, r *http.Request) {
	a.set("Content-Encoding", "gzip")
	a.head(w, -1)
	packer := gzip.NewWriter(w)
	defer packer.Close()
	p.pad(packer, a.body, size, r)
}

func (p *Portal) pad(w io.Writer, body []byte, size int, r *http.Request) {
	blanks := bytes.Repeat([]byte(" "), chunk)
	for sent := 0; size < 0 || sent < size; sent += chunk {
		if _, err := w.Write(blanks); err != nil {
			return
		}
		select {
		case <-p.closing:
			panic(http.ErrAbortHandler)
		case <-r.Context().Done():
			return
		default:
		}
	}
	w.Write(body)
}

// afterHints sends informational answers before the true one.
func (a *answer) afterHints(w http.ResponseWriter, r *http.Request) {
	for range floodedHints {
		if r.Context().Err() != nil {
			return
		}
		w.WriteHeader(http.StatusEarlyHints)
	}
	a.head(w, len(a.body))
	w.Write(a.body)
}
