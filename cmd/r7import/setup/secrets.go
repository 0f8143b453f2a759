package setup

import (
	"bytes"
	"context"
	"io"
	"os"
	"unicode"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/trust"
)

// Variables that hold a secret; they are no keys of the configuration.
const (
	TokenVariable      = "R7IMPORT_TOKEN"
	PasswordVariable   = "R7IMPORT_PASSWORD"
	WorkbookVariable   = "R7IMPORT_WORKBOOK_PASSWORD"
	PassphraseVariable = "R7IMPORT_PASSPHRASE"
)

// SecretVariables are all variables that hold a secret. They are unset as soon as
// they are read, so that no child inherits them.
var SecretVariables = []string{TokenVariable, PasswordVariable, WorkbookVariable, PassphraseVariable}

// Secret is where a secret may come from, the first that is there wins.
type Secret struct {
	Flag     string // that names the file, for messages
	File     string // "-" is standard input, empty is none
	Variable string // of the environment
	Question string // asked on a terminal, empty if it is not asked for
}

// Secret finds a secret. Without a file, a variable and a question it is empty.
func (p *Process) Secret(ctx context.Context, s Secret) (account.Secret, error) {
	switch {
	case s.File != "":
		return p.secretFile(s)
	case p.Env.Get(s.Variable) != "":
		return account.NewSecret(p.Env.Get(s.Variable)), nil
	case s.Question == "":
		return account.Secret{}, nil
	case !p.Console.Terminal():
		return account.Secret{}, diagnosis.New(diagnosis.SecretMissing, "Name", p.Console.Text(s.Question), "Near", s.Flag, "Variable", s.Variable)
	}
	return p.Console.Secret(ctx, s.Question)
}

// secretFile reads a file that holds one secret on one line. A line end behind
// it is not part of it, nor is the mark some editors put in front; blanks are.
func (p *Process) secretFile(s Secret) (account.Secret, error) {
	const longest = 64 << 10
	in, err := p.openSecret(s)
	if err != nil {
		return account.Secret{}, err
	}
	defer in.Close()
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

func (p *Process) openSecret(s Secret) (io.ReadCloser, error) {
	if s.File == "-" {
		if err := p.takeStdin(s.Flag); err != nil {
			return nil, err
		}
		return io.NopCloser(p.In), nil
	}
	f, err := os.Open(s.File)
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.SecretFileUnreadable, "Name", s.Flag, "File", s.File)
	}
	if info, err := f.Stat(); err == nil && trust.Readable(info) {
		p.Warn(*diagnosis.New(diagnosis.SecretFileOpen, "Name", s.Flag, "File", s.File))
	}
	return f, nil
}
