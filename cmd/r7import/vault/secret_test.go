package vault_test

import (
	"testing"
	"time"
	"unicode/utf16"

	"github.com/zalando/go-keyring"

	"r7import/cmd/r7import/vault"
)

func TestSecretsInTheKeyring(t *testing.T) {
	byCmdkey := func(text string) (stored string) {
		for _, unit := range utf16.Encode([]rune(text)) {
			stored += string([]byte{byte(unit), byte(unit >> 8)})
		}
		return stored
	}
	for _, tc := range []struct{ name, stored, want string }{
		{"plain", "secret-1", "secret-1"},
		{"cyrillic", "пароль", "пароль"},
		{"by cmdkey", byCmdkey("secret-1"), "secret-1"},
		{"cyrillic by cmdkey", byCmdkey("пароль"), "пароль"},
		{"nothing", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			keyring.MockInit()
			if err := keyring.Set("r7import", "nightly", tc.stored); err != nil {
				t.Fatal(err)
			}
			if got := vault.Secret("nightly", time.Second); got.Reveal() != tc.want {
				t.Errorf("Secret of %q is not what was kept", tc.stored)
			}
			if got := vault.Secret("weekly", time.Second); !got.Empty() {
				t.Error("Secret of a name that is not there is not empty")
			}
		})
	}
}

func TestRemind(t *testing.T) {
	v := vault.Vault{Folder: t.TempDir()}
	now := time.Now()
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {time.Hour, false}, {6 * 24 * time.Hour, false}, {8 * 24 * time.Hour, true}} {
		if got := v.Remind(now.Add(step.after)); got != step.want {
			t.Errorf("Remind after %v = %v, want %v", step.after, got, step.want)
		}
	}
}
