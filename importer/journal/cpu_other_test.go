//go:build !unix

package journal_test

import "time"

var start = time.Now()

// cpuTime returns the time that has passed: the nearest this system tells without asking for more.
func cpuTime() time.Duration { return time.Since(start) }
