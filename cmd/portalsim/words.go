package main

import "strings"

// words are the few sentences of this program in one language.
type words struct {
	usage     string
	flags     map[string]string
	prefix    string // of an error
	hint      string
	loopback  string // %s: address
	people    string // %s: file, %s: problem
	scenario  string // %s: file, %s: problem
	listening string // %s: version, %s: URL
	watching  string // %s: URL
	anybody   string // %s: owner
	listed    string // %s: owner
	token     string // %s: person, %s: token
	curl      string // %s: command
	importer  string // %s: command
	stop      string
	summary   string // requests, most in a second, created, updated, removed, duplicates
}

// wordsOf picks a language: asked for, else that of the environment.
func wordsOf(asked string, env func(string) string) *words {
	for _, text := range []string{asked, env("LC_ALL"), env("LC_MESSAGES"), env("LANG")} {
		if text != "" {
			if strings.HasPrefix(strings.ToLower(text), "ru") {
				return &russian
			}
			return &english
		}
	}
	return &english
}

var english = words{
	usage: `Portalsim serves a simulated ONLYOFFICE Community Server portal (R7-Office) on this machine.

Usage: portalsim [flags]

Any address and any password sign in, every mail server accepts every login, and nothing
is kept: what the flags and the scenario file say goes wrong, goes wrong.

Flags:`,
	flags: map[string]string{
		"listen":         "address of the portal",
		"control":        "address of what it saw and made, /_sim/; off for none",
		"allow-remote":   "let --listen and --control be addresses that other machines reach",
		"people":         "so many invented people, or a file of them (YAML, or text: address and password in a line); those of the samples when nothing is said",
		"only-people":    "nobody else may sign in",
		"scenario":       "YAML file with everything that can be set (samples/portalsim-scenario.yaml)",
		"version":        "server version: 9.6, 10.5, 11.0, 12.0, 12.7 or a full one",
		"language":       "of the portal: en or ru",
		"state":          "of the portal: active, suspended, restoring, unpaid, warming-up, ...",
		"seed":           "of every chance",
		"token-for":      "print a token of this person at the start (repeatable)",
		"impersonation":  "administrators may impersonate; --impersonation=false for a portal as it is shipped",
		"latency":        "of every request",
		"spread":         "up to so much more or less",
		"limit":          "answer 429 above so many requests in a second",
		"retry-after":    "of 429: seconds, date, none, or the text of the header",
		"fail":           "share of requests answered with a 502 page",
		"drop":           "share of writes whose connection is reset before anything is done",
		"lose":           "share of writes that are carried out and never answered",
		"cut":            "share of answers that end in the middle",
		"html":           "share of requests answered with an HTML page and status 200",
		"refuse":         "share of mailboxes whose password the mail server refuses",
		"mail-delay":     "of every login at a mail server",
		"real-logins":    "log in at the mail servers that the requests name, as the portal does; what a scenario says of a server comes first",
		"restart-after":  "restart the portal's server once, so long after the start",
		"restart-for":    "how long the restart takes",
		"restart-saved":  "share of the writes under way at the restart that are carried out",
		"login-timeouts": "connect and login timeout of the portal's login test, like 15s,30s",
		"gzip":           "compress answers",
		"lang":           "of this program's own messages: en or ru",
		"help":           "show this text",
	},
	prefix:    "portalsim: error: ",
	hint:      "portalsim: hint: `portalsim --help` lists the flags",
	loopback:  "%s is reachable from other machines, and this portal lets everybody in; add --allow-remote if that is meant",
	people:    "%s: %s",
	scenario:  "%s: %s",
	listening: "Simulated portal %s: %s",
	watching:  "What it saw and made: %s",
	anybody:   "Any address signs in with any password; %s is the owner.",
	listed:    "Only the people listed sign in; %s is the owner.",
	token:     "Token of %s: %s",
	curl:      "Try it: %s",
	importer:  "Import into it: %s",
	stop:      "Nothing is kept. Ctrl-C stops it.",
	summary:   "Requests: %d (at most %d in a second). Accounts created: %d, updated: %d, removed: %d, duplicates: %d",
}

var russian = words{
	usage: `Portalsim запускает на этом компьютере имитацию портала Р7-Офис (ONLYOFFICE Community Server).

Использование: portalsim [параметры]

На портал можно войти с любым адресом и любым паролем, любой почтовый сервер принимает любой
вход, на диск ничего не пишется. Сбои задаются параметрами и файлом сценария.

Параметры:`,
	flags: map[string]string{
		"listen":         "адрес портала",
		"control":        "адрес страницы наблюдения /_sim/; off — не нужна",
		"allow-remote":   "разрешить для --listen и --control адреса, доступные с других компьютеров",
		"people":         "сколько придумать сотрудников или файл со списком (YAML либо текст: адрес и пароль в строке); если не задано — люди из примеров",
		"only-people":    "больше никого не впускать",
		"scenario":       "файл YAML со всеми настройками (samples/portalsim-scenario.yaml)",
		"version":        "версия сервера: 9.6, 10.5, 11.0, 12.0, 12.7 или полная",
		"language":       "язык портала: en или ru",
		"state":          "состояние портала: active, suspended, restoring, unpaid, warming-up, ...",
		"seed":           "начальное число для всех случайностей",
		"token-for":      "напечатать при запуске токен этого сотрудника (можно повторять)",
		"impersonation":  "администраторам разрешён вход от имени сотрудников; --impersonation=false — как на только что установленном портале",
		"latency":        "задержка каждого ответа",
		"spread":         "разброс задержки в обе стороны",
		"limit":          "отвечать 429, если запросов за секунду больше",
		"retry-after":    "заголовок ответа 429: seconds, date, none или сам текст",
		"fail":           "доля запросов, на которые придёт страница с ошибкой 502",
		"drop":           "доля записей, где соединение рвётся до начала работы",
		"lose":           "доля записей, которые выполнены, но ответ потерян",
		"cut":            "доля ответов, оборванных на середине",
		"html":           "доля запросов, на которые придёт страница HTML с кодом 200",
		"refuse":         "доля ящиков, чей пароль почтовый сервер не примет",
		"mail-delay":     "задержка каждого входа на почтовый сервер",
		"real-logins":    "входить на почтовые серверы из запросов по-настоящему, как это делает портал; серверы из сценария ведут себя по сценарию",
		"restart-after":  "через сколько после запуска перезапустить сервер портала (один раз)",
		"restart-for":    "сколько длится перезапуск",
		"restart-saved":  "доля прерванных перезапуском записей, которые всё же выполнены",
		"login-timeouts": "сколько портал ждёт соединения и входа на почтовый сервер, например 15s,30s",
		"gzip":           "сжимать ответы",
		"lang":           "язык сообщений этой программы: en или ru",
		"help":           "показать эту справку",
	},
	prefix:    "portalsim: ошибка: ",
	hint:      "portalsim: подсказка: список параметров покажет `portalsim --help`",
	loopback:  "адрес %s доступен с других компьютеров, а этот портал впускает всех; если так и задумано, добавьте --allow-remote",
	people:    "%s: %s",
	scenario:  "%s: %s",
	listening: "Имитация портала %s: %s",
	watching:  "Что на нём происходит: %s",
	anybody:   "Войти можно с любым адресом и любым паролем; владелец портала — %s.",
	listed:    "Входят только сотрудники из списка; владелец портала — %s.",
	token:     "Токен для %s: %s",
	curl:      "Проверить: %s",
	importer:  "Импортировать в него: %s",
	stop:      "На диск ничего не пишется. Остановить — Ctrl-C.",
	summary:   "Запросов: %d (за секунду не более %d). Учётных записей создано: %d, обновлено: %d, удалено: %d, двойников: %d",
}
