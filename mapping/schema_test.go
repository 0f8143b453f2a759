package mapping_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"r7import/mapping"
)

// TestSchemaAgreesWithTheReader holds the schema that editors use against what
// the program takes and refuses.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../samples/mapping.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"staff":              staffMapping,
		"version only":       "version: 1\n",
		"no version":         "columns: {}\n",
		"later version":      "version: 2\n",
		"unknown key":        "version: 1\ncolum: {}\n",
		"unknown field":      "version: 1\ncolumns: {mail: x}\n",
		"list as a header":   "version: 1\ncolumns: {email: [x]}\n",
		"column by letters":  "version: 1\ncolumns: {email: {column: F}, name: {column: 6}}\n",
		"column by index":    "version: 1\ncolumns: {email: {index: F}}\n",
		"ignore one":         "version: 1\nignore: Отдел\n",
		"column by a sign":   "version: 1\ncolumns: {email: {column: '?'}}\n",
		"column by zero":     "version: 1\ncolumns: {email: {column: 0}}\n",
		"no column":          "version: 1\ncolumns: {email: {column: }}\n",
		"ignore by letters":  "version: 1\nignore: [Отдел, {column: F}, {column: 7}]\n",
		"ignore one column":  "version: 1\nignore: {column: aa}\n",
		"ignore many keys":   "version: 1\nignore: [{column: F, header: x}]\n",
		"ignore keys":        "version: 1\nignore: {a: b}\n",
		"default":            "version: 1\ndefaults: {port: 993, imap: true, name: Почта}\n",
		"secret default":     "version: 1\ndefaults: {password: x}\n",
		"empty default":      "version: 1\ndefaults: {name: ''}\n",
		"secret words":       "version: 1\nwords: {password: {a: b}}\n",
		"words":              "version: 1\nwords: {imap: {старый: POP3}}\n",
		"presets":            "version: 1\npresets: {use: yandex360, domains: {example.org: exchange=mail.example.org}, automatic: false, off: [gmail]}\n",
		"own preset":         "version: 1\npresets: {own: [{name: corp, domains: [example.org], login: local, notes: own-login, incoming: [{host: a.example.org, port: 993, encryption: ssl}], outgoing: [{host: b.example.org, port: 465, encryption: ssl}]}]}\n",
		"own without a way":  "version: 1\npresets: {own: [{name: corp, incoming: [], outgoing: [{host: b.example.org, port: 465, encryption: ssl}]}]}\n",
		"own without a name": "version: 1\npresets: {own: [{incoming: [{port: 993, encryption: ssl}], outgoing: [{port: 465, encryption: ssl}]}]}\n",
		"unknown of presets": "version: 1\npresets: {used: yandex360}\n",
		"switch as a word":   "version: 1\npresets: {automatic: maybe}\n",
	}
	files, _ := filepath.Glob("testdata/*.yaml")
	samples, _ := filepath.Glob("../samples/mapping-*.yaml")
	files = append(files, samples...)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(text)
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			var value any
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				t.Fatal(err)
			}
			bySchema := schema.Validate(value)
			_, byReader := mapping.ParseFile("m.yaml", []byte(text))
			if (bySchema == nil) != (byReader == nil) {
				t.Errorf("the schema says %v, ParseFile says %v", bySchema, byReader)
			}
		})
	}
}

// TestSamplePresets reads the sample of an organisation's own presets, whose form
// is that of the list in a mapping file.
func TestSamplePresets(t *testing.T) {
	text, err := os.ReadFile("../samples/presets.yaml")
	if err != nil {
		t.Fatal(err)
	}
	presets, err := mapping.ParsePresets("presets.yaml", text)
	if err != nil || len(presets) != 2 {
		t.Fatalf("ParsePresets: %d presets, %v; want 2", len(presets), err)
	}
	var value map[string]any
	if err := yaml.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	value["presets"] = map[string]any{"own": value["presets"]}
	schema, err := jsonschema.NewCompiler().Compile("../samples/mapping.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("the schema says %v", err)
	}
	got, _ := rows(t, "Почта;Пароль;Порт\nivan@почта.рф;x;\nanna@branch.example.org;x;143\nanna@branch.example.org;x;995\n",
		mapping.Options{Presets: presets, File: parse(t, "version: 1\npresets: {domains: {branch.example.org: branch}}\n")})
	var ways []string
	for i := range got {
		s := &got[i].Settings
		ways = append(ways, fmt.Sprintf("%s %s IMAP %v, %s %s", s.Incoming.Login, way(&s.Incoming), s.IMAP, s.Outgoing.Login, way(&s.Outgoing)))
	}
	if diff := cmp.Diff([]string{
		"ivan imap.example.org 993 ssl IMAP true, ivan smtp.example.org 465 ssl",
		"anna@branch.example.org mail.branch.example.org 143 starttls IMAP true, anna@branch.example.org mail.branch.example.org 587 starttls",
		"anna@branch.example.org mail.branch.example.org 995 ssl IMAP false, anna@branch.example.org mail.branch.example.org 587 starttls",
	}, ways); diff != "" {
		t.Errorf("rows: want - got +\n%s", diff)
	}
}
