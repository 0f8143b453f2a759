package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/journal"
	"r7import/importer/portalsim"
)

func TestMain(m *testing.M) {
	// Most tests wait for processes that wait themselves; -parallel on the command line still decides.
	_ = flag.Set("test.parallel", "8")
	testscript.Main(m, map[string]func(){
		"r7import": func() {
			asksTestDNS()
			if os.Getenv(slowHashes) == "" {
				account.UsualCost = account.LeastCost
			}
			main()
		},
		"bare":     bareLoop,
		"bareread": readBarely,
		"curl":     curl,
		"inside":   showWorkbook,
	})
}

// slowHashes is the variable that gives a command of the tests the hashes of secrets it
// has in earnest. They take most of its time, and how slow they are is for other tests.
const slowHashes = "TEST_SLOW_HASHES"

// endAtOnce keeps the race detector from holding each process for a second at its
// end, in which it would look for races of goroutines that are left.
const endAtOnce = "GORACE=atexit_sleep_ms=0"

// TestScripts runs whole commands as a user would. Each script has a folder of
// its own for everything the program keeps.
func TestScripts(t *testing.T) { testscript.Run(t, scripts("testdata/script")) }

// scripts returns how the scripts of a folder run, with more in their environment.
func scripts(folder string, environment ...string) testscript.Params {
	return testscript.Params{
		Dir: folder,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, environment...)
			env.Values[portalKey{}] = new(portalValue)
			samples, err := filepath.Abs("../../samples")
			env.Vars = append(env.Vars,
				"HOME="+env.WorkDir, "XDG_CONFIG_HOME="+env.WorkDir+"/.config", "XDG_STATE_HOME="+env.WorkDir+"/.state",
				"APPDATA="+env.WorkDir+"/.config", "LOCALAPPDATA="+env.WorkDir+"/.state",
				"LC_ALL=en_US.UTF-8", "SAMPLES="+samples, "BAD=a\x1b[31mb", endAtOnce)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"portal":   startPortal,
			"dns":      startDNS,
			"accounts": countAccounts,
			"sessions": countSessions,
			"remove":   removeAccount,
			"locked":   lockState,
			"made":     nameRuns,
			"waits":    namePlan,
			"exit":     exitWith,
			"noleak":   noLeak,
			"terminal": onTerminal,
			"privacy":  checkPrivacy,
			"correct":  correctFile,
			"await":    awaitCommand,
			"glob":     checkGlobs,
			"smtp":     takeLetters,
			"calls":    takeCalls,
			"figure":   readFigures,
		},
		RequireUniqueNames: true,
		UpdateScripts:      os.Getenv("UPDATE_SCRIPTS") != "",
	}
}

// startPortal serves a simulated portal at $PORTAL until the script ends:
//
//	portal [scenario.yaml]
func startPortal(ts *testscript.TestScript, _ bool, args []string) {
	var options portalsim.Options
	if len(args) > 0 {
		file, err := os.Open(ts.MkAbs(args[0]))
		ts.Check(err)
		defer file.Close()
		options, err = portalsim.ReadScenario(file)
		ts.Check(err)
	}
	sim := portalsim.New(options)
	server := httptest.NewServer(sim)
	ts.Setenv("PORTAL", server.URL)
	ts.Value(portalKey{}).(*portalValue).portal = sim
	ts.Defer(func() {
		server.Close()
		sim.Close()
	})
}

// portalKey is where a script keeps its portal.
type portalKey struct{}

type portalValue struct {
	portal  *portalsim.Portal
	release func() // of a lock that is held
}

func (v *portalValue) unlock() {
	if v.release != nil {
		v.release()
		v.release = nil
	}
}

// countAccounts checks how many accounts the portal at $PORTAL has and how many
// create calls it has seen:
//
//	accounts 3 [calls]
func countAccounts(ts *testscript.TestScript, _ bool, args []string) {
	sim := ts.Value(portalKey{}).(*portalValue).portal
	creates := 0
	for _, r := range sim.Requests() {
		if r.Method == "POST" && strings.Contains(r.Path, "mail/accounts") {
			creates++
		}
	}
	live := 0
	for _, a := range sim.Accounts() {
		if !a.Removed {
			live++
		}
	}
	if itoa(live) != args[0] {
		ts.Fatalf("the portal has %d accounts, want %s", live, args[0])
	}
	if len(args) > 1 && itoa(creates) != args[1] {
		ts.Fatalf("the portal has seen %d create calls, want %s", creates, args[1])
	}
}

// countSessions checks how many sessions a person has in the portal at $PORTAL:
//
//	sessions anna@example.com 1
func countSessions(ts *testscript.TestScript, _ bool, args []string) {
	if got := ts.Value(portalKey{}).(*portalValue).portal.Sessions(args[0]); itoa(got) != args[1] {
		ts.Fatalf("%s has %d sessions, want %s", args[0], got, args[1])
	}
}

// removeAccount removes an account in the portal at $PORTAL, as its owner would by hand:
//
//	remove anna@example.com
func removeAccount(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(removeByHand(ts.Getenv("PORTAL"), args[0]))
}

// removeByHand removes a person's one account in a portal and waits until it is gone.
func removeByHand(portal, address string) error {
	ask := func(method, path, token, body string) (string, error) {
		request, err := http.NewRequest(method, portal+"/api/2.0/"+path, strings.NewReader(body))
		if err != nil {
			return "", err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		return string(answer), err
	}
	signedIn, err := ask("POST", "authentication", "", `{"userName":"`+address+`","password":"portal-1"}`)
	if err != nil {
		return err
	}
	_, token, _ := strings.Cut(signedIn, `"token":"`)
	token, _, _ = strings.Cut(token, `"`)
	if _, err := ask("DELETE", "mail/accounts.json?email="+address, token, ""); err != nil {
		return err
	}
	for range 1000 {
		list, err := ask("GET", "mail/accounts.json", token, "")
		if err != nil || strings.Contains(list, `"response":[]`) {
			return err
		}
	}
	return fmt.Errorf("%s still has an account", address)
}

// lockState holds the lock of the state of $PORTAL in a folder, as a run at work
// does, until the next call without a folder or the end of the script:
//
//	locked state
//	locked
func lockState(ts *testscript.TestScript, _ bool, args []string) {
	held := ts.Value(portalKey{}).(*portalValue)
	held.unlock()
	if len(args) == 0 {
		return
	}
	store, err := journal.Open(ts.MkAbs(args[0]), ts.Getenv("PORTAL"), journal.Options{})
	ts.Check(err)
	unlock, err := store.Lock()
	ts.Check(err)
	held.release = func() {
		unlock()
		ts.Check(store.Close())
	}
	ts.Defer(held.unlock)
}

// showWorkbook prints the cells of the first sheet of a workbook, a line for each row.
func showWorkbook() {
	book, err := excelize.OpenFile(os.Args[1])
	if err == nil {
		var rows [][]string
		rows, err = book.GetRows(book.GetSheetName(0))
		for _, row := range rows {
			fmt.Println(strings.Join(row, "\t"))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// nameRuns puts the ids of the last runs that made accounts into variables, the
// oldest of them first:
//
//	made run1 run2
func nameRuns(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("r7import", "runs", "--portal", ts.Getenv("PORTAL"), "--json"))
	var list struct {
		Runs []struct{ ID, Kind string }
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	for _, r := range list.Runs { // the latest first
		if r.Kind == "run" && len(args) > 0 {
			ts.Setenv(args[len(args)-1], r.ID)
			args = args[:len(args)-1]
		}
	}
}

// namePlan puts the id of the latest plan that waits for a yes into a variable:
//
//	waits plan
func namePlan(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("r7import", "approve", "--portal", ts.Getenv("PORTAL"), "--json"))
	var list struct{ Plans []struct{ ID string } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	if len(list.Plans) == 0 {
		ts.Fatalf("no plan waits")
	}
	ts.Setenv(args[0], list.Plans[0].ID)
}

// checkGlobs checks that there is exactly one file for each pattern, or none:
//
//	[!] glob done/accounts-*.csv
func checkGlobs(ts *testscript.TestScript, neg bool, args []string) {
	want := 1
	if neg {
		want = 0
	}
	for _, pattern := range args {
		found, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(found) != want {
			ts.Fatalf("%s: %q, want %d", pattern, found, want)
		}
	}
}

// exitWith runs a command that must end with an exit code:
//
//	exit 3 r7import validate nothing.csv
func exitWith(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	if got := itoa(exitCodeOf(err)); got != args[0] {
		ts.Fatalf("%s ended with %s, want exit code %s", strings.Join(args[1:], " "), got, args[0])
	}
}

// awaitCommand repeats a command until it succeeds, for half a minute:
//
//	await r7import runs show latest
func awaitCommand(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		err := ts.Exec(args[0], args[1:]...)
		if err == nil || time.Now().After(deadline) {
			ts.Check(err)
			return
		}
	}
}

// correctFile types one text over another, which must be there, in a file:
//
//	correct accounts.csv 99x 993
func correctFile(ts *testscript.TestScript, _ bool, args []string) {
	before := ts.ReadFile(args[0])
	after := strings.Replace(before, args[1], args[2], 1)
	if after == before {
		ts.Fatalf("%s does not hold %q:\n%s", args[0], args[1], before)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(after), 0o600))
}

// checkPrivacy checks that a folder and all in it are for their owner only, where
// modes tell, which they do not on Windows:
//
//	privacy .state
func checkPrivacy(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
			ts.Fatalf("%s is open to others: %v", path, info.Mode())
		}
		return err
	}))
}
