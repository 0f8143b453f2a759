package portalsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/portalsim"
)

// A portal behind pipes runs on the clock of the bubble: hours of latency, restarts and
// lost answers take no time, and nothing is left when all is closed.
func TestPortalInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		portal := portalsim.New(portalsim.Options{
			Latency: time.Hour, SaveGap: -1, Gateway: 3 * time.Hour, Tokens: map[string]string{"t": "a@example.org"},
			Restarts: []portalsim.Restart{{After: 9 * time.Hour, For: 2 * time.Hour}},
			Faults: []portalsim.Fault{
				{Path: "mail/accounts", Method: "POST", Only: []string{"unread@*"}, Do: portalsim.Reset},
				{Path: "mail/accounts", Method: "POST", Only: []string{"lost@*"}, Do: portalsim.Reset, Processed: true},
				{Path: "mail/accounts", Method: "POST", Only: []string{"silent@*"}, Do: portalsim.Silence},
				{Path: "mail/accounts", Method: "POST", Only: []string{"cut@*"}, Do: portalsim.Cut},
			},
		})
		listener := portalsim.Listen()
		server := &http.Server{Handler: portal, ReadHeaderTimeout: time.Minute}
		var serving sync.WaitGroup
		serving.Go(func() { _ = server.Serve(listener) })
		transport := &http.Transport{DialContext: listener.Dial, MaxConnsPerHost: 3}
		create := func(address string) (status int, took time.Duration, err error) {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Hour)
			defer cancel()
			body, _ := json.Marshal(good(address))
			request, _ := http.NewRequestWithContext(ctx, "POST", "http://portal.test"+accounts, bytes.NewReader(body))
			request.Header.Set("Authorization", "t")
			request.Header.Set("Content-Type", "application/json")
			response, err := transport.RoundTrip(request)
			if err != nil {
				return 0, time.Since(began), err
			}
			defer response.Body.Close()
			_, err = io.ReadAll(response.Body)
			return response.StatusCode, time.Since(began), err
		}

		var group sync.WaitGroup
		began := time.Now()
		for _, address := range []string{"a@example.org", "b@example.org", "c@example.org", "d@example.org"} {
			group.Go(func() {
				if status, _, err := create(address); status != 201 || err != nil {
					t.Errorf("create of %s = %d, %v", address, status, err)
				}
			})
		}
		group.Wait()
		if took := time.Since(began); took != 2*time.Hour {
			t.Errorf("four creates over three connections took %v, want two hours", took)
		}
		if status, took, err := create("unread@example.org"); err == nil || took != time.Hour {
			t.Errorf("request reset before the work = %d, %v after %v, want an error after an hour", status, err, took)
		}
		if status, took, err := create("lost@example.org"); err == nil || took != time.Hour {
			t.Errorf("answer lost = %d, %v after %v, want an error after an hour", status, err, took)
		}
		if status, _, err := create("cut@example.org"); status != 201 || err == nil {
			t.Errorf("answer cut = %d, %v, want 201 and an error", status, err)
		}
		if _, took, err := create("silent@example.org"); !errors.Is(err, context.DeadlineExceeded) || took != 5*time.Hour {
			t.Errorf("silence = %v after %v, want the client's own end after 5 hours", err, took)
		}
		if status, _, err := create("late@example.org"); status != 502 || err != nil {
			t.Errorf("create while it restarts = %d, %v, want 502", status, err)
		}
		var made []string
		for _, one := range portal.Accounts() {
			made = append(made, one.Address)
		}
		if got := strings.Join(made, " "); strings.Contains(got, "unread") || !strings.Contains(got, "lost@") || !strings.Contains(got, "cut@") || len(made) != 6 {
			t.Errorf("accounts = %s; want a, b, c, d, lost, cut", got)
		}

		transport.CloseIdleConnections()
		_ = server.Close()
		serving.Wait()
		portal.Close()
		if _, err := listener.Dial(t.Context(), "tcp", "portal.test:80"); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Dial after Close = %v, want net.ErrClosed", err)
		}
	})
}

func TestDialWithoutAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := portalsim.Listen()
		defer listener.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if conn, err := listener.Dial(ctx, "tcp", "portal.test:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Dial = %v, %v, want the end of its context", conn, err)
		}
	})
}
