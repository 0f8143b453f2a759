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

// Setups returns the mail server settings a portal knows for an address; a *portal.Session does.
type Setups interface {
	Setup(ctx context.Context, address string) (account.Settings, bool, portal.Answer)
}

// Detector finds the mail service of a domain.
type Detector struct {
	DNS    Exchanges
	Portal Setups // nil if there is no portal to ask
	Known  mapping.Presets
}

// Detected is the result for one domain.
type Detected struct {
	Domain string
	MX     []string // mail exchange hosts, the preferred one first
	// Preset holds the server settings, nil if none were found. A preset that is
	// not in Detector.Known was built from the portal's answer.
	Preset *mapping.Preset
	// Problem says what was found and where, or why nothing was found.
	Problem diagnosis.Problem
}

const (
	lookupsAtOnce = 8
	lookupTimeout = 10 * time.Second
)

// Detect asks the DNS about every domain, and the portal about those whose mail
// exchanges match no known preset. The results are in the order of the domains. The
// error comes from the portal, which is not asked again after an error, or from ctx;
// the results found before it are returned as well.
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
		if host := strings.TrimSuffix(strings.ToLower(record.Host), "."); host != "" { // "." means that the domain has no mail (RFC 7505)
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

// byPortal asks the portal. Only the domain matters to it, so the local part of the address is a fixed one.
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

// presetOf returns the known preset that fits the settings, those for own domains
// before those for public ones. If none fits, it returns a new preset for the domain.
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
