package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"
)

func itoa(n int) string { return strconv.Itoa(n) }

// exitCodeOf returns the exit code of a command that has ended, -1 if a signal killed it.
func exitCodeOf(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// noLeak searches what the last command wrote, and every file of the script, for
// secrets that were planted:
//
//	noleak in/secrets.txt
//
// The file lists them, one a line; the files in its folder may hold them.
func noLeak(ts *testscript.TestScript, _ bool, args []string) {
	secrets := strings.Fields(ts.ReadFile(args[0]))
	planted := filepath.Dir(ts.MkAbs(args[0]))
	for _, stream := range []string{"stdout", "stderr"} {
		for _, leak := range leaks([]byte(ts.ReadFile(stream)), secrets) {
			ts.Fatalf("%s shows %s", stream, leak)
		}
	}
	searched := 0
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || filepath.Dir(path) == planted {
			return err
		}
		text, err := os.ReadFile(path)
		for _, leak := range leaks(text, secrets) {
			ts.Fatalf("%s holds %s", path, leak)
		}
		searched++
		return err
	}))
	if searched == 0 || len(secrets) == 0 {
		ts.Fatalf("searched %d files for %d secrets", searched, len(secrets))
	}
}

// leaks returns which secrets are in data and in what form. Archives are searched inside.
func leaks(data []byte, secrets []string) (found []string) {
	for _, secret := range secrets {
		for form, text := range formsOf(secret) {
			if bytes.Contains(data, []byte(text)) {
				found = append(found, secret+" as "+form)
			}
		}
	}
	for _, inner := range unpack(data) {
		found = append(found, leaks(inner, secrets)...)
	}
	return found
}

// formsOf returns a secret in the forms that encoders give it.
func formsOf(secret string) map[string]string {
	forms := map[string]string{
		"plain text": secret,
		"hex":        hex.EncodeToString([]byte(secret)),
		"HEX":        strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"URL":        url.QueryEscape(secret),
		"UTF-16LE":   utf16Text(secret, 0, 1),
		"UTF-16BE":   utf16Text(secret, 1, 0),
	}
	if quoted, err := json.Marshal(secret); err == nil {
		forms["JSON"] = strings.Trim(string(quoted), `"`)
	}
	// In base64 a text looks different at each of three offsets; the characters
	// that its neighbours take part in are left out.
	for offset := range 3 {
		padded := append(make([]byte, offset), secret...)
		whole := base64.StdEncoding.EncodeToString(padded[:len(padded)/3*3])
		forms["base64+"+itoa(offset)] = whole[(offset*8+5)/6:]
		forms["base64url+"+itoa(offset)] = strings.NewReplacer("+", "-", "/", "_").Replace(forms["base64+"+itoa(offset)])
	}
	return forms
}

func utf16Text(text string, low, high int) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		pair := [2]byte{}
		pair[low], pair[high] = byte(unit), byte(unit>>8)
		b = append(b, pair[:]...)
	}
	return string(b)
}

// unpack returns the files in an archive, nothing for data that is none.
func unpack(data []byte) (inner [][]byte) {
	if archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
		for _, part := range archive.File {
			if in, err := part.Open(); err == nil {
				inner = append(inner, readAll(in))
			}
		}
	}
	if in, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		inner = append(inner, readAll(in))
	}
	return inner
}

func readAll(in io.Reader) []byte {
	text, _ := io.ReadAll(in) // what can be read is searched
	return text
}

func TestLeaksAreFound(t *testing.T) {
	const secret = "Kanarienvogel-7391"
	var zipped, gzipped bytes.Buffer
	archive := zip.NewWriter(&zipped)
	part, _ := archive.Create("x")
	_, _ = part.Write([]byte(secret))
	_ = archive.Close()
	packer := gzip.NewWriter(&gzipped)
	_, _ = packer.Write([]byte(secret))
	_ = packer.Close()
	for name, data := range map[string]string{
		"plain":    "a" + secret + "b",
		"hex":      hex.EncodeToString([]byte("x" + secret)),
		"base64":   base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64+1": base64.StdEncoding.EncodeToString([]byte("x" + secret + "yz")),
		"base64+2": base64.URLEncoding.EncodeToString([]byte("user:password" + secret)),
		"UTF-16":   utf16Text(secret, 0, 1),
		"zip":      zipped.String(),
		"gzip":     gzipped.String(),
	} {
		if len(leaks([]byte(data), []string{secret})) == 0 {
			t.Errorf("leaks does not find the secret as %s", name)
		}
	}
	if found := leaks([]byte("nothing to see"), []string{secret}); len(found) > 0 {
		t.Errorf("leaks found %v in a text without the secret", found)
	}
}
