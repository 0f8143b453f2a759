package portal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/net/http/httpguts"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

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
	return c.signIn(ctx, "sign in", "authentication.json", user, password, nil, nil)
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
	return c.signIn(ctx, "sign in with code", path, user, password, []account.Secret{code}, refused)
}

func (c *Client) signIn(ctx context.Context, name, path, user string, password account.Secret, more []account.Secret, explain func(*reply) diagnosis.Code) (Token, Answer) {
	body := new(fields)
	body.text("userName", user)
	body.text("password", password.Reveal())
	call := &call{name: name, method: http.MethodPost, path: path, secrets: append(more, password), values: []string{user}, explain: explain}
	call.body, call.media = body.encode()
	r, answer := c.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return Token{}, answer
	}
	return readToken(call, r, answer)
}

// readToken tells a token from the ways the portal has of saying 201 without one
// (ASC.Specific/AuthorizationApi/AuthenticationTokenData.cs).
func readToken(call *call, r *reply, answer Answer) (Token, Answer) {
	var data struct {
		Token      string `json:"token"`
		Expires    string `json:"expires"`
		SMS        bool   `json:"sms"`
		PhoneNoise string `json:"phoneNoise"`
		TFA        bool   `json:"tfa"`
		TFAKey     string `json:"tfaKey"`
	}
	if json.Unmarshal(r.response, &data) != nil {
		return Token{}, answer.odd(call)
	}
	expires, _ := time.Parse(time.RFC3339Nano, data.Expires)
	token := Token{Expires: expires, SMS: data.SMS, Phone: call.phone(data.PhoneNoise), TFA: data.TFA}
	var code diagnosis.Code
	switch {
	case data.Token != "" && httpguts.ValidHeaderFieldValue(data.Token):
		token.Secret = account.NewSecret(data.Token)
		return token, answer
	case data.SMS && data.PhoneNoise == "":
		code = diagnosis.PortalSMSPhone
	case data.SMS:
		code = diagnosis.PortalSMS
	case data.TFA && data.TFAKey != "":
		code = diagnosis.PortalTFASetup
	case data.TFA:
		code = diagnosis.PortalTFA
	default:
		return Token{}, answer.odd(call)
	}
	return token, answer.because(answerWith(call, code))
}

var phoneForm = regexp.MustCompile(`^[0-9+*() -]{1,30}$`)

// phone returns a telephone number if it is one, most of it hidden.
func (call *call) phone(text string) string {
	if !phoneForm.MatchString(text) || call.confidence().Betrayed(text) {
		return ""
	}
	return text
}

// MayImpersonate asks whether the session's person, an administrator, may act as
// another. A portal without that function answers [diagnosis.ImpersonationAbsent].
func (s *Session) MayImpersonate(ctx context.Context, personID string) (bool, Answer) {
	var may bool
	answer := s.read(ctx, &call{
		name: "may impersonate", path: "security/impersonate/" + url.PathEscape(personID), explain: impersonation,
	}, &may)
	return may, answer
}

// Impersonate asks for a token of another person. It needs no password of
// theirs and no second factor, and the portal keeps a record of it
// (ASC.Api.Security/SecurityApi.cs).
func (s *Session) Impersonate(ctx context.Context, personID string) (Token, Answer) {
	call := &call{
		name: "impersonate", method: http.MethodPost, path: "security/impersonate/" + url.PathEscape(personID),
		explain: impersonation,
	}
	r, answer := s.exchange(ctx, call)
	if answer.Fate != diagnosis.Done {
		return Token{}, answer
	}
	var text string
	if json.Unmarshal(r.response, &text) != nil || text == "" || !httpguts.ValidHeaderFieldValue(text) {
		return Token{}, answer.odd(call)
	}
	return Token{Secret: account.NewSecret(text)}, answer
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
	var connections struct {
		LoginEvent number `json:"loginEvent"`
	}
	// The portal reads the number of the connection from the cookie only
	// (ASC.Api.Security/SecurityApi.cs), so the same token goes there as well.
	which := &call{name: "connection", path: "security/activeconnections.json", cookie: true, explain: signingOut}
	answer := s.read(ctx, which, &connections)
	if answer.Fate != diagnosis.Done {
		return answer
	}
	if connections.LoginEvent <= 0 {
		return answer.because(answerWith(which, diagnosis.SignOutAbsent))
	}
	end := &call{
		name: "sign out", method: http.MethodPut, explain: signingOut,
		path: "security/activeconnections/logout/" + strconv.FormatInt(int64(connections.LoginEvent), 10),
	}
	r, answer := s.exchange(ctx, end)
	var ended bool
	if answer.Fate == diagnosis.Done && (!decode(r.response, &ended) || !ended) {
		return answer.because(answerWith(end, diagnosis.SignOutAbsent))
	}
	return answer
}

func signingOut(r *reply) diagnosis.Code {
	if r.status == http.StatusNotFound {
		return diagnosis.SignOutAbsent
	}
	return ""
}
