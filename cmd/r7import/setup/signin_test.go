package setup

import (
	"testing"
	"time"

	"r7import/importer/account"
)

// The vectors of RFC 6238, appendix B, cut to the six digits apps show.
func TestCodeNow(t *testing.T) {
	secret := account.NewSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") // "12345678901234567890"
	for unix, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"} {
		if got := codeNow(secret, time.Unix(unix, 0)); got.Reveal() != want {
			t.Errorf("codeNow at %d = %s, want %s", unix, got.Reveal(), want)
		}
	}
	if got := codeNow(account.NewSecret("018"), time.Now()); !got.Empty() {
		t.Errorf("codeNow of what is no secret = %s", got.Reveal())
	}
}
