package portalsim

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// params are the arguments of one call as text. Names ignore case; a name can have
// several values, of which the first counts. Route values come first, then the query
// string, then the body (API/Impl/ApiArgumentBuilder.cs, GetRequestParams), so a name
// in the query string overrides the body.
type params map[string][]string

func (p params) add(name, value string) {
	key := strings.ToLower(name)
	p[key] = append(p[key], value)
}

// of returns the values of a name. Case is ignored.
func (p params) of(name string) []string { return p[strings.ToLower(name)] }

// A method of the API binds its parameters in the order of the server's signature with
// the methods below. The failure of the first one that does not convert is kept in unbound.

// has reports whether a parameter was sent; one that was not is null to the server.
func (x *exchange) has(name string) bool { return len(x.params.of(name)) > 0 }

// text returns the first value, or "" for null: binding requires no parameter.
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

// guid binds a parameter that is a GUID.
func (x *exchange) guid(name string) string {
	return convert(x, name, func(s string) (string, string) {
		if !isGUID(s) {
			return "", textNotGUID
		}
		return s, ""
	})
}

// convert converts the first value with to. If that fails, the server binds a second time
// from all values joined by commas, and treats an empty result as missing
// (API/Utils/Binder.cs, Bind and GetValue). So null and "" give the type's zero value,
// while a blank is an error. The function to returns the exception's text if it cannot
// convert, else "".
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
	// The answer does not name the field: it contains the innermost text only
	// (API/Interfaces/IApiStandartResponce.cs, ErrorWrapper).
	status := http.StatusBadRequest
	if !x.portal.version.since(11, 0, 0) { // 11.0 added a handler for these errors (API/Impl/ApiHttpHandler.cs)
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

// earlierMechanisms do not have NTLM: its name does not convert, its number does.
var earlierMechanisms = map[string]int{"none": 0, "login": 1, "crammd5": 4, "oauth2": 5}

const ntlm = 7

func (v version) mechanisms() map[string]int {
	if v.hasNTLM() {
		return saslMechanisms
	}
	return earlierMechanisms
}

// toInt32 converts as Int32Converter does: it trims blanks, reads digits after #, 0x or
// &h as hexadecimal and everything else as a signed decimal.
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

// toBoolean converts as BooleanConverter does: only true and false in any case, not 1, yes or да.
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

// toEnum converts as EnumConverter does: a number or a member's name in any case;
// several joined by commas are combined with OR. It accepts a number that no member has;
// such a number fails when the account is saved.
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
