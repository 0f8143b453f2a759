package portalsim_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/portalsim"
)

// What a create meets, and whether the account is there afterwards.
func TestFaultsOfACreate(t *testing.T) {
	lost := errors.New("no answer")
	tests := []struct {
		name   string
		fault  portalsim.Fault
		status int // 0: no answer
		part   string
		header string // name=value, or name= for one that must be absent
		made   bool
	}{
		{"502 page", portalsim.Fault{Do: portalsim.Answer, Status: 502}, 502, "<html>", "", false},
		{"504 page while the portal goes on", portalsim.Fault{Do: portalsim.Answer, Status: 504, Processed: true}, 504, "<html>", "", true},
		{"HTML with 200", portalsim.Fault{Do: portalsim.Answer}, 200, "<html>", "Content-Type=text/html; charset=utf-8", false},
		{"broken JSON with 201", portalsim.Fault{Do: portalsim.Answer, Status: 201, Type: "application/json", Text: `{"response":{"mailboxId":`, Processed: true}, 201, "mailboxId", "Content-Type=application/json", true},
		{"empty 201", portalsim.Fault{Do: portalsim.Answer, Status: 201, Type: "application/json", Processed: true}, 201, "", "Content-Length=0", true},
		{"503 with an envelope", portalsim.Fault{Do: portalsim.Envelope, Status: 503, Text: "busy"}, 503, `"message":"busy"`, "", false},
		{"500 with the generic text", portalsim.Fault{Do: portalsim.Envelope}, 500, unexpected, "", false},
		{"the password echoed", portalsim.Fault{Do: portalsim.Envelope, Text: "{login} {password} {email}"}, 500, "ivan@example.org mail-secret ivan@example.org", "", false},
		{"forged lines", portalsim.Fault{Do: portalsim.Envelope, Text: "x\r\n2026-01-01 ok\x1b[2J"}, 500, `x\r\n2026-01-01 ok\u001b[2J`, "", false},
		{"empty 403", portalsim.Fault{Do: portalsim.Empty}, 403, "", "Content-Length=0", false},
		{"empty 404", portalsim.Fault{Do: portalsim.Empty, Status: 404}, 404, "", "Content-Length=0", false},
		{"empty 503", portalsim.Fault{Do: portalsim.Empty, Status: 503}, 503, "", "Retry-After=", false},
		{"empty 503 with Retry-After", portalsim.Fault{Do: portalsim.Empty, Status: 503, RetryAfter: "seconds", Pause: 3 * time.Second}, 503, "", "Retry-After=3", false},
		{"429", portalsim.Fault{Do: portalsim.TooManyRequests}, 429, "<html>", "Retry-After=1", false},
		{"429 without Retry-After", portalsim.Fault{Do: portalsim.TooManyRequests, RetryAfter: "none"}, 429, "<html>", "Retry-After=", false},
		{"429 with garbage", portalsim.Fault{Do: portalsim.TooManyRequests, RetryAfter: "1.5"}, 429, "<html>", "Retry-After=1.5", false},
		{"301", portalsim.Fault{Do: portalsim.Redirect}, 301, "", "Location=https://portal/api/2.0/mail/accounts", false},
		{"308 elsewhere", portalsim.Fault{Do: portalsim.Redirect, Status: 308, Location: "http://elsewhere.example/"}, 308, "", "Location=http://elsewhere.example/", false},
		{"reset before", portalsim.Fault{Do: portalsim.Reset}, 0, "", "", false},
		{"reset after", portalsim.Fault{Do: portalsim.Reset, Processed: true}, 0, "", "", true},
		{"cut", portalsim.Fault{Do: portalsim.Cut}, 0, "", "", true},
		{"slow, yet whole", portalsim.Fault{Do: portalsim.Slow, Delay: time.Microsecond}, 201, `"mailboxId":1`, "", true},
		{"huge", portalsim.Fault{Do: portalsim.Huge, Size: 1 << 20}, 201, `"mailboxId":1`, "", true},
		{"header bomb", portalsim.Fault{Do: portalsim.HeaderBomb}, 201, `"mailboxId":1`, "X-Padding-7=" + strings.Repeat("x", 1024), true},
		{"flood of hints", portalsim.Fault{Do: portalsim.EarlyHints}, 201, `"mailboxId":1`, "", true},
		{"late", portalsim.Fault{Do: portalsim.Delay, Delay: time.Millisecond}, 201, `"mailboxId":1`, "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.fault.Path = "mail/accounts"
			s := start(t, portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, Faults: []portalsim.Fault{test.fault}})
			response, text, err := s.raw("POST", accounts)
			switch {
			case test.status == 0 && err == nil:
				t.Errorf("create = %d %q, want %v", response.StatusCode, text, lost)
			case test.status != 0 && err != nil:
				t.Fatalf("create: %v, want %d", err, test.status)
			case test.status != 0 && (response.StatusCode != test.status || !strings.Contains(text, test.part)):
				t.Errorf("create = %d %q, want %d with %q", response.StatusCode, text, test.status, test.part)
			}
			if name, value, found := strings.Cut(test.header, "="); found && response.Header.Get(name) != value {
				t.Errorf("%s = %q, want %q", name, response.Header.Get(name), value)
			}
			if made := len(s.Accounts()) == 1; made != test.made {
				t.Errorf("account made: %v, want %v", made, test.made)
			}
			if got := s.Stats().Faults[string(test.fault.Do)]; got != 1 && test.fault.Do != portalsim.Delay {
				t.Errorf("counted %d times, want once", got)
			}
		})
	}
}

// raw sends a create of the address and reads the answer to its end, whatever it is.
func (s *site) raw(method, path string) (*http.Response, string, error) {
	s.t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body(s.t, "", "")))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Host = "portal"
	request.Header.Set("Authorization", "t")
	request.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{DisableCompression: true, MaxResponseHeaderBytes: 64 << 20}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

// The front server gives up while the portal goes on, and a connection may break
// before the work is done: the account appears later.
func TestAnswerBeforeTheWorkIsDone(t *testing.T) {
	tests := []struct {
		name    string
		options portalsim.Options
		status  int
		at      time.Duration // of the answer
	}{
		{"front server gives up", portalsim.Options{Gateway: time.Second}, 504, time.Second},
		{"early 502", portalsim.Options{Faults: []portalsim.Fault{{Do: portalsim.Answer, Status: 502, Early: true, Path: "mail/accounts"}}}, 502, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.options.Latency, test.options.Tokens = 10*time.Second, map[string]string{"t": "a@example.org"}
				p := portalsim.New(test.options)
				defer p.Close()
				began := time.Now()
				w := direct(p, "t", "POST", accounts, good(address))
				if took := time.Since(began); w.Code != test.status || took != test.at {
					t.Errorf("create = %d after %v, want %d after %v", w.Code, took, test.status, test.at)
				}
				if s := p.Stats(); s.InFlight.Now != 1 || len(p.Accounts()) != 0 {
					t.Errorf("after the answer %d are under way and %d made, want 1 and 0", s.InFlight.Now, len(p.Accounts()))
				}
				time.Sleep(11 * time.Second)
				if s := p.Stats(); s.InFlight.Now != 0 || len(p.Accounts()) != 1 {
					t.Errorf("later %d are under way and %d made, want 0 and 1", s.InFlight.Now, len(p.Accounts()))
				}
			})
		})
	}
}

func TestEndlessAndSilent(t *testing.T) {
	for _, do := range []portalsim.Action{portalsim.Endless, portalsim.Silence, portalsim.Slow} {
		t.Run(string(do), func(t *testing.T) {
			s := start(t, portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, Faults: []portalsim.Fault{{Do: do, Delay: time.Hour}}})
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			request, _ := http.NewRequestWithContext(ctx, "GET", s.url+accounts, nil)
			request.Header.Set("Authorization", "t")
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			response, err := transport.RoundTrip(request)
			if err == nil {
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("reading = %v, want no end before the deadline", err)
			}
		})
	}
}

func TestGzip(t *testing.T) {
	s := start(t, portalsim.Options{Gzip: true, Tokens: map[string]string{"t": "a@example.org"}, Faults: []portalsim.Fault{{Do: portalsim.GzipBomb, Path: "mail/*", Size: 32 << 20}}})
	for _, test := range []struct {
		accept string
		packed bool
	}{{"gzip", true}, {"gzip, deflate", true}, {"deflate, gzip", false}, {"", false}} {
		r := s.call("GET", "/api/2.0/people/@self", "", "Authorization", "t", "Accept-Encoding", test.accept)
		if packed := r.header.Get("Content-Encoding") == "gzip"; packed != test.packed {
			t.Errorf("Accept-Encoding %q: packed %v, want %v", test.accept, packed, test.packed)
		}
	}
	r := s.call("GET", accounts, "", "Authorization", "t", "Accept-Encoding", "gzip")
	unpacked, err := gzip.NewReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	size, err := io.Copy(io.Discard, unpacked)
	if err != nil || size < 32<<20 || len(r.body) > 1<<20 {
		t.Errorf("bomb of %d bytes unpacks to %d (%v), want 32 MiB out of under 1 MiB", len(r.body), size, err)
	}
}

// Which requests a fault is done to.
func TestFaultConditions(t *testing.T) {
	strike := portalsim.Fault{Do: portalsim.Empty, Status: 503}
	with := func(change func(*portalsim.Fault)) portalsim.Fault {
		f := strike
		change(&f)
		return f
	}
	tests := []struct {
		name  string
		fault portalsim.Fault
		want  string // of eight requests, x for those it is done to
	}{
		{"all", strike, "xxxxxxxx"},
		{"skip", with(func(f *portalsim.Fault) { f.Skip = 3 }), "...xxxxx"},
		{"first", with(func(f *portalsim.Fault) { f.First = 2 }), "xx......"},
		{"skip and first", with(func(f *portalsim.Fault) { f.Skip, f.First = 2, 3 }), "..xxx..."},
		{"every", with(func(f *portalsim.Fault) { f.Every = 3 }), "..x..x.."},
		{"every, first", with(func(f *portalsim.Fault) { f.Every, f.First = 2, 2 }), ".x.x...."},
		{"path", with(func(f *portalsim.Fault) { f.Path = "people/*" }), "xxxxxxxx"},
		{"other path", with(func(f *portalsim.Fault) { f.Path = "mail/*" }), "........"},
		{"method", with(func(f *portalsim.Fault) { f.Method = "get" }), "xxxxxxxx"},
		{"other method", with(func(f *portalsim.Fault) { f.Method = "POST" }), "........"},
		{"caller", with(func(f *portalsim.Fault) { f.Only = []string{"a@*"} }), "xxxxxxxx"},
		{"other caller", with(func(f *portalsim.Fault) { f.Only = []string{"b@*"} }), "........"},
		{"after", with(func(f *portalsim.Fault) { f.After = 3500 * time.Millisecond }), "....xxxx"},
		{"for", with(func(f *portalsim.Fault) { f.For = 3500 * time.Millisecond }), "xxxx...."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, Faults: []portalsim.Fault{test.fault}})
				defer p.Close()
				var got strings.Builder
				for range 8 {
					mark := "."
					if direct(p, "t", "GET", "/api/2.0/people/@self", nil).Code == 503 {
						mark = "x"
					}
					got.WriteString(mark)
					time.Sleep(time.Second)
				}
				if got.String() != test.want {
					t.Errorf("done to %s, want %s", got.String(), test.want)
				}
			})
		})
	}
}

// The same seed strikes the same requests, in whatever order they come.
func TestFaultsAreDeterministic(t *testing.T) {
	struck := func(seed uint64, backwards bool) []string {
		p := portalsim.New(portalsim.Options{Seed: seed, Tokens: map[string]string{"t": "a@example.org"}, Faults: []portalsim.Fault{{Do: portalsim.Empty, Share: 0.3}}})
		defer p.Close()
		var hit []string
		for i := range 300 {
			if backwards {
				i = 299 - i
			}
			who := fmt.Sprintf("p%d@example.org", i)
			if direct(p, "t", "GET", accounts+"/single?email="+who, nil).Code == 403 {
				hit = append(hit, who)
			}
		}
		slices.Sort(hit)
		return hit
	}
	one, again, other := struck(1, false), struck(1, true), struck(2, false)
	if !slices.Equal(one, again) {
		t.Error("another order of requests meets other faults")
	}
	if slices.Equal(one, other) {
		t.Error("another seed meets the same faults")
	}
	if len(one) < 60 || len(one) > 120 {
		t.Errorf("of 300 requests %d were struck, want about 90", len(one))
	}
}

func TestLatencyAndSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, Latency: 200 * time.Millisecond, Spread: 100 * time.Millisecond})
		defer p.Close()
		low, high := time.Hour, time.Duration(0)
		for i := range 200 {
			began := time.Now()
			direct(p, "t", "POST", accounts, good(fmt.Sprintf("p%d@example.org", i)))
			took := time.Since(began)
			low, high = min(low, took), max(high, took)
		}
		if low < 100*time.Millisecond || low > 120*time.Millisecond || high > 300*time.Millisecond || high < 280*time.Millisecond {
			t.Errorf("creates took %v to %v, want 100 ms to 300 ms", low, high)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, Latency: 200 * time.Millisecond, SaveGap: 5 * time.Millisecond})
		defer p.Close()
		began := time.Now()
		direct(p, "t", "POST", accounts, good(address))
		if took := time.Since(began); took != 200*time.Millisecond {
			t.Errorf("create took %v, want exactly the latency: it contains the gap", took)
		}
	})
}

// The limit holds in every sliding second, and only accepted requests count.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Limit: portalsim.Limit{PerSecond: 3, RetryAfter: "date", Pause: 2 * time.Second}})
		defer p.Close()
		ask := func() int { return direct(p, "", "GET", "/api/2.0/capabilities", nil).Code }
		var got []int
		for range 5 {
			got = append(got, ask())
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(500 * time.Millisecond) // the first is a second old now
		got = append(got, ask(), ask())
		if want := []int{200, 200, 200, 429, 429, 200, 429}; !slices.Equal(got, want) {
			t.Errorf("answers = %v, want %v", got, want)
		}
		w := direct(p, "", "GET", "/api/2.0/capabilities", nil)
		if at, err := http.ParseTime(w.Header().Get("Retry-After")); err != nil || time.Until(at) < 2*time.Second || time.Until(at) > 3*time.Second {
			t.Errorf("Retry-After = %q (%v), want a date 2 s ahead", w.Header().Get("Retry-After"), err)
		}
		if s := p.Stats(); s.Turned != 4 || s.Early == 0 {
			t.Errorf("turned away %d, early %d; want 4 and some", s.Turned, s.Early)
		}
	})
}

// A restart: 502 at once for what is under way and for everything until it is back;
// what was under way is saved or not.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{
			Latency: 10 * time.Second, Tokens: map[string]string{"t": "a@example.org"},
			Restarts: []portalsim.Restart{{After: 5 * time.Second, For: time.Minute, Saved: 0.5}},
		})
		defer p.Close()
		var lost atomic.Int32
		for i := range 100 {
			go func() {
				if direct(p, "t", "POST", accounts, good(fmt.Sprintf("p%d@example.org", i))).Code == 502 {
					lost.Add(1)
				}
			}()
		}
		time.Sleep(5*time.Second + time.Millisecond)
		synctest.Wait()
		if lost.Load() != 100 {
			t.Errorf("%d of 100 requests under way ended with 502, want all", lost.Load())
		}
		if made := len(p.Accounts()); made < 30 || made > 70 {
			t.Errorf("%d of 100 reached the database, want about half", made)
		}
		if w := direct(p, "t", "GET", "/api/2.0/capabilities.json", nil); w.Code != 502 || !strings.Contains(w.Body.String(), "<html>") {
			t.Errorf("while it is down = %d %s, want a 502 page", w.Code, w.Body)
		}
		time.Sleep(time.Minute)
		if w := direct(p, "t", "GET", "/api/2.0/capabilities.json", nil); w.Code != 200 {
			t.Errorf("when it is back = %d, want 200", w.Code)
		}
	})
}

func TestRestartAfterRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Restarts: []portalsim.Restart{{AfterRequests: 3}}})
		defer p.Close()
		var got []int
		for range 4 {
			got = append(got, direct(p, "", "GET", "/api/2.0/capabilities", nil).Code)
		}
		time.Sleep(2*time.Minute + time.Second)
		got = append(got, direct(p, "", "GET", "/api/2.0/capabilities", nil).Code)
		if want := []int{200, 200, 502, 502, 200}; !slices.Equal(got, want) {
			t.Errorf("answers = %v, want %v: two minutes down from the third request on", got, want)
		}
	})
}

func TestClosedPortal(t *testing.T) {
	p := portalsim.New(portalsim.Options{})
	p.Close()
	p.Close()
	if w := direct(p, "", "GET", "/api/2.0/capabilities", nil); w.Code != 502 {
		t.Errorf("after Close = %d, want 502", w.Code)
	}
}

// Reset must reach the client as an error and not as an empty answer, on a
// connection that has served before too.
func TestResetOnAKeptConnection(t *testing.T) {
	s := start(t, portalsim.Options{Faults: []portalsim.Fault{{Do: portalsim.Reset, Skip: 1}}})
	transport := &http.Transport{MaxConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	get := func() error {
		request, _ := http.NewRequest("POST", s.url+"/api/2.0/authentication", bufio.NewReader(strings.NewReader("{}")))
		response, err := transport.RoundTrip(request)
		if err != nil {
			return err
		}
		io.Copy(io.Discard, response.Body)
		return response.Body.Close()
	}
	if err := get(); err != nil {
		t.Fatalf("first request: %v", err)
	}
	if err := get(); err == nil {
		t.Error("second request succeeds, want a reset")
	}
}
