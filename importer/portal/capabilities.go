package portal

import (
	"context"
	"net/http"
	"regexp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Capabilities are what a portal tells anybody about the ways of signing in.
type Capabilities struct {
	LDAP     bool   // directory users sign in with their directory password
	SSO      bool   // people may come from an identity provider, and then have no password here
	SSOLabel string // what the portal calls that provider
}

// Capabilities asks the one thing a portal answers without a sign-in, and even
// while it is suspended, restored or unpaid (ASC.Specific/CapabilitiesApi).
func (c *Client) Capabilities(ctx context.Context) (Capabilities, Answer) {
	call := &call{name: "capabilities", method: http.MethodGet, path: "capabilities.json", explain: stranger}
	r, answer := c.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return Capabilities{}, answer
	}
	var data struct {
		LDAPEnabled *bool  `json:"ldapEnabled"`
		SSOLabel    string `json:"ssoLabel"`
		SSOURL      string `json:"ssoUrl"`
	}
	if !decode(r.response, &data) || data.LDAPEnabled == nil {
		return Capabilities{}, answer.because(answerWith(call, diagnosis.PortalOther))
	}
	return Capabilities{LDAP: *data.LDAPEnabled, SSO: data.SSOURL != "", SSOLabel: diagnosis.CleanText(data.SSOLabel)}, answer
}

var versionForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,6}){1,5}$`)

// stranger recognises what no portal says to a question that everybody may ask.
func stranger(r *reply) diagnosis.Code {
	switch {
	case r.status == http.StatusUnauthorized, r.status == http.StatusNotFound,
		!r.own && (r.status == http.StatusOK || r.status == http.StatusCreated || r.status == http.StatusBadRequest || r.status == http.StatusMethodNotAllowed):
		return diagnosis.PortalOther
	}
	return ""
}

// Version asks which release the portal runs, such as 12.7.1. It needs no sign-in
// and may be slow, since the portal asks its other services.
func (c *Client) Version(ctx context.Context) (string, Answer) {
	var data struct {
		CommunityServer string `json:"communityServer"`
	}
	answer := c.Session(account.Secret{}).read(ctx, &call{name: "version", path: "settings/version/build.json"}, &data)
	if !versionForm.MatchString(data.CommunityServer) {
		return "", answer
	}
	return data.CommunityServer, answer
}
