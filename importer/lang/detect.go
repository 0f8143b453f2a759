package lang

import "strings"

// Detect returns the language to speak when none was asked for: the first of
// LC_ALL, LC_MESSAGES and LANG that is set decides, then what the system says.
// Any language but Russian gives English.
func Detect(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			return fromLocale(value)
		}
	}
	return fromLocale(systemLocale())
}

func fromLocale(locale string) string {
	if strings.HasPrefix(strings.ToLower(locale), "ru") {
		return "ru"
	}
	return "en"
}
