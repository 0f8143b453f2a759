package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"r7import/importer/portalsim"
)

// rehearsed is what a migration says in one language, by station.
type rehearsed struct {
	language string
	address  string // header of the template for the address
	odd      string // what the organisation calls that column
	says     map[string][]string
}

var rehearsals = []rehearsed{
	{"en", "Email", "Staff mail", map[string][]string{
		"template":     {`fill in one row for each mailbox, then .r7import validate accounts\.xlsx`},
		"unmapped":     {`needed fields without a column: email`, "`r7import mapping FILE` proposes"},
		"mapping":      {`"Staff mail"`},
		"validate":     {`^12 rows: valid 12$`},
		"owners":       {`(?m)^Written: with-owners\.xlsx$`},
		"plan":         {`^12 rows: would be created 12$`, `12 people, as whom an administrator acts`},
		"run":          {`12 rows: `, `(?m)an earlier run|earlier runs`},
		"verify":       {`signing in as the run \S+ did: --owner impersonate`, `^12 rows: unchanged 12$`, `Wanted 12, there 12, as asked 12, different 0, missing 0`},
		"verify again": {`^12 rows: unchanged 11, missing 1$`, "`r7import run` with the same file makes it"},
		"run again":    {`^12 rows: created 1, unchanged 11$`},
		"disable":      {`^12 rows: switched off \d+, waits for a decision \d$`, `it is not proven that the run made this account; it was left alone`},
		"undo":         {`^12 rows: removed \d+, waits for a decision \d$`, `if it is to go, remove it there`},
		"undo again":   {`^12 rows: removed 12$`},
	}},
	{"ru", "Почта", "Электронка сотрудника", map[string][]string{
		"template":     {`заполните по одной строке на каждый ящик, затем .r7import validate accounts\.xlsx`},
		"unmapped":     {`обязательные поля без столбца: «Почта»`, "`r7import mapping ФАЙЛ` предлагает"},
		"mapping":      {`Электронка сотрудника`},
		"validate":     {`^12 строк: `},
		"owners":       {`(?m)with-owners\.xlsx$`},
		"plan":         {`^12 строк: будет создано 12$`, `12 человек, от их имени действует администратор`},
		"run":          {`12 строк: `},
		"verify":       {`вход — как в запуске \S+: --owner impersonate`, `^12 строк: без изменений 12$`},
		"verify again": {`^12 строк: без изменений 11, `, "`r7import run` с тем же файлом"},
		"run again":    {`^12 строк: создано 1, без изменений 11$`},
		"disable":      {`^12 строк: выключено \d+, ждёт решения \d$`, `не доказано, что запись создал этот запуск; она не тронута`},
		"undo":         {`^12 строк: удалено \d+, ждёт решения \d$`, `если она не нужна, удалите её там`},
		"undo again":   {`^12 строк: удалено 12$`},
	}},
}

// TestRehearsal goes through a whole migration, as an administrator with nothing but
// the manual rehearses it: from an empty template to accounts that are gone again.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	for _, words := range rehearsals {
		t.Run(words.language, func(t *testing.T) {
			t.Parallel()
			rehearse(t, &words)
		})
	}
}

func rehearse(t *testing.T, words *rehearsed) {
	const people = 12
	options := portalsim.Options{
		Latency: 10 * time.Millisecond, OnlyPeople: true, Tokens: map[string]string{"admin-token": "admin@example.org"},
		Impersonation: portalsim.Impersonation{Available: true, Enabled: true},
		People:        []portalsim.Person{{Email: "admin@example.org", Owner: true}},
	}
	for n := range people {
		options.People = append(options.People, portalsim.Person{Email: staffAddress(n)})
	}
	sim := portalsim.New(options)
	defer sim.Close()
	var creates atomic.Int64
	killed := make(chan func(), 1) // what the sixth create call ends, once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "mail/accounts") && creates.Add(1) == 6 {
			select {
			case kill := <-killed:
				kill()
			default:
			}
		}
		sim.ServeHTTP(w, r)
	}))
	defer server.Close()
	program, err := exec.LookPath("r7import")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(program, append(args, "--lang", words.language)...)
		cmd.Dir, cmd.Env = folder, []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH"), endAtOnce}
		return cmd
	}
	// station gives a command and checks how it ends and what it says.
	station := func(name string, code int, args ...string) string {
		t.Helper()
		cmd := command(args...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if got := exitCodeOf(cmd.Run()); got != code {
			t.Fatalf("%s: %v ended with %d, want %d\n%s%s", name, args, got, code, &stdout, &stderr)
		}
		for _, want := range words.says[name] {
			if !regexp.MustCompile("(?m)" + want).MatchString(stdout.String() + stderr.String()) {
				t.Errorf("%s: %v does not say %q:\n%s%s", name, args, want, &stdout, &stderr)
			}
		}
		return stdout.String()
	}
	accounts := func(name string, least, most int) []portalsim.Account {
		t.Helper()
		there := slices.DeleteFunc(sim.Accounts(), func(a portalsim.Account) bool { return a.Removed })
		if len(there) < least || len(there) > most {
			t.Fatalf("%s: the portal has %d accounts, want %d to %d", name, len(there), least, most)
		}
		return there
	}
	if err := os.WriteFile(filepath.Join(folder, "token"), []byte("admin-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := []string{"--portal", server.URL, "--state", "state", "--token-file", "token", "--rate", "200/s"}
	with := func(args ...string) []string { return append(args, at...) }

	station("template", exitDone, "template", "-o", "accounts.xlsx", "--owner", "impersonate")
	fillIn(t, filepath.Join(folder, "accounts.xlsx"), func(f *excelize.File, sheet string) {
		set := func(column string, row int, value string) {
			if err := f.SetCellStr(sheet, column+strconv.Itoa(row), value); err != nil {
				t.Fatal(err)
			}
		}
		if header, err := f.GetCellValue(sheet, "B1"); err != nil || header != words.address {
			t.Fatalf("the header of B is %q, want %q (%v)", header, words.address, err)
		}
		set("B", 1, words.odd)
		for n := range people {
			row := n + 2
			for column, value := range map[string]string{
				"A": "Ivan Petrov", "B": staffAddress(n), "C": "secret-" + strconv.Itoa(n),
				"E": "imap.example.org", "F": "993", "H": "smtp.example.org", "I": "465",
			} {
				set(column, row, value)
			}
		}
	})
	station("unmapped", exitFile, "validate", "accounts.xlsx")
	station("mapping", exitDone, "mapping", "accounts.xlsx", "-o", "mapping.yaml", "--set", "restrict=true")
	station("validate", exitDone, "validate", "accounts.xlsx", "--mapping", "mapping.yaml")
	station("owners", exitDone, with("owners", "accounts.xlsx", "--mapping", "mapping.yaml", "-o", "with-owners.xlsx")...)
	sheet := []string{"with-owners.xlsx", "--mapping", "mapping.yaml"}
	station("plan", exitDone, with(append([]string{"plan"}, append(sheet, "--owner", "impersonate")...)...)...)
	accounts("plan", 0, 0)

	run := with(append([]string{"run"}, append(sheet, "--owner", "impersonate", "--yes")...)...)
	first := command(run...)
	killed <- func() { _ = first.Process.Kill() }
	if code := exitCodeOf(first.Run()); code != -1 {
		t.Fatalf("the first run ended with %d and was not killed", code)
	}
	station("run", exitDone, append(run, "--settle", "1s")...)
	accounts("run", people, people)

	verify := with(append([]string{"verify"}, sheet...)...)
	station("verify", exitDone, append(verify, "--proof", "proof.txt")...)
	if err := removeByHand(server.URL, staffAddress(3)); err != nil {
		t.Fatal(err)
	}
	station("verify again", exitRows, verify...)
	station("run again", exitDone, run...)
	accounts("run again", people, people)

	var list struct {
		Runs []struct{ ID, Kind string }
	}
	if err := json.Unmarshal([]byte(station("runs", exitDone, "runs", "--portal", server.URL, "--state", "state", "--json")), &list); err != nil {
		t.Fatal(err)
	}
	undo := []string{"undo"}
	for _, r := range list.Runs {
		if r.Kind == "run" {
			undo = append(undo, r.ID)
		}
	}
	undo = with(append(undo, append(sheet, "--yes")...)...)
	// The answers to the rows at which the first run was killed never came, so their
	// accounts are not proven to be ours: they are left to the administrator.
	station("disable", exitRows, append(undo, "--disable")...)
	accounts("disable", people, people)
	station("undo", exitRows, undo...)
	for _, left := range accounts("undo", 1, 4) {
		if err := removeByHand(server.URL, left.Address); err != nil {
			t.Fatal(err)
		}
	}
	station("undo again", exitDone, undo...)
	accounts("undo again", 0, 0)
}

func staffAddress(n int) string { return "staff" + strconv.Itoa(n) + "@example.org" }
