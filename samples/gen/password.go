package main

import (
	"crypto/sha256"
	"fmt"
)

// hardPasswords hold what careless programs break: delimiters, quotes, what a
// spreadsheet takes for a formula, blanks, other letters. They go to the first
// mailboxes in turn.
var hardPasswords = []string{
	`точка;запятая;7`,
	`"кавычки" внутри`,
	`=2+2*Sirius`,
	`Пароль с пробелами 41`,
	`a,b;c|d&e<f>g`,
	`+7-is-not-a-phone`,
	`@tilda~42`,
	`-минус-в-начале-9`,
	`C:\temp\$HOME%PATH%`,
	`it's "fine"; really`,
	`#решётка/и*звёзды`,
	`0042170993`,
}

var (
	firstWords = []string{"Beryoza", "Dozhd", "Fonar", "Gavan", "Iney", "Kovyl", "Luna", "Mayak", "Oblako", "Parus", "Reka", "Snegir", "Tuman", "Veter", "Yantar", "Zarya"}
	lastWords  = []string{"brod", "dom", "gora", "iva", "klyuch", "les", "more", "ostrov", "pole", "roscha", "sad", "step", "tropa", "utro", "vesna", "zima"}
)

// plainPassword makes an ordinary password that is always the same for a text.
func plainPassword(text string) string {
	h := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%s-%02d%02d-%s", firstWords[h[0]%16], h[1]%100, h[2]%100, lastWords[h[3]%16])
}
