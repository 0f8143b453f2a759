package portalsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// The HRESULT of each kind of exception, as it appears in the envelope.
const (
	hrException = -2146233088
	hrArgument  = -2147024809
	hrNull      = -2147467261
	hrFormat    = -2146233033
	hrSecurity  = -2146233078
	hrOperation = -2146233079
)

// failure is an exception of the server with the HTTP status that
// API/Impl/ApiHttpHandler.cs gives its kind.
type failure struct {
	status  int
	message string // the innermost exception's text
	hresult int
}

func (f *failure) Error() string { return f.message }

func security(message string) *failure { return &failure{403, message, hrSecurity} }

func internal(message string) *failure { return &failure{500, message, hrException} }

// argument returns an ArgumentException. Its text includes the name of the parameter, if given.
func argument(message, name string) *failure {
	if name != "" {
		message += "\nParameter name: " + name
	}
	return &failure{400, message, hrArgument}
}

// envelope wraps every answer (API/Interfaces/IApiStandartResponce.cs). Members that
// are zero or null are left out, so an empty list has no count; status is always
// present, 0 or 1.
type envelope struct {
	Count      int        `json:"count,omitempty"`
	StartIndex int        `json:"startIndex,omitempty"`
	NextIndex  int        `json:"nextIndex,omitempty"`
	Total      int        `json:"total,omitempty"`
	Status     int        `json:"status"`
	StatusCode int        `json:"statusCode"`
	Response   any        `json:"response,omitempty"`
	Error      *errorBody `json:"error,omitempty"`
}

type errorBody struct {
	Message string   `json:"message,omitempty"`
	Type    string   `json:"type,omitempty"`
	Stack   string   `json:"stack,omitempty"`
	HResult int      `json:"hresult,omitempty"`
	Data    struct{} `json:"data"`
}

// answer is one HTTP response.
type answer struct {
	status      int
	contentType string
	header      [][2]string
	body        []byte
	deliver     func(http.ResponseWriter, *http.Request) // set by a fault; sends the response in another way
}

func (a *answer) set(name, value string) { a.header = append(a.header, [2]string{name, value}) }

const (
	typeJSON = "application/json; charset=UTF-8"
	typeHTML = "text/html; charset=utf-8"
)

// emptyAnswer returns an answer without a body, as Global.asax.cs sends for a portal that does not serve.
func emptyAnswer(status int) *answer { return &answer{status: status, contentType: typeHTML} }

// unauthorized returns the answer 401: plain text with the default content type, without
// an envelope (API/Impl/ApiRouteHandler.cs, API/Utils/ErrorHttpHandler.cs).
func unauthorized(r *http.Request) *answer {
	a := &answer{status: http.StatusUnauthorized, contentType: typeHTML, body: []byte("Unauthorized")}
	if r.Header.Get("Authorization") != "" {
		a.set("WWW-Authenticate", `Basic Realm="`+hostOnly(r.Host)+`"`)
	}
	return a
}

func hostOnly(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		return host[:i]
	}
	return host
}

// failed returns the answer for an exception. Type and stack are included in debug builds only.
func (p *Portal) failed(f *failure) *answer {
	e := envelope{Status: 1, StatusCode: f.status, Error: &errorBody{Message: f.message, HResult: f.hresult}}
	if p.options.Debug {
		e.Error.Type = "System.Exception"
		e.Error.Stack = "   at ASC.Api.Impl.ApiManager.InvokeMethod (ASC.Api.Interfaces.IApiMethodCall methodToCall)"
	}
	return &answer{status: f.status, contentType: typeJSON, body: encode(&e)}
}

// encode returns v as JSON as the server's serializer writes it: slashes are escaped,
// angle brackets are not (API/Impl/Serializers/JsonNetSerializer.cs).
func encode(v any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("portalsim: answer cannot be encoded: " + err.Error()) // unreachable: all types are declared here
	}
	return bytes.ReplaceAll(bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), []byte("/"), []byte(`\/`))
}

// pageCap is the greatest number of list items in one answer, and the default count
// (web/studio/ASC.Web.Studio/web.autofac.config, maxPage).
const pageCap = 1000

// paging holds count and startIndex of the query string
// (API/Impl/ApiContext.cs); a value that cannot be parsed is ignored.
type paging struct{ count, start int }

func readPaging(r *http.Request) paging {
	p := paging{count: pageCap}
	if r.URL.RawQuery == "" {
		return p
	}
	query := r.URL.Query()
	if n, err := strconv.ParseUint(query.Get("count"), 10, 64); err == nil {
		p.count = int(min(n, pageCap))
	}
	if n, err := strconv.ParseInt(query.Get("startIndex"), 10, 32); err == nil && n > 0 {
		p.start = int(n)
	}
	return p
}

// list is an answer of several items. If paged is set, the method has cut it to a page
// and set the total; every other list is cut by the general filter, so more than
// 1000 mail accounts of one person take several requests
// (API/Impl/ApiSmartListResponceFilter.cs, API/Collections/CompiledSmartList.cs).
type list[T any] struct {
	items []T
	total int
	paged bool
}

// lister is a list of any item type.
type lister interface{ envelope(paging) envelope }

func (l list[T]) envelope(p paging) envelope {
	e := envelope{StartIndex: p.start, Total: l.total}
	items := l.items
	if !l.paged {
		if p.count < len(items) {
			e.Total = len(items)
		}
		items = items[min(p.start, len(items)):]
		if p.count > 0 { // 0 means all items
			items = items[:min(p.count, len(items))]
		}
		// The server's value is one too high, and only set if more items follow: clients cannot rely on it.
		if len(items) == p.count && len(l.items)-p.start > p.count {
			e.NextIndex = p.start + p.count + 1
		}
	}
	if items == nil {
		items = []T{}
	}
	e.Count, e.Response = len(items), items
	return e
}

// wrap returns the envelope for the result of a method: the count of a text is its length,
// nil becomes an empty object (API/Impl/ApiHttpHandlerBase.cs, PostProcessResponse).
func wrap(v any, p paging) envelope {
	switch v := v.(type) {
	case nil:
		return envelope{StartIndex: p.start, Response: struct{}{}}
	case lister:
		return v.envelope(p)
	case string:
		return envelope{Count: len([]rune(v)), StartIndex: p.start, Response: v}
	default:
		return envelope{Count: 1, StartIndex: p.start, Response: v}
	}
}

// say returns the text in the language of the caller's profile, else of the portal
// (web/studio/ASC.Web.Studio/addons/mail/Resources/MailApiResource*.resx and
// PublicResources/Resource*.resx). Only few texts are translated: the text after a header
// comes from a library, an operating system or a mail server.
func (x *exchange) say(english, russian string) string {
	language := x.portal.options.Language
	if x.caller != nil {
		language = cmp.Or(x.caller.Culture, language)
	}
	if strings.HasPrefix(language, "ru") {
		return russian
	}
	return english
}

// unexpected returns the generic failure, which the server answers for all errors after the login test.
func (x *exchange) unexpected() *failure {
	return internal(x.say("Some unexpected error has occurred. Please try again later.",
		"Произошла непредвиденная ошибка. Пожалуйста, повторите попытку позже."))
}
