package config

import "r7import/importer/typo"

// Near returns the key that a mistyped name was probably meant to be, empty if none is near.
func Near(name string) string {
	names := make([]string, len(Keys))
	for i, k := range Keys {
		names[i] = k.Name
	}
	return typo.Nearest(name, names)
}
