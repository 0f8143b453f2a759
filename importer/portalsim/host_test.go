package portalsim_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"r7import/importer/portalsim"
)

func TestOnlyHere(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}
	handler := portalsim.OnlyHere(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"127.0.0.1:8090": 200, "[::1]:8090": 200, "LOCALHOST:8090": 200, "192.0.2.7": 200, own: 200,
		"rebound.example.com:8090": 421, "localhost.example.com": 421, "": 421,
	} {
		r := httptest.NewRequest("GET", "/api/2.0/capabilities.json", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != want {
			t.Errorf("a request for %q = %d, want %d", host, w.Code, want)
		}
	}
}
