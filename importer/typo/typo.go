// Package typo measures how far apart two spellings are.
package typo

import "unicode/utf8"

// Distance returns how many letters must be inserted, deleted, replaced or swapped with
// their neighbour to turn from into to (Damerau-Levenshtein, each place edited once).
func Distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// maxLength is the length, in bytes, beyond which a text is not compared as a mistyped name.
const maxLength = 256

// Nearest returns the candidate that a mistyped text probably stands for: the one at the least
// distance, if that is at most a third of the letters, or 1. It returns "" if there is none.
func Nearest(text string, candidates []string) string {
	if len(text) > maxLength {
		return ""
	}
	best, least := "", max(1, utf8.RuneCountInString(text)/3)+1
	for _, candidate := range candidates {
		if len(candidate) > maxLength {
			continue
		}
		if d := Distance(text, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}
