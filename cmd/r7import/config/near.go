package config

import "unicode/utf8"

// Near returns the key that a mistyped name was probably meant to be, empty if none is near.
func Near(name string) string {
	names := make([]string, len(Keys))
	for i, k := range Keys {
		names[i] = k.Name
	}
	return Nearest(name, names)
}

// Nearest returns the candidate that the fewest changed letters make of text,
// if these are at most a third of it, or one.
func Nearest(text string, candidates []string) string {
	best, least := "", max(1, utf8.RuneCountInString(text)/3)+1
	for _, candidate := range candidates {
		if d := distance([]rune(text), []rune(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with their neighbour.
func distance(a, b []rune) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b)) // nobody mistypes a name of that length
	}
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
