package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"r7import/importer/portalsim"
)

// BenchmarkWhole is a whole run beside the least a program could do with the same
// file and the same portal: read it once, send each row, write down what came.
// The time of the processor is that of their processes, without the portal's;
// where the portal takes its time, so is the share of the ideal time they took. The
// hashes of passwords are slow on purpose: the second run is one without that.
//
//	go test -run xxx -bench Whole ./cmd/r7import
func BenchmarkWhole(b *testing.B) {
	for _, w := range []*whole{
		{rows: 10_000},
		{rows: 2_000, latency: 200 * time.Millisecond},
	} {
		w.dir = b.TempDir()
		if err := w.writeFiles(); err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("latency=%v", w.latency)
		var bare float64
		b.Run(name+"/bare", func(b *testing.B) { bare = w.measure(b, "bare", "accounts.csv") })
		run := []string{"run", "accounts.csv", "--yes", "--quiet", "--state", "state", "--owner", "self",
			"--token-file", "token", "--max-per-owner", strconv.Itoa(w.rows), "--per-host", "1000",
			"--workers", strconv.Itoa(bareWorkers), "--rate", "10000/s"}
		for _, speed := range []string{"slow", "quick"} {
			b.Run(name+"/run-"+speed, func(b *testing.B) {
				w.slow = speed == "slow"
				if cpu := w.measure(b, "r7import", run...); bare > 0 {
					b.ReportMetric(cpu/bare, "x-bare")
				}
			})
		}
	}
}

// whole is a file of so many rows for a portal with that latency.
type whole struct {
	rows    int
	latency time.Duration
	dir     string
	slow    bool // hashes of secrets are as slow as in earnest
}

// measure runs a program and returns the time of the processor it takes for a row, in microseconds.
func (w *whole) measure(b *testing.B, program string, args ...string) float64 {
	path, err := exec.LookPath(program)
	if err != nil {
		b.Fatal(err)
	}
	var cpu time.Duration
	for b.Loop() {
		b.StopTimer()
		if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil {
			b.Fatal(err)
		}
		cpu += w.runOnce(b, path, args)
		b.StartTimer()
	}
	perRow := float64(cpu.Microseconds()) / float64(b.N*w.rows)
	b.ReportMetric(perRow, "cpu-us/row")
	if w.latency > 0 {
		ideal := w.latency * time.Duration(w.rows) / bareWorkers
		b.ReportMetric(ideal.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "of-ideal")
	}
	return perRow
}

func (w *whole) runOnce(b *testing.B, path string, args []string) time.Duration {
	sim := portalsim.New(portalsim.Options{
		Latency: w.latency, SaveGap: -1, KeepRequests: 1, Tokens: map[string]string{"token": "admin@example.org"},
	})
	defer sim.Close()
	server := httptest.NewServer(sim)
	defer server.Close()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(b.Context(), path, args...)
	cmd.Dir, cmd.Stderr = w.dir, &stderr
	cmd.Env = []string{"HOME=" + w.dir, "PATH=" + os.Getenv("PATH"), "LC_ALL=C", "R7IMPORT_PORTAL=" + server.URL}
	if w.slow {
		cmd.Env = append(cmd.Env, slowHashes+"=1")
	}
	b.StartTimer()
	err := cmd.Run()
	b.StopTimer()
	if made := len(sim.Accounts()); err != nil || made != w.rows {
		b.Fatalf("%s made %d accounts of %d: %v; stderr:\n%s", filepath.Base(path), made, w.rows, err, &stderr)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// writeFiles makes the input and the file with the token of the person who gets all accounts.
func (w *whole) writeFiles() error {
	var text bytes.Buffer
	table := csv.NewWriter(&text)
	_ = table.Write([]string{
		"name", "email", "account", "password", "server", "port", "smtp_account", "smtp_password", "smtp_server", "smtp_port",
		"smtp_auth", "imap", "restrict", "incoming_encryption_type", "outcoming_encryption_type", "auth_type_in", "auth_type_smtp",
	})
	for i := range w.rows {
		address, password := fmt.Sprintf("user%05d@example.org", i), fmt.Sprintf("secret-%05d", i)
		_ = table.Write([]string{
			"Иванов Пётр Ильич", address, address, password, "imap.example.org", "993", address, password, "smtp.example.org", "465",
			"true", "true", "true", "1", "1", "1", "1",
		})
	}
	table.Flush()
	if err := os.WriteFile(filepath.Join(w.dir, "token"), []byte("token"), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, "accounts.csv"), text.Bytes(), 0o600)
}
