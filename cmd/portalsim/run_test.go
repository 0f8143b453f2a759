package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// output is written by the program while the test reads it.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func noEnvironment(string) string { return "" }

// process is the program under way.
type process struct {
	t              *testing.T
	stop           context.CancelFunc
	code           chan int
	stdout, stderr output
	api, control   string
}

// launch runs the program on free ports and waits until it says where it is.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &process{t: t, stop: cancel, code: make(chan int, 1)}
	args = append([]string{"--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"}, args...)
	go func() { p.code <- run(ctx, args, noEnvironment, &p.stdout, &p.stderr) }()
	t.Cleanup(func() {
		cancel()
		http.DefaultClient.CloseIdleConnections()
	})
	urls := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for range 500 {
		if text := p.stdout.String(); strings.Contains(text, "Ctrl-C") {
			found := urls.FindAllString(text, 2)
			p.api, p.control = found[0], found[1]
			return p
		}
		select {
		case code := <-p.code:
			t.Fatalf("exit code %d, stderr: %s", code, p.stderr.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatalf("it does not start: %s", p.stdout.String())
	return nil
}

// end stops it as a signal does and returns the exit code.
func (p *process) end() int {
	p.t.Helper()
	p.stop()
	select {
	case code := <-p.code:
		return code
	case <-time.After(10 * time.Second):
		p.t.Fatal("it does not stop")
		return -1
	}
}

func (p *process) do(method, url, body string, header ...string) (int, string) {
	p.t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text)
}

func (p *process) signIn(user, password string) (int, string) {
	p.t.Helper()
	status, text := p.do("POST", p.api+"/api/2.0/authentication", fmt.Sprintf(`{"userName":%q,"password":%q}`, user, password))
	var answer struct{ Response struct{ Token string } }
	json.Unmarshal([]byte(text), &answer)
	return status, answer.Response.Token
}

const create = `{"email":"a@example.org","account":"a","password":"p","server":"imap.example.org","port":993,"smtp_account":"a","smtp_password":"p",
	"smtp_server":"smtp.example.org","smtp_port":465,"smtp_auth":true,"imap":true,"incoming_encryption_type":1,"outcoming_encryption_type":1,"auth_type_in":1,"auth_type_smtp":1}`

func TestServes(t *testing.T) {
	p := launch(t, "--token-for", "anna@example.org", "--people", "5", "--version", "12.5")
	for _, part := range []string{"12.5.2", "Token of anna@example.org: ", "curl -H", "r7import run", p.control + "/_sim/"} {
		if !strings.Contains(p.stdout.String(), part) {
			t.Errorf("it does not say %q: %s", part, p.stdout.String())
		}
	}
	token := regexp.MustCompile(`Token of anna@example.org: (\S+)`).FindStringSubmatch(p.stdout.String())[1]
	if status, text := p.do("GET", p.api+"/api/2.0/people/@self", "", "Authorization", token); status != 200 || !strings.Contains(text, "anna@example.org") {
		t.Errorf("@self with the printed token = %d %s", status, text)
	}
	_, token = p.signIn("ivan@example.org", "any")
	if status, text := p.do("POST", p.api+"/api/2.0/mail/accounts", create, "Authorization", token); status != 201 {
		t.Errorf("create = %d %s", status, text)
	}
	if status, text := p.do("GET", p.control+"/_sim/stats", ""); status != 200 || !strings.Contains(text, `"created": 1`) {
		t.Errorf("stats = %d %s", status, text)
	}
	if status, text := p.do("GET", p.control+"/_sim/people", ""); status != 200 || strings.Count(text, `"email"`) != 8 {
		t.Errorf("people = %d %s, want five invented, the owner and two who came", status, text)
	}
	if status, _ := p.do("GET", p.api+"/_sim/stats", ""); status != 404 {
		t.Errorf("/_sim/ on the portal's own port = %d, want 404", status)
	}
	if code := p.end(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if !strings.Contains(p.stdout.String(), "created: 1") {
		t.Errorf("no summary at the end: %s", p.stdout.String())
	}
}

func TestStopsWhileRequestsHang(t *testing.T) {
	p := launch(t, "--latency", "1h")
	go http.Get(p.api + "/api/2.0/capabilities")
	for range 200 {
		if _, text := p.do("GET", p.control+"/_sim/stats", ""); strings.Contains(text, `"requests": 1`) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if code := p.end(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestFlagsOverTheScenario(t *testing.T) {
	scenario := filepath.Join(t.TempDir(), "scenario.yaml")
	text := "version: \"11.0\"\nlanguage: ru\npeople:\n  - {email: boss@example.org, owner: true}\nmail_hosts:\n  - host: nowhere.example\n    do: unresolved\n"
	if err := os.WriteFile(scenario, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "--scenario", scenario, "--version", "12.7", "--refuse", "1", "--login-timeouts", "1ms,1ms")
	if !strings.Contains(p.stdout.String(), "boss@example.org is the owner") {
		t.Errorf("it does not name the owner: %s", p.stdout.String())
	}
	_, token := p.signIn("ivan@example.org", "any")
	status, answer := p.do("POST", p.api+"/api/2.0/mail/accounts", create, "Authorization", token)
	if status != 500 || !strings.Contains(answer, "Ответ сервера IMAP:") {
		t.Errorf("create = %d %s, want it refused in the scenario's language", status, answer)
	}
	if _, answer := p.do("GET", p.api+"/api/2.0/settings/version/build", ""); !strings.Contains(answer, "12.7.1") {
		t.Errorf("build = %s, want the flag's version", answer)
	}
}

func TestPeopleFile(t *testing.T) {
	files := map[string]string{
		"people.txt":  "\ufeff# staff\nivan@example.org secret words\n\nanna@example.org\ttabbed\nany@example.org\n",
		"people.yaml": "- email: ivan@example.org\n  password: secret words\n- email: anna@example.org\n  password: tabbed\n- email: any@example.org\n",
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			p := launch(t, "--people", path, "--only-people")
			tests := []struct {
				user, password string
				status         int
			}{
				{"ivan@example.org", "secret words", 201}, {"ivan@example.org", "x", 500}, {"anna@example.org", "tabbed", 201},
				{"any@example.org", "x", 201}, {"other@example.org", "x", 500},
			}
			for _, test := range tests {
				if status, _ := p.signIn(test.user, test.password); status != test.status {
					t.Errorf("sign-in of %s with %q = %d, want %d", test.user, test.password, status, test.status)
				}
			}
		})
	}
}

// A portal of which nothing is said has the people of the sample files, and lets its
// administrators act as them.
func TestKnowsThePeopleOfTheSamples(t *testing.T) {
	samples := map[string]string{ // what in a file an address ends with, or stands before
		"accounts.csv": `[\w.-]+@example\.org;[^;]+\r`, "google-workspace.csv": `[\w.]+@example\.net`, "personnel-1c.csv": `[a-z]+\.[a-z]+;`,
	}
	p := launch(t)
	_, token := p.signIn("admin@example.org", "any")
	person := func(address string) string {
		_, text := p.do("GET", p.api+"/api/2.0/people/email.json?email="+address, "", "Authorization", token)
		return text
	}
	for file, pattern := range samples {
		text, err := os.ReadFile(filepath.Join("..", "..", "samples", file))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindAllString(string(text), -1)
		if len(found) < 5 {
			t.Errorf("%s: only %d people", file, len(found))
		}
		for _, one := range found {
			address, _, _ := strings.Cut(one, ";")
			if !strings.Contains(address, "@") {
				address += "@example.org"
			}
			if answer := person(address); !strings.Contains(answer, `"email":"`+address+`"`) {
				t.Errorf("%s: %s is unknown: %s", file, address, answer)
			}
		}
	}
	id := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(person("p.abramov@example.org"))[1]
	if status, text := p.do("POST", p.api+"/api/2.0/security/impersonate/"+id, "", "Authorization", token); status != 201 {
		t.Errorf("impersonation = %d %s", status, text)
	}
	p = launch(t, "--impersonation=false", "--people", "1")
	_, token = p.signIn("admin@example.org", "any")
	if status, text := p.do("POST", p.api+"/api/2.0/security/impersonate/"+id, "", "Authorization", token); status != 403 {
		t.Errorf("impersonation where it is off = %d %s", status, text)
	}
	if answer := person("p.abramov@example.org"); !strings.Contains(answer, "User not found") {
		t.Errorf("with invented people p.abramov is %s", answer)
	}
}

func TestFaultFlags(t *testing.T) {
	tests := []struct {
		flag   string
		status int // of a create; 0 is no answer
		made   bool
	}{
		{"--fail", 502, false}, {"--html", 200, false}, {"--drop", 0, false}, {"--lose", 0, true}, {"--refuse", 500, false},
	}
	for _, test := range tests {
		t.Run(test.flag, func(t *testing.T) {
			p := launch(t, test.flag, "1", "--token-for", "a@example.org")
			token := regexp.MustCompile(`Token of \S+: (\S+)`).FindStringSubmatch(p.stdout.String())[1]
			status, answer := p.do("POST", p.api+"/api/2.0/mail/accounts", create, "Authorization", token)
			if status != test.status {
				t.Errorf("create = %d %s, want %d", status, answer, test.status)
			}
			if _, text := p.do("GET", p.control+"/_sim/stats", ""); strings.Contains(text, `"created": 1`) != test.made {
				t.Errorf("made is not %v: %s", test.made, text)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name string
		args []string
		code int
		part string
	}{
		{"unknown flag", []string{"--lattency", "1s"}, 2, "lattency"},
		{"argument", []string{"start"}, 2, "start"},
		{"remote address", []string{"--listen", "0.0.0.0:0"}, 2, "--allow-remote"},
		{"remote control address", []string{"--control", "192.0.2.1:0"}, 2, "--allow-remote"},
		{"empty host is all addresses", []string{"--listen", ":0"}, 2, "--allow-remote"},
		{"no scenario", []string{"--scenario", filepath.Join(dir, "none.yaml")}, 2, "none.yaml"},
		{"bad scenario", []string{"--scenario", write("bad.yaml", "latencyy: 1s\n")}, 2, "latencyy"},
		{"no people", []string{"--people", filepath.Join(dir, "none.txt")}, 2, "none.txt"},
		{"bad people", []string{"--people", write("bad.txt", "ivan@example.org\nanna\n")}, 2, "line 2"},
		{"bad people in YAML", []string{"--people", write("bad-people.yml", "- email: anna\n")}, 2, "people[0]"},
		{"bad version", []string{"--version", "seven"}, 2, "version"},
		{"bad state", []string{"--state", "asleep"}, 2, "state"},
		{"bad share", []string{"--fail", "2"}, 2, "share"},
		{"bad timeouts", []string{"--login-timeouts", "15s"}, 2, "15s,30s"},
		{"address in use", []string{"--listen", "127.0.0.1:0", "--control", taken.Addr().String()}, 1, "listen tcp"},
		{"no address", []string{"--listen", "nowhere", "--control", "off"}, 1, "nowhere"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			var stdout, stderr output
			code := run(ctx, test.args, noEnvironment, &stdout, &stderr)
			if code != test.code || !strings.Contains(stderr.String(), test.part) || !strings.HasPrefix(stderr.String(), "portalsim: error: ") {
				t.Errorf("run(%q) = %d, stderr %q; want %d with %q", test.args, code, stderr.String(), test.code, test.part)
			}
			if stdout.String() != "" {
				t.Errorf("stdout = %q, want nothing", stdout.String())
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	tests := []struct {
		name, flag, lang, want string
	}{
		{"flag", "ru", "en_US.UTF-8", "Параметры:"},
		{"environment", "", "ru_RU.UTF-8", "Параметры:"},
		{"flag over environment", "en", "ru_RU.UTF-8", "Flags:"},
		{"neither", "", "", "Flags:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := func(name string) string {
				if name == "LANG" {
					return test.lang
				}
				return ""
			}
			var stdout, stderr output
			if code := run(t.Context(), []string{"--help", "--lang", test.flag}, env, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), test.want) {
				t.Errorf("--help = %d %q, want %q", code, stdout.String(), test.want)
			}
		})
	}
}

// Both languages say everything, and say it with the same values.
func TestWordsAreComplete(t *testing.T) {
	for _, translate := range []translator{english, russian} {
		new(settings).define(translate).VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("flag %s has no text", f.Name)
			}
		})
	}
	for _, args := range [][]string{
		{"--lang", "en"}, {"--lang", "ru"}, {"--lang", "en", "--only-people"}, {"--lang", "ru", "--only-people"},
	} {
		p := launch(t, append(args, "--token-for", "a@example.org")...)
		p.end()
		text := p.stdout.String()
		values := []string{"12.7.1: " + p.api, p.control + "/_sim/", "admin@example.org", "a@example.org: ", "curl -H", "r7import run"}
		for _, value := range values {
			if !strings.Contains(text, value) {
				t.Errorf("%q does not say %q: %s", args, value, text)
			}
		}
		if numbers := regexp.MustCompile(`\b0\b`).FindAllString(text[strings.Index(text, "Ctrl-C"):], -1); len(numbers) != 6 || strings.Contains(text, "%!") {
			t.Errorf("%q does not sum up: %s", args, text)
		}
		var stdout, stderr output
		run(t.Context(), append(args, "--listen", "0.0.0.0:0"), noEnvironment, &stdout, &stderr)
		if text := stderr.String(); !strings.Contains(text, "0.0.0.0:0") || strings.Contains(text, "%!") {
			t.Errorf("%q says %q of a remote address", args, text)
		}
	}
}
