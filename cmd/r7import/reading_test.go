package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// BenchmarkValidate is validate of large files beside the library that reads such
// files with the least work: encoding/csv with a record used again, the rows of
// excelize. Each is a process of its own; its time of the processor, the least of
// all its runs, and its largest memory count, start included.
//
//	go test -run xxx -bench Validate -benchtime 3x ./cmd/r7import
func BenchmarkValidate(b *testing.B) {
	for _, f := range []struct {
		name string
		rows int
	}{
		{"10k.csv", 10_000},
		{"1m.csv", 1_000_000},
		{"100k.xlsx", 100_000},
	} {
		dir := b.TempDir()
		path := filepath.Join(dir, f.name)
		if err := writeTable(path, f.rows); err != nil {
			b.Fatal(err)
		}
		var bare float64
		b.Run(f.name+"/bare", func(b *testing.B) { bare = measureReading(b, f.rows, "bareread", path) })
		b.Run(f.name+"/validate", func(b *testing.B) {
			cpu := measureReading(b, f.rows, "r7import", "validate", path)
			if bare > 0 {
				b.ReportMetric(cpu/bare, "x-bare")
			}
		})
	}
}

// measureReading runs a program and returns the time of the processor it takes for a row, in microseconds.
func measureReading(b *testing.B, rows int, program string, args ...string) float64 {
	path, err := exec.LookPath(program)
	if err != nil {
		b.Fatal(err)
	}
	least := time.Duration(math.MaxInt64)
	var peak float64
	for b.Loop() {
		var stderr bytes.Buffer
		cmd := exec.CommandContext(b.Context(), path, args...)
		cmd.Stderr, cmd.Env = &stderr, []string{"HOME=" + filepath.Dir(args[len(args)-1]), "LC_ALL=C"}
		err := cmd.Start()
		if err == nil {
			peak = max(peak, largestMemory(cmd.Process.Pid))
			err = cmd.Wait()
		}
		if err != nil {
			b.Fatalf("%s %v: %v; stderr:\n%s", program, args, err, &stderr)
		}
		least = min(least, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	perRow := float64(least.Nanoseconds()) / 1000 / float64(rows)
	b.ReportMetric(perRow, "cpu-us/row")
	if peak > 0 {
		b.ReportMetric(peak, "peak-MiB")
	}
	return perRow
}

// largestMemory watches a process to its end and returns how much memory it held at
// most, in MiB: 0 on systems without /proc. What wait reports would count the
// process that started it as well.
func largestMemory(pid int) (peak float64) {
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		_, line, found := strings.Cut(string(status), "VmHWM:")
		if err != nil || !found {
			return peak
		}
		var kib float64
		_, _ = fmt.Sscan(line, &kib)
		peak = kib / (1 << 10)
		time.Sleep(5 * time.Millisecond)
	}
}

// readBarely reads the rows of the file it is started with and drops them.
func readBarely() {
	path := os.Args[1]
	read := readCSVBarely
	if filepath.Ext(path) == ".xlsx" {
		read = readWorkbookBarely
	}
	if err := read(path); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readCSVBarely(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	rows.ReuseRecord = true
	for err == nil {
		_, err = rows.Read()
	}
	if err == io.EOF {
		return nil
	}
	return err
}

func readWorkbookBarely(path string) error {
	book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return err
	}
	defer book.Close()
	rows, err := book.Rows("Sheet1")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			return err
		}
	}
	return nil
}

// writeTable writes a file of good rows, each with another name, address and password.
func writeTable(path string, rows int) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	header := []string{
		"name", "email", "account", "password", "server", "port", "smtp_account", "smtp_password", "smtp_server", "smtp_port",
		"smtp_auth", "imap", "restrict", "incoming_encryption_type", "outcoming_encryption_type", "auth_type_in", "auth_type_smtp",
	}
	row := func(i int) []string {
		address, password := fmt.Sprintf("user%07d@example.org", i), fmt.Sprintf("se;cret-%07d", i)
		return []string{
			fmt.Sprintf("Иванов Пётр Ильич %d", i), address, address, password, "imap.example.org", "993", address, password, "smtp.example.org", "465",
			"true", "true", "true", "1", "1", "1", "1",
		}
	}
	if filepath.Ext(path) == ".xlsx" {
		return writeWorkbook(file, header, row, rows)
	}
	table := csv.NewWriter(file)
	_ = table.Write(header)
	for i := range rows {
		_ = table.Write(row(i))
	}
	table.Flush()
	return table.Error()
}

func writeWorkbook(to io.Writer, header []string, row func(int) []string, rows int) error {
	book := excelize.NewFile()
	defer book.Close()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	for n := range rows + 1 {
		texts := header
		if n > 0 {
			texts = row(n - 1)
		}
		cells := make([]any, len(texts))
		for i, text := range texts {
			cells[i] = text
		}
		if err := sheet.SetRow(fmt.Sprintf("A%d", n+1), cells); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(to)
}
