package portalsim

import (
	"fmt"
	"path"
	"strings"
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
	LockAfter  int               `yaml:"lock_after"` // so many failed logins lock a mailbox for good
	Most       int               `yaml:"most"`       // logins at once; above that it has too many connections
	Ports      bool              `yaml:"ports"`      // the usual ports have the usual encryption only

	After time.Duration `yaml:"after"` // in force from so long after the portal's start
	For   time.Duration `yaml:"for"`   // for so long; for ever when 0
	First int           `yaml:"first"` // only for so many logins it decides; all when 0
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

// MailAnswer is what came of it.
type MailAnswer struct {
	Do     Behaviour // Accept, or what was in the way
	Text   string    // the server's own words, if it said any
	Failed int       // logins it refused: one for each mechanism tried
}

func (h *MailHost) validate() error {
	switch h.Do {
	case "", Accept, Refuse, NoAnswer, NotListening, Unresolved, BadTLS, Hang, Cancel, NoAuth, TooMany, Temporary, Farewell:
	default:
		return fmt.Errorf("do: %q is nothing a mail server does", h.Do)
	}
	switch h.Side {
	case "", IMAP, POP3, SMTP:
	default:
		return fmt.Errorf("side: %q is none of imap, pop3, smtp", h.Side)
	}
	return validateRule(h.Share, append([]string{h.Host}, h.Only...)...)
}

// validateRule checks what faults and mail servers have in common.
func validateRule(share float64, patterns ...string) error {
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%q is no pattern", pattern)
		}
	}
	if share < 0 || share > 1 {
		return fmt.Errorf("share: %v is not between 0 and 1", share)
	}
	return nil
}

// offered counts the mechanisms the library will try one after the other.
func (h *MailHost) offered() int {
	if len(h.Mechanisms) == 0 {
		return 2
	}
	return len(h.Mechanisms)
}

// mailHosts are the rules in force and what the servers have seen.
type mailHosts struct {
	mu     sync.Mutex
	rules  []MailHost
	used   []int // logins each rule has decided
	failed map[string]int
}

func newMailHosts(rules []MailHost) *mailHosts {
	return &mailHosts{rules: rules, used: make([]int, len(rules)), failed: map[string]int{}}
}

// rule picks what decides about one login, if anything does; age is how long the portal
// has been up.
func (h *mailHosts) rule(l *login, age time.Duration, seed uint64) (_ MailHost, found bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.rules {
		rule := &h.rules[i]
		if !rule.fits(l, seed, i) || age < rule.After || rule.For > 0 && age >= rule.After+rule.For ||
			rule.First > 0 && h.used[i] >= rule.First {
			continue
		}
		h.used[i]++
		return *rule, true
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

// matches folds case; the empty pattern fits everything.
func matches(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	ok, _ := path.Match(strings.ToLower(pattern), strings.ToLower(s))
	return ok
}

func matchesAny(patterns []string, texts ...string) bool {
	for _, pattern := range patterns {
		for _, text := range texts {
			if matches(pattern, text) {
				return true
			}
		}
	}
	return false
}

// declared is the password a rule knows for a login.
func (h *MailHost) declared(l *login) (string, bool) {
	for _, key := range []string{l.login, l.address} {
		if password, ok := h.Passwords[key]; ok {
			return password, true
		}
	}
	return "", false
}

// locked tells whether a mailbox has had too many failed logins.
func (h *mailHosts) locked(l *login, limit int) bool {
	if limit <= 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed[l.key()] >= limit
}

func (h *mailHosts) fail(l *login, times int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failed[l.key()] += times
}

func (h *mailHosts) set(rules []MailHost) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rules, h.used = rules, make([]int, len(rules))
}
