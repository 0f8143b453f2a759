package config

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/policy"
)

// Group is the heading under which help lists a key.
type Group string

// The groups in the order of help.
const (
	Where   Group = "where"
	Who     Group = "who"
	Reading Group = "reading"
	SignIn  Group = "signin"
	Policy  Group = "policy"
	Pace    Group = "pace"
	Logins  Group = "logins" // to the mail servers, from this machine
	Output  Group = "output"
	Alone   Group = "alone"
	General Group = "general"
)

// Groups lists all groups in the order of help.
var Groups = []Group{Where, Who, SignIn, Reading, Policy, Pace, Logins, Output, Alone, General}

// Key is one setting: a flag, a variable and a key of the configuration file.
type Key struct {
	Name  string // name of the flag and in the file; R7IMPORT_<NAME> is the variable
	Short string // one-letter flag, if any; keys that no command takes together may share a letter
	Group Group
	// Value names the kind of value, "" for a switch. Help translates it into the user's language.
	Value string
	// Choices lists the accepted values of a choice, and is nil for other kinds.
	Choices []string
	// List means that the key may be given several times.
	List bool
	// Read means that the value names an existing file, which is read.
	Read bool
	// Guarded reports whether a value lifts a guard. Such a value is refused in the environment.
	Guarded func(text string) bool
	// Either is a word shared by keys that exclude each other. The key with the strongest
	// origin counts; two with the same origin are refused.
	Either string

	// Show returns the value in force as the user would type it, empty if there is none.
	Show func(*Settings) string
	set  func(*Settings, string) *diagnosis.Problem
}

// Variable returns the name of the key's environment variable.
func (k *Key) Variable() string { return variableOf(k.Name) }

const prefix = "R7IMPORT_"

func variableOf(name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// Keys lists all keys in the order of help.
var Keys = []*Key{
	key("portal", Where, "url", func(s *Settings) *string { return &s.Portal }, parseURL, plain),
	toggle("sandbox", Where, func(s *Settings) *bool { return &s.Sandbox }),
	read("ca-file", Where, func(s *Settings) *string { return &s.CAFile }),
	guarded(toggle("insecure-http", Where, func(s *Settings) *bool { return &s.InsecureHTTP })),
	text("state", Where, "folder", func(s *Settings) *string { return &s.State }),
	list("allowed-mail-hosts", Where, "host", func(s *Settings) *[]string { return &s.AllowedHosts }, parseText),

	either("caller", secret("token", Who, func(s *Settings) *string { return &s.Token })),
	either("caller", read("token-file", Who, func(s *Settings) *string { return &s.TokenFile })),
	either("caller", text("user", Who, "user", func(s *Settings) *string { return &s.User })),
	either("password", secret("password", Who, func(s *Settings) *string { return &s.Password })),
	either("password", read("password-file", Who, func(s *Settings) *string { return &s.PasswordFile })),
	guardedWhen("self", choice("owner", Who, func(s *Settings) *policy.OwnerWay { return &s.Owner }, "auto", "self", "column", "impersonate")),
	guarded(number("max-per-owner", Who, func(s *Settings) *int { return &s.MaxPerOwner }, 1, 1_000_000)),
	guarded(toggle("allow-owner-mismatch", Who, func(s *Settings) *bool { return &s.AllowMismatch })),

	either("totp", secret("totp-secret", SignIn, func(s *Settings) *string { return &s.TOTPSecret })),
	either("totp", read("totp-secret-file", SignIn, func(s *Settings) *string { return &s.TOTPSecretFile })),

	read("mapping", Reading, func(s *Settings) *string { return &s.Mapping }),
	list("set", Reading, "fill", func(s *Settings) *[]string { return &s.Set }, parseFill),
	text("preset", Reading, "preset", func(s *Settings) *string { return &s.Preset }),
	read("presets", Reading, func(s *Settings) *string { return &s.Presets }),
	text("sheet", Reading, "sheet", func(s *Settings) *string { return &s.Sheet }),
	number("header-row", Reading, func(s *Settings) *int { return &s.HeaderRow }, 1, 1_048_576),
	key("delimiter", Reading, "delimiter", func(s *Settings) *rune { return &s.Delimiter }, parseDelimiter, showDelimiter),
	text("encoding", Reading, "encoding", func(s *Settings) *string { return &s.Encoding }),
	text("rows", Reading, "rows", func(s *Settings) *string { return &s.Rows }),
	list("where", Reading, "where", func(s *Settings) *[]string { return &s.Where }, parseText),
	read("identity", Reading, func(s *Settings) *string { return &s.Identity }),
	secret("passphrase", Reading, func(s *Settings) *string { return &s.Passphrase }),
	either("workbook", secret("workbook-password", Reading, func(s *Settings) *string { return &s.WorkbookPassword })),
	either("workbook", read("workbook-password-file", Reading, func(s *Settings) *string { return &s.WorkbookPasswordFile })),
	toggle("numeric-passwords", Reading, func(s *Settings) *bool { return &s.NumericPasswords }),
	toggle("without-passwords", Reading, func(s *Settings) *bool { return &s.WithoutPasswords }),

	choice("on-existing", Policy, func(s *Settings) *policy.Action { return &s.OnExisting }, "skip", "update", "fail"),
	choice("on-changed", Policy, func(s *Settings) *policy.Action { return &s.OnChanged }, "update", "skip", "fail"),
	choice("on-missing", Policy, func(s *Settings) *policy.OnMissing { return &s.OnMissing }, "report", "disable"),
	guarded(toggle("retry-refused", Policy, func(s *Settings) *bool { return &s.RetryRefused })),
	text("failed-of", Policy, "run", func(s *Settings) *string { return &s.FailedOf }),
	key("max-failures", Policy, "share", func(s *Settings) *policy.Share { return &s.MaxFailures }, parseShare, showShare),
	key("max-changes", Policy, "share", func(s *Settings) *policy.Share { return &s.MaxChanges }, parseShare, showShare),
	key("max-missing", Policy, "share", func(s *Settings) *policy.Share { return &s.MaxMissing }, parseShare, showShare),
	key("max-shrink", Policy, "share", func(s *Settings) *policy.Share { return &s.MaxShrink }, parseShare, showShare),
	text("data-set", Policy, "set", func(s *Settings) *string { return &s.DataSet }),
	guarded(file("plan", Policy, func(s *Settings) *string { return &s.PlanFile })),
	number("canary", Policy, func(s *Settings) *int { return &s.Canary }, 1, 1000),
	toggle("disable", Policy, func(s *Settings) *bool { return &s.Disable }),
	guarded(number("row", Policy, func(s *Settings) *int { return &s.Row }, 1, 100_000_000)),
	guarded(choice("as", Policy, func(s *Settings) *string { return &s.As }, "created", "absent")),
	duration("older-than", Policy, func(s *Settings) *time.Duration { return &s.OlderThan }),
	number("keep-days", Policy, func(s *Settings) *int { return &s.KeepDays }, 0, 36500),
	number("keep-runs", Policy, func(s *Settings) *int { return &s.KeepRuns }, 0, 1_000_000),
	toggle("fail-on-warning", Policy, func(s *Settings) *bool { return &s.FailOnWarning }),
	toggle("dry-run", Policy, func(s *Settings) *bool { return &s.DryRun }),
	toggle("detailed-exitcode", Policy, func(s *Settings) *bool { return &s.ChangesExit }),

	key("rate", Pace, "rate", func(s *Settings) *Rate { return &s.Rate }, parseRate, Rate.String),
	number("workers", Pace, func(s *Settings) *int { return &s.Workers }, 1, 1000),
	number("per-host", Pace, func(s *Settings) *int { return &s.PerHost }, 1, 1000),
	duration("timeout", Pace, func(s *Settings) *time.Duration { return &s.Timeout }),
	duration("settle", Pace, func(s *Settings) *time.Duration { return &s.Settle }),
	duration("portal-wait", Pace, func(s *Settings) *time.Duration { return &s.PortalWait }),
	duration("host-wait", Pace, func(s *Settings) *time.Duration { return &s.HostWait }),
	duration("grace", Pace, func(s *Settings) *time.Duration { return &s.Grace }),
	duration("recheck", Pace, func(s *Settings) *time.Duration { return &s.Recheck }),
	key("window", Pace, "window", func(s *Settings) *pace.Window { return &s.Window }, parseWindow, showWindow),

	toggle("preflight", Logins, func(s *Settings) *bool { return &s.Preflight }),
	number("sample", Logins, func(s *Settings) *int { return &s.Sample }, 1, 1_000_000),
	toggle("all", Logins, func(s *Settings) *bool { return &s.All }),
	key("lockout-limit", Logins, "limits", func(s *Settings) *pace.Lockout { return &s.Lockout }, parseLockout, showLockout),
	list("resolve", Logins, "hostip", func(s *Settings) *[]string { return &s.Resolve }, parseResolve),
	file("mail-ca-file", Logins, func(s *Settings) *string { return &s.MailCAFile }),
	guarded(toggle("accept-bad-certificates", Logins, func(s *Settings) *bool { return &s.AnyCertificate })),

	short("o", list("report", Output, "file", func(s *Settings) *[]string { return &s.Report }, parseText)),
	file("out", Output, func(s *Settings) *string { return &s.Out }),
	file("annotate", Output, func(s *Settings) *string { return &s.Annotate }),
	toggle("only-failed", Output, func(s *Settings) *bool { return &s.OnlyFailed }),
	guarded(toggle("keep-secrets", Output, func(s *Settings) *bool { return &s.KeepSecrets })),
	toggle("follow", Output, func(s *Settings) *bool { return &s.Follow }),
	file("file", Output, func(s *Settings) *string { return &s.OfFile }),
	list("proof", Output, "file", func(s *Settings) *[]string { return &s.Proof }, parseText),
	toggle("json", Output, func(s *Settings) *bool { return &s.JSON }),
	toggle("detect", Output, func(s *Settings) *bool { return &s.Detect }),
	short("o", file("output", Output, func(s *Settings) *string { return &s.Output })),
	guarded(list("keep", Output, "column", func(s *Settings) *[]string { return &s.Keep }, parseText)),
	guarded(toggle("force", Output, func(s *Settings) *bool { return &s.Force })),
	toggle("csv", Output, func(s *Settings) *bool { return &s.CSV }),
	choice("progress", Output, func(s *Settings) *string { return &s.Progress }, "auto", "bar", "plain", "json", "none"),
	short("y", guarded(toggle("yes", Output, func(s *Settings) *bool { return &s.Yes }))),

	list("input", Alone, "input", func(s *Settings) *[]string { return &s.Input }, parseText),
	duration("input-age", Alone, func(s *Settings) *time.Duration { return &s.InputAge }),
	choice("notify-on", Alone, func(s *Settings) *NotifyOn { return &s.NotifyOn }, OnFailure, OnChange, Always),
	list("mail-to", Alone, "address", func(s *Settings) *[]string { return &s.MailTo }, parseMailbox),
	key("mail-from", Alone, "address", func(s *Settings) *string { return &s.MailFrom }, parseMailbox, plain),
	key("mail-server", Alone, "server", func(s *Settings) *string { return &s.MailServer }, parseServer, plain),
	choice("mail-tls", Alone, func(s *Settings) *string { return &s.MailTLS }, "tls", "starttls", "off"),
	text("mail-user", Alone, "user", func(s *Settings) *string { return &s.MailUser }),
	secret("mail-password", Alone, func(s *Settings) *string { return &s.MailPassword }),
	called("webhook", func(s *Settings) *string { return &s.Webhook }),
	secret("webhook-token", Alone, func(s *Settings) *string { return &s.WebhookToken }),
	called("heartbeat-start", func(s *Settings) *string { return &s.HeartbeatStart }),
	called("heartbeat-end", func(s *Settings) *string { return &s.HeartbeatEnd }),
	called("heartbeat-failure", func(s *Settings) *string { return &s.HeartbeatFailure }),
	toggle("test", Alone, func(s *Settings) *bool { return &s.Test }),
	file("metrics-file", Alone, func(s *Settings) *string { return &s.MetricsFile }),

	choice("lang", General, func(s *Settings) *string { return &s.Lang }, "ru", "en"),
	short("q", toggle("quiet", General, func(s *Settings) *bool { return &s.Quiet })),
	short("v", toggle("verbose", General, func(s *Settings) *bool { return &s.Verbose })),
	toggle("no-color", General, func(s *Settings) *bool { return &s.NoColor }),
	file("log-file", General, func(s *Settings) *string { return &s.LogFile }),
	choice("log-format", General, func(s *Settings) *string { return &s.LogFormat }, "text", "json"),
}

func key[T any](name string, group Group, value string, at func(*Settings) *T,
	parse func(string) (T, *diagnosis.Problem), format func(T) string) *Key {
	return &Key{
		Name: name, Group: group, Value: value,
		set: func(s *Settings, text string) *diagnosis.Problem {
			v, problem := parse(text)
			if problem == nil {
				*at(s) = v
			}
			return problem
		},
		Show: func(s *Settings) string { return format(*at(s)) },
	}
}

func plain(text string) string { return text }

func text(name string, group Group, value string, at func(*Settings) *string) *Key {
	return key(name, group, value, at, parseText, plain)
}

func file(name string, group Group, at func(*Settings) *string) *Key {
	return text(name, group, "file", at)
}

// read makes the key of a file that must exist.
func read(name string, group Group, at func(*Settings) *string) *Key {
	k := file(name, group, at)
	k.Read = true
	return k
}

func toggle(name string, group Group, at func(*Settings) *bool) *Key {
	return key(name, group, "", at, parseSwitch, strconv.FormatBool)
}

func number(name string, group Group, at func(*Settings) *int, least, most int) *Key {
	return key(name, group, "number", at, parseNumber(least, most), func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	})
}

func duration(name string, group Group, at func(*Settings) *time.Duration) *Key {
	return key(name, group, "duration", at, parseDuration, shortDuration)
}

func choice[T ~string](name string, group Group, at func(*Settings) *T, choices ...T) *Key {
	var offered []string
	for _, v := range choices {
		offered = append(offered, string(v))
	}
	k := key(name, group, "choice", at, func(text string) (T, *diagnosis.Problem) {
		if !slices.Contains(offered, text) {
			return "", diagnosis.New(diagnosis.ValueNotOffered, "Choices", offered)
		}
		return T(text), nil
	}, func(v T) string { return string(v) })
	k.Choices = offered
	return k
}

func list(name string, group Group, value string, at func(*Settings) *[]string, parse func(string) (string, *diagnosis.Problem)) *Key {
	return &Key{
		Name: name, Group: group, Value: value, List: true,
		set: func(s *Settings, text string) *diagnosis.Problem {
			v, problem := parse(text)
			if problem == nil {
				*at(s) = append(*at(s), v)
			}
			return problem
		},
		Show: func(s *Settings) string { return strings.Join(*at(s), ", ") },
	}
}

func short(letter string, k *Key) *Key {
	k.Short = letter
	return k
}

func either(word string, k *Key) *Key {
	k.Either = word
	return k
}

// guarded marks a key whose every value lifts a guard.
func guarded(k *Key) *Key {
	k.Guarded = func(string) bool { return true }
	return k
}

func guardedWhen(value string, k *Key) *Key {
	k.Guarded = func(text string) bool { return text == value }
	return k
}

// shortDuration writes 10m for what the standard library calls 10m0s, and whole days as 90d.
func shortDuration(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%day == 0:
		return strconv.Itoa(int(d/day)) + "d"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Named returns the key with that name.
func Named(name string) (*Key, bool) {
	for _, k := range Keys {
		if k.Name == name {
			return k, true
		}
	}
	return nil, false
}

// Of returns the names of all keys in the groups.
func Of(groups ...Group) []string {
	var names []string
	for _, k := range Keys {
		if slices.Contains(groups, k.Group) {
			names = append(names, k.Name)
		}
	}
	return names
}
