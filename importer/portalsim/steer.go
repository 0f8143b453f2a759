package portalsim

import (
	"fmt"
	"time"
)

// SetState changes what the portal as a whole is up to.
func (p *Portal) SetState(s State) error {
	if _, known := stateStatus[s]; !known {
		return fmt.Errorf("state: %q is none of the portal's states", s)
	}
	p.state.Store(s)
	return nil
}

// State is what the portal is up to.
func (p *Portal) State() State { return p.state.Load().(State) }

// RestrictIP switches the portal's address restriction on or off.
func (p *Portal) RestrictIP(on bool) { p.restricted.Store(on) }

// SignOut makes the tokens of a person, named by address or GUID, invalid at once, as
// a changed password does; of everybody when name is empty.
func (p *Portal) SignOut(name string) error {
	all := p.people.having(statusAll)
	if name != "" {
		who := p.person(name)
		if who == nil {
			return fmt.Errorf("nobody is known as %q", name)
		}
		all = []*person{who}
	}
	for _, who := range all {
		p.sessions.end(who, anySession)
	}
	return nil
}

// Sessions returns the number of valid tokens of a person, named by address or GUID.
func (p *Portal) Sessions(name string) int { return len(p.sessions.of(p.person(name))) }

// SwitchOff does to a mailbox what the background service does once its logins have
// failed for 30 minutes: enabled is off and the list shows an authentication error.
// A later create or update with the right password leaves it off
// (module/ASC.Mail/Services/ASC.Mail.Aggregator.CollectionService/AggregatorService.cs).
func (p *Portal) SwitchOff(owner, address string) error {
	who := p.person(owner)
	if who == nil {
		return fmt.Errorf("nobody is known as %q", owner)
	}
	who.mu.Lock()
	defer who.mu.Unlock()
	m, err := who.find(address)
	if err != nil {
		return err
	}
	if m == nil {
		return fmt.Errorf("%s has no mailbox %s", owner, address)
	}
	m.enabled, m.authError = false, true
	who.list = nil
	return nil
}

// SetFaults replaces the faults; what the old ones have counted is forgotten.
func (p *Portal) SetFaults(rules []Fault) error {
	if err := each("faults", rules, (*Fault).validate); err != nil {
		return err
	}
	p.faults.Store(newFaults(rules))
	return nil
}

// SetMailHosts replaces the rules for mail servers; failed logins stay counted.
func (p *Portal) SetMailHosts(rules []MailHost) error {
	if err := each("mail_hosts", rules, (*MailHost).validate); err != nil {
		return err
	}
	p.mailHosts.Store(newMailHosts(rules))
	return nil
}

// Uptime is how long ago the portal was made; the times of requests count from there.
func (p *Portal) Uptime() time.Duration { return time.Since(p.started) }

// Version is the full version simulated.
func (p *Portal) Version() string { return p.version.text }

// Owner is the address of the portal's owner.
func (p *Portal) Owner() string { return p.owner }
