package portalsim

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"slices"
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

// write sends the answer, in the way of its fault if there is one.
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

// compress packs a JSON answer as the server does: the list of codings is split at commas
// and not trimmed, so gzip counts only if no blank precedes it
// (API/Impl/ApiHttpHandlerBase.cs).
func (a *answer) compress(r *http.Request) {
	codings := strings.Split(r.Header.Get("Accept-Encoding"), ",")
	if !slices.Contains(codings, "gzip") || a.contentType != typeJSON {
		return
	}
	var out bytes.Buffer
	packer := gzip.NewWriter(&out)
	packer.Write(a.body) // writing to a bytes.Buffer does not fail
	packer.Close()
	a.body = out.Bytes()
	a.set("Content-Encoding", "gzip")
}

// resetConnection drops the connection so that the client sees a reset.
func resetConnection(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// cutShort announces the length of the whole body, sends half of it and drops the connection.
func (a *answer) cutShort(w http.ResponseWriter, _ *http.Request) {
	a.head(w, len(a.body))
	w.Write(a.body[:len(a.body)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// drip sends the body byte by byte, and waits for each before every byte.
func (p *Portal) drip(a *answer, each time.Duration, w http.ResponseWriter, r *http.Request) {
	a.head(w, len(a.body))
	control := http.NewResponseController(w)
	for i := range a.body {
		select {
		case <-time.After(each):
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		case <-p.closing:
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(a.body[i : i+1]); err != nil || control.Flush() != nil {
			return
		}
	}
}

// flood sends at least size blanks in front of the body. With packed, they are compressed by gzip.
func (p *Portal) flood(a *answer, size int, packed bool, w http.ResponseWriter, r *http.Request) {
	to := io.Writer(w)
	if packed {
		a.set("Content-Encoding", "gzip")
		packer := gzip.NewWriter(w)
		defer packer.Close()
		to = packer
	}
	a.head(w, -1)
	blanks := bytes.Repeat([]byte(" "), chunk)
	for sent := 0; sent < size; sent += chunk {
		if _, err := to.Write(blanks); err != nil {
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
	to.Write(a.body)
}

// afterHints sends many informational answers (103) before the true one.
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
