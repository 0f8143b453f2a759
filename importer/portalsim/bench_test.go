package portalsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"r7import/importer/portalsim"
)

const inFlight = 50

// 2,000 people, each with a token, and 2,000 creates, 50 at a time over real HTTP.
func TestTwoThousandCreates(t *testing.T) {
	const people = 2000
	s := start(t, portalsim.Options{Invent: people, SaveGap: -1})
	client := newClient()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	queue := make(chan string)
	for range inFlight {
		all.Go(func() {
			for who := range queue {
				token := signInWith(t, client, s.url, who)
				if status := createWith(t, client, s.url, token, who); status != 201 {
					t.Errorf("create for %s = %d", who, status)
				}
			}
		})
	}
	for i := range people {
		queue <- fmt.Sprintf("p%d@example.org", i)
	}
	close(queue)
	all.Wait()
	owners := map[string]bool{}
	for _, a := range s.Accounts() {
		owners[a.Owner] = a.Owner == a.Address
	}
	if got := s.Stats(); got.Created != people || got.Duplicates != 0 || got.MostWrites != 1 || len(owners) != people {
		t.Errorf("created %d, duplicates %d, most writes %d, owners %d", got.Created, got.Duplicates, got.MostWrites, len(owners))
	}
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: inFlight, MaxConnsPerHost: inFlight, DisableCompression: true}}
}

func post(tb testing.TB, client *http.Client, url, token, body string) (int, []byte) {
	request, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		tb.Error(err)
		return 0, nil
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {token}}
	response, err := client.Do(request)
	if err != nil {
		tb.Error(err)
		return 0, nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Error(err)
	}
	return response.StatusCode, text
}

func signInWith(tb testing.TB, client *http.Client, url, who string) string {
	_, text := post(tb, client, url+authentication, "", `{"userName":"`+who+`","password":"x"}`)
	var answer struct{ Response struct{ Token string } }
	if err := json.Unmarshal(text, &answer); err != nil {
		tb.Error(err)
	}
	return answer.Response.Token
}

var template, _ = json.Marshal(good("EMAIL"))

func createWith(tb testing.TB, client *http.Client, url, token, email string) int {
	status, _ := post(tb, client, url+accounts, token, strings.ReplaceAll(string(template), "EMAIL", email))
	return status
}

// Creates over real HTTP, 50 in flight, beside a handler that only decodes the body
// and encodes an answer: the difference is what the simulator costs.
func BenchmarkCreate(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		benchmark(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var v map[string]any
			json.NewDecoder(r.Body).Decode(&v)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			json.NewEncoder(w).Encode(map[string]any{"statusCode": 201, "response": map[string]any{"mailboxId": 1, "email": v["email"]}})
		}))
	})
	for _, there := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("portal with %d accounts", there), func(b *testing.B) {
			p := portalsim.New(portalsim.Options{SaveGap: -1, Tokens: map[string]string{"t": "shared@example.org"}})
			defer p.Close()
			for i := range there {
				if err := p.Put(portalsim.Account{Owner: fmt.Sprintf("p%d@example.org", i), Address: fmt.Sprintf("box%d@corp.ru", i)}); err != nil {
					b.Fatal(err)
				}
			}
			benchmark(b, p)
		})
	}
}

func benchmark(b *testing.B, handler http.Handler) {
	server := httptest.NewServer(handler)
	defer server.Close()
	client := newClient()
	defer client.CloseIdleConnections()
	var n atomic.Int64
	b.SetParallelism(inFlight / 2)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if status := createWith(b, client, server.URL, "t", fmt.Sprintf("new%d@corp.ru", n.Add(1))); status != 201 {
				b.Errorf("create = %d", status)
			}
		}
	})
}
