package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"r7import/importer/portalsim"
)

const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2

	farewell = 2 * time.Second // for requests under way when it is stopped
	noServer = "off"
)

// run serves until ctx ends. It returns the exit code: 2 for flags and files that
// cannot be used, 1 when an address cannot be listened on.
func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) int {
	var s settings
	flags := s.define(&english)
	parsed := flags.Parse(args)
	w := wordsOf(s.lang, env)
	if parsed != nil {
		return w.usageError(stderr, parsed)
	}
	if s.help {
		fmt.Fprintf(stdout, "%s\n%s", w.usage, new(settings).define(w).FlagUsages())
		return exitOK
	}
	if flags.NArg() > 0 {
		return w.usageError(stderr, fmt.Errorf("unexpected argument: %s", flags.Arg(0)))
	}
	for _, address := range []string{s.listen, s.control} {
		if !s.allowRemote && address != noServer && !isLoopback(address) {
			return w.usageError(stderr, fmt.Errorf(w.loopback, address))
		}
	}
	scenario, err := s.readScenario()
	if err != nil {
		return w.usageError(stderr, fmt.Errorf(w.scenario, s.scenario, err))
	}
	if err := s.addPeople(&scenario); err != nil {
		return w.usageError(stderr, fmt.Errorf(w.people, s.people, err))
	}
	options, err := s.merge(scenario, flags)
	if err != nil {
		return w.usageError(stderr, err)
	}
	if err := serve(ctx, &s, options, w, stdout); err != nil {
		fmt.Fprintln(stderr, w.prefix+err.Error())
		return exitError
	}
	return exitOK
}

func (w *words) usageError(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, w.prefix+err.Error())
	fmt.Fprintln(stderr, w.hint)
	return exitUsage
}

// serve listens on both addresses before it says anything, and stops when ctx ends or
// a server fails.
func serve(ctx context.Context, s *settings, options portalsim.Options, w *words, stdout io.Writer) error {
	tokens := issue(s.tokensFor, &options)
	portal := portalsim.New(options)
	api, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	servers := []*server{newServer(api, s.guarded(portal))}
	servers[0].ConnState = portal.ConnState
	if s.control != noServer {
		control, err := net.Listen("tcp", s.control)
		if err != nil {
			return errors.Join(err, api.Close())
		}
		servers = append(servers, newServer(control, s.guarded(portal.Control())))
	}
	failed := make(chan error, len(servers))
	for _, one := range servers {
		go func() { failed <- one.Serve(one.listener) }()
	}
	w.introduce(stdout, servers, portal, options, tokens)

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	for _, one := range servers {
		one.stop()
	}
	w.summarize(stdout, portal.Stats())
	return err
}

// guarded keeps web pages from reading what is served here, unless other machines,
// which may call this one by any name, are let in.
func (s *settings) guarded(h http.Handler) http.Handler {
	if s.allowRemote {
		return h
	}
	return portalsim.OnlyHere(h)
}

// server is an HTTP server and where it listens.
type server struct {
	http.Server
	listener net.Listener
}

func newServer(l net.Listener, h http.Handler) *server {
	return &server{http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}, l}
}

func (s *server) url() string { return "http://" + s.listener.Addr().String() }

// stop lets requests finish for a moment; what hangs on purpose is cut.
func (s *server) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		s.Close()
	}
}

// issue makes a token for each person asked for.
func issue(people []string, o *portalsim.Options) map[string]string {
	tokens := map[string]string{}
	if o.Tokens == nil {
		o.Tokens = map[string]string{}
	}
	for _, who := range people {
		tokens[who] = rand.Text()
		o.Tokens[tokens[who]] = who
	}
	return tokens
}

// introduce says where it is and how to use it.
func (w *words) introduce(out io.Writer, servers []*server, p *portalsim.Portal, o portalsim.Options, tokens map[string]string) {
	url := servers[0].url()
	fmt.Fprintf(out, w.listening+"\n", p.Version(), url)
	if len(servers) > 1 {
		fmt.Fprintf(out, w.watching+"\n", servers[1].url()+"/_sim/")
	}
	who := w.anybody
	if o.OnlyPeople {
		who = w.listed
	}
	fmt.Fprintf(out, who+"\n", p.Owner())
	for person, token := range tokens {
		fmt.Fprintf(out, w.token+"\n", person, token)
	}
	fmt.Fprintf(out, w.curl+"\n", `curl -H 'Content-Type: application/json' -d '{"userName":"ivan.petrov@example.org","password":"any"}' `+url+"/api/2.0/authentication")
	fmt.Fprintf(out, w.importer+"\n", "r7import run samples/accounts.xlsx --portal "+url)
	fmt.Fprintln(out, w.stop)
}

func (w *words) summarize(out io.Writer, s portalsim.Stats) {
	fmt.Fprintf(out, w.summary+"\n", s.Requests, s.MostInSecond, s.Created, s.Updated, s.Removed, s.Duplicates)
}
