package config

import (
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

// SecretVariables are the variables that hold a secret.
func SecretVariables() []string {
	var all []string
	for _, k := range Keys {
		if k.Secret() {
			all = append(all, k.Variable())
		}
	}
	return all
}

// SecretFiles are the files in which secrets are that these settings name.
func SecretFiles(s *Settings) []string {
	files := []string{s.TokenFile, s.PasswordFile, s.TOTPSecretFile, s.WorkbookPasswordFile}
	for _, k := range Keys {
		if path, is := strings.CutPrefix(k.Show(s), InFile+":"); is && k.Secret() {
			files = append(files, path)
		}
	}
	return files
}
