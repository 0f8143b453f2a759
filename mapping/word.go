package mapping

import (
	_ "embed"
	"encoding/json"
	"sync"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

//go:embed words.json
var wordData []byte

// oauth2 is the one kind of login that the portal knows and always refuses.
const oauth2 = account.Auth(5)

// wordList is what the words of cells mean, by folded text.
type wordList struct {
	bools       map[string]bool
	protocols   map[string]bool // true is IMAP
	periods     map[string]bool // true is the last 30 days
	encryptions map[string]account.Encryption
	auths       map[string]account.Auth
}

var words = sync.OnceValue(func() *wordList {
	var data struct {
		Yes        []string            `json:"yes"`
		No         []string            `json:"no"`
		IMAP       []string            `json:"imap"`
		POP3       []string            `json:"pop3"`
		Month      []string            `json:"month"`
		Everything []string            `json:"everything"`
		Encryption map[string][]string `json:"encryption"`
		Auth       map[string][]string `json:"auth"`
	}
	if err := json.Unmarshal(wordData, &data); err != nil {
		panic("mapping: words.json: " + err.Error())
	}
	l := &wordList{
		bools:       twoWords(data.Yes, data.No),
		protocols:   twoWords(data.IMAP, data.POP3),
		periods:     twoWords(data.Month, data.Everything),
		encryptions: make(map[string]account.Encryption),
		auths:       make(map[string]account.Auth),
	}
	for _, e := range []account.Encryption{account.Plain, account.TLS, account.StartTLS} {
		addWords(l.encryptions, e, data.Encryption[e.String()])
	}
	for _, a := range []account.Auth{account.NoAuth, account.LoginCmd, account.CramMD5, account.NTLM} {
		addWords(l.auths, a, data.Auth[a.String()])
	}
	addWords(l.encryptions, tlsWord, data.Encryption["tls"])
	addWords(l.auths, oauth2, data.Auth["oauth2"])
	return l
})

func twoWords(yes, no []string) map[string]bool {
	m := make(map[string]bool, len(yes)+len(no))
	addWords(m, true, yes)
	addWords(m, false, no)
	return m
}

func addWords[V any](m map[string]V, meaning V, words []string) {
	for _, word := range words {
		m[foldWord(word)] = meaning
	}
}

// parseBool reads the word of one of the fields that are yes or no. The protocol
// may also be named, and so may the period.
func parseBool(f account.Field, text string) (bool, *diagnosis.Problem) {
	key, l := wholeNumber(foldWord(text)), words()
	if on, ok := l.bools[key]; ok {
		return on, nil
	}
	switch f {
	case account.IMAP:
		if on, ok := l.protocols[key]; ok {
			return on, nil
		}
		return false, diagnosis.New(diagnosis.ProtocolWord)
	case account.Restrict:
		if on, ok := l.periods[key]; ok {
			return on, nil
		}
	}
	return false, diagnosis.New(diagnosis.BoolWord)
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

// parseEncryption reads the cell of a column for the kind of encryption.
func parseEncryption(text string) (account.Encryption, *diagnosis.Problem) {
	key := wholeNumber(foldWord(text))
	if e, ok := words().encryptions[key]; ok {
		return e, nil
	}
	if words().bools[key] {
		return encrypted, nil
	}
	return 0, diagnosis.New(diagnosis.EncryptionWord)
}

// parseSwitch reads the cell of a column that is named for SSL or TLS: a yes or no,
// or a kind of encryption after all.
func parseSwitch(text string) (account.Encryption, *diagnosis.Problem) {
	on, ok := words().bools[wholeNumber(foldWord(text))]
	switch {
	case !ok:
		return parseEncryption(text)
	case on:
		return encrypted, nil
	}
	return notSaid, nil
}

// parseFixedEncryption reads a kind of encryption that stands beside its port.
func parseFixedEncryption(text string, startTLS bool) (account.Encryption, *diagnosis.Problem) {
	e, problem := parseEncryption(text)
	switch {
	case problem != nil || e <= account.StartTLS:
		return e, problem
	case startTLS:
		return account.StartTLS, nil
	}
	return account.TLS, nil
}

func parseAuth(text string) (account.Auth, *diagnosis.Problem) {
	switch a, ok := words().auths[wholeNumber(foldWord(text))]; {
	case !ok:
		return 0, diagnosis.New(diagnosis.AuthWord)
	case a == oauth2:
		return 0, diagnosis.New(diagnosis.AuthOAuth)
	default:
		return a, nil
	}
}
