package container

import (
	"strings"
	"testing"
)

// However the count is written, it is bounded.
func TestSpinCountIsBounded(t *testing.T) {
	const header = "\x04\x00\x04\x00\x40\x00\x00\x00"
	for text, refused := range map[string]bool{
		`<encryption><keyEncryptors><p:encryptedKey spinCount="100000"/></keyEncryptors></encryption>`: false,
		`<encryption><p:encryptedKey spinCount="2000000000"/></encryption>`:                            true,
		`<encryption><p:encryptedKey spinCount='2000000000'/></encryption>`:                            true,
		`<encryption><p:encryptedKey spinCount = "&#50;000000000"/></encryption>`:                      true,
		`<encryption><p:encryptedKey spinCount="-"/></encryption>`:                                     true,
		`<encryption>` + strings.Repeat("<a/>", 10):                                                    false,
	} {
		if err := checkSpin([]byte(header + text)); (err != nil) != refused {
			t.Errorf("checkSpin(%s) = %v, want refused %v", text, err, refused)
		}
	}
}
