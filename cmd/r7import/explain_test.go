package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"r7import/importer/portalsim"
)

// received is what a portal has been sent to make accounts of, by address.
type received struct {
	mu   sync.Mutex
	rows map[string]map[string]string // the fields of each, as the portal reads them
}

// record serves a portal and keeps what it is sent.
func (r *received) record(t *testing.T) (address string) {
	sim := portalsim.New(portalsim.Options{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		q.Body = io.NopCloser(bytes.NewReader(body))
		if q.Method == http.MethodPost && strings.HasPrefix(q.URL.Path, "/api/2.0/mail/accounts") {
			r.keep(q.Header.Get("Content-Type"), body)
		}
		sim.ServeHTTP(w, q)
	}))
	t.Cleanup(func() {
		server.Close()
		sim.Close()
	})
	return server.URL
}

func (r *received) keep(media string, body []byte) {
	fields := make(map[string]string)
	if media == "application/json" {
		var raw map[string]json.RawMessage
		_ = json.Unmarshal(body, &raw)
		for name, text := range raw {
			fields[name] = plainJSON(text)
		}
		fields["form"] = "false"
	} else {
		values, _ := url.ParseQuery(string(body))
		for name := range values {
			fields[name] = values.Get(name)
		}
		fields["form"] = "true"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows[fields["email"]] = fields
}

// plainJSON returns a text without its quotation marks, and any other value as it is.
func plainJSON(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// explainedTable is a file of accounts in which some columns are left out and some
// cells are empty, with the flags and the mapping file that fill the gaps.
type explainedTable struct {
	cells [][]string
	flags []string
}

const explainedMapping = `version: 1
defaults: {smtp_server: out.example.org, smtp_port: "465", restrict: "no"}
templates: {account: "{{ .email | localpart }}"}
`

// drawTable draws one. The addresses are new ones, told apart by serial.
func drawTable(t *rapid.T, serial int) (table explainedTable, mapped bool) {
	choice := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
	columns := map[string][]string{
		"name":                      {"", "Анна \"А\" <b> & Ко", "Boris"},
		"account":                   {"", "Anna.I", "DOMAIN\\anna"},
		"server":                    {"", "IMAP.Example.org", "192.0.2.7"},
		"port":                      {"", "993", "143", "995"},
		"smtp_server":               {"", "smtp.example.org"},
		"smtp_port":                 {"", "465", "587"},
		"smtp_account":              {"", "sender"},
		"smtp_password":             {"", "Kanarienvogel;2", "2027-01-10T12:00:00.50"},
		"smtp_auth":                 {"", "yes", "no"},
		"imap":                      {"", "IMAP"},
		"restrict":                  {"", "да", "нет"},
		"incoming_encryption_type":  {"", "SSL/TLS", "2"},
		"outcoming_encryption_type": {"", "STARTTLS", "1"},
		"auth_type_in":              {"", "login", "4"},
		"auth_type_smtp":            {"", "1", "cram-md5"},
	}
	header := []string{"email", "password", "portal_user", "portal_password"}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		if rapid.Bool().Draw(t, "has "+name) {
			header = append(header, name)
		}
	}
	table.cells = [][]string{header}
	for i := range rapid.IntRange(1, 4).Draw(t, "rows") {
		user := "anna" + strconv.Itoa(serial) + "-" + strconv.Itoa(i) + "@" + choice("domain", "example.org", "yandex.ru", "Mail.ru")
		row := []string{user, choice("password", "Kanarienvogel-1", "пароль 😀\\", " a\"b\u2028"), strings.ToLower(user), "portal-1"}
		for _, name := range header[len(row):] {
			row = append(row, choice(name, columns[name]...))
		}
		table.cells = append(table.cells, row)
	}
	if rapid.Bool().Draw(t, "set") {
		table.flags = append(table.flags, "--set", "server=set.example.org", "--set", "port=143")
	}
	if rapid.Bool().Draw(t, "preset") {
		table.flags = append(table.flags, "--preset", choice("preset name", "yandex360", "exchange=mail.example.org"))
	}
	return table, rapid.Bool().Draw(t, "mapping")
}

// TestExplainedIsSent runs files and compares each of the 17 fields of each row with
// what explain has said of it before.
func TestExplainedIsSent(t *testing.T) {
	portal := received{rows: make(map[string]map[string]string)}
	address := portal.record(t)
	compared, serial := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		folder, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		serial++
		table, mapped := drawTable(rt, serial)
		var text bytes.Buffer
		_ = csv.NewWriter(&text).WriteAll(table.cells)
		file := filepath.Join(folder, "staff.csv")
		flags := append([]string{file, "--portal", address, "--state", filepath.Join(folder, "state"), "--owner", "column"}, table.flags...)
		if mapped {
			flags = append(flags, "--mapping", filepath.Join(folder, "house.yaml"))
		}
		for name, content := range map[string]string{"staff.csv": text.String(), "house.yaml": explainedMapping} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
				rt.Fatal(err)
			}
		}
		call := func(args ...string) (string, int) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), append(args, flags...), strings.NewReader(""), &stdout, &stderr, []string{"HOME=" + folder, "LC_ALL=C"})
			return stdout.String(), code
		}
		explained := make(map[string]explainedRow)
		for i := range table.cells[1:] {
			out, code := call("explain", "--json", "--row", strconv.Itoa(i+2))
			if code == exitFile { // the columns do not do
				return
			}
			var row explainedRow
			if err := json.Unmarshal([]byte(out), &row); code != exitDone || err != nil {
				rt.Fatalf("explain ended with %d: %v\n%s", code, err, out)
			}
			if strings.Contains(out, "Kanarienvogel") {
				rt.Fatalf("a password is shown:\n%s", out)
			}
			explained[table.cells[i+1][0]] = row
		}
		_, code := call("run", "--yes", "--rate", "1000/s", "--progress", "none", "--max-per-owner", "9", "-q")
		if code != exitDone && code != exitRows {
			rt.Fatalf("run ended with %d", code)
		}
		for email, row := range explained {
			sent, was := portal.rows[row.address(email)]
			if was != (row.Would.Status == "would_create") {
				rt.Fatalf("%s: %s, and sent: %v", email, row.Would.Status, was)
			}
			if was {
				compared++
				row.compare(rt, table, email, sent)
			}
		}
	})
	t.Logf("%d rows compared", compared)
	if compared == 0 {
		t.Error("no row was sent")
	}
}

// explainedRow is what the test reads of an explanation.
type explainedRow struct {
	Form   bool
	Fields []struct {
		Field, From string
		Sent        json.RawMessage
	}
	Would struct{ Status string }
}

// address is what the row says is sent as the address.
func (r *explainedRow) address(typed string) string {
	for _, f := range r.Fields {
		if f.Field == "email" {
			return plainJSON(f.Sent)
		}
	}
	return typed
}

// compare compares an explanation with what the portal was sent. What is masked is
// compared with the cell that it is said to come from.
func (r *explainedRow) compare(t *rapid.T, table explainedTable, email string, sent map[string]string) {
	row := table.cells[slices.IndexFunc(table.cells, func(cells []string) bool { return cells[0] == email })]
	count := 0
	for _, f := range r.Fields {
		if f.Sent == nil {
			continue
		}
		count++
		got, want := sent[f.Field], plainJSON(f.Sent)
		if f.Field == "password" || f.Field == "smtp_password" && f.From != "" {
			cell := f.Field
			if f.From == "row" {
				cell = "password"
			}
			if want != "***" {
				t.Fatalf("%s: %s is not masked", email, f.Field)
			}
			want = row[slices.Index(table.cells[0], cell)]
		}
		if got != want {
			t.Fatalf("%s: %s was sent as %q, explained as %q from %s", email, f.Field, got, want, f.From)
		}
	}
	if count != 17 || sent["form"] != strconv.FormatBool(r.Form) {
		t.Fatalf("%s: %d fields explained, form %v; sent with form %s", email, count, r.Form, sent["form"])
	}
}
