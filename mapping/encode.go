package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"r7import/importer/account"
)

// Encode writes a mapping file that [ParseFile] reads back. Comments stand above
// the sections they are given for, by key ("columns", "presets"), and that
// for "version" above everything.
func (f *FileMapping) Encode(comments map[string]string) []byte {
	w := yamlWriter{comments: comments}
	w.comment("version")
	fmt.Fprintln(&w.text, "version: 1")
	if len(f.Columns) > 0 {
		w.section("columns")
		for _, field := range slices.Sorted(maps.Keys(f.Columns)) {
			name := f.Columns[field]
			if name.Label != "" {
				fmt.Fprintf(&w.text, "  %s: {column: %s}\n", field, quote(name.Label))
				continue
			}
			w.pair("  ", field.String(), name.Header)
		}
	}
	w.ignore(f)
	w.fields("defaults", f.Defaults)
	w.fields("templates", templateTexts(f.Templates))
	if len(f.Words) > 0 {
		w.section("words")
		for _, field := range slices.Sorted(maps.Keys(f.Words)) {
			fmt.Fprintf(&w.text, "  %s:\n", field)
			w.pairs("    ", f.Words[field])
		}
	}
	w.presets(&f.Presets)
	return w.text.Bytes()
}

func templateTexts(templates map[account.Field]*Template) map[account.Field]string {
	texts := make(map[account.Field]string, len(templates))
	for f, t := range templates {
		texts[f] = t.String()
	}
	return texts
}

// yamlWriter writes the few forms that a mapping file has. The encoder of the YAML
// library leaves out quotes that its own parser wants.
type yamlWriter struct {
	text     bytes.Buffer
	comments map[string]string
}

func (w *yamlWriter) comment(key string) {
	for line := range strings.Lines(w.comments[key]) {
		fmt.Fprintf(&w.text, "# %s\n", strings.TrimSpace(line))
	}
}

func (w *yamlWriter) section(key string) {
	w.comment(key)
	fmt.Fprintf(&w.text, "%s:\n", key)
}

func (w *yamlWriter) pair(indent, key, value string) {
	fmt.Fprintf(&w.text, "%s%s: %s\n", indent, quote(key), quote(value))
}

func (w *yamlWriter) pairs(indent string, values map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		w.pair(indent, key, values[key])
	}
}

func (w *yamlWriter) list(indent, key string, values []string) {
	if len(values) == 0 {
		return
	}
	w.comment(key)
	fmt.Fprintf(&w.text, "%s%s:\n", indent, key)
	for _, v := range values {
		fmt.Fprintf(&w.text, "%s  - %s\n", indent, quote(v))
	}
}

func (w *yamlWriter) ignore(f *FileMapping) {
	if len(f.Ignore) == 0 && len(f.IgnoreColumns) == 0 {
		return
	}
	w.section("ignore")
	for _, header := range f.Ignore {
		fmt.Fprintf(&w.text, "  - %s\n", quote(header))
	}
	for _, label := range f.IgnoreColumns {
		fmt.Fprintf(&w.text, "  - {column: %s}\n", quote(label))
	}
}

func (w *yamlWriter) fields(key string, values map[account.Field]string) {
	if len(values) == 0 {
		return
	}
	w.section(key)
	for _, f := range slices.Sorted(maps.Keys(values)) {
		w.pair("  ", f.String(), values[f])
	}
}

func (w *yamlWriter) presets(p *FilePresets) {
	if p.Use == "" && len(p.Domains) == 0 && len(p.Own) == 0 && len(p.Off) == 0 && !p.AllOff {
		return
	}
	w.section("presets")
	if p.Use != "" {
		w.pair("  ", "use", p.Use)
	}
	if len(p.Domains) > 0 {
		fmt.Fprintln(&w.text, "  domains:")
		w.pairs("    ", p.Domains)
	}
	if len(p.Own) > 0 {
		fmt.Fprintln(&w.text, "  own:")
		for _, own := range p.Own {
			w.preset(own)
		}
	}
	if p.AllOff {
		fmt.Fprintln(&w.text, "  automatic: false")
	}
	w.list("  ", "off", p.Off)
}

// preset writes one preset of a list.
func (w *yamlWriter) preset(p *Preset) {
	fmt.Fprintf(&w.text, "    - name: %s\n", quote(p.Name))
	if p.Title != p.Name {
		w.pair("      ", "title", p.Title)
	}
	w.list("      ", "domains", p.Domains)
	w.list("      ", "mx", p.MX)
	w.endpoints("incoming", p.Incoming)
	w.endpoints("outgoing", p.Outgoing)
	if p.Login != LoginAddress {
		w.pair("      ", "login", string(p.Login))
	}
	if len(p.Notes) > 0 {
		fmt.Fprintln(&w.text, "      notes:")
		for _, note := range p.Notes {
			fmt.Fprintf(&w.text, "        - %s\n", note)
		}
	}
	if p.Help != "" {
		w.pair("      ", "help", p.Help)
	}
}

func (w *yamlWriter) endpoints(key string, ways []Endpoint) {
	fmt.Fprintf(&w.text, "      %s:\n", key)
	for _, e := range ways {
		parts := []string{"port: " + strconv.Itoa(e.Port), "encryption: " + e.Encryption.String()}
		if e.Host != "" {
			parts = slices.Insert(parts, 0, "host: "+quote(e.Host))
		}
		if e.POP3 {
			parts = append(parts, "protocol: pop3")
		}
		fmt.Fprintf(&w.text, "        - {%s}\n", strings.Join(parts, ", "))
	}
}

// plain are texts that mean themselves without quotes to every reader of YAML.
var plain = regexp.MustCompile(`^\pL[\pL\pN._@/=-]*( [\pL\pN._@/=-]+)*$`)

// reserved are words that mean something else to one version of YAML or another.
var reserved = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

func quote(text string) string {
	if plain.MatchString(text) && !slices.Contains(reserved, strings.ToLower(text)) {
		return text
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		text, _ := json.Marshal(text) // a string of JSON is one of YAML
		return string(text)
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
