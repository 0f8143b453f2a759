package config

import (
	"net/url"
	"slices"
	"strings"

	"r7import/importer/diagnosis"
)

// The places a secret may be in, as written before the colon.
const (
	InEnvironment = "env"        // a variable
	InFile        = "file"       // a file that holds only the secret
	InKeyring     = "keyring"    // the keyring of the system
	InCredentials = "credential" // the folder systemd names in $CREDENTIALS_DIRECTORY
)

// Secret reports whether the key's value is a reference to a secret, such as env:NAME
// or file:PATH. The key's own variable holds the secret itself.
func (k *Key) Secret() bool { return k.Value == "ref" }

func secret(name string, group Group, at func(*Settings) *string) *Key {
	return key(name, group, "ref", at, func(text string) (string, *diagnosis.Problem) {
		return parseRef(text, diagnosis.SecretBare, "Variable", variableOf(name))
	}, plain)
}

// parseRef checks a reference to a secret. Any other text may be the secret itself and is refused with code.
func parseRef(text string, code diagnosis.Code, facts ...any) (string, *diagnosis.Problem) {
	place, name, _ := strings.Cut(text, ":")
	if name == "" || !slices.Contains([]string{InEnvironment, InFile, InKeyring, InCredentials}, place) ||
		place == InCredentials && strings.ContainsAny(name, `/\`) {
		return "", diagnosis.New(code, facts...)
	}
	return text, nil
}

// Called reports whether the key's value is an address to call or a reference to one. The
// address may be kept like a secret, because often it alone gives the right to write there.
func (k *Key) Called() bool { return k.Value == "call" }

// called makes the key of an address to call. Of an address given directly, Show returns only scheme and host.
func called(name string, at func(*Settings) *string) *Key {
	parse := func(text string) (string, *diagnosis.Problem) {
		if !IsAddress(text) {
			return parseRef(text, diagnosis.ValueNotCalled)
		}
		if u, err := url.Parse(text); err != nil || u.Host == "" || u.User != nil {
			return "", diagnosis.New(diagnosis.ValueNotCalled)
		}
		return text, nil
	}
	return key(name, Alone, "call", at, parse, func(text string) string {
		if !IsAddress(text) {
			return text
		}
		u, _ := url.Parse(text) // cannot fail: the same text was parsed when it was set
		return u.Scheme + "://" + u.Host + "/[secret]"
	})
}

// IsAddress reports whether a value is an address rather than a reference to one.
func IsAddress(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
}

// SecretVariables returns the names of the environment variables that may hold a secret.
func SecretVariables() []string {
	var all []string
	for _, k := range Keys {
		if k.Secret() || k.Called() {
			all = append(all, k.Variable())
		}
	}
	return all
}

// SecretFiles returns the paths of the secret files that the settings name. Some may be empty.
func SecretFiles(s *Settings) []string {
	files := []string{s.TokenFile, s.PasswordFile, s.TOTPSecretFile, s.WorkbookPasswordFile}
	for _, k := range Keys {
		if path, is := strings.CutPrefix(k.Show(s), InFile+":"); is && (k.Secret() || k.Called()) {
			files = append(files, path)
		}
	}
	return files
}
