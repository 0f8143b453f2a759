package importer_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/mapping"
)

// exchanges are the MX records of domains.
type exchanges map[string][]*net.MX

func (e exchanges) LookupMX(ctx context.Context, domain string) ([]*net.MX, error) {
	switch records, known := e[domain]; {
	case domain == "slow.example.org":
		return nil, &net.DNSError{Err: "server misbehaving", Name: domain, IsTemporary: true}
	case !known:
		return nil, &net.DNSError{Err: "no such host", Name: domain, IsNotFound: true}
	default:
		return records, ctx.Err()
	}
}

// setups is what a portal knows, by the address it is asked about.
type setups struct {
	known map[string]account.Settings
	asked []string
	fails string
}

func (s *setups) Setup(_ context.Context, address string) (account.Settings, bool, portal.Answer) {
	s.asked = append(s.asked, address)
	if address == s.fails {
		return account.Settings{}, false, portal.Answer{Fate: diagnosis.PortalMailOff.Fate(), Code: diagnosis.PortalMailOff}
	}
	told, known := s.known[address]
	return told, known, portal.Answer{Fate: diagnosis.Done}
}

func settingsOf(in, out string) account.Settings {
	return account.Settings{IMAP: true,
		Incoming: account.Server{Host: in, Port: 993, Encryption: account.TLS}, Outgoing: account.Server{Host: out, Port: 465, Encryption: account.TLS}}
}

// found writes what was detected as preset and code, with the servers of one that is new.
func found(all []importer.Detected) map[string]string {
	got := make(map[string]string)
	for _, d := range all {
		text := string(d.Problem.Code) + " " + d.Problem.Args["By"]
		if d.Preset != nil {
			text += " " + d.Preset.Name
			if mapping.BuiltinPresets().Named(d.Preset.Name) == nil {
				text += " " + d.Preset.Incoming[0].Host + " " + d.Preset.Outgoing[0].Host
			}
		}
		got[d.Domain] = text
	}
	return got
}

func TestDetect(t *testing.T) {
	dns := exchanges{
		"corp.example.org":   {{Host: "mx.yandex.net.", Pref: 10}},
		"vk.example.org":     {{Host: "backup.example.org.", Pref: 20}, {Host: "EMX.mail.ru.", Pref: 10}},
		"filter.example.org": {{Host: "filter.example.com.", Pref: 10}},
		"own.example.org":    {{Host: "mx.example.com.", Pref: 10}},
		"odd.example.org":    {{Host: "mx.example.com.", Pref: 10}},
		"none.example.org":   {{Host: ".", Pref: 0}},
	}
	knowing := &setups{known: map[string]account.Settings{
		"postmaster@filter.example.org": settingsOf("imap.yandex.ru", "smtp.yandex.ru"),
		"postmaster@own.example.org":    settingsOf("Mail.own.example.org", "relay.own.example.org"),
		"postmaster@odd.example.org":    settingsOf("https://mail/", "relay"),
	}}
	domains := []string{"corp.example.org", "vk.example.org", "filter.example.org", "own.example.org", "odd.example.org", "none.example.org", "nowhere.example.org", "slow.example.org"}
	d := importer.Detector{DNS: dns, Portal: knowing, Known: mapping.BuiltinPresets()}
	all, err := d.Detect(t.Context(), domains)
	if err != nil {
		t.Fatalf("Detect: %v", err)
	}
	want := map[string]string{
		"corp.example.org":    "SERVICE_FOUND mx yandex360",
		"vk.example.org":      "SERVICE_FOUND mx vk-workspace",
		"filter.example.org":  "SERVICE_FOUND portal yandex360",
		"own.example.org":     "SERVICE_FOUND portal own-example-org mail.own.example.org relay.own.example.org",
		"odd.example.org":     "SERVICE_NOT_FOUND ",
		"none.example.org":    "EXCHANGE_ABSENT ",
		"nowhere.example.org": "EXCHANGE_ABSENT ",
		"slow.example.org":    "EXCHANGE_UNASKED ",
	}
	if diff := cmp.Diff(want, found(all)); diff != "" {
		t.Errorf("Detect: want - got +\n%s", diff)
	}
	if diff := cmp.Diff([]string{"emx.mail.ru", "backup.example.org"}, all[1].MX); diff != "" {
		t.Errorf("MX of vk.example.org, the preferred first: want - got +\n%s", diff)
	}
	for _, address := range knowing.asked {
		if address == "postmaster@corp.example.org" {
			t.Errorf("the portal was asked about %s, which the DNS had told", address)
		}
	}
}

// TestDetectWithoutThePortal keeps what the DNS told when the portal refuses, and asks it no more.
func TestDetectWithoutThePortal(t *testing.T) {
	dns := exchanges{"corp.example.org": {{Host: "mx.yandex.net."}}, "a.example.org": {{Host: "mx.example.com."}}, "b.example.org": {{Host: "mx.example.com."}}}
	refusing := &setups{fails: "postmaster@a.example.org"}
	d := importer.Detector{DNS: dns, Portal: refusing, Known: mapping.BuiltinPresets()}
	all, err := d.Detect(t.Context(), []string{"a.example.org", "corp.example.org", "b.example.org"})
	var p *diagnosis.Problem
	if !errors.As(err, &p) || p.Code != diagnosis.PortalMailOff {
		t.Errorf("Detect: %v, want what the portal said", err)
	}
	if len(refusing.asked) != 1 || found(all)["corp.example.org"] != "SERVICE_FOUND mx yandex360" {
		t.Errorf("the portal was asked %d times, want 1; found %v", len(refusing.asked), found(all))
	}
}

func TestDetectInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := importer.Detector{DNS: exchanges{}, Portal: &setups{}, Known: mapping.BuiltinPresets()}
	if _, err := d.Detect(ctx, []string{"a.example.org"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Detect: %v, want %v", err, context.Canceled)
	}
}
