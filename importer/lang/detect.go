package lang

import (
	"cmp"
	"strings"
)

// Detect returns the default language, "en" or "ru". It uses the first of LC_ALL,
// LC_MESSAGES and LANG that is set, else the language of the system. Any language
// but Russian gives "en".
func Detect(getenv func(string) string) string {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"), systemLocale())
	if strings.HasPrefix(strings.ToLower(locale), "ru") {
		return "ru"
	}
	return "en"
}
