package portalsim

import (
	"net/http"
	"strings"
)

// params are the arguments of one call as text: names fold case, one name may hold
// several values, and the first one wins. Route values come first, then the query
// string, then the body (API/Impl/ApiArgumentBuilder.cs, GetRequestParams), so a name
// left in the query string overrides the body.
type params map[string][]string

func (p params) add(name, value string) {
	key := strings.ToLower(name)
	p[key] = append(p[key], value)
}

// of returns the values of a name in any case.
func (p params) of(name string) []string { return p[strings.ToLower(name)] }

// A method binds its parameters in the order of the server's signature. The functions
// below read one parameter each; the first that cannot be converted stays in unbound.

// has tells null from the empty string.
func (x *exchange) has(name string) bool { return len(x.params.of(name)) > 0 }

// text is the first value, or "" for null: nothing is required at the binding level.
func (x *exchange) text(name string) string {
	if values := x.params.of(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

func (x *exchange) integer(name string) int32 { return convert(x, name, toInt32) }

func (x *exchange) boolean(name string) bool { return convert(x, name, toBoolean) }

func (x *exchange) enum(name string, members map[string]int32) int32 {
	return convert(x, name, func(s string) (int32, string) { return toEnum(s, members) })
}

// guid reads the id of a user from the route.
func (x *exchange) guid(name string) string {
	return convert(x, name, func(s string) (string, string) {
		if !isGUID(s) {
			return "", textNotGUID
		}
		return s, ""
	})
}

// convert reads the first value; when it does not convert, the server binds once more
// from all values joined by a comma, and takes an empty result for missing
// (API/Utils/Binder.cs, Bind and GetValue). So null and "" are the type's default,
// while a blank is an error. The function to returns the exception's text when it
// cannot convert.
func convert[T any](x *exchange, name string, to func(string) (T, string)) T {
	var zero T
	values := x.params.of(name)
	if len(values) == 0 {
		return zero
	}
	v, problem := to(values[0])
	if problem == "" {
		return v
	}
	all := strings.Join(values, ",")
	if all == "" {
		return zero
	}
	if v, problem = to(all); problem == "" {
		return v
	}
	// The name of the field is lost: only the innermost text is answered
	// (API/Interfaces/IApiStandartResponce.cs, ErrorWrapper).
	status := http.StatusBadRequest
	if !x.portal.version.since(11, 0, 0) { // the handler of its own came then (API/Impl/ApiHttpHandler.cs)
		status = http.StatusInternalServerError
	}
	if x.unbound == nil {
		x.unbound = &failure{status, problem, hrFormat}
	}
	return zero
}
