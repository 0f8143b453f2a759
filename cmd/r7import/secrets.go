package main

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

// Variables that are no keys of the configuration.
const (
	configVariable     = "R7IMPORT_CONFIG"
	tokenVariable      = "R7IMPORT_TOKEN"
	passwordVariable   = "R7IMPORT_PASSWORD"
	workbookVariable   = "R7IMPORT_WORKBOOK_PASSWORD"
	passphraseVariable = "R7IMPORT_PASSPHRASE"
)

// secretVariables are unset as soon as they are read, so that no child inherits them.
var secretVariables = []string{tokenVariable, passwordVariable, workbookVariable, passphraseVariable}

// secret is where a secret may come from, the first that is there wins.
type secret struct {
	flag     string // that names the file, for messages
	file     string // "-" is standard input, empty is none
	variable string // of the environment
	question string // asked on a terminal, empty if it is not asked for
}

// secret finds a secret. Without a file, a variable and a question it is empty.
func (p *program) secret(ctx context.Context, s secret) (account.Secret, error) {
	switch {
	case s.file != "":
		return p.secretFile(s)
	case p.env.Get(s.variable) != "":
		return account.NewSecret(p.env.Get(s.variable)), nil
	case s.question == "":
		return account.Secret{}, nil
	case !p.console.Terminal():
		return account.Secret{}, diagnosis.New(diagnosis.SecretMissing, "Name", p.console.Text(s.question), "Near", s.flag, "Variable", s.variable)
	}
	return p.console.Secret(ctx, s.question)
}

// secretFile reads a file that holds one secret on one line. A line end behind
// it is not part of it, nor is the mark some editors put in front; blanks are.
func (p *program) secretFile(s secret) (account.Secret, error) {
	const longest = 64 << 10
	in, err := p.openSecret(s)
	if err != nil {
		return account.Secret{}, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, longest+1))
	if err != nil {
		return account.Secret{}, diagnosis.Wrap(err, diagnosis.SecretFileUnreadable, "Name", s.flag, "File", s.file)
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if len(text) == 0 || len(text) > longest || !utf8.Valid(text) || bytes.ContainsFunc(text, unicode.IsControl) {
		return account.Secret{}, diagnosis.New(diagnosis.SecretFileForm, "Name", s.flag, "File", s.file)
	}
	return account.NewSecret(string(text)), nil
}

func (p *program) openSecret(s secret) (io.ReadCloser, error) {
	if s.file == "-" {
		if err := p.takeStdin(s.flag); err != nil {
			return nil, err
		}
		return io.NopCloser(p.in), nil
	}
	f, err := os.Open(s.file)
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.SecretFileUnreadable, "Name", s.flag, "File", s.file)
	}
	if info, err := f.Stat(); err == nil && trust.Readable(info) {
		p.warn(*diagnosis.New(diagnosis.SecretFileOpen, "Name", s.flag, "File", s.file))
	}
	return f, nil
}

// takeStdin reserves standard input, which can be read once.
func (p *program) takeStdin(name string) error {
	if p.stdinTaken != "" {
		return diagnosis.New(diagnosis.StdinTwice, "First", p.stdinTaken, "Second", name)
	}
	p.stdinTaken = name
	return nil
}
