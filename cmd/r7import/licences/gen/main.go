// Gen collects the licences of the modules that r7import is built of, and of the
// language it is written in, in licences.txt of the folder it is run in.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const target = "licences.txt"

func main() {
	text, err := collect()
	if err == nil {
		err = os.WriteFile(target, text, 0o644)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// module is a module as go list tells of it.
type module struct {
	Path, Version, Dir string
	Main               bool
}

// collect returns the licences of all modules, one behind the other.
func collect() ([]byte, error) {
	all := make(map[string]module)
	for _, system := range []string{"linux", "windows", "darwin"} {
		modules, err := modulesFor(system)
		if err != nil {
			return nil, err
		}
		for _, m := range modules {
			all[m.Path] = m
		}
	}
	sorted := make([]module, 0, len(all)+1)
	for _, m := range all {
		sorted = append(sorted, m)
	}
	slices.SortFunc(sorted, func(a, b module) int { return cmp.Compare(a.Path, b.Path) })
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	sorted = append([]module{{Path: "Go", Dir: strings.TrimSpace(string(root))}}, sorted...)
	var out bytes.Buffer
	for _, m := range sorted {
		if err := m.write(&out); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// modulesFor returns the modules in the program for one system.
func modulesFor(system string) ([]module, error) {
	list := exec.Command("go", "list", "-deps", "-json=Module", "r7import/cmd/r7import")
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	list.Stderr = &stderr
	text, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list for %s: %w: %s", system, err, &stderr)
	}
	var modules []module
	for packages := json.NewDecoder(bytes.NewReader(text)); ; {
		var one struct{ Module *module }
		switch err := packages.Decode(&one); {
		case errors.Is(err, io.EOF):
			return modules, nil
		case err != nil:
			return nil, err
		}
		if one.Module != nil && !one.Module.Main {
			modules = append(modules, *one.Module)
		}
	}
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|unlicense)([-.].*)?$`)

// write appends the licence files of a module. One without any is an error: it may
// not be passed on.
func (m module) write(out *bytes.Buffer) error {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return err
	}
	title := strings.TrimSpace(m.Path + " " + m.Version)
	fmt.Fprintf(out, "%s\n%s\n\n", title, strings.Repeat("=", len(title)))
	found := false
	for _, entry := range entries {
		if entry.IsDir() || !licenceName.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, entry.Name()))
		if err != nil {
			return err
		}
		found = true
		text = bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\r\n"), []byte("\n"))
		fmt.Fprintf(out, "%s\n\n", text)
	}
	if !found {
		return fmt.Errorf("%s has no licence", m.Path)
	}
	return nil
}
