package portalsim

import "strings"

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

// arguments binds the parameters of one method, in the order of its signature, and
// remembers the first that cannot be converted.
type arguments struct {
	params  params
	version version
	err     *failure
}

// has tells null from the empty string.
func (a *arguments) has(name string) bool { return len(a.params.of(name)) > 0 }

// text is the first value, or "" for null: nothing is required at the binding level.
func (a *arguments) text(name string) string {
	if values := a.params.of(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// integer, boolean and enum read the first value; when it does not convert, the
// server binds once more from all values joined by a comma, and takes an empty
// result for missing (API/Utils/Binder.cs, Bind and GetValue). So null and "" are
// the type's default, while a blank is an error.

func (a *arguments) integer(name string) int32 {
	return convert(a, name, toInt32)
}

func (a *arguments) boolean(name string) bool {
	return convert(a, name, toBoolean)
}

func (a *arguments) enum(name string, members map[string]int32) int32 {
	return convert(a, name, func(s string) (int32, string) { return toEnum(s, members) })
}

// convert applies to, which returns the exception's text when it cannot convert.
func convert[T any](a *arguments, name string, to func(string) (T, string)) T {
	var zero T
	values := a.params.of(name)
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
	if a.err == nil {
		a.err = &failure{status: a.version.conversionStatus(), message: problem, hresult: hrFormat}
	}
	return zero
}
