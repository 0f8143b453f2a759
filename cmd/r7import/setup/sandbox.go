package setup

import (
	"context"
	"net"
	"net/http"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/importer/account"
	"r7import/importer/policy"
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
		server: &http.Server{Handler: portal, ReadHeaderTimeout: 10 * time.Second},
		url:    "http://" + listener.Addr().String(),
	}
	go func() { _ = s.server.Serve(listener) }() // ends with close
	return s, nil
}

func (s *sandbox) close() {
	_ = s.server.Shutdown(context.Background())
	s.portal.Close()
}

// Quicken sets a brisk pace where none was asked for: nobody is loaded by a sandbox.
func Quicken(s *config.Settings, origins config.Origins) {
	usual := func(name string) bool {
		k, _ := config.Named(name)
		return origins.Of(k) == config.ByDefault
	}
	if usual("rate") {
		s.Rate = 200
	}
	if usual("workers") {
		s.Workers = 16
	}
	if usual("per-host") {
		s.PerHost = 16
	}
}

// visitor is who signs in to the sandbox when nobody was named: it takes everybody.
var visitor = policy.Caller{User: "admin@example.org", Password: account.NewSecret("sandbox")}
