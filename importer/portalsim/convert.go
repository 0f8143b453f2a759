package portalsim

import (
	"errors"
	"strconv"
	"strings"
)

// The texts of the .NET type converters that API/Utils/ConvertUtils.cs calls.
const (
	textNotNumber  = "Input string was not in a correct format."
	textOverflow   = "Value was either too large or too small for an Int32."
	textNotBoolean = "String was not recognized as a valid Boolean."
	textEmptyEnum  = "Must specify valid information for parsing in the string."
	textNotGUID    = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."
	blanksAllowed  = " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
	hexDigitsIn32  = 8
)

// encryptionTypes are the members of MAIL/Enums/EncryptionType.cs.
var encryptionTypes = map[string]int32{"none": 0, "ssl": 1, "starttls": 2}

// saslMechanisms are the members of MAIL/Enums/SaslMechanism.cs from 12.5 on.
var saslMechanisms = map[string]int32{"none": 0, "login": 1, "crammd5": 4, "oauth2": 5, "ntlm": ntlm}

// earlierMechanisms lack NTLM: its name does not convert, its number does.
var earlierMechanisms = map[string]int32{"none": 0, "login": 1, "crammd5": 4, "oauth2": 5}

const ntlm = 7

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
		return int32(uint32(n)), ""
	}
	if strings.Contains(s, "_") {
		return 0, textNotNumber
	}
	return decimal(s)
}

func decimal(s string) (int32, string) {
	n, err := strconv.ParseInt(s, 10, 32)
	if errors.Is(err, strconv.ErrRange) {
		return 0, textOverflow
	}
	if err != nil {
		return 0, textNotNumber
	}
	return int32(n), ""
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
func toEnum(s string, members map[string]int32) (int32, string) {
	var all int32
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
