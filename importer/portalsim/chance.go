package portalsim

import (
	"hash/fnv"
	"strconv"
	"strings"
)

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
