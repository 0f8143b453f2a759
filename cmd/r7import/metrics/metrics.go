// Package metrics writes the figures of a run to a file in the format of Prometheus.
// The textfile collector of node_exporter reads every *.prom in its folder.
package metrics

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/durable"
)

// Figures are the figures of a run, summed over all its files.
type Figures struct {
	Job          string // name of the job, empty if it has none
	ExitCode     int
	Started      time.Time
	Ended        time.Time
	Rows         map[diagnosis.Status]int
	Requests     map[string]float64 // number of requests by outcome
	Waits        map[string]float64 // seconds waited by reason
	TokenExpires time.Time          // zero if unknown
	Untold       int                // number of messages about the run that could not be sent
}

const lastSuccess = "r7import_last_success_timestamp_seconds"

// Write replaces the file at path with the figures. If ExitCode is not 0, Write keeps
// the time of the last success from the old file. All users may read the file, because
// node_exporter runs as a user of its own.
func Write(path string, f *Figures) error {
	t := &text{label: fmt.Sprintf("import_job=%q", f.Job)}
	rows := make(map[string]float64) // zeros included, so that an alert rule sees a value change
	for _, status := range diagnosis.Statuses {
		if n := f.Rows[status]; n > 0 || status.Declined() || status.Open() || status == diagnosis.Created || status == diagnosis.Updated {
			rows[string(status)] = float64(n)
		}
	}
	t.labelled("rows", "state", "Rows by what became of them.", rows)
	t.one("exit_code", "Exit code.", float64(f.ExitCode))
	t.one("duration_seconds", "Time from the start to the end.", f.Ended.Sub(f.Started).Seconds())
	t.one("last_run_timestamp_seconds", "When it ended.", seconds(f.Ended))
	success := seconds(f.Ended)
	if f.ExitCode != 0 {
		success = previousSuccess(path)
	}
	t.one("last_success_timestamp_seconds", "When a run last ended with exit code 0, 0 if none has.", success)
	t.labelled("requests", "outcome", "Requests to the portal by what became of them.", f.Requests)
	t.labelled("wait_seconds", "reason", "Time the portal (pause, away) or mail servers (rest) were left alone.", f.Waits)
	t.one("notifications_failed", "Messages about the run that could not be sent.", float64(f.Untold))
	if !f.TokenExpires.IsZero() {
		t.one("token_expiry_timestamp_seconds", "When the kept token of the portal expires.", seconds(f.TokenExpires))
	}
	return replace(path, t.Bytes())
}

// text is the text of a metrics file. Each figure has one header above its values.
type text struct {
	bytes.Buffer
	label string
}

// labelled writes a figure with one value for each value of a label.
func (t *text) labelled(name, label, help string, values map[string]float64) {
	if len(values) > 0 {
		fmt.Fprintf(t, "# HELP r7import_%s %s\n# TYPE r7import_%[1]s gauge\n", name, help)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		labels := t.label
		if label != "" {
			labels += fmt.Sprintf(",%s=%q", label, key)
		}
		fmt.Fprintf(t, "r7import_%s{%s} %s\n", name, labels, strconv.FormatFloat(values[key], 'f', -1, 64))
	}
}

func (t *text) one(name, help string, value float64) {
	t.labelled(name, "", help, map[string]float64{"": value})
}

func seconds(t time.Time) float64 { return float64(t.Unix()) }

// previousSuccess returns the time of the last success in the file at path, 0 if it has none.
func previousSuccess(path string) (success float64) {
	old, _ := os.ReadFile(path) // an unreadable file counts as an empty one
	for line := range strings.Lines(string(old)) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), "} "); found && strings.HasPrefix(name, lastSuccess) {
			success, _ = strconv.ParseFloat(value, 64)
		}
	}
	return success
}

// replace writes the file atomically: path has the old content or the whole new one.
func replace(path string, content []byte) error {
	f, err := durable.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), durable.Finish(f)); err == nil {
		err = durable.Move(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
