package mapping

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"sync"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

//go:embed words.json
var wordData []byte

// words returns the meanings of cell words, by subject and folded text.
var words = sync.OnceValue(func() map[string]map[string]string {
	var lists map[string]map[string][]string
	if err := json.Unmarshal(wordData, &lists); err != nil {
		panic("mapping: words.json: " + err.Error())
	}
	all := make(map[string]map[string]string)
	for about, meanings := range lists {
		all[about] = make(map[string]string)
		for meaning, list := range meanings {
			for _, word := range list {
				all[about][foldWord(word)] = meaning
			}
		}
	}
	return all
})

const (
	// yesOrNo are the fields that are a yes or no.
	yesOrNo account.Fields = 1<<account.SMTPAuth | 1<<account.IMAP | 1<<account.Restrict
	// kinds are the fields that name a kind of encryption or login.
	kinds account.Fields = 1<<account.IncomingEncryption | 1<<account.OutgoingEncryption | 1<<account.AuthIn | 1<<account.AuthSMTP
)

// parseBool parses a cell of a yes-or-no field. Protocols and periods
// may be named too: IMAP means yes, and so do the last 30 days.
func parseBool(f account.Field, text string) (bool, *diagnosis.Problem) {
	key, code := wholeNumber(foldWord(text)), diagnosis.BoolWord
	answer := cmp.Or(words()["answer"][key], words()[f.String()][key])
	if f == account.IMAP {
		code = diagnosis.ProtocolWord
	}
	if answer == "" {
		return false, diagnosis.New(code)
	}
	return answer == "yes", nil
}

// A cell's encryption can depend on the port. Such a word is stored as one of
// these until the port of the row is known; [filler.settleEncryption] replaces it.
const (
	// tlsWord is SSL or TLS, which people write for both kinds: it means STARTTLS at
	// a port whose connections begin unencrypted, otherwise TLS from the first byte.
	tlsWord account.Encryption = 0x10 + iota
	// encrypted is a yes: it means what the port implies, otherwise TLS from the first byte.
	encrypted
	// unspecified is a no to SSL, which seldom means a password in plaintext: the port decides.
	unspecified
)

var encryptionNamed = map[string]account.Encryption{"none": account.Plain, "ssl": account.TLS, "starttls": account.StartTLS, "tls": tlsWord}

// parseEncryption parses a cell that names a kind of encryption.
func parseEncryption(text string) (account.Encryption, *diagnosis.Problem) {
	key := wholeNumber(foldWord(text))
	if name := words()["encryption"][key]; name != "" {
		return encryptionNamed[name], nil
	}
	if words()["answer"][key] == "yes" {
		return encrypted, nil
	}
	return 0, diagnosis.New(diagnosis.EncryptionWord)
}

// parseSwitch parses a cell of a column that is named
// for SSL or TLS: a yes or no, or a kind of encryption.
func parseSwitch(text string) (account.Encryption, *diagnosis.Problem) {
	switch words()["answer"][wholeNumber(foldWord(text))] {
	case "yes":
		return encrypted, nil
	case "no":
		return unspecified, nil
	}
	return parseEncryption(text)
}

// parseFixedEncryption parses a kind of encryption whose port is known.
func parseFixedEncryption(text string, side account.Side, port int) (account.Encryption, *diagnosis.Problem) {
	e, problem := parseEncryption(text)
	if problem != nil || e <= account.StartTLS {
		return e, problem
	}
	if usual, _ := usualEncryption(side, port); usual == account.StartTLS {
		return account.StartTLS, nil
	}
	return account.TLS, nil
}

var authNamed = map[string]account.Auth{"none": account.NoAuth, "login": account.LoginCmd, "cram-md5": account.CramMD5, "ntlm": account.NTLM}

func parseAuth(text string) (account.Auth, *diagnosis.Problem) {
	switch name := words()["auth"][wholeNumber(foldWord(text))]; name {
	case "":
		return 0, diagnosis.New(diagnosis.AuthWord)
	case "oauth2": // the kind that the portal knows but always refuses
		return 0, diagnosis.New(diagnosis.AuthOAuth)
	default:
		return authNamed[name], nil
	}
}

// voids are the words that databases, spreadsheets, pandas and R write
// for a missing value, in their spelling; in another case most of them
// are names. Each word maps to the fields for which it means no value.
var voids = func() map[string]account.Fields {
	const everywhere account.Fields = 1<<account.NumFields - 1
	fields := map[string]account.Fields{
		"Null": everywhere.Without(account.Name), // also a family name
		"none": everywhere &^ yesOrNo &^ kinds,   // where it means no encryption, or no login
		"NONE": everywhere &^ yesOrNo &^ kinds,
	}
	for _, word := range []string{"null", "NULL", "(null)", "(NULL)", "<null>", "<NULL>", "[null]", "[NULL]", `\N`, "nil", "NIL", "<nil>",
		"DBNull", "undefined", "nan", "NaN", "NAN", "NaT", "NA", "<NA>", "None", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "#n/a",
		"#Н/Д", "#н/д", "Н/Д", "н/д", "(blank)", "(пусто)", "(empty)", "<пусто>", "<empty>"} {
		fields[word] = everywhere
	}
	for _, dash := range []string{"-", "--", "---", "−", "–", "—"} {
		fields[dash] = everywhere &^ yesOrNo
	}
	return fields
}()

// maxVoid is the length, in bytes, of the longest word for no value by its first byte.
// Most cells begin with another byte or are longer.
var maxVoid = func() (most [256]int) {
	for word := range voids {
		most[word[0]] = max(most[word[0]], len(word))
	}
	return most
}()

// isVoid reports whether text, a cleaned cell of a field, is a word for no value.
func isVoid(f account.Field, text string) bool {
	return text != "" && len(text) <= maxVoid[text[0]] && voids[text].Has(f)
}
