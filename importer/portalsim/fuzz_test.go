package portalsim_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"r7import/importer/portalsim"
)

// Whatever a body holds, the answer is one of the API's and nothing breaks.
func FuzzCreate(f *testing.F) {
	whole, _ := json.Marshal(good(address))
	for _, seed := range []struct{ contentType, query, body string }{
		{"application/json", "", string(whole)},
		{"application/json", "port=1&port=", `{"port":[1,[2],{"a":{}}],"@x":1,"email":"a b@x.ru","imap":" TRUE "}`},
		{"application/json", "", `{"name":"/Date(99999999999999)/","password":"2024-05-04T10:00:00.10+05:00"}`},
		{"application/x-www-form-urlencoded", "", "email=a@b.ru&port=%zz&;"},
		{"multipart/form-data; boundary=x", "", "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@b\r\n--x--"},
		{"text/xml", "", "<r><email>a@b</email><port><x/></port></r>"},
		{"a/b; =", "", ""},
	} {
		f.Add(seed.contentType, seed.query, seed.body)
	}
	p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, SaveGap: -1})
	f.Fuzz(func(t *testing.T, contentType, query, body string) {
		request := httptest.NewRequest("POST", accounts, strings.NewReader(body))
		request.URL.RawQuery = query
		request.Header.Set("Content-Type", contentType)
		request.Header.Set("Authorization", "t")
		w := httptest.NewRecorder()
		p.ServeHTTP(w, request)
		if w.Code != 201 && w.Code != 400 && w.Code != 500 {
			t.Errorf("create = %d %s", w.Code, w.Body)
		}
		if !json.Valid(w.Body.Bytes()) || !utf8.Valid(w.Body.Bytes()) {
			t.Errorf("the answer is no JSON: %q", w.Body)
		}
	})
}

// Every method and path, signed in or not.
func FuzzRoutes(f *testing.F) {
	for _, path := range []string{"/api/2.0/mail/accounts.json", "/api/2.0/authentication/1", "/api/2.0/people/filter?count=0&startIndex=5", "/api/2.0/mail/operations/x", "/api/2.0/batch"} {
		f.Add("POST", path, "Basic YTpi", `{"email":"a@b.ru"}`)
	}
	p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, SaveGap: -1, RemoveTime: -1, Invent: 3})
	f.Fuzz(func(t *testing.T, method, path, authorization, body string) {
		request := httptest.NewRequest("GET", "/", strings.NewReader(body))
		request.Method = method
		request.URL.Path, request.URL.RawQuery, _ = strings.Cut(path, "?")
		request.Header.Set("Authorization", authorization)
		request.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		p.ServeHTTP(w, request)
		if w.Code < 200 || w.Code > 500 {
			t.Errorf("%s %s = %d %s", method, path, w.Code, w.Body)
		}
	})
}

func FuzzScenario(f *testing.F) {
	f.Add("latency: 1s\nfaults:\n  - do: cut\n    share: 0.5\n")
	f.Add("people:\n  - &a {email: a@b.ru}\n  - *a\n")
	f.Add("people:\n  ! 00000")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := portalsim.ReadScenario(strings.NewReader(text))
		if err != nil || o.Invent > 1000 || len(o.Restarts) > 0 || o.KeepRequests > 1000 || o.Limit.PerSecond > 1000 {
			return
		}
		p := portalsim.New(o)
		p.Close()
	})
}
