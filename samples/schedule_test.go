package samples

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tool runs a program that judges a sample; where it is not installed the test is skipped.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestUnits has systemd judge the units, with a program and a user that this machine has.
func TestUnits(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"r7import@.service", "r7import@.timer"} {
		text := string(contents(t, "schedule/"+name))
		text = strings.ReplaceAll(text, "/usr/local/bin/r7import", "/bin/true")
		text = regexp.MustCompile(`(?m)^(User|Group)=.*`).ReplaceAllString(text, "$1=root")
		if err := os.WriteFile(filepath.Join(folder, strings.Replace(name, "@", "@nightly", 1)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"r7import@nightly.service", "r7import@nightly.timer"} {
		if out := tool(t, "systemd-analyze", "verify", filepath.Join(folder, name)); strings.Contains(out, "r7import@") {
			t.Errorf("%s: %s", name, out) // it warns without failing of what it does not know
		}
	}
}

func TestAlertRules(t *testing.T) {
	tool(t, "promtool", "check", "rules", "schedule/r7import-alerts.yaml")
}

// TestTask: the file of the Windows Task Scheduler has the elements of its schema,
// version 1.2, in the order that the schema wants where it wants one.
func TestTask(t *testing.T) {
	within := map[string][]string{
		"Task":             {"RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"},
		"RegistrationInfo": {"Description"},
		"Triggers":         {"CalendarTrigger"},
		"CalendarTrigger":  {"StartBoundary", "Enabled", "RandomDelay", "ScheduleByDay"},
		"ScheduleByDay":    {"DaysInterval"},
		"Principals":       {"Principal"},
		"Principal":        {"UserId", "LogonType", "RunLevel"},
		"Settings": {"MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable",
			"RunOnlyIfNetworkAvailable", "Enabled", "ExecutionTimeLimit"},
		"Actions": {"Exec"},
		"Exec":    {"Command", "Arguments", "WorkingDirectory"},
	}
	decoder := xml.NewDecoder(strings.NewReader(string(contents(t, "schedule/r7import-task.xml"))))
	var open []string
	last := map[int]int{} // by depth, the place of the element before
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Space != "http://schemas.microsoft.com/windows/2004/02/mit/task" {
				t.Errorf("%s is in the namespace %q", token.Name.Local, token.Name.Space)
			}
			if len(open) > 0 {
				at := slices.Index(within[open[len(open)-1]], token.Name.Local)
				if at < last[len(open)] {
					t.Errorf("%s does not belong there in %s", token.Name.Local, open[len(open)-1])
				}
				last[len(open)] = at
			}
			open = append(open, token.Name.Local)
			last[len(open)] = 0
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}
