package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkValidate measures the processor time of `validate` for a CSV file, and
// how many times that of encoding/csv reading the same it is.
func BenchmarkValidate(b *testing.B) {
	const rows = 300_000
	path := soundFile(b, rows)
	var least time.Duration // of encoding/csv, for all rows
	b.Run("encoding-csv", func(b *testing.B) {
		least = processorTime(b, func() error { return readCSV(path) })
		b.ReportMetric(float64(least.Nanoseconds())/rows, "cpu-ns/row")
	})
	b.Run("validate", func(b *testing.B) {
		took := processorTime(b, func() error {
			args := []string{"validate", path, "--quiet", "--config", os.DevNull}
			if code := run(b.Context(), args, nil, io.Discard, io.Discard, nil); code != 0 {
				return fmt.Errorf("exit code %d", code)
			}
			return nil
		})
		b.ReportMetric(float64(took.Nanoseconds())/rows, "cpu-ns/row")
		if least > 0 {
			b.ReportMetric(float64(took)/float64(least), "times-csv")
		}
	})
}

// processorTime returns the least time of all processors that work took.
func processorTime(b *testing.B, work func() error) time.Duration {
	b.Helper()
	least := time.Duration(math.MaxInt64)
	for b.Loop() {
		before := used(b)
		if err := work(); err != nil {
			b.Fatal(err)
		}
		least = min(least, used(b)-before)
	}
	return least
}

func used(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// soundFile returns a table of so many rows with all columns that one can have
// and nothing to say about any of them.
func soundFile(b *testing.B, rows int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "accounts.csv")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "ФИО;Почта;Логин;Пароль;Протокол;Сервер IMAP;Порт IMAP;Шифрование;Тип авторизации;"+
		"Логин SMTP;Пароль SMTP;Сервер SMTP;Порт SMTP;Шифрование SMTP;Авторизация SMTP;Тип авторизации SMTP;Только за 30 дней;Пользователь портала")
	for i := range rows {
		host := []string{"imap.example.org;993", "mail.example.com;993", "imap.sklad.test;993"}[i%3]
		fmt.Fprintf(w, "Иванов Пётр %[1]d;user%[1]d@example.org;user%[1]d@example.org;pass word #%[1]d;IMAP;%[2]s;SSL;login;"+
			"user%[1]d@example.org;pass word #%[1]d;smtp.example.org;465;SSL;да;login;да;user%[1]d@example.org\n", i, host)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func readCSV(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comma, r.ReuseRecord = ';', true
	for {
		if _, err := r.Read(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}
