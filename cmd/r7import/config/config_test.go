package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"r7import/cmd/r7import/config"
	"r7import/importer/diagnosis"
)

// resolve parses args and joins them with the environment and the text of a file.
func resolve(t *testing.T, args, env []string, file string) (config.Settings, config.Origins, error) {
	t.Helper()
	s := config.Defaults()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Register(flags, &s, config.Of(config.Groups...)...)
	if err := flags.Parse(args); err != nil {
		return s, nil, err
	}
	f, err := config.Parse("config.yaml", []byte(file))
	if err != nil {
		return s, nil, err
	}
	files := []config.File{f}
	if job, err := f.Job("nightly", ""); err == nil {
		files = []config.File{job, f}
	}
	origins, err := config.Resolve(flags, &s, config.NewEnvironment(env), files...)
	return s, origins, err
}

func TestPrecedence(t *testing.T) {
	for _, tc := range []struct {
		name      string
		args, env []string
		file      string
		key       string
		want      string
		origin    config.Origin
	}{
		{"nothing said", nil, nil, "", "rate", "10/s", config.ByDefault},
		{"file", nil, nil, "rate: 7/s", "rate", "7/s", config.ByFile},
		{"environment before file", nil, []string{"R7IMPORT_RATE=300/m"}, "rate: 7/s", "rate", "5/s", config.ByEnvironment},
		{"flag before all", []string{"--rate=2"}, []string{"R7IMPORT_RATE=300/m"}, "rate: 7/s", "rate", "2/s", config.ByFlag},
		{"flag that says the default", []string{"--rate=10/s"}, nil, "rate: 7/s", "rate", "10/s", config.ByFlag},
		{"empty variable is not set", nil, []string{"R7IMPORT_RATE="}, "rate: 7/s", "rate", "7/s", config.ByFile},
		{"switch", []string{"--json"}, nil, "", "json", "true", config.ByFlag},
		{"switch switched off", []string{"--json=false"}, nil, "json: true", "json", "false", config.ByFlag},
		{"short", []string{"-o", "a.csv", "-o", "b.xlsx"}, nil, "", "report", "a.csv, b.xlsx", config.ByFlag},
		{"list in the file", nil, nil, "report: [a.csv, b.xlsx]", "report", "a.csv, b.xlsx", config.ByFile},
		{"one for a list", nil, nil, "report: a.csv", "report", "a.csv", config.ByFile},
		{"lines of a variable", nil, []string{"R7IMPORT_REPORT=a.csv\nb.xlsx\n"}, "report: c.csv", "report", "a.csv, b.xlsx", config.ByEnvironment},
		{"underscore", nil, nil, "allowed_mail_hosts:\n  - imap.example.com\n", "allowed-mail-hosts", "imap.example.com", config.ByFile},
		{"number in the file", nil, nil, "workers: 8", "workers", "8", config.ByFile},
		{"quoted", nil, nil, `rows: "5,10-20"`, "rows", "5,10-20", config.ByFile},
		{"number of rows", []string{"--max-failures", "50"}, nil, "", "max-failures", "50", config.ByFlag},
		{"percentage", nil, nil, "max-failures: 5%", "max-failures", "5%", config.ByFile},
		{"tab by name", []string{"--delimiter", "tab"}, nil, "", "delimiter", "tab", config.ByFlag},
		{"delimiter", nil, nil, "delimiter: ';'", "delimiter", ";", config.ByFile},
		{"no value", nil, nil, "portal:\n", "portal", "", config.ByDefault},
		{"comments only", nil, nil, "# nothing\n", "owner", "auto", config.ByDefault},
		{"guard by file", nil, nil, "owner: self", "owner", "self", config.ByFile},
		{"reference", []string{"--token=file:/run/token"}, nil, "", "token", "file:/run/token", config.ByFlag},
		{"variable that holds a secret", nil, []string{"R7IMPORT_TOKEN=" + canary}, "token: keyring:a", "token", "env:R7IMPORT_TOKEN", config.ByEnvironment},
		{"two ways to say one thing", []string{"--token-file=a"}, []string{"R7IMPORT_TOKEN=" + canary}, "user: anna@example.com", "token", "", config.ByDefault},
		{"the louder of both", []string{"--token-file=a"}, nil, "user: anna@example.com", "user", "", config.ByDefault},
		{"job before file", nil, nil, "rate: 7/s\njobs:\n  nightly:\n    rate: 3/s\n", "rate", "3/s", config.ByJob},
		{"file where the job is silent", nil, nil, "rate: 7/s\njobs:\n  nightly:\n    workers: 3\n", "rate", "7/s", config.ByFile},
		{"environment before job", nil, []string{"R7IMPORT_RATE=2"}, "jobs:\n  nightly:\n    rate: 3/s\n", "rate", "2/s", config.ByEnvironment},
		{"flag before job", []string{"--rate=1"}, nil, "jobs:\n  nightly:\n    rate: 3/s\n", "rate", "1/s", config.ByFlag},
		{"other job", nil, nil, "jobs:\n  nightly: {workers: 3}\n  weekly: {rate: 3}\n", "rate", "10/s", config.ByDefault},
		{"job of one item for a list", nil, nil, "report: [a.csv, b.csv]\njobs:\n  nightly: {report: c.csv}\n", "report", "c.csv", config.ByJob},
		{"unguarded value of a guarded key", nil, []string{"R7IMPORT_OWNER=column"}, "", "owner", "column", config.ByEnvironment},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, origins, err := resolve(t, tc.args, tc.env, tc.file)
			if err != nil {
				t.Fatalf("Resolve(%q, %q, %q): %v", tc.args, tc.env, tc.file, err)
			}
			k, _ := config.Named(tc.key)
			if got := k.Show(&s); got != tc.want {
				t.Errorf("%s = %q, want %q", tc.key, got, tc.want)
			}
			if got := origins.Of(k); got != tc.origin {
				t.Errorf("origin of %s = %s, want %s", tc.key, got, tc.origin)
			}
		})
	}
}

const canary = "Kanarienvogel-77"

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name      string
		args, env []string
		file      string
		want      diagnosis.Code
		facts     string // a part of the error
	}{
		{"flag not a rate", []string{"--rate", canary}, nil, "", diagnosis.ValueNotRate, `Name="--rate"`},
		{"rate of zero", []string{"--rate", "0"}, nil, "", diagnosis.ValueNotRate, ""},
		{"rate not a number", []string{"--rate", "NaN"}, nil, "", diagnosis.ValueNotRate, ""},
		{"rate an hour", []string{"--rate", "10/h"}, nil, "", diagnosis.ValueNotRate, ""},
		{"variable not a duration", nil, []string{"R7IMPORT_TIMEOUT=" + canary}, "", diagnosis.ValueNotDuration, `Name="R7IMPORT_TIMEOUT"`},
		{"negative duration", nil, []string{"R7IMPORT_GRACE=-1s"}, "", diagnosis.ValueNotDuration, ""},
		{"file not a number", nil, nil, "lang: ru\nworkers: " + canary, diagnosis.ValueNotNumber, `Name="config.yaml [2:10] workers"`},
		{"number too small", []string{"--workers=0"}, nil, "", diagnosis.ValueNotNumber, `Min="1"`},
		{"fraction", nil, nil, "workers: 3.7", diagnosis.ValueNotNumber, ""},
		{"choice", []string{"--owner", canary}, nil, "", diagnosis.ValueNotOffered, `Choices="auto, self, column, impersonate"`},
		{"share of nothing", []string{"--max-changes", "0"}, nil, "", diagnosis.ValueNotShare, ""},
		{"more than all", []string{"--max-changes", "101%"}, nil, "", diagnosis.ValueNotShare, ""},
		{"delimiter", []string{"--delimiter", "x"}, nil, "", diagnosis.ValueNotOffered, ""},
		{"switch", nil, nil, "json: " + canary, diagnosis.ValueNotSwitch, ""},
		{"empty", []string{"--sheet="}, nil, "", diagnosis.ValueEmpty, ""},
		{"fill without field", []string{"--set", canary}, nil, "", diagnosis.ValueNotFill, ""},
		{"fill of an unknown field", []string{"--set", "host=" + canary}, nil, "", diagnosis.ValueNotFill, ""},
		{"fill of a password", []string{"--set", "password=" + canary}, nil, "", diagnosis.SetSecret, `Field="password"`},
		{"password in the address", []string{"--portal", "https://anna:" + canary + "@portal.example.com"}, nil, "", diagnosis.PortalURLExtra, ""},
		{"token in the address", nil, []string{"R7IMPORT_PORTAL=https://portal.example.com/?token=" + canary}, "", diagnosis.PortalURLExtra, ""},
		{"guard by variable", nil, []string{"R7IMPORT_YES=1"}, "", diagnosis.GuardInEnvironment, `Name="--yes"`},
		{"guarded value by variable", nil, []string{"R7IMPORT_OWNER=self"}, "", diagnosis.GuardInEnvironment, `Variable="R7IMPORT_OWNER"`},
		{"bare secret", []string{"--token", canary}, nil, "", diagnosis.SecretBare, `Name="--token"`},
		{"bare secret in the file", nil, nil, "password: " + canary, diagnosis.SecretBare, `Name="config.yaml [1:11] password"`},
		{"bare secret with a colon", []string{"--password", "pass:" + canary}, nil, "", diagnosis.SecretBare, ""},
		{"credential in another folder", []string{"--token", "credential:../" + canary}, nil, "", diagnosis.SecretBare, ""},
		{"no name", []string{"--token", "env:"}, nil, "", diagnosis.SecretBare, ""},
		{"token and user", []string{"--token", "env:T", "--user", "anna@example.com"}, nil, "", diagnosis.FlagsTogether, `First="--token"`},
		{"both ways in the file", nil, nil, "password: env:P\npassword-file: p", diagnosis.FlagsTogether, `Second="--password-file"`},
		{"key in a job", nil, nil, "jobs:\n  nightly:\n    " + canary + ": x", diagnosis.ConfigKeyUnknown, `Line="3"`},
		{"value in a job", nil, nil, "jobs:\n  nightly:\n    workers: " + canary, diagnosis.ValueNotNumber, `Name="config.yaml [3:14] workers"`},
		{"name of a job", nil, nil, "jobs:\n  ../" + canary + ":\n    rate: 1", diagnosis.JobName, `Line="2"`},
		{"job twice", nil, nil, "jobs:\n  a: {rate: 1}\n  a: {rate: 2}", diagnosis.YAMLTwice, `Line="3"`},
		{"jobs in a job", nil, nil, "jobs:\n  a:\n    jobs: {}", diagnosis.ConfigKeyUnknown, ""},
		{"list of jobs", nil, nil, "jobs: [a]", diagnosis.YAMLForm, ""},
		{"key", nil, nil, "rate: 1\n" + canary + ": x", diagnosis.ConfigKeyUnknown, `Line="2"`},
		{"mistyped key", nil, nil, "wokrers: 2", diagnosis.ConfigKeyUnknown, `Near="workers"`},
		{"list for a single value", nil, nil, "portal: [" + canary + "]", diagnosis.ConfigValueForm, `Key="portal"`},
		{"mapping for a value", nil, nil, "report:\n  " + canary + ": a", diagnosis.ConfigValueForm, ""},
		{"anchor", nil, nil, "portal: &a " + canary, diagnosis.ConfigValueForm, ""},
		{"not a mapping", nil, nil, canary, diagnosis.ConfigNotKeys, ""},
		{"not YAML", nil, nil, "portal: [" + canary, diagnosis.YAMLSyntax, `Line="1"`},
		{"twice", nil, nil, "rate: 1\nrate: 2", diagnosis.YAMLTwice, `Line="2"`},
		{"two documents", nil, nil, "rate: 1\n---\nrate: 2", diagnosis.YAMLSyntax, ""},
		{"tag of no name", nil, nil, "rate:\n  ! 00000", diagnosis.ConfigValueForm, `Line="2"`},
		{"alias of itself", nil, nil, "report: &a [*a]", diagnosis.ConfigValueForm, ""},
		{"keys without an end", nil, nil, "{? {? ", diagnosis.YAMLSyntax, ""},
		{"anchor of a brace", nil, nil, "&{0", diagnosis.YAMLSyntax, ""},
		{"block of no indentation", nil, nil, "|0#", diagnosis.YAMLSyntax, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := resolve(t, tc.args, tc.env, tc.file)
			got := first(err)
			if got == nil || got.Code != tc.want || !strings.Contains(got.Error(), tc.facts) {
				t.Fatalf("Resolve(%q, %q, %q) = %v, want %s with %q", tc.args, tc.env, tc.file, err, tc.want, tc.facts)
			}
			if strings.Contains(got.Error(), canary) {
				t.Errorf("%v repeats the value", got)
			}
			if got.Code.Scope() != diagnosis.Usage {
				t.Errorf("%s has the scope %d, want Usage", got.Code, got.Code.Scope())
			}
		})
	}
}

func first(err error) *diagnosis.Problem {
	var one *diagnosis.Problem
	var many diagnosis.Problems
	switch {
	case errors.As(err, &many):
		return &many[0]
	case errors.As(err, &one):
		return one
	}
	return nil
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, _, err := resolve(t, nil, []string{"R7IMPORT_RATE=x", "R7IMPORT_YES=1"}, "workers: x\nsettle: x")
	var many diagnosis.Problems
	if !errors.As(err, &many) || len(many) != 4 {
		t.Errorf("Resolve found %v, want 4 problems", err)
	}
}

func TestDurationsAreShownAsTyped(t *testing.T) {
	for _, text := range []string{"25s", "3m", "1m30s", "10m", "2h", "1h30m", "1h0m5s", "90d"} {
		s, _, err := resolve(t, []string{"--timeout", text}, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		k, _ := config.Named("timeout")
		if got := k.Show(&s); got != text {
			t.Errorf("--timeout %s is shown as %s", text, got)
		}
	}
}

func TestStrangers(t *testing.T) {
	env := config.NewEnvironment([]string{"R7IMPORT_RATE=1", "R7IMPORT_WORKRES=" + canary, "R7IMPORT_TOKEN=x", "HOME=/root"})
	var got []string
	for _, p := range config.Strangers(env, "R7IMPORT_TOKEN") {
		got = append(got, p.Error())
	}
	if diff := cmp.Diff([]string{`VARIABLE_UNKNOWN Near="R7IMPORT_WORKERS" Variable="R7IMPORT_WORKRES"`}, got); diff != "" {
		t.Errorf("Strangers: want -, got +\n%s", diff)
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if _, err := config.Open(path); first(err) == nil || first(err).Code != diagnosis.ConfigUnreadable {
		t.Errorf("Open(missing) = %v, want CONFIG_UNREADABLE", err)
	}
	if err := os.WriteFile(path, []byte("lang: ru\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := config.Open(path)
	if err != nil || f.Text("lang") != "ru" || f.Text("portal") != "" {
		t.Errorf("Open = lang %q, portal %q, %v", f.Text("lang"), f.Text("portal"), err)
	}
	if err := os.WriteFile(path, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Open(path); first(err) == nil || first(err).Code != diagnosis.ConfigUnreadable {
		t.Errorf("Open(2 MiB) = %v, want CONFIG_UNREADABLE", err)
	}
}

func TestFolders(t *testing.T) {
	for _, tc := range []struct {
		system              string
		env                 []string
		wantFile, wantState string
	}{
		{"linux", []string{"HOME=/home/anna"}, "/home/anna/.config/r7import/config.yaml", "/home/anna/.local/state/r7import"},
		{"linux", []string{"HOME=/home/anna", "XDG_CONFIG_HOME=/c", "XDG_STATE_HOME=/s"}, "/c/r7import/config.yaml", "/s/r7import"},
		{"linux", []string{"HOME=/home/anna", "XDG_STATE_HOME=relative"}, "/home/anna/.config/r7import/config.yaml", "/home/anna/.local/state/r7import"},
		{"darwin", []string{"HOME=/Users/anna"}, "/Users/anna/Library/Application Support/r7import/config.yaml", "/Users/anna/Library/Application Support/r7import"},
		{"windows", []string{"APPDATA=/roaming", "LOCALAPPDATA=/local"}, "/roaming/r7import/config.yaml", "/local/r7import"},
		{"linux", nil, "", ""},
		{"windows", []string{"HOME=/x"}, "", ""},
	} {
		env := config.NewEnvironment(tc.env)
		if got := filepath.ToSlash(config.DefaultFile(tc.system, env)); got != tc.wantFile {
			t.Errorf("DefaultFile(%s, %q) = %q, want %q", tc.system, tc.env, got, tc.wantFile)
		}
		if got := filepath.ToSlash(config.StateFolder(tc.system, env)); got != tc.wantState {
			t.Errorf("StateFolder(%s, %q) = %q, want %q", tc.system, tc.env, got, tc.wantState)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"rate: 1", "report: [a, b]", "a: &b c", "- x", "portal: |\n  x\n", "\t", "rate: 1\n---\nrate: 2", "? x\n: y", "<<: {a: b}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := config.Parse("config.yaml", []byte(text)); err != nil && first(err) == nil {
			t.Errorf("Parse(%q) = %v, which is no problem of ours", text, err)
		}
	})
}
