package mapping

import "r7import/importer/account"

// voids are the words that programs write where there is no value, as they write
// them: a database, a spreadsheet, pandas and R. In another case most are names.
var voids = setOf("null", "NULL", "(null)", "(NULL)", "<null>", "<NULL>", "[null]", "[NULL]", `\N`, "nil", "NIL", "<nil>", "DBNull", "undefined",
	"nan", "NaN", "NAN", "NaT", "NA", "<NA>", "None", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "#n/a", "#Н/Д", "#н/д", "Н/Д", "н/д",
	"(blank)", "(пусто)", "(empty)", "<пусто>", "<empty>")

// dashes stand for no value in every column but one of yes and no.
var dashes = setOf("-", "--", "---", "−", "–", "—")

func setOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, word := range words {
		set[word] = true
	}
	return set
}

// voidBegins are the bytes that a word for no value can begin with: most cells are
// told by their first byte.
var voidBegins = func() (begins [256]bool) {
	for _, set := range []map[string]bool{voids, dashes, setOf("none", "Null")} {
		for word := range set {
			begins[word[0]] = true
		}
	}
	return begins
}()

// longestVoid is the length in bytes of the longest word above.
const longestVoid = 18

// isVoid reports whether a cell of a field, cleaned, holds a word for no value.
// "none" is one where it is no word of the field itself: there it says that
// nothing is encrypted, or that nobody logs in.
func isVoid(f account.Field, text string) bool {
	if text == "" || len(text) > longestVoid || !voidBegins[text[0]] {
		return false
	}
	switch text {
	case "none", "NONE":
		return !isYesOrNo(f) && !isKind(f)
	case "Null": // which is also a family's name
		return f != account.Name
	}
	return voids[text] || dashes[text] && !isYesOrNo(f)
}

// isYesOrNo reports whether the field is a yes or no.
func isYesOrNo(f account.Field) bool {
	return f == account.SMTPAuth || f == account.IMAP || f == account.Restrict
}

// isKind reports whether the field names a kind of encryption or login.
func isKind(f account.Field) bool {
	switch f {
	case account.IncomingEncryption, account.OutgoingEncryption, account.AuthIn, account.AuthSMTP:
		return true
	}
	return false
}
