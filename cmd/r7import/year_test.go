package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"r7import/importer/portalsim"
)

// A year: go test ./cmd/r7import -run TestYear -args -nights 365
var nights = flag.Int("nights", 18, "nights of the test of a year")

// staff is what the personnel office exports, and what the mail server knows.
type staff struct {
	rand    *rand.Rand
	joined  int
	file    map[string]string // passwords in the export, by address
	mail    map[string]string // those the mail server takes
	wrong   map[string]int    // passwords the mail server refused, by address
	changes int
}

func (s *staff) password() string {
	s.changes++
	return fmt.Sprintf("secret-%d", s.changes)
}

func (s *staff) join() {
	s.joined++
	address := fmt.Sprintf("user%03d@example.org", s.joined)
	s.mail[address] = s.password()
	s.file[address] = s.mail[address]
}

// anyone draws somebody in the export whose password there is right.
func (s *staff) anyone() string {
	for {
		addresses := slices.Sorted(maps.Keys(s.file))
		address := addresses[s.rand.IntN(len(addresses))]
		if s.file[address] == s.mail[address] {
			return address
		}
	}
}

// day is what happens between two nights.
func (s *staff) day() {
	chance := func(percent int) bool { return s.rand.IntN(100) < percent }
	if chance(30) {
		s.join()
	}
	if chance(20) && len(s.file) > 10 {
		delete(s.file, s.anyone())
	}
	if gone := slices.Sorted(maps.Keys(s.mail)); chance(5) { // somebody may be back
		address := gone[s.rand.IntN(len(gone))]
		if _, there := s.file[address]; !there {
			s.file[address] = s.mail[address]
		}
	}
	if chance(30) {
		address := s.anyone()
		s.mail[address] = s.password()
		s.file[address] = s.mail[address]
	}
	if chance(15) { // mistyped
		address := s.anyone()
		s.file[address] = s.password()
		s.wrong[address]++
	}
	if chance(20) {
		s.correct()
	}
}

func (s *staff) correct() {
	for address := range s.file {
		s.file[address] = s.mail[address]
	}
}

// export writes the file, or only so many of its rows.
func (s *staff) export(t *testing.T, path string, rows int) {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"name", "email", "password", "server", "port", "smtp_server", "smtp_port", "portal_user"})
	for i, address := range slices.Sorted(maps.Keys(s.file)) {
		if i < rows {
			_ = w.Write([]string{"Ivan Petrov", address, s.file[address], "imap.example.org", "993", "smtp.example.org", "465", address})
		}
	}
	w.Flush()
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// switchedOff returns whose accounts are.
func switchedOff(sim *portalsim.Portal) map[string]bool {
	off := make(map[string]bool)
	for _, a := range sim.Accounts() {
		if a.Disabled && !a.Removed {
			off[a.Address] = true
		}
	}
	return off
}

// trouble is what goes wrong in some of the nights.
func trouble(night int) []portalsim.Fault {
	lost := portalsim.Fault{Method: http.MethodPost, Path: "mail/accounts", First: 1, Do: portalsim.Reset, Processed: true}
	switch night % 12 {
	case 3:
		return []portalsim.Fault{lost}
	case 7:
		return []portalsim.Fault{{Method: http.MethodGet, Path: "mail/accounts/single", First: 1, Do: portalsim.Reset}}
	case 11:
		return []portalsim.Fault{{Path: "people/@self", First: 1, Do: portalsim.Answer, Status: 502}}
	}
	return nil
}

// footprint is what a program that runs for a year could lose more and more of.
type footprint struct {
	heap        uint64
	descriptors int
	goroutines  int
	state       int64
	files       int
}

func measure(t *testing.T, state string) (f footprint) {
	t.Helper()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	open, _ := os.ReadDir("/proc/self/fd") // none where there is no such folder
	f = footprint{heap: memory.HeapAlloc, descriptors: len(open), goroutines: runtime.NumGoroutine()}
	err := filepath.WalkDir(state, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			info, err := entry.Info()
			if err != nil {
				return err
			}
			f.files++
			f.state += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Nights of a job over an export that changes every day: at the end the portal is as
// the export says, no password was refused twice, nobody was switched off because an
// export was cut, and nothing grows.
func TestYear(t *testing.T) {
	var people []portalsim.Person
	for n := range *nights + 20 { // as many as may join
		people = append(people, portalsim.Person{Email: fmt.Sprintf("user%03d@example.org", n), FirstName: "Ivan", LastName: "Petrov"})
	}
	sim := portalsim.New(portalsim.Options{
		Seed: 3, KeepRequests: 1000, People: people, Tokens: map[string]string{"admin-token": "admin@example.org"},
		Impersonation: portalsim.Impersonation{Available: true, Enabled: true, EnableType: 1},
	})
	server := httptest.NewServer(sim)
	defer sim.Close()
	defer server.Close()
	folder := t.TempDir()
	export, state := filepath.Join(folder, "hr.csv"), filepath.Join(folder, "state")
	token := filepath.Join(folder, "token")
	if err := os.WriteFile(token, []byte("admin-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &staff{rand: rand.New(rand.NewPCG(1, 2)), file: make(map[string]string), mail: make(map[string]string), wrong: make(map[string]int)}
	for range 15 {
		s.join()
	}
	var talk bytes.Buffer
	night := func() int {
		talk.Reset()
		return run(t.Context(), []string{"run", export, "--portal", server.URL, "--state", state, "--data-set", "hr", "--on-missing", "disable", "--owner", "impersonate", "--token-file", token,
			"--keep-days", "0", "--keep-runs", "10", "--rate", "2000/s", "--settle", "100ms", "--yes"}, bytes.NewReader(nil), &talk, &talk, nil)
	}
	began := time.Now()
	var middle footprint
	cut, refusals := 0, 0
	for n := range *nights {
		if n > 0 {
			s.day()
		}
		if n == *nights-1 {
			s.correct()
		}
		if err := sim.SetMailHosts([]portalsim.MailHost{{Host: "*.example.org", Passwords: maps.Clone(s.mail)}}); err != nil {
			t.Fatal(err)
		}
		if n == *nights/3 || n == *nights*2/3 {
			before := switchedOff(sim)
			s.export(t, export, len(s.file)/2)
			if code := night(); code != exitFile {
				t.Fatalf("night %d, a cut export: exit code %d, want %d:\n%s", n, code, exitFile, &talk)
			}
			if after := switchedOff(sim); !maps.Equal(before, after) {
				t.Fatalf("night %d, a cut export: switched off %v, before %v", n, after, before)
			}
			cut++
			continue
		}
		s.export(t, export, len(s.file))
		waits := false
		for address, password := range s.file {
			waits = waits || password != s.mail[address]
		}
		want := exitDone
		if waits {
			want = exitRows
			refusals++
		} else if err := sim.SetFaults(trouble(n)); err != nil { // else a lost answer may hide a refusal
			t.Fatal(err)
		}
		if code := night(); code != want {
			t.Fatalf("night %d: exit code %d, want %d:\n%s", n, code, want, &talk)
		}
		if err := sim.SetFaults(nil); err != nil {
			t.Fatal(err)
		}
		if n == *nights/2 {
			middle = measure(t, state)
		}
	}
	end := measure(t, state)
	stats := sim.Stats()
	t.Logf("%d nights in %v: %d people came, %d are there, %d cut exports, %d nights with a refused password, faults %v, %d created, %d updated",
		*nights, time.Since(began).Round(time.Second), s.joined, len(s.file), cut, refusals, stats.Faults, stats.Created, stats.Updated)
	t.Logf("in the middle %+v, at the end %+v", middle, end)
	for _, a := range sim.Accounts() {
		password, wanted := s.file[a.Address]
		switch {
		case a.Removed:
		case a.Disabled == wanted:
			t.Errorf("%s: switched off %v, in the export %v", a.Address, a.Disabled, wanted)
		case wanted && a.Password != password:
			t.Errorf("%s does not have the password of the export", a.Address)
		}
		delete(s.file, a.Address)
	}
	for address := range s.file {
		t.Errorf("%s has no account", address)
	}
	const atOnce = 5 // failed logins of one refused request at the most
	for address, failed := range stats.FailedMail {
		if failed > atOnce*s.wrong[address] {
			t.Errorf("%s: %d failed logins for %d wrong passwords", address, failed, s.wrong[address])
		}
	}
	if stats.Duplicates > 0 || refusals == 0 || cut != 2 {
		t.Errorf("%d duplicates, %d nights with a refused password, %d cut exports", stats.Duplicates, refusals, cut)
	}
	grows := func(what string, middle, end, slack int64) {
		if end > middle*3/2+slack {
			t.Errorf("%s grew from %d to %d", what, middle, end)
		}
	}
	// Cobra keeps the flags of every call, and with them the catalogue of its language, for
	// as long as the process lasts, which for a user is one night.
	const eachCall = 1500 << 10
	grows("the heap", int64(middle.heap), int64(end.heap)-int64(*nights)*eachCall/2, 8<<20)
	grows("descriptors", int64(middle.descriptors), int64(end.descriptors), 2)
	grows("goroutines", int64(middle.goroutines), int64(end.goroutines), 2)
	grows("the state", middle.state, end.state, 64<<10)
	grows("files of the state", int64(middle.files), int64(end.files), 4)
}
