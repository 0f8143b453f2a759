package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"r7import/importer/preflight/mailtest"
)

// TestForecastAndRunAgree logs in to 40 mailboxes at real mail servers, some with a
// wrong password and some locked, and then imports them through a portal that logs in
// as the real one does. What was foretold of each row is what becomes of it, and no
// account and no address sees more failed logins than were stated before.
func TestForecastAndRunAgree(t *testing.T) {
	servers := mailtest.Start(t)
	folder := t.TempDir()
	var accounts []mailtest.Account
	table := bytes.NewBufferString("email,password,portal_user,portal_password,server,port,smtp_server,smtp_port\n")
	want := make(map[string]bool) // whether the address can log in
	for i := range 40 {
		a := mailtest.Account{Address: fmt.Sprintf("box%02d@example.test", i), Password: fmt.Sprintf("пароль-%d", i), Locked: i%8 == 5}
		accounts = append(accounts, a)
		password := a.Password
		if i%5 == 3 {
			password = "wrong-" + strconv.Itoa(i)
		}
		want[a.Address] = !a.Locked && password == a.Password
		fmt.Fprintf(table, "%s,%s,%[1]s,portal-1,%[3]s,993,%[3]s,465\n", a.Address, password, servers.Good)
	}
	servers.Add(t, accounts...)
	if err := os.WriteFile(filepath.Join(folder, "boxes.csv"), table.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	portal := servePortal(t, folder)
	r7import := func(args ...string) (stdout, stderr string) {
		var out, errs bytes.Buffer
		cmd := exec.Command("r7import", append(args, "--lang", "en", "--state", "state")...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = folder, &out, &errs
		cmd.Env = []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH"), endAtOnce}
		if err := cmd.Run(); exitCodeOf(err) != exitRows {
			t.Fatalf("r7import %v: %v, want exit code %d\n%s", args, err, exitRows, &errs)
		}
		return out.String(), errs.String()
	}

	before := servers.Logins(t)
	said, _ := r7import("preflight", "boxes.csv", "--all", "--mail-ca-file", servers.CAFile, "--json", "-o", "forecast.csv")
	var foretold struct {
		Preflight struct {
			Worst struct{ Account, Address int }
		}
	}
	if err := json.Unmarshal([]byte(said), &foretold); err != nil {
		t.Fatal(err)
	}
	between := servers.Logins(t)
	stated := foretold.Preflight.Worst
	if stated.Account != 1 {
		t.Errorf("preflight states %+v, want one failed login for an account", stated)
	}
	checkFailures(t, "preflight", before, between, stated.Account, stated.Address)

	_, plan := r7import("run", "boxes.csv", "--portal", portal, "--yes", "-o", "report.csv")
	found := regexp.MustCompile(`one account (\d+), the\s+portal's address (\d+)`).FindStringSubmatch(plan)
	if found == nil {
		t.Fatalf("the plan does not state how many logins could fail:\n%s", plan)
	}
	account, _ := strconv.Atoi(found[1])
	address, _ := strconv.Atoi(found[2])
	checkFailures(t, "run", between, servers.Logins(t), account, address)

	forecast, report := readReport(t, filepath.Join(folder, "forecast.csv")), readReport(t, filepath.Join(folder, "report.csv"))
	for at, can := range want {
		foretold, became := forecast[at], report[at]
		switch {
		case can && (foretold["status"] != "login_ok" || became["status"] != "created"):
			t.Errorf("%s: foretold %s %s, became %s %s, want it created", at, foretold["status"], foretold["code"], became["status"], became["code"])
		case !can && (foretold["status"] != "failed" || became["status"] != "failed" || foretold["side"] != became["side"] || foretold["code"] != became["code"]):
			t.Errorf("%s: foretold %s %s %s, became %s %s %s, want the same failure",
				at, foretold["status"], foretold["code"], foretold["side"], became["status"], became["code"], became["side"])
		}
	}
}

// checkFailures compares the failed logins between two counts with what was stated.
func checkFailures(t *testing.T, what string, before, after map[string]mailtest.Count, account, address int) {
	t.Helper()
	all := 0
	for at := range maps.Keys(after) {
		failed := after[at].Failed - before[at].Failed
		if all += failed; failed > account {
			t.Errorf("%s: %d failed logins to %s, stated were %d at the most", what, failed, at, account)
		}
	}
	if all == 0 || all > address {
		t.Errorf("%s: %d failed logins, stated were %d at the most", what, all, address)
	}
	t.Logf("%s: %d failed logins in all; stated: an account %d, the address %d", what, all, account, address)
}

// servePortal builds portalsim and runs it until the test ends.
func servePortal(t *testing.T, folder string) (url string) {
	t.Helper()
	program := filepath.Join(folder, "portalsim")
	if out, err := exec.Command("go", "build", "-o", program, "../portalsim").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--real-logins", "--listen", "127.0.0.1:0", "--control", "off", "--lang", "en")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text()); url != "" {
			go func() {
				for lines.Scan() { // nothing waits for a reader
				}
			}()
			return url
		}
	}
	t.Fatal("portalsim does not say where it is")
	return ""
}

// readReport returns the rows of a report by address, and each by column.
func readReport(t *testing.T, path string) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]map[string]string)
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		rows[row["email"]] = row
	}
	return rows
}
