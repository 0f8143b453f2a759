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

	farewell = 2 * time.Second // time for requests in flight when the server stops
	noServer = "off"
)

// run serves until ctx ends and returns the exit code: 2 for flags and files that
// cannot be used, 1 if listening or serving fails.
func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) int {
	var first settings
	flags := first.define(english)
	err := flags.Parse(args)
	t := translatorFor(first.lang, env)
	complain := func(err error, code int) int {
		fmt.Fprintln(stderr, t("portalsim: error:", "portalsim: ошибка:"), err)
		if code == exitUsage {
			fmt.Fprintln(stderr, t("portalsim: hint: `portalsim --help` lists the flags",
				"portalsim: подсказка: список параметров покажет `portalsim --help`"))
		}
		return code
	}
	switch {
	case err != nil:
		return complain(err, exitUsage)
	case first.help:
		fmt.Fprintf(stdout, "%s\n%s", usage(t), new(settings).define(t).FlagUsages())
		return exitOK
	case flags.NArg() > 0:
		return complain(fmt.Errorf("unexpected argument: %s", flags.Arg(0)), exitUsage)
	}
	for _, address := range []string{first.listen, first.control} {
		if !first.allowRemote && address != noServer && !isLoopback(address) {
			return complain(fmt.Errorf(t(
				"%s is reachable from other machines, and this portal lets everybody in; add --allow-remote if that is meant",
				"адрес %s доступен с других компьютеров, а этот портал впускает всех; если так и задумано, добавьте --allow-remote",
			), address), exitUsage)
		}
	}
	s, err := readSettings(first.scenario, args)
	if err != nil {
		return complain(err, exitUsage)
	}
	if err := s.serve(ctx, t, stdout); err != nil {
		return complain(err, exitError)
	}
	return exitOK
}

func usage(t translator) string {
	return t(`Portalsim serves a simulated ONLYOFFICE Community Server portal (R7-Office) on this machine.

Usage: portalsim [flags]

Any address and any password sign in, every mail server accepts every login, and nothing
is kept: what the flags and the scenario file say goes wrong, goes wrong.

Flags:`, `Portalsim запускает на этом компьютере имитацию портала Р7-Офис (ONLYOFFICE Community Server).

Использование: portalsim [параметры]

На портал можно войти с любым адресом и любым паролем, любой почтовый сервер принимает любой
вход, на диск ничего не пишется. Сбои задаются параметрами и файлом сценария.

Параметры:`)
}

// isLoopback reports whether only this machine can reach an address.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true // listening reports the error
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serve listens on both addresses before it prints anything. It stops when ctx ends or
// a server fails, and returns the error.
func (s *settings) serve(ctx context.Context, t translator, stdout io.Writer) error {
	o := &s.options
	tokens := map[string]string{} // tokens by person
	for _, who := range s.tokensFor {
		tokens[who] = rand.Text()
		if o.Tokens == nil {
			o.Tokens = map[string]string{}
		}
		o.Tokens[tokens[who]] = who
	}
	portal := portalsim.New(*o)
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

	say := func(text string, args ...any) { fmt.Fprintf(stdout, text+"\n", args...) }
	url := servers[0].url()
	say(t("Simulated portal %s: %s", "Имитация портала %s: %s"), portal.Version(), url)
	if len(servers) > 1 {
		say(t("What it saw and made: %s", "Что на нём происходит: %s"), servers[1].url()+"/_sim/")
	}
	if o.OnlyPeople {
		say(t("Only the people listed sign in; %s is the owner.", "Входят только сотрудники из списка; владелец портала — %s."), portal.Owner())
	} else {
		say(t("Any address signs in with any password; %s is the owner.",
			"Войти можно с любым адресом и любым паролем; владелец портала — %s."), portal.Owner())
	}
	for person, token := range tokens {
		say(t("Token of %s: %s", "Токен для %s: %s"), person, token)
	}
	body := `{"userName":"ivan.petrov@example.org","password":"any"}`
	say(t("Try it: %s", "Проверить: %s"), "curl -H 'Content-Type: application/json' -d '"+body+"' "+url+"/api/2.0/authentication")
	say(t("Import into it: %s", "Импортировать в него: %s"), "r7import run samples/accounts.xlsx --portal "+url)
	say(t("Nothing is kept. Ctrl-C stops it.", "На диск ничего не пишется. Остановить — Ctrl-C."))

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	for _, one := range servers {
		one.stop()
	}
	stats := portal.Stats()
	say(t("Requests: %d (at most %d in a second). Accounts created: %d, updated: %d, removed: %d, duplicates: %d",
		"Запросов: %d (за секунду не более %d). Учётных записей создано: %d, обновлено: %d, удалено: %d, двойников: %d"),
		stats.Requests, stats.MostInSecond, stats.Created, stats.Updated, stats.Removed, stats.Duplicates)
	return err
}

// guarded wraps h so that web pages cannot read what it serves. It returns h itself if
// other machines, which may use any name for this one, are allowed.
func (s *settings) guarded(h http.Handler) http.Handler {
	if s.allowRemote {
		return h
	}
	return portalsim.OnlyHere(h)
}

// server is an HTTP server with its listener.
type server struct {
	http.Server
	listener net.Listener
}

func newServer(l net.Listener, h http.Handler) *server {
	return &server{http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}, l}
}

func (s *server) url() string { return "http://" + s.listener.Addr().String() }

// stop waits up to farewell for requests in flight, then closes their connections.
func (s *server) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		s.Close()
	}
}
