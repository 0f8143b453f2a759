//go:build !windows

package lang

// systemLocale returns "": outside Windows the environment determines the language.
func systemLocale() string { return "" }
