// R7import makes mail accounts in an R7-Office or ONLYOFFICE Community Server
// portal out of the rows of a spreadsheet. Commands that belong together are a
// file; root.go lists them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"r7import/cmd/r7import/config"
)

func main() {
	forbidCoreDumps()
	ctx := listen(context.Background())
	environ := os.Environ()
	for _, variable := range config.SecretVariables() {
		_ = os.Unsetenv(variable) // fails for no name of ours
	}
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, environ))
}

// listen returns a context that the first signal cancels: nothing new is begun
// and what is under way is finished. The second signal leaves at once; that is
// as safe as any other sudden end, because the journal is ahead of every request.
func listen(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup stays in force
		signal.Notify(signals, syscall.SIGHUP)
	}
	// The reader of our output may be gone; that is no reason to stop half-way.
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		cancel(&interruption{<-signals})
		os.Exit(ending{signal: <-signals}.code())
	}()
	return ctx
}
