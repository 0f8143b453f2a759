package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"
)

// A signal ends the reading of a file that never comes to an end.
func TestASignalEndsOpening(t *testing.T) {
	never, feed := io.Pipe()
	defer feed.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(&interruption{os.Interrupt}) })
	done := make(chan int, 1)
	go func() {
		var out bytes.Buffer
		done <- run(ctx, []string{"validate", "-"}, never, &out, &out, []string{"LC_ALL=C"})
	}()
	select {
	case code := <-done:
		if code != exitInterrupt {
			t.Errorf("exit code %d, want %d", code, exitInterrupt)
		}
	case <-time.After(10 * time.Second):
		t.Error("the program still reads")
	}
}
