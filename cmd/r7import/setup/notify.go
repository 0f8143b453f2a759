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

// Voices are those who are told how a run went. What is nil or empty is not told.
type Voices struct {
	Mail    *notify.Mail
	Caller  *notify.Caller
	Webhook account.Secret // its address
	Token   account.Secret // for the webhook

	Start, End, Failure account.Secret // addresses of heartbeats
}

// OpenVoices finds the addresses and secrets of those who are to be told.
func OpenVoices(ctx context.Context, p *Process, u *config.Unattended, caFile string) (*Voices, error) {
	roots, err := portal.Trusted(caFile)
	if err != nil {
		return nil, err
	}
	v := &Voices{Caller: notify.NewCaller(roots)}
	for _, one := range []struct {
		into        *account.Secret
		flag, value string
	}{
		{&v.Webhook, "--webhook", u.Webhook}, {&v.Start, "--heartbeat-start", u.HeartbeatStart},
		{&v.End, "--heartbeat-end", u.HeartbeatEnd}, {&v.Failure, "--heartbeat-failure", u.HeartbeatFailure},
	} {
		if *one.into, err = Address(ctx, p, one.flag, one.value); err != nil {
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

// Address returns an address that a setting gives, or says where it is.
func Address(ctx context.Context, p *Process, flag, value string) (account.Secret, error) {
	if config.IsAddress(value) {
		return account.NewSecret(value), nil
	}
	address, err := p.Secret(ctx, Secret{Flag: flag, Ref: value})
	if u, wrong := url.Parse(address.Reveal()); err == nil && !address.Empty() && (wrong != nil || !config.IsAddress(address.Reveal()) || u.Host == "") {
		return account.Secret{}, diagnosis.New(diagnosis.ValueNotCalled, "Name", flag)
	}
	return address, err
}
