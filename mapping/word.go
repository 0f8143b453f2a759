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

// words are what the words of cells mean, by what they are about and by their folded text.
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

// parseBool reads the word of one of the fields that are yes or no. The protocol
// may also be named, and so may the period: IMAP is a yes, and so are the last 30 days.
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

// What a cell says of encryption can depend on the port. Such a word is kept as
// one of these until the port of the row is known; [filler.settle] ends that.
const (
	// tlsWord is SSL or TLS, which people write for both kinds: STARTTLS at a port
	// whose connections begin in the clear, else from the first byte.
	tlsWord account.Encryption = 0x10 + iota
	// encrypted is a yes: as the port says, else from the first byte.
	encrypted
	// notSaid is a no to SSL, which seldom asks for a password in the clear: as the port says.
	notSaid
)

var encryptionNamed = map[string]account.Encryption{"none": account.Plain, "ssl": account.TLS, "starttls": account.StartTLS, "tls": tlsWord}

// parseEncryption reads the cell of a column for the kind of encryption.
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

// parseSwitch reads the cell of a column that is named for SSL or TLS: a yes or no,
// or a kind of encryption after all.
func parseSwitch(text string) (account.Encryption, *diagnosis.Problem) {
	switch words()["answer"][wholeNumber(foldWord(text))] {
	case "yes":
		return encrypted, nil
	case "no":
		return notSaid, nil
	}
	return parseEncryption(text)
}

// parseFixedEncryption reads a kind of encryption that stands beside its port.
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
	case "oauth2": // the one kind that the portal knows and always refuses
		return 0, diagnosis.New(diagnosis.AuthOAuth)
	default:
		return authNamed[name], nil
	}
}

// voids are the words that programs write where there is no value, as they write
// them: a database, a spreadsheet, pandas and R. In another case most are names. Each
// stands with the fields for which it says nothing.
var voids = func() map[string]account.Fields {
	const everywhere account.Fields = 1<<account.NumFields - 1
	fields := map[string]account.Fields{
		"Null": everywhere.Without(account.Name), // which is also a family's name
		"none": everywhere &^ yesOrNo &^ kinds,   // it says that nothing is encrypted, or that no login is made
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

// mostVoid is the length of the longest word for no value by its first byte: most cells
// begin with another byte or are longer.
var mostVoid = func() (most [256]int) {
	for word := range voids {
		most[word[0]] = max(most[word[0]], len(word))
	}
	return most
}()

// isVoid reports whether a cell of a field, cleaned, holds a word for no value.
func isVoid(f account.Field, text string) bool {
	return text != "" && len(text) <= mostVoid[text[0]] && voids[text].Has(f)
}
