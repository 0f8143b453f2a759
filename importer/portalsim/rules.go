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

// What the rules for requests and for mail servers have in common.

// validateRule checks what faults and mail servers have in common.
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

// inForce tells whether a rule applies at an age of the portal; it ends never when
// length is 0.
func inForce(after, length, age time.Duration) bool {
	return age >= after && (length <= 0 || age < after+length)
}

// matches folds case; the empty pattern fits everything.
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

// chance is a number in [0, 1) that depends on nothing but the seed and what is asked
// about, so that the same run meets the same chances in whatever order its requests
// arrive.
func chance(seed uint64, what string, index int, key string) float64 {
	h := fnv.New64a()
	h.Write([]byte(what + "\x00" + strings.ToLower(key) + "\x00" + strconv.Itoa(index) + "\x00" + strconv.FormatUint(seed, 16)))
	return float64(mix(h.Sum64())>>11) / (1 << 53)
}

// mix spreads the bits of a hash whose last letters hardly move its upper half
// (the finisher of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
