package journal

import (
	"context"
	"time"
)

// latencyRows is how many of the latest rows tell how long a write takes.
const latencyRows = 1000

// WriteTime returns how long the portal took for a write on average over the
// latest rows that were sent, and over how many. A row that was sent more than
// once counts with all its time.
func (s *Store) WriteTime(ctx context.Context) (each time.Duration, rows int, err error) {
	runs, err := s.list(ctx, latestWrites)
	if err != nil {
		return 0, 0, err
	}
	var total time.Duration
	for _, r := range runs {
		number, err := s.number(ctx, r.ID)
		if err != nil {
			return 0, 0, err
		}
		from, to := entriesOf(number)
		var count, took int64
		if err := s.read.QueryRowContext(ctx, writeTimes, from, to, latencyRows-rows).Scan(&count, &took); err != nil {
			return 0, 0, s.failed(err)
		}
		rows += int(count)
		total += time.Duration(took) * time.Millisecond
		if rows >= latencyRows {
			break
		}
	}
	if rows == 0 {
		return 0, 0, nil
	}
	return total / time.Duration(rows), rows, nil
}
