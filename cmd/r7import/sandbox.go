package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/portalsim"
)

// sandbox is a simulated portal inside the process. Nothing leaves the machine.
type sandbox struct {
	portal *portalsim.Portal
	server *http.Server
	url    string
}

// openSandbox starts the portal on a free port of the loopback interface.
func openSandbox() (*sandbox, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	// As slow as makes a run worth looking at.
	portal := portalsim.New(portalsim.Options{Latency: 20 * time.Millisecond, Spread: 10 * time.Millisecond})
	s := &sandbox{
		portal: portal,
		server: &http.Server{Handler: portalsim.OnlyHere(portal), ReadHeaderTimeout: 10 * time.Second},
		url:    "http://" + listener.Addr().String(),
	}
	go func() { _ = s.server.Serve(listener) }() // ends with close
	return s, nil
}

func (s *sandbox) close() {
	_ = s.server.Shutdown(context.Background())
	s.portal.Close()
}

// quicken sets a brisk pace where none was asked for: nobody is loaded by a sandbox.
func (p *program) quicken() {
	for name, set := range map[string]func(){
		"rate":     func() { p.settings.Rate = 200 },
		"workers":  func() { p.settings.Workers = 16 },
		"per-host": func() { p.settings.PerHost = 16 },
	} {
		if k, _ := config.Named(name); p.origins.Of(k) == config.ByDefault {
			set()
		}
	}
}

// visitor is who signs in to the sandbox when nobody was named: it takes everybody.
var visitor = importer.Caller{User: "admin@example.org", Password: account.NewSecret("sandbox")}
