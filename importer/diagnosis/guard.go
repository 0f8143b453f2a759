package diagnosis

import (
	"fmt"
	"runtime"
	"strings"
)

// Guard calls f and returns its error. If f panics, Guard returns a [*Problem] with
// the place of the panic. It leaves out the value of the panic, which could contain any
// data in memory. It does not recover panics of other goroutines: each needs a Guard of
// its own.
func Guard(f func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = New(Internal, "Kind", fmt.Sprintf("%T", fault), "Place", placeOfPanic())
		}
	}()
	return f()
}

// maxCalls is the greatest number of calls that placeOfPanic names.
const maxCalls = 8

// placeOfPanic returns the calls that led to the panic being recovered, the
// innermost first.
func placeOfPanic() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var places []string
	panicking := false
	for more := true; more && len(places) < maxCalls; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if strings.HasSuffix(frame.Function, "diagnosis.Guard") && panicking {
			break
		}
		if panicking && !strings.HasPrefix(frame.Function, "runtime.") {
			places = append(places, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
	}
	return strings.Join(places, " < ")
}
