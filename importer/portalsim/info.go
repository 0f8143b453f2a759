package portalsim

import (
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

// capabilities needs no sign-in and no payment; with the suffix .json, and only
// then, it answers even while the portal is suspended, restored or unpaid.
func (x *exchange) capabilities() (any, error) {
	v := capabilitiesView{LdapEnabled: x.portal.options.LDAP, OauthEnabled: true, Providers: []string{}}
	if x.portal.options.SSO {
		v.SSOLabel, v.SSOURL = "Single Sign-on", "http://"+x.request.Host+"/sso/login"
	}
	return v, nil
}

func (x *exchange) build() (any, error) {
	return map[string]string{"communityServer": x.portal.version.text}, nil
}

// setups answers what the portal knows of a domain's servers, or a guess that
// looks the same: for get_imap_pop_settings plaintext POP3. Without an action nothing
// but the guess is answered (MAIL/Core/Engine/MailboxEngine.cs, GetDefaultMailboxData).
func (x *exchange) setups() (any, error) {
	address, problem := x.address("email")
	wanted := x.text("action")
	if problem != nil {
		return nil, problem
	}
	host := strings.ToLower(address.host)
	provider, _ := x.portal.provider(host)
	guess := Provider{IMAP: "imap." + host, POP3: "pop." + host, POP3Port: 110, SMTP: "smtp." + host, SMTPPort: 25, Plain: true}
	wantsPOP3 := strings.HasPrefix(wanted, "get_pop") || wanted == "get_imap_pop_settings"
	var s settings
	switch {
	case strings.HasPrefix(wanted, "get_imap") && provider.IMAP != "":
		s = provider.settings(address, true)
	case wantsPOP3 && provider.POP3 != "":
		s = provider.settings(address, false)
	case wantsPOP3:
		s = guess.settings(address, false)
	default:
		s = guess.settings(address, true)
		s.in.encryption = 1
	}
	v := s.single()
	v.BeginDate = plainTime(time.Now().Add(-monthBack))
	return v, nil
}

// createSimple is accounts/simple: it needs known settings, and hides their absence, and
// everything else that fails, behind the generic text; only refused logins show, each
// attempt numbered. The last 30 days only, always.
func (x *exchange) createSimple() (any, error) {
	email, password := x.text("email"), x.text("password")
	if email == "" {
		return nil, argument("Empty email", "email")
	}
	_, domain, _ := strings.Cut(email, "@")
	provider, known := x.portal.provider(domain)
	address, problem := parseAddress(email)
	if !known || problem != nil {
		return nil, x.unexpected()
	}
	s := provider.settings(address, provider.IMAP != "")
	s.in.password, s.out.password = password, password
	return x.save(&s, func(problems []string) string { return "#1:<br>" + strings.Join(problems, "<br>") + "<br>" }, true)
}
