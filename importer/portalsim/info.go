package portalsim

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

type capabilitiesView struct {
	LdapEnabled  bool     `json:"ldapEnabled"`
	OauthEnabled bool     `json:"oauthEnabled"`
	Providers    []string `json:"providers"`
	SSOLabel     string   `json:"ssoLabel"`
	SSOURL       string   `json:"ssoUrl"`
}

// bindCapabilities needs no sign-in and no payment; with the suffix .json, and only
// then, it answers even while the portal is suspended, restored or unpaid.
func bindCapabilities(*arguments) action {
	return func(x *exchange) (any, error) {
		v := capabilitiesView{LdapEnabled: x.portal.options.LDAP, OauthEnabled: true, Providers: []string{}}
		if x.portal.options.SSO {
			v.SSOLabel, v.SSOURL = "Single Sign-on", "http://"+x.request.Host+"/sso/login"
		}
		return v, nil
	}
}

type buildView struct {
	CommunityServer string `json:"communityServer"`
}

func bindBuild(*arguments) action {
	return func(x *exchange) (any, error) { return buildView{x.portal.version.text}, nil }
}

// bindSetups answers what the portal knows of a domain's servers, or a guess that
// looks the same: for get_imap_pop_settings plaintext POP3
// (MAIL/Core/Engine/MailboxEngine.cs, GetDefaultMailboxData).
func bindSetups(a *arguments) action {
	address, problem := a.address("email")
	wanted := a.text("action")
	return func(x *exchange) (any, error) {
		if problem != nil {
			return nil, problem
		}
		host := strings.ToLower(address.host)
		provider, known := x.portal.options.Providers[host]
		v := singleView{
			Email: address.String(), Account: address.address(), SMTPAccount: address.address(), Auth: 1, SMTPAuthType: 1, SMTPAuth: true,
			BeginDate: plainTime(time.Now().Add(-monthBack)), Restrict: true, SMTPServer: "smtp." + host, SMTPPort: "25",
		}
		switch {
		case known && strings.HasPrefix(wanted, "get_imap"):
			provider.into(&v)
		case strings.HasPrefix(wanted, "get_pop") || wanted == "get_imap_pop_settings":
			v.Server, v.Port = "pop."+host, "110"
		default:
			v.Server, v.Port, v.IMAP, v.Encryption = "imap."+host, "993", true, 1
		}
		return v, nil
	}
}

func (p Provider) into(v *singleView) {
	v.IMAP, v.Encryption, v.SMTPSecurity = true, 1, 1
	v.Server, v.Port = p.IMAP, strconv.Itoa(cmp.Or(p.IMAPPort, 993))
	v.SMTPServer, v.SMTPPort = p.SMTP, strconv.Itoa(cmp.Or(p.SMTPPort, 465))
}

// bindSimple is accounts/simple: it needs known settings, and hides their absence, and
// everything else that fails, behind the generic text; only refused logins show, each
// attempt numbered. The last 30 days only, always.
func bindSimple(a *arguments) action {
	email, password := a.text("email"), a.text("password")
	return func(x *exchange) (any, error) {
		if email == "" {
			return nil, argument("Empty email", "email")
		}
		_, domain, _ := strings.Cut(email, "@")
		provider, known := x.portal.options.Providers[strings.ToLower(domain)]
		address, problem := parseAddress(email)
		if !known || problem != nil {
			return nil, x.unexpected()
		}
		return x.simple(provider.settings(address, password))
	}
}

func (x *exchange) simple(s settings) (any, error) {
	problems, err := x.testLogin(&s)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, internal("#1:<br>" + strings.Join(problems, "<br>") + "<br>")
	}
	id, err := x.store(&s)
	if err != nil {
		return nil, err
	}
	return x.portal.savedView(id, &s, true), nil
}

func (p Provider) settings(address mailAddress, password string) settings {
	return settings{
		email: address, account: address.address(), hasAccount: true, password: password, hasPassword: true,
		server: p.IMAP, hasServer: true, port: int32(cmp.Or(p.IMAPPort, 993)), encryption: 1, auth: 1, imap: true, restrict: true,
		smtpAccount: address.address(), hasSMTPAccount: true, smtpPass: password, hasSMTPPassword: true,
		smtpServer: p.SMTP, hasSMTPServer: true, smtpPort: int32(cmp.Or(p.SMTPPort, 465)), smtpSecurity: 1, smtpAuth: 1, wantsSMTPAuth: true,
	}
}
