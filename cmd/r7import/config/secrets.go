package config

import (
	"net/url"
	"slices"
	"strings"

	"r7import/importer/diagnosis"
)

// The places a secret may be in, as they are said before the colon.
const (
	InEnvironment = "env"        // a variable
	InFile        = "file"       // a file that holds it alone
	InKeyring     = "keyring"    // the keyring of the system
	InCredentials = "credential" // the folder systemd names in $CREDENTIALS_DIRECTORY
)

// Secret reports whether the value says where a secret is, such as env:NAME or
// file:PATH. The key's own variable holds the secret itself.
func (k *Key) Secret() bool { return k.Value == "ref" }

func secret(name string, group Group, at func(*Settings) *string) *Key {
	k := key(name, group, "ref", at, nil, plain)
	k.set = func(s *Settings, text string) *diagnosis.Problem {
		ref, problem := parseRef(text)
		if problem != nil {
			problem.Args = diagnosis.Args{"Variable": k.Variable()}
			return problem
		}
		*at(s) = ref
		return nil
	}
	return k
}

// parseRef reads where a secret is. A text that may be the secret itself is refused.
func parseRef(text string) (string, *diagnosis.Problem) {
	place, name, _ := strings.Cut(text, ":")
	if name == "" || !slices.Contains([]string{InEnvironment, InFile, InKeyring, InCredentials}, place) ||
		place == InCredentials && strings.ContainsAny(name, `/\`) {
		return "", diagnosis.New(diagnosis.SecretBare)
	}
	return text, nil
}

// Called reports whether the value is an address to call, or says where it is as
// that of a secret does: whoever knows the address may often write there.
func (k *Key) Called() bool { return k.Value == "call" }

func called(name string, at func(*Settings) *string) *Key {
	return key(name, Alone, "call", at, parseCalled, hideAddress)
}

func parseCalled(text string) (string, *diagnosis.Problem) {
	if !IsAddress(text) {
		ref, problem := parseRef(text)
		if problem != nil {
			problem = diagnosis.New(diagnosis.ValueNotCalled)
		}
		return ref, problem
	}
	if u, err := url.Parse(text); err != nil || u.Host == "" || u.User != nil {
		return "", diagnosis.New(diagnosis.ValueNotCalled)
	}
	return text, nil
}

// IsAddress reports whether a value is an address itself and not where one is.
func IsAddress(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
}

// hideAddress shows of an address the host alone.
func hideAddress(text string) string {
	if !IsAddress(text) {
		return text
	}
	u, _ := url.Parse(text) // which has been parsed before
	return u.Scheme + "://" + u.Host + "/[secret]"
}

// SecretVariables are the variables that hold a secret.
func SecretVariables() []string {
	var all []string
	for _, k := range Keys {
		if k.Secret() || k.Called() {
			all = append(all, k.Variable())
		}
	}
	return all
}

// SecretFiles are the files in which secrets are that these settings name.
func SecretFiles(s *Settings) []string {
	files := []string{s.TokenFile, s.PasswordFile, s.TOTPSecretFile, s.WorkbookPasswordFile}
	for _, k := range Keys {
		if path, is := strings.CutPrefix(k.Show(s), InFile+":"); is && (k.Secret() || k.Called()) {
			files = append(files, path)
		}
	}
	return files
}
