package metrics_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"r7import/cmd/r7import/metrics"
	"r7import/importer/diagnosis"
)

// read parses a file as Prometheus does and returns the value of each figure without
// labels of its own, and the names of all.
func read(t *testing.T, path string) (values map[string]float64) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	values = make(map[string]float64)
	for name, family := range families {
		values[name] = family.GetMetric()[0].GetGauge().GetValue()
	}
	return values
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r7import.prom")
	ended := time.Unix(1_800_000_000, 0)
	f := &metrics.Figures{
		Job: "ночь", Started: ended.Add(-90 * time.Second), Ended: ended, Rows: map[diagnosis.Status]int{diagnosis.Created: 3},
		Requests: map[string]float64{"done": 9}, Waits: map[string]float64{"rest": 1.5}, TokenExpires: ended.Add(time.Hour),
	}
	const last = "r7import_last_success_timestamp_seconds"
	for _, step := range []struct {
		name    string
		code    int
		after   time.Duration
		success float64
	}{
		{"fails before any success", 4, 0, 0},
		{"success", 0, time.Hour, 1_800_003_600},
		{"fails after it", 5, 2 * time.Hour, 1_800_003_600},
		{"success again", 0, 3 * time.Hour, 1_800_010_800},
	} {
		f.ExitCode, f.Ended = step.code, ended.Add(step.after)
		if err := metrics.Write(path, f); err != nil {
			t.Fatal(err)
		}
		values := read(t, path)
		if values[last] != step.success || values["r7import_exit_code"] != float64(step.code) {
			t.Errorf("%s: last success %v, exit code %v, want %v, %d", step.name, values[last], values["r7import_exit_code"], step.success, step.code)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("the file has the mode %v, %v; node_exporter is another user", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("%q is left", left)
	}

	// What the sample rules watch is there.
	rules, err := os.ReadFile("../../../samples/schedule/r7import-alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	values := read(t, path)
	for _, name := range regexp.MustCompile(`r7import_[a-z_]+`).FindAllString(string(rules), -1) {
		if _, ok := values[name]; !ok {
			t.Errorf("the rules watch %s, which is not written", name)
		}
	}
	if err := metrics.Write(filepath.Join(filepath.Dir(path), "none", "x.prom"), f); err == nil {
		t.Error("a file in a folder that is not there was written")
	}
}
