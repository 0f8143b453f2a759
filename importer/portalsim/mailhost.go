package portalsim

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// MailHost says how a mail server behaves towards the portal's login test. Rules are
// tried in order; the first that fits host, side and mailbox and is in force decides.
// A server no rule fits accepts every non-empty login and password and offers AUTH.
type MailHost struct {
	Host string   `yaml:"host"` // a name or pattern (*.example.org); any when empty
	Side Side     `yaml:"side"` // imap, pop3 or smtp; all three when empty
	Only []string `yaml:"only"` // patterns of mailbox addresses or logins; everybody when empty

	Do    Behaviour     `yaml:"do"`    // accept when empty
	Text  string        `yaml:"text"`  // instead of the usual text; {login} and {password} are filled in
	Delay time.Duration `yaml:"delay"` // before the login is answered

	Passwords  map[string]string `yaml:"passwords"`  // of addresses or logins; any other one is refused
	Mechanisms []string          `yaml:"mechanisms"` // offered; PLAIN and LOGIN when empty
	LockAfter  int               `yaml:"lock_after"` // the number of failed logins that locks a mailbox for good
	Most       int               `yaml:"most"`       // logins at once; above that it has too many connections
	Ports      bool              `yaml:"ports"`      // the usual ports have the usual encryption only

	After time.Duration `yaml:"after"` // in force from this age of the portal
	For   time.Duration `yaml:"for"`   // how long; for ever when 0
	First int           `yaml:"first"` // the number of logins it decides; all when 0
	Share float64       `yaml:"share"` // only for this share of the mailboxes, chosen by the seed; all when 0
}

// Side is one of the three protocols of a login test.
type Side string

// The sides of a login test.
const (
	IMAP Side = "imap"
	POP3 Side = "pop3"
	SMTP Side = "smtp"
)

// Behaviour is what a mail server does with a login.
type Behaviour string

// What a mail server can do.
const (
	Accept       Behaviour = "accept"
	Refuse       Behaviour = "refuse"          // the password, with as many failed logins as the library makes of it
	NoAnswer     Behaviour = "no-answer"       // the connection times out
	NotListening Behaviour = "not-listening"   // the connection is refused
	Unresolved   Behaviour = "unresolved"      // no such name
	BadTLS       Behaviour = "bad-tls"         // the handshake fails
	Hang         Behaviour = "hang"            // silent after the login command
	Cancel       Behaviour = "cancel"          // the same, but the library's own timer wins
	NoAuth       Behaviour = "no-auth"         // SMTP offers no AUTH, IMAP disables LOGIN
	TooMany      Behaviour = "too-many"        // too many connections
	Temporary    Behaviour = "temporary"       // a temporary refusal
	Farewell     Behaviour = "silent-farewell" // accepts, then never answers LOGOUT or QUIT
)

// MailLogin is what the login test wants of one mail server.
type MailLogin struct {
	Side            Side
	Host            string
	Port            int // 0 is the usual one
	Encryption      int // 0 none, 1 from the first byte, 2 by STARTTLS where it is offered
	Login, Password string
	Anonymous       bool // only ask whether the server offers AUTH
	Timeouts        Timeouts
}

// MailAnswer is the outcome of a login.
type MailAnswer struct {
	Do     Behaviour // Accept, or what prevented it
	Text   string    // the server's own words, if it said any
	Failed int       // logins it refused: one for each mechanism tried
}

func (h *MailHost) validate() error {
	if _, known := libraryTexts[h.Do]; h.Do != "" && !known {
		return fmt.Errorf("do: %q is nothing a mail server does", h.Do)
	}
	if !slices.Contains([]Side{"", IMAP, POP3, SMTP}, h.Side) {
		return fmt.Errorf("side: %q is none of imap, pop3, smtp", h.Side)
	}
	return validateRule(h.Share, append([]string{h.Host}, h.Only...)...)
}

// mailHosts are the rules in force and the number of logins that each has decided.
type mailHosts struct {
	mu    sync.Mutex
	rules []MailHost
	used  []int
}

func newMailHosts(rules []MailHost) *mailHosts {
	return &mailHosts{rules: rules, used: make([]int, len(rules))}
}

// rule picks what decides about one login, if anything does; age is how long the portal
// has been up.
func (h *mailHosts) rule(l *login, age time.Duration, seed uint64) (_ MailHost, found bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, rule := range h.rules {
		if rule.fits(l, seed, i) && inForce(rule.After, rule.For, age) && (rule.First <= 0 || h.used[i] < rule.First) {
			h.used[i]++
			return rule, true
		}
	}
	return MailHost{Do: Accept}, false
}

func (h *MailHost) fits(l *login, seed uint64, index int) bool {
	if h.Side != "" && h.Side != l.side || !matches(h.Host, l.host) {
		return false
	}
	if len(h.Only) > 0 && !matchesAny(h.Only, l.address, l.login) {
		return false
	}
	return h.Share == 0 || chance(seed, "mailhost", index, l.address) < h.Share
}
