package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"r7import/importer/portalsim"
)

// fits reports why a document is not as a schema of samples says.
func fits(t *testing.T, schema, document string) error {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile("../../samples/" + schema)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// TestJSONFitsItsSchemas: what commands print with --json, and what a run tells of its
// progress, is as the schemas in samples say.
func TestJSONFitsItsSchemas(t *testing.T) {
	refusing := portalsim.MailHost{Host: "imap.bad.test", Do: "refuse"}
	sim := portalsim.New(portalsim.Options{MailHosts: []portalsim.MailHost{refusing}, Latency: 50 * time.Millisecond})
	server := httptest.NewServer(sim)
	defer server.Close()
	defer sim.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "accounts.csv")
	text := "name,email,password,server,port,smtp_server,smtp_port,portal_user,portal_password\n" +
		"A,a@example.com,secret-1,imap.example.com,993,smtp.example.com,465,a@example.com,p1\n" +
		"B,b@example.com,secret-2,imap.bad.test,993,smtp.example.com,465,b@example.com,p2\n" +
		"C,c@example.com,secret-3,imap.example.com,99x,smtp.example.com,465,c@example.com,p3\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	portal := []string{"--portal", server.URL, "--state", filepath.Join(dir, "state")}
	seen := make(map[string]bool)
	for _, args := range [][]string{
		{"validate", file}, {"plan", file, "--progress", "json"},
		{"run", file, "--yes", "--progress", "json", "--annotate", filepath.Join(dir, "fix.csv"), "-o", filepath.Join(dir, "r.csv")},
		{"verify", file}, {"run", filepath.Join(dir, "none.csv")}, {"run", file, "--yes", "--failed-of", "nothing"},
	} {
		if args[0] != "validate" {
			args = append(args, portal...)
		}
		var out, messages bytes.Buffer
		_ = run(t.Context(), append(args, "--json"), strings.NewReader(""), &out, &messages, []string{"LC_ALL=C", "HOME=" + dir})
		if err := fits(t, "summary.schema.json", out.String()); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(args[:2], " "), err, &out)
		}
		if strings.Contains(out.String()+messages.String(), "secret-") {
			t.Errorf("%s tells a password", args[0])
		}
		for line := range strings.Lines(messages.String()) {
			if !strings.HasPrefix(line, "{") {
				continue
			}
			if err := fits(t, "progress.schema.json", line); err != nil {
				t.Errorf("%s: %v\n%s", args[0], err, line)
			}
			for _, event := range []string{"progress", "row"} {
				seen[event] = seen[event] || strings.Contains(line, `"event":"`+event+`"`)
			}
		}
	}
	if !seen["progress"] || !seen["row"] {
		t.Errorf("events seen: %v", seen)
	}
	for schema, wrong := range map[string]string{
		"summary.schema.json": `{"schema":"r7import.summary/2"}`, "progress.schema.json": `{"schema":"r7import.progress/1","event":"row","time":"2026-01-01T00:00:00Z"}`,
	} {
		if fits(t, schema, wrong) == nil {
			t.Errorf("%s accepts %s", schema, wrong)
		}
	}
}
