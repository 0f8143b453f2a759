//go:build !windows

package lang

// systemLocale knows nothing: outside Windows the environment tells the language.
func systemLocale() string { return "" }
