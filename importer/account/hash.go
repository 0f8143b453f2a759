package account

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// schemes are the marks in braces that mail servers and directories store in front
// of hashes (Dovecot's password schemes, RFC 2307, Spring Security), in upper case.
var schemes = strings.Fields("CRYPT MD5 MD5-CRYPT SMD5 PLAIN-MD5 PLAIN-MD4 LDAP-MD5 DIGEST-MD5 CRAM-MD5 HMAC-MD5 MD4 RPA NTLM NTHASH NT LANMAN LM SHA SHA1 SHA224 SHA256 SHA384 SHA512 " +
	"SSHA SSHA1 SSHA224 SSHA256 SSHA384 SSHA512 SHA256-CRYPT SHA512-CRYPT DES-CRYPT BLF-CRYPT BCRYPT SCRYPT ARGON2 ARGON2I ARGON2D ARGON2ID PBKDF2 PBKDF2-SHA1 PBKDF2-SHA256 " +
	"PBKDF2-SHA512 PBKDF2_SHA1 PBKDF2_SHA256 PBKDF2_SHA512 X-PBKDF2 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 OTP SKEY SASL SAMBA X-XMD5 XMD5 X-FSHP")

// plainSchemes are the marks of passwords that are stored unhashed.
var plainSchemes = strings.Fields("PLAIN PLAINTEXT PLAIN-TRUNC CLEAR CLEARTEXT CLEAR-TEXT NOOP")

var (
	braces = regexp.MustCompile(`^\{([A-Za-z0-9_-]{2,20})(?:\.(?i:b64|base64|hex))?\}.`)
	// modular is the form of crypt(3) and its successors: $id$salt$hash.
	modular = regexp.MustCompile(`^\$(1|2[abxy]?|3|5|6|7|y|gy|md5|sha1|apr1|scrypt|bcrypt-sha256|argon2(?:id|i|d)?|pbkdf2(?:-sha[0-9]+)?|shiro1)(?:,[^$]*)?\$[^$]*\$`)
	phpass  = regexp.MustCompile(`^\$(?:[PH]\$[./0-9A-Za-z]{31}|S\$[./0-9A-Za-z]{52})$`)
	// named is the form of Django and PostgreSQL: name$iterations$salt$hash.
	named = regexp.MustCompile(`^(pbkdf2_sha1|pbkdf2_sha256|bcrypt_sha256|bcrypt|argon2|scrypt|md5|sha1|pbkdf2:sha256|pbkdf2:sha512|SCRAM-SHA-256)[$:][^$]*\$.`)
	// postgres is the older form of PostgreSQL: md5 and a digest of password and user name.
	postgres = regexp.MustCompile(`^md5[0-9a-f]{32}$`)
	mysql    = regexp.MustCompile(`^\*[0-9A-F]{40}$`)
)

// kinds maps the ids of the modular form to the usual names of the hashes.
var kinds = map[string]string{
	"1": "MD5-CRYPT", "2": "BCRYPT", "2a": "BCRYPT", "2b": "BCRYPT", "2x": "BCRYPT", "2y": "BCRYPT", "3": "NTHASH",
	"5": "SHA256-CRYPT", "6": "SHA512-CRYPT", "7": "SCRYPT", "y": "YESCRYPT", "gy": "GOST-YESCRYPT",
}

// digests maps a number of hexadecimal digits to the kind of hash with that length.
var digests = map[int]string{32: "MD5", 40: "SHA1", 64: "SHA256", 128: "SHA512"}

// Hash returns the kind of hash that stands in place of a password, as mail
// servers and web programs store it, and "" for any other text. plain reports
// that the mark of a kind stands before a password that is not hashed.
func (s Secret) Hash() (kind string, plain bool) {
	text := strings.TrimSpace(s.Reveal())
	switch text[:min(1, len(text))] {
	case "":
		return "", false
	case "{":
		if m := braces.FindStringSubmatch(text); m != nil {
			switch kind = strings.ToUpper(m[1]); {
			case slices.Contains(schemes, kind):
				return kind, false
			case slices.Contains(plainSchemes, kind):
				return kind, true
			}
		}
	case "$":
		if m := modular.FindStringSubmatch(text); m != nil {
			return cmp.Or(kinds[m[1]], strings.ToUpper(m[1])), false
		}
		if phpass.MatchString(text) {
			return "PHPASS", false
		}
	case "*":
		if mysql.MatchString(text) {
			return "MYSQL", false
		}
	default:
		if strings.HasPrefix(text, "md5") && postgres.MatchString(text) {
			return "MD5", false
		}
		if strings.IndexByte(text, '$') > 0 {
			if m := named.FindStringSubmatch(text); m != nil {
				return strings.ToUpper(m[1]), false
			}
		}
	}
	return "", false
}

// Digest returns the kind of hash that a text could be by its length alone, "" if it has other
// than hexadecimal digits or another length. Some programs generate passwords of that form too.
func (s Secret) Digest() string {
	text := s.Reveal()
	kind := digests[len(text)]
	if kind == "" || strings.Trim(text, "0123456789abcdef") != "" && strings.Trim(text, "0123456789ABCDEF") != "" {
		return ""
	}
	return kind
}
