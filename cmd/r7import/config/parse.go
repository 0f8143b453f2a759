package config

import (
	"net"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// Rate is a number of requests a second.
type Rate float64

// String returns the rate as the user types it: "10/s".
func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'f', -1, 64) + "/s" }

const fastest Rate = 10_000

// parseRate reads "10", "10/s" and "300/m".
func parseRate(text string) (Rate, *diagnosis.Problem) {
	number, unit, hasUnit := strings.Cut(text, "/")
	n, err := strconv.ParseFloat(number, 64)
	if unit == "m" {
		n /= 60
	}
	r := Rate(n)
	if err != nil || hasUnit && unit != "s" && unit != "m" || !(r > 0 && r <= fastest) {
		return 0, diagnosis.New(diagnosis.ValueNotRate, "Max", fastest)
	}
	return r, nil
}

// showShare returns a bound as the user types it: "50" or "5%".
func showShare(s policy.Share) string {
	switch {
	case s.None():
		return ""
	case s.Percent:
		return strconv.Itoa(s.N) + "%"
	}
	return strconv.Itoa(s.N)
}

func parseShare(text string) (policy.Share, *diagnosis.Problem) {
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || percent && n > 100 {
		return policy.Share{}, diagnosis.New(diagnosis.ValueNotShare)
	}
	return policy.Share{N: n, Percent: percent}, nil
}

// parseLockout reads the limit of refused logins for one account and, after a comma,
// the limit for one address. Without the comma the first number is used for both.
func parseLockout(text string) (pace.Lockout, *diagnosis.Problem) {
	first, second, hasAddress := strings.Cut(strings.ReplaceAll(text, " ", ""), ",")
	n, err := strconv.Atoi(first)
	limit := pace.Lockout{Account: n, Address: n}
	if hasAddress && err == nil {
		limit.Address, err = strconv.Atoi(second)
	}
	if err != nil || limit.Account < 1 || limit.Address < 1 {
		return pace.Lockout{}, diagnosis.New(diagnosis.LockoutForm)
	}
	return limit, nil
}

func showLockout(l pace.Lockout) string {
	switch {
	case l == pace.Lockout{}:
		return ""
	case l.Account == l.Address:
		return strconv.Itoa(l.Account)
	}
	return strconv.Itoa(l.Account) + "," + strconv.Itoa(l.Address)
}

// parseResolve checks that text is host=ip.
func parseResolve(text string) (string, *diagnosis.Problem) {
	host, ip, _ := strings.Cut(text, "=")
	if _, err := netip.ParseAddr(strings.TrimSpace(ip)); err != nil || strings.TrimSpace(host) == "" {
		return "", diagnosis.New(diagnosis.ResolveForm)
	}
	return text, nil
}

// Addresses returns the addresses given by --resolve, keyed by folded host.
func (l *MailLogins) Addresses() map[string]netip.Addr {
	addresses := make(map[string]netip.Addr, len(l.Resolve))
	for _, text := range l.Resolve {
		host, ip, _ := strings.Cut(text, "=")
		addresses[account.FoldHost(strings.TrimSpace(host))], _ = netip.ParseAddr(strings.TrimSpace(ip))
	}
	return addresses
}

// parseWindow reads "22:00-06:00".
func parseWindow(text string) (pace.Window, *diagnosis.Problem) {
	w, err := pace.ParseWindow(text)
	if err != nil || text == "" {
		return pace.Window{}, diagnosis.New(diagnosis.WindowForm)
	}
	return w, nil
}

func showWindow(w pace.Window) string {
	if w == (pace.Window{}) {
		return ""
	}
	clock := func(d time.Duration) string { return time.Time{}.Add(d).Format("15:04") }
	return clock(w.From) + "-" + clock(w.To)
}

const (
	day     = 24 * time.Hour
	mostAge = 100 * 366 // days
)

// parseDuration reads the forms of time.ParseDuration and whole days: 90d.
func parseDuration(text string) (time.Duration, *diagnosis.Problem) {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		days, err := strconv.Atoi(number)
		if err != nil || days < 0 || days > mostAge {
			return 0, diagnosis.New(diagnosis.ValueNotDuration)
		}
		return time.Duration(days) * day, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, diagnosis.New(diagnosis.ValueNotDuration)
	}
	return d, nil
}

func parseSwitch(text string) (bool, *diagnosis.Problem) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, diagnosis.New(diagnosis.ValueNotSwitch)
}

func parseNumber(least, most int) func(string) (int, *diagnosis.Problem) {
	return func(text string) (int, *diagnosis.Problem) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return 0, diagnosis.New(diagnosis.ValueNotNumber, "Min", least, "Max", most)
		}
		return n, nil
	}
}

// parseDelimiter reads the character between the cells of a CSV file. The tab,
// which cannot be seen, may be written as a word.
func parseDelimiter(text string) (rune, *diagnosis.Problem) {
	switch text {
	case "tab", `\t`:
		return '\t', nil
	case ";", ",", "|", "\t":
		return rune(text[0]), nil
	}
	return 0, diagnosis.New(diagnosis.ValueNotOffered, "Choices", `";" "," "|" tab`)
}

func showDelimiter(r rune) string {
	switch r {
	case 0:
		return ""
	case '\t':
		return "tab"
	}
	return string(r)
}

func parseText(text string) (string, *diagnosis.Problem) {
	if text == "" {
		return "", diagnosis.New(diagnosis.ValueEmpty)
	}
	return text, nil
}

// parseMailbox checks a mail address, with or without a display name.
func parseMailbox(text string) (string, *diagnosis.Problem) {
	at, err := mail.ParseAddress(text)
	if err != nil || strings.ContainsAny(at.Address, " \r\n") {
		return "", diagnosis.New(diagnosis.ValueNotMailbox)
	}
	return text, nil
}

// parseServer checks that text is host:port.
func parseServer(text string) (string, *diagnosis.Problem) {
	host, port, err := net.SplitHostPort(text)
	if n, notNumber := strconv.ParseUint(port, 10, 16); err != nil || notNumber != nil || n == 0 || host == "" {
		return "", diagnosis.New(diagnosis.ValueNotServer)
	}
	return text, nil
}

// parseURL refuses an address that contains a user name or a password, and one with
// a query or a fragment unless it is a page of a portal. The portal client checks
// everything else about the address.
func parseURL(text string) (string, *diagnosis.Problem) {
	_, rest, found := strings.Cut(text, "://")
	if !found {
		rest = text
	}
	authority, _, _ := strings.Cut(rest, "/")
	_, page := portal.Root(text)
	if strings.Contains(authority, "@") || strings.ContainsAny(text, "?#") && !page {
		return "", diagnosis.New(diagnosis.PortalURLExtra)
	}
	return parseText(text)
}

// parseFill checks that text is field=value. Fields that hold a secret are refused.
func parseFill(text string) (string, *diagnosis.Problem) {
	name, _, found := strings.Cut(text, "=")
	field, known := account.FieldNamed(strings.TrimSpace(name))
	switch {
	case !found || !known:
		return "", diagnosis.New(diagnosis.ValueNotFill)
	case field.Secret():
		return "", diagnosis.New(diagnosis.SetSecret, "Field", field)
	}
	return text, nil
}
