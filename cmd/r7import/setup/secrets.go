package setup

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/cmd/r7import/vault"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/trust"
)

// Secret describes where a secret may come from.
type Secret struct {
	Flag     string // flag that gives Ref, for messages
	Ref      string // reference such as env:NAME, see config.Key.Secret; empty for none
	File     string // value of the flag with the suffix -file, "-" for standard input; empty for none
	Question string // asked on a terminal if Ref and File are empty; empty means do not ask
}

// Secret finds a secret. It returns an empty one if s has no reference, file or question.
func (p *Process) Secret(ctx context.Context, s Secret) (account.Secret, error) {
	place, name, _ := strings.Cut(s.Ref, ":")
	absent := diagnosis.New(diagnosis.SecretAbsent, "Name", s.Flag, "Ref", s.Ref)
	switch {
	case s.File != "":
		s.Flag += "-file"
		return p.secretFile(s)
	case place == config.InEnvironment && p.Env.Get(name) != "":
		return account.NewSecret(p.Env.Get(name)), nil
	case place == config.InFile:
		s.File = name
		return p.secretFile(s)
	case place == config.InCredentials && p.Env.Get("CREDENTIALS_DIRECTORY") != "":
		s.File = filepath.Join(p.Env.Get("CREDENTIALS_DIRECTORY"), name)
		return p.secretFile(s)
	case place == config.InKeyring:
		if kept := vault.Secret(name, patience(p.Console)); !kept.Empty() {
			return kept, nil
		}
		return account.Secret{}, absent
	case s.Ref != "":
		return account.Secret{}, absent
	case s.Question == "":
		return account.Secret{}, nil
	case !p.Console.Terminal():
		k, _ := config.Named(strings.TrimPrefix(s.Flag, "--"))
		return account.Secret{}, diagnosis.New(diagnosis.SecretMissing, "Name", p.Console.Text(s.Question), "Near", s.Flag, "Variable", k.Variable())
	}
	return p.Console.Secret(ctx, s.Question)
}

// secretFile reads a file that holds one secret on one line. It drops a trailing
// line end and a leading byte order mark; blanks are part of the secret.
func (p *Process) secretFile(s Secret) (account.Secret, error) {
	const longest = 64 << 10
	in := p.In
	if s.File == "-" {
		if err := p.takeStdin(s.Flag); err != nil {
			return account.Secret{}, err
		}
	} else {
		f, err := os.Open(s.File)
		if err != nil {
			return account.Secret{}, diagnosis.Wrap(err, diagnosis.SecretFileUnreadable, "Name", s.Flag, "File", s.File)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && trust.Readable(info) {
			p.Warn(*diagnosis.New(diagnosis.SecretFileOpen, "Name", s.Flag, "File", s.File))
		}
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, longest+1))
	if err != nil {
		return account.Secret{}, diagnosis.Wrap(err, diagnosis.SecretFileUnreadable, "Name", s.Flag, "File", s.File)
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if len(text) == 0 || len(text) > longest || !utf8.Valid(text) || bytes.ContainsFunc(text, unicode.IsControl) {
		return account.Secret{}, diagnosis.New(diagnosis.SecretFileForm, "Name", s.Flag, "File", s.File)
	}
	return account.NewSecret(string(text)), nil
}

const (
	// keyringPatience is the limit at a terminal: a locked keyring asks the person there.
	keyringPatience = time.Minute
	// keyringGlance is the limit for commands without a terminal.
	keyringGlance = 5 * time.Second
)

// Vault returns the vault for the token of a portal. If the user names a folder for the
// state, the vault does not use the keyring.
func (p *Process) Vault(t *config.Target, portalURL string) (vault.Vault, error) {
	state, err := p.stateFolder(t.State)
	if err != nil {
		return vault.Vault{}, err
	}
	folder, err := journal.Folder(state, portalURL)
	return vault.Vault{Portal: portalURL, Folder: folder, OnlyFile: t.State != "", Patience: patience(p.Console)}, err
}

// patience returns the time limit of the keyring.
func patience(console *ui.Console) time.Duration {
	if console.Terminal() {
		return keyringPatience
	}
	return keyringGlance
}

// keptToken returns the token stored for a portal, empty if there is none or it has expired.
func (p *Process) keptToken(t *config.Target) (account.Secret, error) {
	const soon = 30 * 24 * time.Hour // warn this long before the token expires
	_, address, err := p.stateOf(t)
	if err != nil {
		return account.Secret{}, err
	}
	vault, err := p.Vault(t, address)
	if err != nil {
		return account.Secret{}, err
	}
	kept, ok, err := vault.Get()
	if err != nil || !ok || kept.Expires.IsZero() {
		return kept.Token, err
	}
	p.Kept = &Kept{Expires: kept.Expires, vault: vault}
	code, left := diagnosis.TokenExpires, time.Until(kept.Expires)
	if left >= soon {
		return kept.Token, nil
	}
	if left <= 0 {
		code, kept.Token = diagnosis.TokenExpired, account.Secret{}
	}
	p.Kept.Warning = diagnosis.New(code, "User", kept.User, "Date", Date(kept.Expires), "Portal", vault.Portal)
	p.Warn(*p.Kept.Warning)
	return kept.Token, nil
}

// Kept is the expiry of the token that login has stored.
type Kept struct {
	Expires time.Time
	Warning *diagnosis.Problem // says that the expiry is near or past, nil while it is far

	vault vault.Vault
}

// Due reports whether to remind people of the expiry, at most once a week, and records that it did.
func (k *Kept) Due(now time.Time) bool { return k.Warning != nil && k.vault.Remind(now) }

// Date returns the local day of t as YYYY-MM-DD, and an empty string for the zero time.
func Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}
