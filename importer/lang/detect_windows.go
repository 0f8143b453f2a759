package lang

import "golang.org/x/sys/windows"

// systemLocale returns the first language the user wants Windows to speak.
func systemLocale() string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[0]
}
