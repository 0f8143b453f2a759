package account_test

import (
	"strings"
	"testing"

	"r7import/importer/account"
)

func TestHashesInPlaceOfPasswords(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 8)
	for text, want := range map[string]string{
		"{SHA512-CRYPT}$6$salt$hash": "SHA512-CRYPT", "{ssha}c2FsdGVkaGFzaA==": "SSHA", "{SSHA256.b64}abc": "SSHA256", "{CRYPT}$6$x$y": "CRYPT", "{MD5}x": "MD5",
		"{BLF-CRYPT}$2y$05$x": "BLF-CRYPT", "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA": "ARGON2ID", "{PBKDF2}$1$salt$5000$hash": "PBKDF2", "{CRAM-MD5}abc": "CRAM-MD5",
		"{SCRAM-SHA-256}4096,c2FsdA==,x,y": "SCRAM-SHA-256", "{bcrypt}$2a$10$x": "BCRYPT", "{sha256.hex}aa": "SHA256",
		"$1$salt$hash": "MD5-CRYPT", "$5$rounds=5000$salt$hash": "SHA256-CRYPT", "$6$salt$hash": "SHA512-CRYPT", "$2y$10$abcdefghijklmnopqrstuv": "BCRYPT", "$2a$04$x": "BCRYPT",
		"$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA": "ARGON2ID", "$y$j9T$salt$hash": "YESCRYPT", "$apr1$salt$hash": "APR1", "$pbkdf2-sha256$29000$salt$hash": "PBKDF2-SHA256",
		"$P$B" + strings.Repeat("x", 30): "PHPASS", "$S$D" + strings.Repeat("x", 51): "PHPASS",
		"pbkdf2_sha256$260000$salt$hash": "PBKDF2_SHA256", "bcrypt_sha256$$2b$12$x": "BCRYPT_SHA256", "SCRAM-SHA-256$4096:salt$stored:key": "SCRAM-SHA-256", "sha1$salt$hash": "SHA1",
		"*" + strings.ToUpper(hex[:40]): "MYSQL", "md5" + hex[:32]: "MD5", " {SSHA}x ": "SSHA",
		"{PLAIN}Parus-1": "PLAIN", "{cleartext}Parus-1": "CLEARTEXT", "{noop}Parus-1": "NOOP",

		"": "", "{": "", "{}x": "", "{SSHA}": "", "{Kot}Parus-1": "", "{PLAIN": "", "$": "", "$$$": "", "$ecret$1": "", "$6": "", "$6$": "", "$1000$": "", "$9$salt$hash": "", "*Parus-1*": "",
		"*" + hex[:39] + "Z": "", "bcrypt": "", "sha1": "", "argon": "", "md5-Parus": "", hex[:32]: "", "пароль": "", "Parus-1": "", "S": "",
	} {
		got, plain := account.NewSecret(text).Hash()
		if got != want || plain != (want == "PLAIN" || want == "CLEARTEXT" || want == "NOOP") {
			t.Errorf("Hash of %q = %q, %v, want %q", text, got, plain, want)
		}
	}
	for text, want := range map[string]string{
		hex[:32]: "MD5", hex[:40]: "SHA1", hex[:64]: "SHA256", hex: "SHA512", strings.ToUpper(hex[:32]): "MD5",
		hex[:31]: "", hex[:33]: "", strings.ToUpper(hex[:16]) + hex[:16]: "", strings.Repeat("x", 32): "", "": "", strings.Repeat("0", 32): "MD5",
	} {
		if got := account.NewSecret(text).Digest(); got != want {
			t.Errorf("Digest of %q = %q, want %q", text, got, want)
		}
	}
}
