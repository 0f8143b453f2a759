package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"r7import/importer/portalsim"
)

// settings are the flags as given.
type settings struct {
	listen, control string
	allowRemote     bool
	people          string
	scenario        string
	lang            string
	tokensFor       []string
	impersonation   bool
	timeouts        string
	fail, drop      float64
	lose, cut, html float64
	refuse          float64
	mailDelay       time.Duration
	realLogins      bool
	restart         portalsim.Restart
	help            bool

	options portalsim.Options // those that are a flag each
}

// define makes the flags; the texts come from w.
func (s *settings) define(w *words) *pflag.FlagSet {
	f := pflag.NewFlagSet("portalsim", pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(io.Discard)
	o := &s.options
	f.StringVar(&s.listen, "listen", "127.0.0.1:8090", "")
	f.StringVar(&s.control, "control", "127.0.0.1:8091", "")
	f.BoolVar(&s.allowRemote, "allow-remote", false, "")
	f.StringVar(&s.people, "people", "", "")
	f.BoolVar(&o.OnlyPeople, "only-people", false, "")
	f.StringVar(&s.scenario, "scenario", "", "")
	f.StringVar(&o.Version, "version", "", "")
	f.StringVar(&o.Language, "language", "", "")
	f.StringVar((*string)(&o.State), "state", "", "")
	f.Uint64Var(&o.Seed, "seed", 0, "")
	f.StringArrayVar(&s.tokensFor, "token-for", nil, "")
	f.BoolVar(&s.impersonation, "impersonation", true, "")
	f.DurationVar(&o.Latency, "latency", 0, "")
	f.DurationVar(&o.Spread, "spread", 0, "")
	f.IntVar(&o.Limit.PerSecond, "limit", 0, "")
	f.StringVar(&o.Limit.RetryAfter, "retry-after", "", "")
	f.Float64Var(&s.fail, "fail", 0, "")
	f.Float64Var(&s.drop, "drop", 0, "")
	f.Float64Var(&s.lose, "lose", 0, "")
	f.Float64Var(&s.cut, "cut", 0, "")
	f.Float64Var(&s.html, "html", 0, "")
	f.Float64Var(&s.refuse, "refuse", 0, "")
	f.DurationVar(&s.mailDelay, "mail-delay", 0, "")
	f.BoolVar(&s.realLogins, "real-logins", false, "")
	f.DurationVar(&s.restart.After, "restart-after", 0, "")
	f.DurationVar(&s.restart.For, "restart-for", 0, "")
	f.Float64Var(&s.restart.Saved, "restart-saved", 0, "")
	f.StringVar(&s.timeouts, "login-timeouts", "", "")
	f.BoolVar(&o.Gzip, "gzip", false, "")
	f.StringVar(&s.lang, "lang", "", "")
	f.BoolVarP(&s.help, "help", "h", false, "")
	f.VisitAll(func(one *pflag.Flag) { one.Usage = w.flags[one.Name] })
	return f
}

// merge puts the flags that were given over the scenario.
func (s *settings) merge(scenario portalsim.Options, f *pflag.FlagSet) (portalsim.Options, error) {
	o := scenario
	for name, set := range map[string]func(){
		"only-people": func() { o.OnlyPeople = s.options.OnlyPeople },
		"version":     func() { o.Version = s.options.Version },
		"language":    func() { o.Language = s.options.Language },
		"state":       func() { o.State = s.options.State },
		"seed":        func() { o.Seed = s.options.Seed },
		"latency":     func() { o.Latency = s.options.Latency },
		"spread":      func() { o.Spread = s.options.Spread },
		"limit":       func() { o.Limit.PerSecond = s.options.Limit.PerSecond },
		"retry-after": func() { o.Limit.RetryAfter = s.options.Limit.RetryAfter },
		"gzip":        func() { o.Gzip = s.options.Gzip },
	} {
		if f.Changed(name) {
			set()
		}
	}
	if s.scenario == "" || f.Changed("impersonation") {
		o.Impersonation.Available, o.Impersonation.Enabled, o.Impersonation.EnableType = s.impersonation, s.impersonation, 1
	}
	if s.restart.After > 0 {
		o.Restarts = append(o.Restarts, s.restart)
	}
	o.Faults = append(s.faults(), o.Faults...)
	o.MailHosts = append(s.mailHosts(), o.MailHosts...)
	if s.realLogins {
		o.RealLogins = logIn
	}
	if err := s.setTimeouts(&o); err != nil {
		return o, err
	}
	return o, o.Validate()
}

// faults are those with a flag each, in front of the scenario's.
func (s *settings) faults() []portalsim.Fault {
	all := []portalsim.Fault{
		{Share: s.fail, Do: portalsim.Answer, Status: 502},
		{Share: s.html, Do: portalsim.Answer},
		{Share: s.drop, Do: portalsim.Reset, Path: "mail/accounts", Method: "POST"},
		{Share: s.drop, Do: portalsim.Reset, Path: "mail/accounts", Method: "PUT"},
		{Share: s.lose, Do: portalsim.Reset, Path: "mail/accounts", Method: "POST", Processed: true},
		{Share: s.lose, Do: portalsim.Reset, Path: "mail/accounts", Method: "PUT", Processed: true},
		{Share: s.cut, Do: portalsim.Cut},
	}
	var asked []portalsim.Fault
	for _, f := range all {
		if f.Share != 0 {
			asked = append(asked, f)
		}
	}
	return asked
}

func (s *settings) mailHosts() []portalsim.MailHost {
	var all []portalsim.MailHost
	if s.refuse != 0 {
		all = append(all, portalsim.MailHost{Do: portalsim.Refuse, Share: s.refuse, Delay: s.mailDelay})
	}
	if s.mailDelay > 0 {
		all = append(all, portalsim.MailHost{Delay: s.mailDelay})
	}
	return all
}

func (s *settings) setTimeouts(o *portalsim.Options) error {
	if s.timeouts == "" {
		return nil
	}
	connect, login, found := strings.Cut(s.timeouts, ",")
	var errConnect, errLogin error
	o.Timeouts.Connect, errConnect = time.ParseDuration(connect)
	o.Timeouts.Login, errLogin = time.ParseDuration(login)
	if !found || errConnect != nil || errLogin != nil {
		return fmt.Errorf("--login-timeouts: %q is not like 15s,30s", s.timeouts)
	}
	return nil
}

// readScenario is the empty one without a file.
func (s *settings) readScenario() (portalsim.Options, error) {
	if s.scenario == "" {
		return portalsim.Options{}, nil
	}
	file, err := os.Open(s.scenario)
	if err != nil {
		return portalsim.Options{}, plain(err)
	}
	defer file.Close()
	return portalsim.ReadScenario(file)
}

//go:embed people.yaml
var samplePeople []byte

// addPeople invents people, or adds those of a file. Without either a portal that is
// not described by a scenario has the people of the sample files.
func (s *settings) addPeople(o *portalsim.Options) error {
	if s.people == "" {
		if s.scenario != "" {
			return nil
		}
		people, err := portalsim.ReadPeople(bytes.NewReader(samplePeople))
		o.People = people
		return err
	}
	if n, err := strconv.Atoi(s.people); err == nil && n >= 0 {
		o.Invent = n
		return nil
	}
	file, err := os.Open(s.people)
	if err != nil {
		return plain(err)
	}
	defer file.Close()
	read := readText
	if ext := strings.ToLower(filepath.Ext(s.people)); ext == ".yaml" || ext == ".yml" {
		read = portalsim.ReadPeople
	}
	people, err := read(file)
	o.People = append(o.People, people...)
	return err
}

// readText reads an address a line and, behind blanks, its password.
func readText(r io.Reader) ([]portalsim.Person, error) {
	var people []portalsim.Person
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		address, password, _ := strings.Cut(line, " ")
		if tab := strings.IndexByte(line, '\t'); tab >= 0 && tab < len(address) {
			address, password = line[:tab], line[tab+1:]
		}
		one := portalsim.Person{Email: address, Password: strings.TrimSpace(password)}
		if err := one.Validate(); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		people = append(people, one)
	}
	return people, lines.Err()
}

// plain drops operation and path of a file error, which the message names already.
func plain(err error) error {
	var inner *os.PathError
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}

// isLoopback tells whether only this machine reaches an address.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true // listening will say what is wrong with it
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
