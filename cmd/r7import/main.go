// R7import creates mail accounts in an R7-Office or ONLYOFFICE Community Server
// portal from the rows of a spreadsheet. Related commands share a file; root.go
// lists all commands.
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
		_ = os.Unsetenv(variable) // cannot fail for these names
	}
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, environ))
}

// listen returns a context that the first signal cancels: no new work begins and
// requests in flight finish. The second signal exits at once. That is as safe as a
// crash, because the journal records every change before it is sent.
func listen(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup stays in force
		signal.Notify(signals, syscall.SIGHUP)
	}
	// A closed pipe on the output must not stop the run.
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		cancel(&interruption{<-signals})
		os.Exit(ending{signal: <-signals}.code())
	}()
	return ctx
}
