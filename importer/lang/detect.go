package lang

import (
	"cmp"
	"strings"
)

// Detect returns the language to speak when none was asked for: the first of
// LC_ALL, LC_MESSAGES and LANG that is set decides, then what the system says.
// Any language but Russian gives English.
func Detect(getenv func(string) string) string {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"), systemLocale())
	if strings.HasPrefix(strings.ToLower(locale), "ru") {
		return "ru"
	}
	return "en"
}
