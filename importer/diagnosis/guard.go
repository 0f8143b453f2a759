package diagnosis

import (
	"fmt"
	"runtime"
	"strings"
)

// Guard calls f and returns its error. If f panics it returns a [*Problem] that
// says where. The value of the panic is left out: it may hold anything that was in
// memory, and Go would print it. A panic of another goroutine is not caught: each
// needs a guard of its own.
func Guard(f func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = New(Internal, "Kind", fmt.Sprintf("%T", fault), "Place", placeOfPanic())
		}
	}()
	return f()
}

// deepest is how many calls that led to a panic are named.
const deepest = 8

// placeOfPanic names the calls that led to the panic being recovered, the last
// one first.
func placeOfPanic() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var places []string
	panicking := false
	for more := true; more && len(places) < deepest; {
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
