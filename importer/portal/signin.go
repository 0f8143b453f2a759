package portal

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"golang.org/x/net/http/httpguts"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Capabilities are the ways to sign in to a portal.
type Capabilities struct {
	LDAP     bool   // directory users sign in with their directory password
	SSO      bool   // people may sign in through an identity provider, and then have no password here
	SSOLabel string // the portal's name for that provider
}

// Capabilities returns the ways to sign in. A portal answers without a token, and even
// while it is suspended, restored or unpaid (ASC.Specific/CapabilitiesApi).
func (c *Client) Capabilities(ctx context.Context) (Capabilities, Answer) {
	type capabilities struct {
		LDAPEnabled *bool  `json:"ldapEnabled"`
		SSOLabel    string `json:"ssoLabel"`
		SSOURL      string `json:"ssoUrl"`
	}
	call := &call{name: "capabilities", path: "capabilities.json", explain: notPortal, odd: diagnosis.PortalOther}
	data, answer := ask(ctx, c.Session(account.Secret{}), call, func(data *capabilities) bool { return data.LDAPEnabled != nil })
	if answer.Fate != diagnosis.Done {
		return Capabilities{}, answer
	}
	return Capabilities{LDAP: *data.LDAPEnabled, SSO: data.SSOURL != "", SSOLabel: diagnosis.CleanText(data.SSOLabel)}, answer
}

var versionForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,6}){1,5}$`)

// notPortal returns PortalOther for replies that a portal never gives to Capabilities.
func notPortal(r *reply) diagnosis.Code {
	odd := []int{http.StatusOK, http.StatusCreated, http.StatusBadRequest, http.StatusMethodNotAllowed}
	if r.status == http.StatusUnauthorized || r.status == http.StatusNotFound || !r.isEnvelope && slices.Contains(odd, r.status) {
		return diagnosis.PortalOther
	}
	return ""
}

// Version returns the version of the portal, such as 12.7.1. It needs no token and can
// be slow, since the portal queries its other services. It is empty if it has another form.
func (c *Client) Version(ctx context.Context) (string, Answer) {
	data, answer := ask[struct {
		CommunityServer string `json:"communityServer"`
	}](ctx, c.Session(account.Secret{}), &call{name: "version", path: "settings/version/build.json"}, nil)
	if !versionForm.MatchString(data.CommunityServer) {
		return "", answer
	}
	return data.CommunityServer, answer
}

// Token is the result of a sign-in: a token, or which code is required in addition.
type Token struct {
	Secret  account.Secret
	Expires time.Time // of the token, else of the code sent by SMS; zero if the portal does not say
	SMS     bool      // the second factor is a code sent by SMS
	Phone   string    // the number it was sent to, mostly masked by the portal
	TFA     bool      // the second factor is a code of an authenticator app
}

// SignIn requests a token for a person by e-mail address or GUID; the portal does not
// accept user names here (ASC.Core.Common/Data/DbUserService.cs). The answer is Done
// only with a token. If a second factor is required, the code is [diagnosis.PortalSMS],
// [diagnosis.PortalTFA] or one of their variants, and Token has the details;
// [Client.SignInCode] is then the second step. Each attempt counts towards the
// portal's block, and can send an SMS.
func (c *Client) SignIn(ctx context.Context, user string, password account.Secret) (Token, Answer) {
	return c.signIn(ctx, &call{name: "sign in", path: "authentication.json"}, user, password)
}

// SignInCode is the second step of a sign-in, with the code that was sent by SMS or
// that the app shows.
func (c *Client) SignInCode(ctx context.Context, user string, password, code account.Secret) (Token, Answer) {
	refused := func(r *reply) diagnosis.Code {
		if known, _ := diagnosis.PortalText(r.message); r.failed && known == diagnosis.PortalSignIn {
			return diagnosis.PortalCode
		}
		return ""
	}
	path := "authentication/" + url.PathEscape(code.Reveal())
	return c.signIn(ctx, &call{name: "sign in with code", path: path, secrets: []account.Secret{code}, explain: refused}, user, password)
}

// signIn makes a sign-in call. The portal can answer 201 without a token, for several
// reasons (ASC.Specific/AuthorizationApi/AuthenticationTokenData.cs).
func (c *Client) signIn(ctx context.Context, call *call, user string, password account.Secret) (Token, Answer) {
	body := new(fields)
	body.text("userName", user)
	body.text("password", password.Reveal())
	call.method, call.secrets, call.values = http.MethodPost, append(call.secrets, password), []string{user}
	call.body, call.media = body.encode()
	data, answer := ask[struct {
		Token      string `json:"token"`
		Expires    string `json:"expires"`
		SMS        bool   `json:"sms"`
		PhoneNoise string `json:"phoneNoise"`
		TFA        bool   `json:"tfa"`
		TFAKey     string `json:"tfaKey"`
	}](ctx, c.Session(account.Secret{}), call, nil)
	if answer.Fate != diagnosis.Done {
		return Token{}, answer
	}
	token := Token{SMS: data.SMS, TFA: data.TFA}
	token.Expires, _ = time.Parse(time.RFC3339Nano, data.Expires)
	if phoneForm.MatchString(data.PhoneNoise) && !call.confidence().Betrayed(data.PhoneNoise) {
		token.Phone = data.PhoneNoise
	}
	switch {
	case data.Token != "" && httpguts.ValidHeaderFieldValue(data.Token):
		token.Secret = account.NewSecret(data.Token)
		return token, answer
	case data.SMS && data.PhoneNoise == "":
		return token, answer.withCode(call, diagnosis.PortalSMSPhone)
	case data.SMS:
		return token, answer.withCode(call, diagnosis.PortalSMS)
	case data.TFA && data.TFAKey != "":
		return token, answer.withCode(call, diagnosis.PortalTFASetup)
	case data.TFA:
		return token, answer.withCode(call, diagnosis.PortalTFA)
	}
	return Token{}, answer.withCode(call, diagnosis.AnswerOdd)
}

// phoneForm matches a telephone number, possibly masked.
var phoneForm = regexp.MustCompile(`^[0-9+*() -]{1,30}$`)

// MayImpersonate reports whether the session's person, an administrator, may act as
// another. The code is [diagnosis.ImpersonationAbsent] if the portal lacks the function.
func (s *Session) MayImpersonate(ctx context.Context, personID string) (bool, Answer) {
	path := "security/impersonate/" + url.PathEscape(personID)
	return ask[bool](ctx, s, &call{name: "may impersonate", path: path, explain: impersonation}, nil)
}

// Impersonate requests a token of another person. It needs neither their password nor
// a second factor. The portal keeps a record of the impersonation
// (ASC.Api.Security/SecurityApi.cs).
func (s *Session) Impersonate(ctx context.Context, personID string) (Token, Answer) {
	path := "security/impersonate/" + url.PathEscape(personID)
	call := &call{name: "impersonate", method: http.MethodPost, path: path, explain: impersonation}
	token, answer := ask(ctx, s, call, func(token *string) bool { return *token != "" && httpguts.ValidHeaderFieldValue(*token) })
	return Token{Secret: account.NewSecret(token)}, answer
}

// impersonation returns the code for replies of the impersonation calls. For a person who
// is not active the portal's error text is just "account", the name of an argument
// (ASC.Core.Common/Context/SecurityContext.cs). Callers have looked up the person and
// found out by that who is dismissed, so it means a person on leave.
func impersonation(r *reply) diagnosis.Code {
	switch {
	case r.failed && r.message == "account":
		return diagnosis.OwnerOnLeave
	case r.status == http.StatusNotFound && !r.failed:
		return diagnosis.ImpersonationAbsent
	case r.status == http.StatusForbidden && r.failed:
		return diagnosis.ImpersonationRefused
	}
	return ""
}

// SignOut invalidates the session's token. It takes two exchanges: one finds the number
// of the connection, the other ends it. The code is [diagnosis.SignOutAbsent] for a
// portal before 12.0, whose tokens are valid until they expire.
func (s *Session) SignOut(ctx context.Context) Answer {
	absent := func(r *reply) diagnosis.Code {
		if r.status == http.StatusNotFound {
			return diagnosis.SignOutAbsent
		}
		return ""
	}
	// The portal determines the connection by the cookie only
	// (ASC.Api.Security/SecurityApi.cs), so the token is sent as the cookie too.
	which := &call{name: "connection", path: "security/activeconnections.json", cookie: true, explain: absent}
	connections, answer := ask[struct {
		LoginEvent number `json:"loginEvent"`
	}](ctx, s, which, nil)
	switch {
	case answer.Fate != diagnosis.Done:
		return answer
	case connections.LoginEvent <= 0:
		return answer.withCode(which, diagnosis.SignOutAbsent)
	}
	path := "security/activeconnections/logout/" + strconv.FormatInt(int64(connections.LoginEvent), 10)
	end := &call{name: "sign out", method: http.MethodPut, path: path, explain: absent, odd: diagnosis.SignOutAbsent}
	_, answer = ask(ctx, s, end, func(ended *bool) bool { return *ended })
	return answer
}
