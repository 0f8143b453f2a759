//go:build unix

package journal_test

import (
	"syscall"
	"time"
)

// cpuTime returns what the process has used of the processor so far.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
