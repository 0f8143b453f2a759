package portalsim

import (
	"fmt"
	"hash/fnv"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file holds what the rules for requests and for mail servers share.

// validateRule checks the share and the patterns of a rule.
func validateRule(share float64, patterns ...string) error {
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%q is no pattern", pattern)
		}
	}
	if share < 0 || share > 1 {
		return fmt.Errorf("share: %v is not between 0 and 1", share)
	}
	return nil
}

// inForce reports whether a rule applies at an age of the portal. A rule with length 0
// does not end.
func inForce(after, length, age time.Duration) bool {
	return age >= after && (length <= 0 || age < after+length)
}

// matches reports whether s matches a pattern of path.Match. Case is ignored; the empty pattern matches everything.
func matches(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	ok, _ := path.Match(strings.ToLower(pattern), strings.ToLower(s))
	return ok
}

func matchesAny(patterns []string, texts ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return matches(pattern, text) })
	})
}

// chance returns a number in [0, 1) that depends on its arguments only, so that two
// runs with the same seed make the same choices even if their requests arrive in a
// different order.
func chance(seed uint64, what string, index int, key string) float64 {
	h := fnv.New64a()
	h.Write([]byte(what + "\x00" + strings.ToLower(key) + "\x00" + strconv.Itoa(index) + "\x00" + strconv.FormatUint(seed, 16)))
	return float64(mix(h.Sum64())>>11) / (1 << 53)
}

// mix spreads the bits of an FNV hash, whose upper half hardly depends on the last
// bytes hashed. It is the finalizer of MurmurHash3.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
