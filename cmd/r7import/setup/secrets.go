package setup

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/vault"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/trust"
)

// Secret is where a secret may come from.
type Secret struct {
	Flag     string // whose value Ref is, for messages
	Ref      string // such as env:NAME, see config.Key.Secret; empty is none
	File     string // what the flag with -file behind it names, "-" is standard input; empty is none
	Question string // asked on a terminal if there is neither, empty if it is not asked for
}

// Secret finds a secret. Without a place and a question it is empty.
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

// secretFile reads a file that holds one secret on one line. A line end behind
// it is not part of it, nor is the mark some editors put in front; blanks are.
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
