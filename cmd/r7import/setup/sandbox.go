package setup

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/importer/account"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// openSandbox starts a simulated portal on a free port of the loopback interface, so that
// nothing leaves the machine. The portal has the people of the rows, and its administrators
// may act as them. The caller must call end.
func openSandbox(ctx context.Context, input *plan.Input, caller string) (address string, end func(), err error) {
	staff, err := sandboxStaff(ctx, input, caller)
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	portal := portalsim.New(portalsim.Options{
		People:        staff,
		Impersonation: portalsim.Impersonation{Available: true, Enabled: true, EnableType: 1},
		Latency:       20 * time.Millisecond, Spread: 10 * time.Millisecond, // slow enough to watch a run
	})
	server := &http.Server{Handler: portalsim.OnlyHere(portal), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until end
	return "http://" + listener.Addr().String(), func() {
		_ = server.Shutdown(context.Background())
		portal.Close()
	}, nil
}

// sandboxStaff reads the file and returns the portal's owner, who is the visitor, the
// caller as an administrator, and a person for each row: its portal user, else a person
// with its address. People who are not valid are left out.
func sandboxStaff(ctx context.Context, input *plan.Input, caller string) ([]portalsim.Person, error) {
	staff := []portalsim.Person{{Email: visitor.User, FirstName: "Administrator", Owner: true}, {Email: caller, Admin: true}}
	once := plan.Input{File: input.File, Binding: input.Binding.Uncounted(), Rules: input.Rules}
	for row, err := range once.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		first, last, _ := strings.Cut(row.Settings.Name, " ")
		one := portalsim.Person{Email: row.Settings.Email, FirstName: first, LastName: last}
		switch user := row.Owner.User; {
		case strings.Contains(user, "@"):
			one.Email = user
		default:
			one.ID = user
		}
		staff = append(staff, one)
	}
	return slices.DeleteFunc(staff, func(p portalsim.Person) bool { return p.Validate() != nil }), nil
}

// Quicken raises the pace settings that the user left at their defaults, for a sandbox.
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

// visitor signs in to the sandbox if no user is named. The sandbox accepts any password.
var visitor = policy.Caller{User: "admin@example.org", Password: account.NewSecret("sandbox")}
