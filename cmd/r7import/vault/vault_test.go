package vault_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"r7import/cmd/r7import/vault"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

func kept(token string) vault.Kept {
	return vault.Kept{Token: account.NewSecret(token), User: "anna@example.org", Expires: time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC)}
}

// same checks what the vault gives; an empty token is none.
func same(t *testing.T, v vault.Vault, token string) {
	t.Helper()
	got, ok, err := v.Get()
	if err != nil || ok != (token != "") || got.Token.Reveal() != token {
		t.Errorf("Get = %q, %v, %v, want %q", got.Token.Reveal(), ok, err, token)
	}
	if want := kept(token); ok && (got.User != want.User || !got.Expires.Equal(want.Expires)) {
		t.Errorf("Get = %+v, want %+v", got, want)
	}
}

func TestKeyring(t *testing.T) {
	keyring.MockInit()
	folder := t.TempDir()
	v := vault.Vault{Portal: "https://portal.example.org", Folder: folder, Patience: time.Second}
	same(t, v, "")
	for _, token := range []string{"first", "second"} {
		if file, err := v.Put(kept(token)); file != "" || err != nil {
			t.Fatalf("Put = %q, %v, want it in the keyring", file, err)
		}
		same(t, v, token)
	}
	other := v
	other.Portal = "https://other.example.org"
	same(t, other, "")
	if files, _ := os.ReadDir(folder); len(files) != 0 {
		t.Errorf("beside the keyring there are %v", files)
	}
	for range 2 { // a second time there is nothing to forget
		if err := v.Forget(); err != nil {
			t.Errorf("Forget = %v", err)
		}
		same(t, v, "")
	}
}

func TestFileWhereThereIsNoKeyring(t *testing.T) {
	keyring.MockInitWithError(errors.New("no such service"))
	folder := filepath.Join(t.TempDir(), "state", "portal")
	v := vault.Vault{Portal: "https://portal.example.org", Folder: folder, Patience: time.Second}
	file, err := v.Put(kept("first"))
	if err != nil || file != filepath.Join(folder, "token") {
		t.Fatalf("Put = %q, %v", file, err)
	}
	same(t, v, "first")
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	keyring.MockInit() // by now there is one
	same(t, v, "first")
	if file, err := v.Put(kept("second")); file != "" || err != nil {
		t.Fatalf("Put = %q, %v, want it in the keyring", file, err)
	}
	same(t, v, "second")
	if files, _ := os.ReadDir(folder); len(files) != 0 {
		t.Errorf("the old file is still there: %v", files)
	}
}

func TestOnlyFile(t *testing.T) {
	keyring.MockInit()
	v := vault.Vault{Portal: "https://portal.example.org", Folder: t.TempDir(), OnlyFile: true}
	if file, err := v.Put(kept("first")); file == "" || err != nil {
		t.Errorf("Put = %q, %v, want a file", file, err)
	}
	if _, err := keyring.Get("r7import", v.Portal); err == nil {
		t.Error("it is in the keyring too")
	}
	same(t, v, "first")
	if err := v.Forget(); err != nil {
		t.Error(err)
	}
	same(t, v, "")
}

func TestDamagedFiles(t *testing.T) {
	v := vault.Vault{Portal: "https://portal.example.org", Folder: t.TempDir(), OnlyFile: true}
	path := filepath.Join(v.Folder, "token")
	for _, text := range []string{"", "x", "{}", "null", `{"token":5}`, `{"token":""}`, strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		same(t, v, "")
	}
	if _, err := v.Put(kept("first")); err != nil {
		t.Error(err)
	}
	same(t, v, "first")
}

func TestLinkIsNotFollowed(t *testing.T) {
	v := vault.Vault{Portal: "https://portal.example.org", Folder: t.TempDir(), OnlyFile: true}
	target := filepath.Join(t.TempDir(), "target")
	text, _ := json.Marshal(map[string]string{"token": "planted"})
	if err := os.WriteFile(target, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(v.Folder, "token")); err != nil {
		t.Skip(err)
	}
	var problem *diagnosis.Problem
	if _, _, err := v.Get(); !errors.As(err, &problem) || problem.Code != diagnosis.TokenUnreadable {
		t.Errorf("Get through a link = %v, want %s", err, diagnosis.TokenUnreadable)
	}
	if _, err := v.Put(kept("first")); err != nil {
		t.Error(err)
	}
	if after, _ := os.ReadFile(target); string(after) != string(text) {
		t.Errorf("the target is now %s", after)
	}
	same(t, v, "first")
}

func TestNothingShowsTheToken(t *testing.T) {
	k := kept("Kanarienvogel")
	text, _ := json.Marshal(k)
	if strings.Contains(string(text), "Kanarienvogel") {
		t.Errorf("a kept token is encoded as %s", text)
	}
}

func TestTokensOfBothSchemesAreKeptApart(t *testing.T) {
	v := vault.Vault{Portal: "https://portal.example.org", Folder: t.TempDir(), OnlyFile: true}
	open := v
	open.Portal = "http://portal.example.org"
	if _, err := v.Put(kept("first")); err != nil {
		t.Fatal(err)
	}
	same(t, open, "")
	if _, err := open.Put(kept("second")); err != nil {
		t.Fatal(err)
	}
	same(t, v, "first")
	same(t, open, "second")
	if err := open.Forget(); err != nil {
		t.Fatal(err)
	}
	same(t, v, "first")
}

func TestStateKeysInTheKeyring(t *testing.T) {
	keyring.MockInit()
	keys := vault.Keys{Patience: time.Second}
	if got := keys.Key("name"); got != nil {
		t.Errorf("Key of nothing = %x", got)
	}
	want := []byte{0, 1, 2, 255}
	if !keys.Keep("name", want) || string(keys.Key("name")) != string(want) {
		t.Errorf("Key after Keep = %x, want %x", keys.Key("name"), want)
	}
	keyring.MockInitWithError(errors.New("locked"))
	if keys.Keep("name", want) || keys.Key("name") != nil {
		t.Error("a keyring that fails keeps keys")
	}
}
