package main

import (
	"bufio"
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"r7import/importer/portalsim"
)

// translator returns one of the two texts of a message.
type translator func(inEnglish, inRussian string) string

func english(text, _ string) string { return text }
func russian(_, text string) string { return text }

// translatorFor returns the translator of a language: asked, or else the environment's.
func translatorFor(asked string, env func(string) string) translator {
	language := cmp.Or(asked, env("LC_ALL"), env("LC_MESSAGES"), env("LANG"))
	if strings.HasPrefix(strings.ToLower(language), "ru") {
		return russian
	}
	return english
}

// settings are the values of the flags.
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

	options portalsim.Options // from the scenario, overridden by the flags
}

// define returns the flags. A flag that sets an option has the option's value as its default.
func (s *settings) define(t translator) *pflag.FlagSet {
	f := pflag.NewFlagSet("portalsim", pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(io.Discard)
	o := &s.options
	f.StringVar(&s.listen, "listen", "127.0.0.1:8090", t("address of the portal", "адрес портала"))
	f.StringVar(&s.control, "control", "127.0.0.1:8091",
		t("address of what it saw and made, /_sim/; off for none", "адрес страницы наблюдения /_sim/; off — не нужна"))
	f.BoolVar(&s.allowRemote, "allow-remote", false, t("let --listen and --control be addresses that other machines reach",
		"разрешить для --listen и --control адреса, доступные с других компьютеров"))
	f.StringVar(&s.people, "people", "",
		t("so many invented people, or a file of them (YAML, or text: address and password in a line); those of the samples when nothing is said",
			"сколько придумать сотрудников или файл со списком (YAML либо текст: адрес и пароль в строке); если не задано — люди из примеров"))
	f.BoolVar(&o.OnlyPeople, "only-people", o.OnlyPeople, t("nobody else may sign in", "больше никого не впускать"))
	f.StringVar(&s.scenario, "scenario", "",
		t("YAML file with everything that can be set (samples/portalsim-scenario.yaml)",
			"файл YAML со всеми настройками (samples/portalsim-scenario.yaml)"))
	f.StringVar(&o.Version, "version", o.Version, t("server version: 9.6, 10.5, 11.0, 12.0, 12.7 or a full one",
		"версия сервера: 9.6, 10.5, 11.0, 12.0, 12.7 или полная"))
	f.StringVar(&o.Language, "language", o.Language, t("of the portal: en or ru", "язык портала: en или ru"))
	f.StringVar((*string)(&o.State), "state", string(o.State), t("of the portal: active, suspended, restoring, unpaid, warming-up, ...",
		"состояние портала: active, suspended, restoring, unpaid, warming-up, ..."))
	f.Uint64Var(&o.Seed, "seed", o.Seed, t("of every chance", "начальное число для всех случайностей"))
	f.StringArrayVar(&s.tokensFor, "token-for", nil, t("print a token of this person at the start (repeatable)",
		"напечатать при запуске токен этого сотрудника (можно повторять)"))
	f.BoolVar(&s.impersonation, "impersonation", true,
		t("administrators may impersonate; --impersonation=false for a portal as it is shipped",
			"администраторам разрешён вход от имени сотрудников; --impersonation=false — как на только что установленном портале"))
	f.DurationVar(&o.Latency, "latency", o.Latency, t("of every request", "задержка каждого ответа"))
	f.DurationVar(&o.Spread, "spread", o.Spread, t("up to so much more or less", "разброс задержки в обе стороны"))
	f.IntVar(&o.Limit.PerSecond, "limit", o.Limit.PerSecond, t("answer 429 above so many requests in a second",
		"отвечать 429, если запросов за секунду больше"))
	f.StringVar(&o.Limit.RetryAfter, "retry-after", o.Limit.RetryAfter, t("of 429: seconds, date, none, or the text of the header",
		"заголовок ответа 429: seconds, date, none или сам текст"))
	f.Float64Var(&s.fail, "fail", 0, t("share of requests answered with a 502 page",
		"доля запросов, на которые придёт страница с ошибкой 502"))
	f.Float64Var(&s.drop, "drop", 0, t("share of writes whose connection is reset before anything is done",
		"доля записей, где соединение рвётся до начала работы"))
	f.Float64Var(&s.lose, "lose", 0, t("share of writes that are carried out and never answered",
		"доля записей, которые выполнены, но ответ потерян"))
	f.Float64Var(&s.cut, "cut", 0, t("share of answers that end in the middle", "доля ответов, оборванных на середине"))
	f.Float64Var(&s.html, "html", 0, t("share of requests answered with an HTML page and status 200",
		"доля запросов, на которые придёт страница HTML с кодом 200"))
	f.Float64Var(&s.refuse, "refuse", 0, t("share of mailboxes whose password the mail server refuses",
		"доля ящиков, чей пароль почтовый сервер не примет"))
	f.DurationVar(&s.mailDelay, "mail-delay", 0, t("of every login at a mail server", "задержка каждого входа на почтовый сервер"))
	f.BoolVar(&s.realLogins, "real-logins", false,
		t("log in at the mail servers that the requests name, as the portal does; what a scenario says of a server comes first",
			"входить на почтовые серверы из запросов по-настоящему, как это делает портал; серверы из сценария ведут себя по сценарию"))
	f.DurationVar(&s.restart.After, "restart-after", 0, t("restart the portal's server once, so long after the start",
		"через сколько после запуска перезапустить сервер портала (один раз)"))
	f.DurationVar(&s.restart.For, "restart-for", 0, t("how long the restart takes", "сколько длится перезапуск"))
	f.Float64Var(&s.restart.Saved, "restart-saved", 0, t("share of the writes under way at the restart that are carried out",
		"доля прерванных перезапуском записей, которые всё же выполнены"))
	f.StringVar(&s.timeouts, "login-timeouts", "", t("connect and login timeout of the portal's login test, like 15s,30s",
		"сколько портал ждёт соединения и входа на почтовый сервер, например 15s,30s"))
	f.BoolVar(&o.Gzip, "gzip", o.Gzip, t("compress answers", "сжимать ответы"))
	f.StringVar(&s.lang, "lang", "", t("of this program's own messages: en or ru", "язык сообщений этой программы: en или ru"))
	f.BoolVarP(&s.help, "help", "h", false, t("show this text", "показать эту справку"))
	return f
}

// readSettings reads the scenario, if there is one, and overrides it with the flags.
func readSettings(scenario string, args []string) (*settings, error) {
	s := &settings{}
	if scenario != "" {
		file, err := os.Open(scenario)
		if err == nil {
			defer file.Close()
			s.options, err = portalsim.ReadScenario(file)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", scenario, plain(err))
		}
	}
	flags := s.define(english)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if err := s.addPeople(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.people, plain(err))
	}
	o := &s.options
	if s.scenario == "" || flags.Changed("impersonation") {
		o.Impersonation.Available, o.Impersonation.Enabled, o.Impersonation.EnableType = s.impersonation, s.impersonation, 1
	}
	if s.restart.After > 0 {
		o.Restarts = append(o.Restarts, s.restart)
	}
	o.Faults = append(s.faults(), o.Faults...)
	if s.mailDelay > 0 {
		o.MailHosts = slices.Insert(o.MailHosts, 0, portalsim.MailHost{Delay: s.mailDelay})
	}
	if s.refuse != 0 {
		o.MailHosts = slices.Insert(o.MailHosts, 0, portalsim.MailHost{Do: portalsim.Refuse, Share: s.refuse, Delay: s.mailDelay})
	}
	if s.realLogins {
		o.RealLogins = logIn
	}
	if s.timeouts != "" {
		connect, login, found := strings.Cut(s.timeouts, ",")
		var errConnect, errLogin error
		o.Timeouts.Connect, errConnect = time.ParseDuration(connect)
		o.Timeouts.Login, errLogin = time.ParseDuration(login)
		if !found || errConnect != nil || errLogin != nil {
			return nil, fmt.Errorf("--login-timeouts: %q is not like 15s,30s", s.timeouts)
		}
	}
	return s, o.Validate()
}

// faults returns the faults that flags ask for.
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
	return slices.DeleteFunc(all, func(f portalsim.Fault) bool { return f.Share == 0 })
}

//go:embed people.yaml
var samplePeople []byte

// addPeople sets the number of people to invent, or adds the people of a file. Without
// --people and a scenario the portal has the people of the sample files.
func (s *settings) addPeople() (err error) {
	o := &s.options
	if s.people == "" {
		if s.scenario == "" {
			o.People, err = portalsim.ReadPeople(bytes.NewReader(samplePeople))
		}
		return err
	}
	if n, err := strconv.Atoi(s.people); err == nil && n >= 0 {
		o.Invent = n
		return nil
	}
	file, err := os.Open(s.people)
	if err != nil {
		return err
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

// readText reads one address a line, each with a password after blanks if there is one.
func readText(r io.Reader) ([]portalsim.Person, error) {
	var people []portalsim.Person
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		end := strings.IndexAny(line+" ", " \t")
		one := portalsim.Person{Email: line[:end], Password: strings.TrimSpace(line[end:])}
		if err := one.Validate(); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		people = append(people, one)
	}
	return people, lines.Err()
}

// plain removes operation and path from a file error, because the message already has them.
func plain(err error) error {
	if inner, ok := errors.AsType[*os.PathError](err); ok {
		return inner.Err
	}
	return err
}
