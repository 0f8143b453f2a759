package pace

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	for _, tc := range []struct {
		name, window, now string
		open              bool
		opening           string
	}{
		{"by day, inside", "09:00-17:00", "2026-11-22 12:00", true, "2026-11-23 09:00"},
		{"by day, before", "09:00-17:00", "2026-11-22 08:59", false, "2026-11-22 09:00"},
		{"by day, at its close", "09:00-17:00", "2026-11-22 17:00", false, "2026-11-23 09:00"},
		{"over midnight, evening", "22:00-06:00", "2026-11-22 23:30", true, "2026-11-23 22:00"},
		{"over midnight, morning", "22:00-06:00", "2026-11-22 05:59", true, "2026-11-22 22:00"},
		{"over midnight, noon", "22:00-06:00", "2026-11-22 12:00", false, "2026-11-22 22:00"},
		{"with blanks", "22:30 - 6:00", "2026-11-22 22:15", false, "2026-11-22 22:30"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w, err := ParseWindow(tc.window)
			if err != nil {
				t.Fatalf("ParseWindow(%q): %v", tc.window, err)
			}
			const layout = "2006-01-02 15:04"
			now, _ := time.ParseInLocation(layout, tc.now, time.Local)
			if got := w.Open(now); got != tc.open {
				t.Errorf("Open(%s) = %v, want %v", tc.now, got, tc.open)
			}
			if got := w.Opening(now).Format(layout); got != tc.opening {
				t.Errorf("Opening(%s) = %s, want %s", tc.now, got, tc.opening)
			}
		})
	}
}

func TestWindowForm(t *testing.T) {
	for _, text := range []string{"22:00", "22:00-", "22-06", "25:00-06:00", "06:00-06:00", "a-b"} {
		if w, err := ParseWindow(text); err == nil {
			t.Errorf("ParseWindow(%q) = %v, want an error", text, w)
		}
	}
}

func TestClockJump(t *testing.T) {
	for _, tc := range []struct {
		name         string
		wall, steady time.Duration
		want         bool
	}{
		{"nothing", time.Second, time.Second, false},
		{"a small correction", 2 * time.Second, time.Second, false},
		{"the machine slept", time.Hour, time.Second, true},
		{"the clock was put back", -time.Hour, time.Second, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := disagree(tc.wall, tc.steady); got != tc.want {
				t.Errorf("disagree(%s, %s) = %v, want %v", tc.wall, tc.steady, got, tc.want)
			}
		})
	}
}
