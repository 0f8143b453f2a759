package importer

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/mapping"
)

// Exchanges looks up where a domain's mail goes; a *net.Resolver does.
type Exchanges interface {
	LookupMX(ctx context.Context, domain string) ([]*net.MX, error)
}

// Setups tells what a portal knows of an address's servers; a *portal.Session does.
type Setups interface {
	Setup(ctx context.Context, address string) (account.Settings, bool, portal.Answer)
}

// Detector finds out which mail service a domain has.
type Detector struct {
	DNS    Exchanges
	Portal Setups // nil if there is no portal to ask
	Known  mapping.Presets
}

// Detected is what was found out about a domain.
type Detected struct {
	Domain string
	MX     []string // the hosts its mail goes to, the preferred first
	// Preset is how its servers are reached, nil if nobody knows; one that is not
	// among the known ones is the portal's.
	Preset *mapping.Preset
	// Problem tells what was found, from whom, or why nothing was.
	Problem diagnosis.Problem
}

const (
	lookupsAtOnce = 8
	lookupTimeout = 10 * time.Second
)

// Detect asks the DNS about every domain, and the portal about those whose mail
// exchanges are nobody's that is known. What it finds is in the order of the domains. The
// error is that of the portal, which is asked no more after one, or of ctx; what
// was found out before it is returned as well.
func (d Detector) Detect(ctx context.Context, domains []string) ([]Detected, error) {
	all := make([]Detected, len(domains))
	var group errgroup.Group
	group.SetLimit(lookupsAtOnce)
	for i, domain := range domains {
		group.Go(func() error {
			all[i] = d.byExchanges(ctx, domain)
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	for i := range all {
		if all[i].Preset == nil && d.Portal != nil && ctx.Err() == nil {
			if err := d.byPortal(ctx, &all[i]); err != nil {
				return all, err
			}
		}
	}
	return all, context.Cause(ctx)
}

func (d Detector) byExchanges(ctx context.Context, domain string) Detected {
	found := Detected{Domain: domain}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	records, err := d.DNS.LookupMX(ctx, domain)
	slices.SortStableFunc(records, func(a, b *net.MX) int { return int(a.Pref) - int(b.Pref) })
	for _, record := range records {
		if host := strings.TrimSuffix(strings.ToLower(record.Host), "."); host != "" { // "." says: no mail (RFC 7505)
			found.MX = append(found.MX, diagnosis.CleanText(host))
		}
	}
	hosts := strings.Join(found.MX, ", ")
	var unanswered *net.DNSError
	switch found.Preset = d.Known.ForMX(found.MX); {
	case found.Preset != nil:
		found.Problem = *diagnosis.New(diagnosis.ServiceFound, "Domain", domain, "Preset", found.Preset.Name, "By", "mx", "Hosts", hosts)
	case len(found.MX) > 0:
		found.Problem = *diagnosis.New(diagnosis.ServiceNotFound, "Domain", domain, "Hosts", hosts)
	case err == nil, errors.As(err, &unanswered) && unanswered.IsNotFound:
		found.Problem = *diagnosis.New(diagnosis.ExchangeAbsent, "Domain", domain)
	default:
		found.Problem = *diagnosis.Wrap(err, diagnosis.ExchangeUnasked, "Domain", domain)
	}
	return found
}

// byPortal asks the portal. Only the domain matters to it, so it is asked about an address that is nobody's.
func (d Detector) byPortal(ctx context.Context, found *Detected) error {
	setup, known, answer := d.Portal.Setup(ctx, "postmaster@"+found.Domain)
	if answer.Fate != diagnosis.Done {
		problem := answer.Problem()
		return &problem
	}
	if !known {
		return nil
	}
	incoming, err := mapping.ParseHost(setup.Incoming.Host)
	outgoing, outErr := mapping.ParseHost(setup.Outgoing.Host)
	if err != nil || outErr != nil {
		return nil
	}
	setup.Incoming.Host, setup.Outgoing.Host = incoming, outgoing
	found.Preset = d.presetOf(found.Domain, &setup)
	found.Problem = *diagnosis.New(diagnosis.ServiceFound, "Domain", found.Domain, "Preset", found.Preset.Name, "By", "portal",
		"Hosts", incoming+", "+outgoing)
	return nil
}

// presetOf returns the known preset that settings fit, one for own domains before
// one for public ones, else one of the domain's own.
func (d Detector) presetOf(domain string, setup *account.Settings) *mapping.Preset {
	for _, public := range []bool{false, true} {
		for _, p := range d.Known {
			if p.Fits(setup) && (len(p.Domains) > 0) == public {
				return p
			}
		}
	}
	return mapping.OwnServers(domain,
		mapping.Endpoint{Host: setup.Incoming.Host, Port: setup.Incoming.Port, Encryption: setup.Incoming.Encryption, POP3: !setup.IMAP},
		mapping.Endpoint{Host: setup.Outgoing.Host, Port: setup.Outgoing.Port, Encryption: setup.Outgoing.Encryption})
}
