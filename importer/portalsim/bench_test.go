package portalsim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"r7import/importer/portalsim"
)

// Requests an importer makes for one row, without the network: what the simulator
// itself costs. Beside it a handler that does nothing but decode and encode.
func BenchmarkRow(b *testing.B) {
	b.Run("portal", func(b *testing.B) {
		p := portalsim.New(portalsim.Options{SaveGap: -1})
		defer p.Close()
		var n atomic.Int64
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				who := fmt.Sprintf("p%d@example.org", n.Add(1))
				serve(p, "POST", "/api/2.0/authentication", "", `{"userName":"`+who+`","password":"x"}`)
			}
		})
	})
	for _, existing := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("create/%d there", existing), func(b *testing.B) { benchmarkCreate(b, existing) })
	}
}

func benchmarkCreate(b *testing.B, existing int) {
	p := portalsim.New(portalsim.Options{SaveGap: -1, Tokens: map[string]string{"t": "shared@example.org"}})
	defer p.Close()
	for i := range existing {
		if err := p.Put(portalsim.Account{Owner: fmt.Sprintf("p%d@example.org", i), Address: fmt.Sprintf("box%d@corp.ru", i)}); err != nil {
			b.Fatal(err)
		}
	}
	text := body(&testing.T{}, "email", `"email":"EMAIL"`)
	var n atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			serve(p, "POST", accounts, "t", strings.Replace(text, "EMAIL", fmt.Sprintf("new%d@corp.ru", n.Add(1)), 1))
		}
	})
}

func serve(p *portalsim.Portal, method, path, token, body string) {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {token}}
	p.ServeHTTP(httptest.NewRecorder(), request)
}
