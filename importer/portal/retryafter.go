package portal

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestRetry is what a longer pause is cut to; it is far beyond what any run waits for.
const longestRetry = 365 * 24 * time.Hour

// retryAfter reads Retry-After (RFC 9110, 10.2.3): seconds, of which a fraction
// counts as a whole one, or a date. A date is held against the server's own clock
// if it tells it. It reports false if there is nothing that can be read; a date
// that has passed is no pause at all.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if strings.Trim(text, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if math.IsInf(seconds, 0) {
			return longestRetry, true
		}
		return time.Duration(min(math.Ceil(seconds), longestRetry.Seconds())) * time.Second, err == nil
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if server, err := http.ParseTime(header.Get("Date")); err == nil {
		now = server
	}
	return min(max(at.Sub(now), 0), longestRetry), true
}
