// Gen collects the licences of Go and of the modules that r7import is built from.
// It writes them to licences.txt in the current folder.
package main

import (
	"bytes"
	"fmt"
	"maps"
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

// collect returns the licences of Go and of all modules, one after the other.
func collect() ([]byte, error) {
	folders := make(map[string]string) // keyed by a module's path and version
	for _, system := range []string{"linux", "windows", "darwin"} {
		const module = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}"
		list := exec.Command("go", "list", "-deps", "-f", module, "r7import/cmd/r7import")
		list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		var stderr bytes.Buffer
		list.Stderr = &stderr
		text, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w: %s", system, err, &stderr)
		}
		for line := range strings.Lines(string(text)) {
			if module, folder, found := strings.Cut(strings.TrimSpace(line), "\t"); found { // other lines are of the standard library or this module
				folders[module] = folder
			}
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = write(&out, "Go", strings.TrimSpace(string(root)))
	for _, module := range slices.Sorted(maps.Keys(folders)) {
		if err == nil {
			err = write(&out, module, folders[module])
		}
	}
	return out.Bytes(), err
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|unlicense)([-.].*)?$`)

// write appends the licence files in the folder of a module. A module without any is an
// error, because it may not be distributed.
func write(out *bytes.Buffer, title, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n%s\n\n", title, strings.Repeat("=", len(title)))
	found := false
	for _, entry := range entries {
		if entry.IsDir() || !licenceName.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return err
		}
		found = true
		text = bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\r\n"), []byte("\n"))
		fmt.Fprintf(out, "%s\n\n", text)
	}
	if !found {
		return fmt.Errorf("%s has no licence", title)
	}
	return nil
}
