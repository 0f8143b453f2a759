package ui

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"r7import/importer/account"
)

// Confirm asks a question of the catalogue and reports whether the answer was
// yes, in either language. It asks again after an answer that is neither yes nor no.
// The end of the input means no. It returns the cause of ctx if that ends first.
func (c *Console) Confirm(ctx context.Context, id string, facts ...any) (bool, error) {
	question := Hang(program, Clean(c.Text(id, facts...))+" "+c.Text("ui.yes_no"), indent, c.Width()) + " "
	for {
		answer, err := c.answer(ctx, question)
		switch answer = strings.ToLower(answer); {
		case slices.Contains([]string{"y", "yes", "д", "да"}, answer):
			return true, nil
		case slices.Contains([]string{"n", "no", "н", "нет"}, answer), err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		}
		c.write(program + c.Text("ui.answer") + "\n")
	}
}

// Ask asks for a line of text and returns it without the blanks around it. It
// returns the cause of ctx if that ends first.
func (c *Console) Ask(ctx context.Context, id string, facts ...any) (string, error) {
	answer, err := c.answer(ctx, program+Clean(c.Text(id, facts...))+": ")
	if err == io.EOF {
		err = nil
	}
	return answer, err
}

// answer asks a question and reads one line. It reads no further, because the next line is
// the answer to another question. If the input ends within the line, the error is io.EOF.
func (c *Console) answer(ctx context.Context, question string) (string, error) {
	c.write(question)
	text, err := Await(ctx, func() (string, error) {
		var line []byte
		one := make([]byte, 1)
		for {
			n, err := c.In.Read(one)
			switch {
			case n > 0 && one[0] == '\n':
				return string(line), nil
			case n > 0:
				line = append(line, one[0])
			case err != nil:
				return string(line), err
			}
		}
	})
	if err != nil && err != io.EOF {
		c.write("\n")
	}
	return strings.TrimSpace(text), err
}

// Secret asks for a secret and does not echo it. It must only be called if
// [Console.Terminal] is true. It returns the cause of ctx if that ends first.
func (c *Console) Secret(ctx context.Context, id string, facts ...any) (account.Secret, error) {
	terminal := int(c.In.(*os.File).Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return account.Secret{}, err
	}
	c.write(program + Clean(c.Text(id, facts...)) + ": ")
	typed, err := Await(ctx, func() ([]byte, error) { return term.ReadPassword(terminal) })
	c.write("\n") // the typed line end was not echoed
	if err != nil {
		_ = term.Restore(terminal, before) // a read that still waits has switched the echo off
		return account.Secret{}, err
	}
	return account.NewSecret(string(typed)), nil
}

// Await returns the result of read, or the cause of ctx if that ends first. A read from a
// terminal cannot be stopped, so Await then leaves read running; the program is about to
// end.
func Await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	got := make(chan answer, 1)
	go func() {
		value, err := read()
		got <- answer{value, err}
	}()
	select {
	case a := <-got:
		return a.value, a.err
	case <-ctx.Done():
		var nothing T
		return nothing, context.Cause(ctx)
	}
}
