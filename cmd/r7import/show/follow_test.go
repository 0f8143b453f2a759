package show

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
)

func TestEachTurnOfARestIsToldOnce(t *testing.T) {
	at := time.Date(2026, 11, 23, 2, 30, 0, 0, time.Local)
	rest := func(host string, why diagnosis.Code, tries int) importer.HostRest {
		return importer.HostRest{Host: host, Why: why, Until: at, Tries: tries}
	}
	c, out := console(t, "ru")
	f := Follow(c, slog.New(slog.DiscardHandler), ui.None)
	pictures := [][]importer.HostRest{
		nil,
		{rest("imap.one.example", diagnosis.HostRefuses, 0)},
		{rest("imap.one.example", diagnosis.HostRefuses, 0), rest("imap.two.example", diagnosis.HostSilent, 0)},
		{rest("imap.one.example", diagnosis.HostRefuses, 1), rest("imap.two.example", diagnosis.HostSilent, 0)},
		{rest("imap.one.example", diagnosis.HostRefuses, 1)},
	}
	for _, resting := range pictures {
		f.Show(importer.Progress{Resting: resting})
		f.Show(importer.Progress{Resting: resting})
	}
	want := []string{
		"предупреждение: imap.one.example отверг почти всех подряд; до 02:30:00",
		"подсказка: обычно это сдвинутый",
		"предупреждение: портал не может связаться с imap.two.example; до 02:30:00",
		"подсказка: проверьте, работает ли он",
		"imap.one.example: попытка одной строки не удалась, следующая будет в 02:30:00",
		"imap.two.example снова отвечает, его строки идут дальше",
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("told:\n%swant %d lines", out, len(want))
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, "r7import: "+want[i]) {
			t.Errorf("line %d: %q, want %q", i+1, line, want[i])
		}
	}
}
