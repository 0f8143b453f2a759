package portalsim

import (
	"errors"
	"net/http"
	"strconv"
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

// A method of the API binds its parameters in the order of the server's signature, with
// the methods below. The first parameter that cannot be converted stays in unbound.

// has tells null from the empty string.
func (x *exchange) has(name string) bool { return len(x.params.of(name)) > 0 }

// text is the first value, or "" for null: nothing is required at the binding level.
func (x *exchange) text(name string) string {
	if values := x.params.of(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

func (x *exchange) integer(name string) int { return convert(x, name, toInt32) }

func (x *exchange) boolean(name string) bool { return convert(x, name, toBoolean) }

func (x *exchange) enum(name string, members map[string]int) int {
	return convert(x, name, func(s string) (int, string) { return toEnum(s, members) })
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

// The texts of the .NET type converters that API/Utils/ConvertUtils.cs calls.
const (
	textNotNumber  = "Input string was not in a correct format."
	textOverflow   = "Value was either too large or too small for an Int32."
	textNotBoolean = "String was not recognized as a valid Boolean."
	textEmptyEnum  = "Must specify valid information for parsing in the string."
	textNotGUID    = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."
	hexDigitsIn32  = 8
	blanksAllowed  = " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" +
		"\u2028\u2029\u202f\u205f\u3000"
)

// encryptionTypes are the members of MAIL/Enums/EncryptionType.cs.
var encryptionTypes = map[string]int{"none": 0, "ssl": 1, "starttls": 2}

// saslMechanisms are the members of MAIL/Enums/SaslMechanism.cs from 12.5 on.
var saslMechanisms = map[string]int{"none": 0, "login": 1, "crammd5": 4, "oauth2": 5, "ntlm": ntlm}

// earlierMechanisms lack NTLM: its name does not convert, its number does.
var earlierMechanisms = map[string]int{"none": 0, "login": 1, "crammd5": 4, "oauth2": 5}

const ntlm = 7

func (v version) mechanisms() map[string]int {
	if v.hasNTLM() {
		return saslMechanisms
	}
	return earlierMechanisms
}

// toInt32 does as Int32Converter: blanks around are dropped, #, 0x and &h mean
// hexadecimal, everything else is a signed decimal.
func toInt32(s string) (int, string) {
	s = strings.Trim(s, blanksAllowed)
	for _, prefix := range []string{"#", "0x", "0X", "&h", "&H"} {
		digits, hex := strings.CutPrefix(s, prefix)
		if !hex {
			continue
		}
		n, err := strconv.ParseUint(digits, 16, 32) // two's complement, as Convert.ToInt32(text, 16) reads it
		if errors.Is(err, strconv.ErrRange) || err != nil && len(digits) > hexDigitsIn32 {
			return 0, textOverflow
		}
		if err != nil {
			return 0, textNotNumber
		}
		return int(int32(n)), ""
	}
	if strings.Contains(s, "_") {
		return 0, textNotNumber
	}
	return decimal(s)
}

func decimal(s string) (int, string) {
	n, err := strconv.ParseInt(s, 10, 32)
	if errors.Is(err, strconv.ErrRange) {
		return 0, textOverflow
	}
	if err != nil {
		return 0, textNotNumber
	}
	return int(n), ""
}

// toBoolean does as BooleanConverter: the two words in any case, never 1, yes or да.
func toBoolean(s string) (bool, string) {
	switch strings.ToLower(strings.Trim(s, blanksAllowed+"\x00")) {
	case "true":
		return true, ""
	case "false":
		return false, ""
	default:
		return false, textNotBoolean
	}
}

// toEnum does as EnumConverter: a number, a numeric text or a member's name in any
// case; several joined by commas are combined. A number that no member has is accepted
// here and fails only when the account is saved.
func toEnum(s string, members map[string]int) (int, string) {
	var all int
	for one := range strings.SplitSeq(s, ",") {
		one = strings.Trim(one, blanksAllowed)
		if one == "" {
			return 0, textEmptyEnum
		}
		n, named := members[strings.ToLower(one)]
		if !named {
			numeric := strings.ContainsRune("0123456789+-", rune(one[0]))
			var problem string
			if n, problem = decimal(one); !numeric || problem == textNotNumber {
				return 0, "Requested value '" + one + "' was not found."
			}
			if problem != "" {
				return 0, problem
			}
		}
		all |= n
	}
	return all, ""
}
