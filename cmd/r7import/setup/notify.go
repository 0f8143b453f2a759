package setup

import (
	"context"
	"net/url"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/notify"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Voices are the channels for notifications about a run. A nil or empty one is not used.
type Voices struct {
	Mail    *notify.Mail
	Caller  *notify.Caller
	Webhook account.Secret // address of the webhook
	Token   account.Secret // bearer token for the webhook

	Start, End, Failure account.Secret // addresses of heartbeats
}

// OpenVoices resolves the addresses and secrets in the settings. It sends nothing.
func OpenVoices(ctx context.Context, p *Process, u *config.Unattended, caFile string) (*Voices, error) {
	roots, err := portal.Trusted(caFile)
	if err != nil {
		return nil, err
	}
	// A setting holds an address or a reference to one.
	address := func(flag, value string) (account.Secret, error) {
		if config.IsAddress(value) {
			return account.NewSecret(value), nil
		}
		found, err := p.Secret(ctx, Secret{Flag: flag, Ref: value})
		if err != nil || found.Empty() {
			return found, err
		}
		if at, err := url.Parse(found.Reveal()); err != nil || at.Host == "" || !config.IsAddress(found.Reveal()) {
			return account.Secret{}, diagnosis.New(diagnosis.ValueNotCalled, "Name", flag)
		}
		return found, nil
	}
	v := &Voices{Caller: notify.NewCaller(roots)}
	for _, one := range []struct {
		into        *account.Secret
		flag, value string
	}{
		{&v.Webhook, "--webhook", u.Webhook}, {&v.Start, "--heartbeat-start", u.HeartbeatStart},
		{&v.End, "--heartbeat-end", u.HeartbeatEnd}, {&v.Failure, "--heartbeat-failure", u.HeartbeatFailure},
	} {
		if *one.into, err = address(one.flag, one.value); err != nil {
			return nil, err
		}
	}
	if v.Token, err = p.Secret(ctx, Secret{Flag: "--webhook-token", Ref: u.WebhookToken}); err != nil || len(u.MailTo) == 0 {
		return v, err
	}
	if u.MailServer == "" || u.MailFrom == "" {
		return nil, diagnosis.New(diagnosis.MailIncomplete)
	}
	password, err := p.Secret(ctx, Secret{Flag: "--mail-password", Ref: u.MailPassword})
	v.Mail = &notify.Mail{
		Server: u.MailServer, TLS: u.MailTLS, User: u.MailUser, Password: password, From: u.MailFrom, To: u.MailTo, Roots: roots,
	}
	return v, err
}
