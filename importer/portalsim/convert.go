package portalsim

import (
	"strconv"
	"strings"
)

// The texts of the .NET type converters that API/Utils/ConvertUtils.cs calls.
const (
	textNotNumber   = "Input string was not in a correct format."
	textOverflow    = "Value was either too large or too small for an Int32."
	textNotBoolean  = "String was not recognized as a valid Boolean."
	textEmptyEnum   = "Must specify valid information for parsing in the string."
	textNotAMember  = "Requested value '%s' was not found."
	blanksAllowed   = " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
	hexDigitsIn32   = 8
	decimalBaseInts = 10
)

// encryptionTypes are the members of MAIL/Enums/EncryptionType.cs.
var encryptionTypes = map[string]int32{"none": 0, "ssl": 1, "starttls": 2}

// saslMechanisms are the members of MAIL/Enums/SaslMechanism.cs from 12.5 on.
var saslMechanisms = map[string]int32{"none": 0, "login": 1, "crammd5": 4, "oauth2": 5, "ntlm": 7}

// earlierMechanisms lack NTLM: its name does not convert, its number does.
var earlierMechanisms = map[string]int32{"none": 0, "login": 1, "crammd5": 4, "oauth2": 5}

func (v version) mechanisms() map[string]int32 {
	if v.hasNTLM() {
		return saslMechanisms
	}
	return earlierMechanisms
}

// toInt32 does as Int32Converter: blanks around are dropped, #, 0x and &h mean
// hexadecimal, everything else is a signed decimal.
func toInt32(s string) (int32, string) {
	s = strings.Trim(s, blanksAllowed)
	for _, prefix := range []string{"#", "0x", "0X", "&h", "&H"} {
		if digits, ok := strings.CutPrefix(s, prefix); ok {
			return hexInt32(digits)
		}
	}
	if strings.Contains(s, "_") {
		return 0, textNotNumber
	}
	return decimal(s)
}

func decimal(s string) (int32, string) {
	n, err := strconv.ParseInt(s, decimalBaseInts, 32)
	if isRange(err) {
		return 0, textOverflow
	}
	if err != nil {
		return 0, textNotNumber
	}
	return int32(n), ""
}

// hexInt32 reads two's complement, as Convert.ToInt32(text, 16) does.
func hexInt32(digits string) (int32, string) {
	n, err := strconv.ParseUint(digits, 16, 32)
	switch {
	case err == nil:
		return int32(uint32(n)), ""
	case isRange(err) || len(digits) > hexDigitsIn32:
		return 0, textOverflow
	default:
		return 0, textNotNumber
	}
}

func isRange(err error) bool {
	numError, ok := err.(*strconv.NumError)
	return ok && numError.Err == strconv.ErrRange
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
// case; several joined by commas are combined. A number nobody defined is accepted
// here and fails only when the account is saved.
func toEnum(s string, members map[string]int32) (int32, string) {
	var all int32
	for one := range strings.SplitSeq(s, ",") {
		n, problem := enumMember(strings.Trim(one, blanksAllowed), members)
		if problem != "" {
			return 0, problem
		}
		all |= n
	}
	return all, ""
}

func enumMember(s string, members map[string]int32) (int32, string) {
	if s == "" {
		return 0, textEmptyEnum
	}
	if strings.ContainsRune("0123456789+-", rune(s[0])) {
		if n, problem := decimal(s); problem != textNotNumber {
			return n, problem
		}
	}
	if n, ok := members[strings.ToLower(s)]; ok {
		return n, ""
	}
	return 0, strings.Replace(textNotAMember, "%s", s, 1)
}
