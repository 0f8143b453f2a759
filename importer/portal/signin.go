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

// Capabilities are what a portal tells anybody about the ways of signing in.
type Capabilities struct {
	LDAP     bool   // directory users sign in with their directory password
	SSO      bool   // people may come from an identity provider, and then have no password here
	SSOLabel string // what the portal calls that provider
}

// Capabilities asks the one thing a portal answers without a sign-in, and even
// while it is suspended, restored or unpaid (ASC.Specific/CapabilitiesApi).
func (c *Client) Capabilities(ctx context.Context) (Capabilities, Answer) {
	type capabilities struct {
		LDAPEnabled *bool  `json:"ldapEnabled"`
		SSOLabel    string `json:"ssoLabel"`
		SSOURL      string `json:"ssoUrl"`
	}
	call := &call{name: "capabilities", path: "capabilities.json", explain: stranger, odd: diagnosis.PortalOther}
	data, answer := ask(ctx, c.Session(account.Secret{}), call, func(data *capabilities) bool { return data.LDAPEnabled != nil })
	if answer.Fate != diagnosis.Done {
		return Capabilities{}, answer
	}
	return Capabilities{LDAP: *data.LDAPEnabled, SSO: data.SSOURL != "", SSOLabel: diagnosis.CleanText(data.SSOLabel)}, answer
}

var versionForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,6}){1,5}$`)

// stranger recognises what no portal says to a question that everybody may ask.
func stranger(r *reply) diagnosis.Code {
	odd := []int{http.StatusOK, http.StatusCreated, http.StatusBadRequest, http.StatusMethodNotAllowed}
	if r.status == http.StatusUnauthorized || r.status == http.StatusNotFound || !r.own && slices.Contains(odd, r.status) {
		return diagnosis.PortalOther
	}
	return ""
}

// Version asks which release the portal runs, such as 12.7.1. It needs no sign-in
// and may be slow, since the portal asks its other services.
func (c *Client) Version(ctx context.Context) (string, Answer) {
	data, answer := ask[struct {
		CommunityServer string `json:"communityServer"`
	}](ctx, c.Session(account.Secret{}), &call{name: "version", path: "settings/version/build.json"}, nil)
	if !versionForm.MatchString(data.CommunityServer) {
		return "", answer
	}
	return data.CommunityServer, answer
}

// Token is what a sign-in gave: a token, or the word that a code is needed as well.
type Token struct {
	Secret  account.Secret
	Expires time.Time // zero if the portal does not say; of a code sent by SMS while there is no token
	SMS     bool      // a code came by SMS, or would if the person had a phone number
	Phone   string    // the number it was sent to, most of it hidden by the portal
	TFA     bool      // a code of an authenticator app is wanted
}

// SignIn asks for a token of a person by e-mail address or GUID; the portal does
// not know its own user names here (ASC.Core.Common/Data/DbUserService.cs). It is
// done only with a token. A second factor answers [diagnosis.PortalSMS] or
// [diagnosis.PortalTFA], with the token's other members telling more;
// [Client.SignInCode] is then the second step. Each attempt counts towards the
// portal's block, and each SMS is really sent.
func (c *Client) SignIn(ctx context.Context, user string, password account.Secret) (Token, Answer) {
	return c.signIn(ctx, &call{name: "sign in", path: "authentication.json"}, user, password)
}

// SignInCode is the second step of a sign-in: the code that came by SMS or that
// the app shows.
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

// signIn tells a token from the ways the portal has of saying 201 without one
// (ASC.Specific/AuthorizationApi/AuthenticationTokenData.cs).
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
		return token, answer.turned(call, diagnosis.PortalSMSPhone)
	case data.SMS:
		return token, answer.turned(call, diagnosis.PortalSMS)
	case data.TFA && data.TFAKey != "":
		return token, answer.turned(call, diagnosis.PortalTFASetup)
	case data.TFA:
		return token, answer.turned(call, diagnosis.PortalTFA)
	}
	return Token{}, answer.turned(call, diagnosis.AnswerOdd)
}

// phoneForm is that of a telephone number, most of it hidden.
var phoneForm = regexp.MustCompile(`^[0-9+*() -]{1,30}$`)

// MayImpersonate asks whether the session's person, an administrator, may act as
// another. A portal without that function answers [diagnosis.ImpersonationAbsent].
func (s *Session) MayImpersonate(ctx context.Context, personID string) (bool, Answer) {
	path := "security/impersonate/" + url.PathEscape(personID)
	return ask[bool](ctx, s, &call{name: "may impersonate", path: path, explain: impersonation}, nil)
}

// Impersonate asks for a token of another person. It needs no password of
// theirs and no second factor, and the portal keeps a record of it
// (ASC.Api.Security/SecurityApi.cs).
func (s *Session) Impersonate(ctx context.Context, personID string) (Token, Answer) {
	path := "security/impersonate/" + url.PathEscape(personID)
	call := &call{name: "impersonate", method: http.MethodPost, path: path, explain: impersonation}
	token, answer := ask(ctx, s, call, func(token *string) bool { return *token != "" && httpguts.ValidHeaderFieldValue(*token) })
	return Token{Secret: account.NewSecret(token)}, answer
}

// impersonation explains the answers about acting as another person. Of one who is not
// active the portal says "account", the name of an argument, and nothing else
// (ASC.Core.Common/Context/SecurityContext.cs). That somebody is dismissed shows when
// they are looked up, so what is left are people on leave.
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

// SignOut makes the session's token worthless. It takes two exchanges: which of
// the person's connections this is, and the end of that one. A portal before 12.0
// answers [diagnosis.SignOutAbsent]; its tokens end when they expire.
func (s *Session) SignOut(ctx context.Context) Answer {
	absent := func(r *reply) diagnosis.Code {
		if r.status == http.StatusNotFound {
			return diagnosis.SignOutAbsent
		}
		return ""
	}
	// The portal reads the number of the connection from the cookie only
	// (ASC.Api.Security/SecurityApi.cs), so the same token goes there as well.
	which := &call{name: "connection", path: "security/activeconnections.json", cookie: true, explain: absent}
	connections, answer := ask[struct {
		LoginEvent number `json:"loginEvent"`
	}](ctx, s, which, nil)
	switch {
	case answer.Fate != diagnosis.Done:
		return answer
	case connections.LoginEvent <= 0:
		return answer.turned(which, diagnosis.SignOutAbsent)
	}
	path := "security/activeconnections/logout/" + strconv.FormatInt(int64(connections.LoginEvent), 10)
	end := &call{name: "sign out", method: http.MethodPut, path: path, explain: absent, odd: diagnosis.SignOutAbsent}
	_, answer = ask(ctx, s, end, func(ended *bool) bool { return *ended })
	return answer
}
