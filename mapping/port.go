package mapping

import (
	"strings"

	"r7import/importer/diagnosis"
)

const maxPort = 65535

// parsePort reads a port number as people and spreadsheets write it: "993", "993.0", "993,00".
func parsePort(text string) (int, *diagnosis.Problem) {
	digits := wholeNumber(text)
	n := 0
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' {
			return 0, oddAt(diagnosis.PortSyntax, text, asciiDigit)
		}
		n = min(n*10+int(c-'0'), maxPort+1)
	}
	switch {
	case digits == "" || len(digits) > 1 && digits[0] == '0':
		return 0, diagnosis.New(diagnosis.PortSyntax)
	case n == 0 || n > maxPort:
		return 0, diagnosis.New(diagnosis.PortRange, "Max", maxPort)
	}
	return n, nil
}

// wholeNumber cuts the zeros behind the decimal sign off a whole number.
func wholeNumber(text string) string {
	if at := strings.IndexAny(text, ".,"); at > 0 && at < len(text)-1 && strings.Trim(text[at+1:], "0") == "" {
		return text[:at]
	}
	return text
}

func asciiDigit(r rune) bool { return r >= '0' && r <= '9' }
