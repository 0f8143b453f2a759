package portalsim

import (
	"strconv"
	"strings"
	"time"
)

// bendDate is what Json.NET makes of a text that looks like a moment: it is parsed
// and written anew. Without a zone, or with Z, it comes back as it was unless its
// fraction ends in 0; an offset is moved to the server's own zone. A password of
// that shape is spoiled on its way (Newtonsoft.Json, DateParseHandling.DateTime).
func bendDate(s string, local *time.Location) string {
	if strings.HasPrefix(s, "/Date(") && strings.HasSuffix(s, ")/") {
		return bendTicks(s, local)
	}
	if len(s) < 19 || len(s) > 40 || s[10] != 'T' {
		return s
	}
	clock, zone := s, ""
	if i := strings.IndexAny(s[19:], "Z+-"); i >= 0 {
		clock, zone = s[:19+i], s[19+i:]
	}
	t, err := time.Parse("2006-01-02T15:04:05.9999999", clock)
	if err != nil || strings.Contains(clock, ",") {
		return s
	}
	switch zone {
	case "":
		return t.Format("2006-01-02T15:04:05.9999999")
	case "Z":
		return t.Format("2006-01-02T15:04:05.9999999Z")
	}
	offset, ok := parseOffset(zone)
	if !ok {
		return s
	}
	return t.Add(-offset).In(local).Format("2006-01-02T15:04:05.9999999-07:00")
}

// parseOffset reads +03:00, +0300 and +03.
func parseOffset(zone string) (time.Duration, bool) {
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, zone); err == nil {
			_, seconds := t.Zone()
			return time.Duration(seconds) * time.Second, true
		}
	}
	return 0, false
}

// bendTicks reads /Date(1400000000000)/ and /Date(1400000000000+0300)/.
func bendTicks(s string, local *time.Location) string {
	inner := s[len("/Date(") : len(s)-len(")/")]
	number, zoned := inner, false
	if i := strings.IndexAny(inner, "+-"); i > 0 {
		if _, ok := parseOffset(inner[i:]); !ok {
			return s
		}
		number, zoned = inner[:i], true
	}
	ms, err := strconv.ParseInt(number, 10, 64)
	if err != nil || ms > maxMilliseconds || ms < -maxMilliseconds {
		return s
	}
	t := time.UnixMilli(ms)
	if zoned {
		return t.In(local).Format("2006-01-02T15:04:05.9999999-07:00")
	}
	return t.UTC().Format("2006-01-02T15:04:05.9999999Z")
}

// maxMilliseconds keeps the year within four digits.
const maxMilliseconds = 62_135_596_800_000
