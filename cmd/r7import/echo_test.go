package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"r7import/importer/portalsim"
)

// echoForms are the ways in which servers and what stands in front of them write
// what they repeat of a request.
var echoForms = map[string]func(string) string{
	"plain":           func(s string) string { return s },
	"cut":             func(s string) string { return s[:len(s)*3/4] },
	"json escaped":    jsonEscaped,
	"unicode escaped": unicodeEscaped,
	"html":            entities,
	"html twice":      func(s string) string { return strings.ReplaceAll(entities(s), "&", "&amp;") },
	"url":             percents,
	"url twice":       func(s string) string { return strings.ReplaceAll(percents(s), "%", "%25") },
	"hex":             func(s string) string { return hex.EncodeToString([]byte(s)) },
	"base64":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte("\x00login\x00" + s)) },
	"split by tags":   func(s string) string { return s[:5] + "<b>" + s[5:9] + "</b><br/>\n" + s[9:] },
	"behind 480 others": func(s string) string { // where the part that is kept ends
		return strings.Repeat("x ", 240) + s
	},
}

func jsonEscaped(s string) string {
	text, _ := json.Marshal(s)
	return string(text[1 : len(text)-1])
}

func unicodeEscaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}

func entities(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i%2 == 0 {
			fmt.Fprintf(&b, "&#x%x;", r)
		} else {
			b.WriteString(html.EscapeString(string(r)))
		}
	}
	return b.String()
}

func percents(s string) string {
	var b strings.Builder
	for i, c := range []byte(s) {
		if i%2 == 0 {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteString(url.QueryEscape(string(rune(c))))
		}
	}
	return b.String()
}

// echoAnswers are the shapes of answers that a text can be repeated in.
var echoAnswers = []struct {
	name  string
	write func(w http.ResponseWriter, text string)
}{
	{"error", func(w http.ResponseWriter, text string) { envelope(w, 500, "Bad request: "+text) }},
	{"known sentence", func(w http.ResponseWriter, text string) { envelope(w, 500, "User authentication failed "+text) }},
	{"argument", func(w http.ResponseWriter, text string) { envelope(w, 400, text) }},
	{"login test", func(w http.ResponseWriter, text string) {
		envelope(w, 500, `<span class="attempt_header">IMAP response:</span><br/>authentication failed: `+text)
	}},
	{"title", func(w http.ResponseWriter, text string) {
		w.WriteHeader(400)
		fmt.Fprintf(w, "<html><head><title>%s</title></head><body>%s</body></html>", text, text)
	}},
	{"plain text", func(w http.ResponseWriter, text string) {
		w.WriteHeader(400)
		fmt.Fprint(w, text)
	}},
	{"what was asked for", func(w http.ResponseWriter, text string) {
		w.WriteHeader(200)
		_ = json.NewEncoder(w).Encode(map[string]any{"statusCode": 200, "response": map[string]any{
			"id": text, "email": text + "@example.org", "firstName": text, "lastName": text, "displayName": text, "userName": text,
			"mailboxId": 1, "name": text, "account": text, "server": text, "token": "", "phoneNoise": text, "tfa": true,
		}})
	}},
	{"malformed", func(w http.ResponseWriter, text string) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			fmt.Fprintf(conn, "%s HTTP\r\n\r\n", strings.ReplaceAll(text, "\n", " "))
			_ = conn.Close()
		}
	}},
}

func envelope(w http.ResponseWriter, status int, message string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": 1, "statusCode": status, "error": map[string]any{"message": message}})
}

// echoSecrets are the secrets of a row, hard to write and easy to recognise.
func echoSecrets(row int) []string {
	return []string{
		fmt.Sprintf(`Kanarie"n\vo<gel&%03d+Imap`, row), fmt.Sprintf(`Wellen'sittich\%03d/Smtp=`, row), fmt.Sprintf(`Zaun"koenig<%03d>&Portal`, row),
	}
}

// A portal that repeats the secrets of every request, in whatever form and in
// whatever kind of answer, is not helped by us: they are in nothing that is
// printed or kept.
func TestEchoedSecrets(t *testing.T) {
	forms := slices.Sorted(maps.Keys(echoForms))
	for _, call := range []struct {
		name, method, path string
		times              int // for each row, so that the run comes to an end soon
	}{
		{"create", "POST", "mail/accounts.json", 1},
		{"look-up", "GET", "mail/accounts/single", 2},
		{"self", "GET", "people/@self", 2},
		{"sign-in", "POST", "authentication", 1},
	} {
		for _, answer := range echoAnswers {
			t.Run(call.name+"/"+answer.name, func(t *testing.T) {
				t.Parallel()
				e := &echo{t: t, dir: t.TempDir(), sim: portalsim.New(portalsim.Options{SaveGap: -1})}
				defer e.sim.Close()
				e.answer = func(r *http.Request, row int, token string) func(http.ResponseWriter) {
					if r.Method != call.method || !strings.Contains(r.URL.Path, call.path) || e.times[row] == call.times {
						return nil
					}
					e.times[row]++
					secrets := append(echoSecrets(row), token)
					if answer.name == "what was asked for" && call.name == "self" {
						secrets = secrets[2:] // those of the person
					}
					form := echoForms[forms[row%len(forms)]]
					var texts []string
					for _, secret := range secrets {
						if secret != "" {
							texts = append(texts, form(secret))
						}
					}
					return func(w http.ResponseWriter) { answer.write(w, strings.Join(texts, " and ")) }
				}
				e.run(len(forms))
			})
		}
	}
}

// echo is a run against a portal of that kind.
type echo struct {
	t   *testing.T
	dir string
	sim *portalsim.Portal
	// answer returns what to answer to a request about a row, nil for the proper answer.
	answer func(r *http.Request, row int, token string) func(http.ResponseWriter)

	mu     sync.Mutex
	rows   map[string]int // by token
	times  map[int]int    // how often a row was answered so
	during bytes.Buffer   // what the files of the store held while the run went on
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	token := r.Header.Get("Authorization")
	signIn := strings.Contains(r.URL.Path, "authentication")
	e.mu.Lock()
	row, known := e.rows[token]
	if signIn {
		var who struct{ UserName string }
		_ = json.Unmarshal(body, &who)
		n, _ := fmt.Sscanf(who.UserName, "user%d@", &row)
		known = n == 1
	}
	var repeat func(http.ResponseWriter)
	if known {
		repeat = e.answer(r, row, token)
	}
	if repeat != nil {
		e.readStore()
	}
	e.mu.Unlock()
	if repeat != nil {
		repeat(w)
		return
	}
	if !signIn {
		e.sim.ServeHTTP(w, r)
		return
	}
	recorded := httptest.NewRecorder()
	e.sim.ServeHTTP(recorded, r)
	var given struct{ Response struct{ Token string } }
	_ = json.Unmarshal(recorded.Body.Bytes(), &given)
	e.mu.Lock()
	e.rows[given.Response.Token] = row
	e.mu.Unlock()
	maps.Copy(w.Header(), recorded.Header())
	w.WriteHeader(recorded.Code)
	_, _ = w.Write(recorded.Body.Bytes())
}

func (e *echo) readStore() {
	_ = filepath.WalkDir(filepath.Join(e.dir, "state"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			text, _ := os.ReadFile(path)
			e.during.Write(text)
		}
		return nil
	})
}

func (e *echo) run(rows int) {
	t := e.t
	e.rows, e.times = make(map[string]int), make(map[int]int)
	server := httptest.NewServer(e)
	defer server.Close()
	var input strings.Builder
	input.WriteString("name;email;password;smtp_password;server;port;smtp_server;smtp_port;portal_user;portal_password\n")
	for row := range rows {
		s := echoSecrets(row)
		cell := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		fmt.Fprintf(&input, "User %03[1]d;user%03[1]d@example.org;%[2]s;%[3]s;imap.example.org;993;smtp.example.org;465;user%03[1]d@example.org;%[4]s\n",
			row, cell(s[0]), cell(s[1]), cell(s[2]))
	}
	in := filepath.Join(e.dir, "accounts.csv")
	if err := os.WriteFile(in, []byte(input.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	for _, args := range [][]string{
		{"run", in, "--yes", "-v", "--rate", "1000/s", "--workers", "8", "--per-host", "8", "--settle", "1ms", "--portal-wait", "20s", "--timeout", "20s",
			"--progress", "plain", "-o", "r.csv", "-o", "r.xlsx", "-o", "r.jsonl"},
		{"plan", in, "--rate", "1000/s", "--portal-wait", "1ms", "--lang", "ru", "--json"},
		{"runs", "show", "latest", "--json"},
		{"report", "latest", "-o", "later.jsonl"},
	} {
		for i, arg := range args {
			if i > 0 && args[i-1] == "-o" {
				args[i] = filepath.Join(e.dir, arg)
			}
		}
		args = append(args, "--portal", server.URL, "--state", filepath.Join(e.dir, "state"), "--log-file", filepath.Join(e.dir, "run.log"))
		code := run(t.Context(), args, strings.NewReader(""), &shown, &shown, []string{"HOME=" + e.dir, "LC_ALL=C"})
		if code == exitUsage || code == exitError {
			t.Fatalf("%s ended with %d:\n%s", args[0], code, &shown)
		}
	}
	if len(e.times) != rows {
		t.Fatalf("the portal has repeated the secrets of %d rows, want %d", len(e.times), rows)
	}
	e.search("what was printed", shown.Bytes(), rows)
	e.search("the store while the run went on", e.during.Bytes(), rows)
	err := filepath.WalkDir(e.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == in {
			return err
		}
		text, err := os.ReadFile(path)
		if book, zipErr := zip.NewReader(bytes.NewReader(text), int64(len(text))); zipErr == nil {
			for _, part := range book.File {
				r, err := part.Open()
				if err != nil {
					return err
				}
				plain, _ := io.ReadAll(r)
				text = append(text, plain...)
			}
		}
		e.search(filepath.Base(path), text, rows)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// search looks for the secrets in every form, whole and in pieces.
func (e *echo) search(where string, text []byte, rows int) {
	for row := range rows {
		for _, secret := range echoSecrets(row) {
			for name, form := range echoForms {
				if written := form(secret); bytes.Contains(text, []byte(written)) {
					e.t.Errorf("%s holds %q, %s", where, secret, name)
				}
			}
			for at := 0; at+8 <= len(secret); at++ {
				if piece := secret[at : at+8]; bytes.Contains(text, []byte(piece)) {
					e.t.Errorf("%s holds %q of %q", where, piece, secret)
					break
				}
			}
		}
	}
}
