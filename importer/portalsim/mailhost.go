package portalsim

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// MailHost is a rule for how a mail server behaves in the portal's login test. Rules are
// tried in order; the first in force that matches host, side and mailbox decides.
// Without a matching rule the server accepts every non-empty login and password and offers AUTH.
type MailHost struct {
	Host string   `yaml:"host"` // a name or pattern (*.example.org); any when empty
	Side Side     `yaml:"side"` // imap, pop3 or smtp; all three when empty
	Only []string `yaml:"only"` // patterns for the mailbox address or the login; all mailboxes when empty

	Do    Behaviour     `yaml:"do"`    // accept when empty
	Text  string        `yaml:"text"`  // replaces the usual text; {login} and {password} are replaced in it
	Delay time.Duration `yaml:"delay"` // before the login is answered

	Passwords  map[string]string `yaml:"passwords"`  // by login or address; other passwords of these are refused
	Mechanisms []string          `yaml:"mechanisms"` // offered; PLAIN and LOGIN when empty
	LockAfter  int               `yaml:"lock_after"` // the number of failed logins that locks a mailbox permanently
	Most       int               `yaml:"most"`       // most login tests at once; beyond that, too many connections
	Ports      bool              `yaml:"ports"`      // the usual ports accept their usual encryption only

	After time.Duration `yaml:"after"` // in force from this age of the portal
	For   time.Duration `yaml:"for"`   // how long it is in force; for ever when 0
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

// The behaviours of a mail server.
const (
	Accept       Behaviour = "accept"
	Refuse       Behaviour = "refuse"          // refuses the password; the library may try it several times
	NoAnswer     Behaviour = "no-answer"       // the connection times out
	NotListening Behaviour = "not-listening"   // the connection is refused
	Unresolved   Behaviour = "unresolved"      // the name does not exist
	BadTLS       Behaviour = "bad-tls"         // the handshake fails
	Hang         Behaviour = "hang"            // silent after the login command
	Cancel       Behaviour = "cancel"          // silent too, but the library's own timer ends the wait
	NoAuth       Behaviour = "no-auth"         // SMTP offers no AUTH, IMAP disables LOGIN
	TooMany      Behaviour = "too-many"        // too many connections
	Temporary    Behaviour = "temporary"       // a temporary refusal
	Farewell     Behaviour = "silent-farewell" // accepts, but does not answer LOGOUT or QUIT
)

// MailLogin is a login that [Options].RealLogins is to perform at one mail server.
type MailLogin struct {
	Side            Side
	Host            string
	Port            int // 0 is the usual one
	Encryption      int // 0 none, 1 from the first byte, 2 by STARTTLS if it is offered
	Login, Password string
	Anonymous       bool // do not log in, only find out whether the server offers AUTH
	Timeouts        Timeouts
}

// MailAnswer is the outcome of a login.
type MailAnswer struct {
	Do     Behaviour // Accept, or the reason of the failure
	Text   string    // the server's text, if it sent one
	Failed int       // the number of refused logins: one for each mechanism tried
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

// mailHosts are the rules, with the number of logins that each has decided.
type mailHosts struct {
	mu    sync.Mutex
	rules []MailHost
	used  []int
}

func newMailHosts(rules []MailHost) *mailHosts {
	return &mailHosts{rules: rules, used: make([]int, len(rules))}
}

// rule returns the rule that decides a login at an age of the portal. If there is none,
// found is false and the rule accepts.
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
