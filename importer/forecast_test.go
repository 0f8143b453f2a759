package importer_test

import (
	"testing"
	"time"

	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/portalsim"
)

func TestForecast(t *testing.T) {
	const each = 2850 * time.Millisecond // with the look, 3 s a row
	for _, tc := range []struct {
		name string
		load plan.Load
		want plan.Forecast
	}{
		{"nothing to send", plan.Load{Others: 9, Each: each, Rate: 10, Workers: 4, PerHost: 2}, plan.Forecast{}},
		{"one mail server", plan.Load{Rows: 2000, Each: each, AtHost: 2000, Rate: 10, Workers: 4, PerHost: 2}, plan.Forecast{Takes: 50 * time.Minute, Bound: plan.BoundByHost}},
		{"many mail servers", plan.Load{Rows: 2000, Each: each, AtHost: 20, Rate: 10, Workers: 4, PerHost: 2}, plan.Forecast{Takes: 25 * time.Minute, Bound: plan.BoundByWorkers}},
		{"a slow rate", plan.Load{Rows: 600, Each: each, Rate: 1, Workers: 100, PerHost: 100}, plan.Forecast{Takes: 20 * time.Minute, Bound: plan.BoundByRate}},
		{"each owner signs in", plan.Load{Rows: 600, Others: 2400, Each: each, Rate: 1, Workers: 100, PerHost: 100}, plan.Forecast{Takes: time.Hour, Bound: plan.BoundByRate}},
		{"sign-ins take workers too", plan.Load{Rows: 40, Others: 400, Each: each, Rate: 1000, Workers: 1, PerHost: 1}, plan.Forecast{Takes: 3 * time.Minute, Bound: plan.BoundByWorkers}},
		{"less than one a second", plan.Load{Rows: 30, Each: each, Rate: 0.5, Workers: 4, PerHost: 2}, plan.Forecast{Takes: 2 * time.Minute, Bound: plan.BoundByRate}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.load.Forecast(); got != tc.want {
				t.Errorf("%+v.Forecast() = %+v, want %+v", tc.load, got, tc.want)
			}
		})
	}
}

func TestWindowEnds(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	night := pace.Window{From: 22 * time.Hour, To: 6 * time.Hour}
	for _, tc := range []struct {
		name   string
		window pace.Window
		start  time.Time
		takes  time.Duration
		want   time.Time
	}{
		{"always open", pace.Window{}, at(1, 12, 0), 30 * time.Hour, at(2, 18, 0)},
		{"within", night, at(1, 23, 0), 2 * time.Hour, at(2, 1, 0)},
		{"waits for the opening", night, at(1, 12, 0), 2 * time.Hour, at(2, 0, 0)},
		{"to the last minute", night, at(1, 22, 0), 8 * time.Hour, at(2, 6, 0)},
		{"three nights", night, at(1, 23, 0), 7*time.Hour + 8*time.Hour + 30*time.Minute, at(3, 22, 30)},
		{"by day", pace.Window{From: 9 * time.Hour, To: 10 * time.Hour}, at(1, 9, 30), time.Hour, at(2, 9, 30)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.window.Ends(tc.start, tc.takes); !got.Equal(tc.want) {
				t.Errorf("Ends(%v, %v) = %v, want %v", tc.start, tc.takes, got, tc.want)
			}
		})
	}
}

func TestLoadOfAPlan(t *testing.T) {
	t.Parallel()
	virtual(t, loadOfAPlan)
}

func loadOfAPlan(t *testing.T) {
	w := newVirtualWorld(t, portalsim.Options{Latency: 40 * time.Millisecond})
	load := func(rows [][]string) (plan.Load, int) {
		w.write(rows)
		im := w.importer(t.Context(), w.store)
		plan, err := im.Prepare(t.Context(), journal.KindRun)
		if err != nil {
			t.Fatal(err)
		}
		load, measured, err := im.Load(t.Context(), plan)
		if err != nil {
			t.Fatal(err)
		}
		return load, measured
	}
	rows := people(20)
	rows[1] = with(rows[1], "server", "other.example.org")
	got, measured := load(rows)
	want := plan.Load{Rows: 20, Others: 80, Each: 3 * time.Second, Host: "smtp.example.org", AtHost: 20, Rate: 2000, Workers: 8, PerHost: 8}
	if got != want || measured != 0 {
		t.Errorf("before any run %+v of %d rows, want %+v", got, measured, want)
	}
	w.run(people(20))
	got, measured = load(people(3))
	if measured != 20 || got.Each != 40*time.Millisecond {
		t.Errorf("after a run of 20 rows at 40 ms a request %+v of %d rows", got, measured)
	}
}
