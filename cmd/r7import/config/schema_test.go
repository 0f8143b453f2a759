package config_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"r7import/cmd/r7import/config"
	"r7import/importer/lang"
)

var update = flag.Bool("update", false, "rewrite the schema in samples")

// schema describes the configuration file by the table of keys.
func schema(t *testing.T) []byte {
	t.Helper()
	sentences, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	type object = map[string]any
	keys := object{}
	for _, k := range config.Keys {
		value := object{"type": []string{"string", "number"}}
		switch {
		case len(k.Choices) > 0:
			value = object{"enum": k.Choices}
		case k.Value == "":
			value = object{"type": "boolean"}
		case k.Value == "number":
			value = object{"type": "integer"}
		case k.Secret():
			value = object{"type": "string", "pattern": "^(env|file|keyring|credential):."}
		case k.Called():
			value = object{"type": "string", "pattern": "^(https?://|(env|file|keyring|credential):)."}
		}
		if k.List {
			value = object{"anyOf": []object{value, {"type": "array", "items": value}}}
		}
		value["description"] = sentences.Text("flag." + k.Name)
		keys[k.Name] = value
	}
	top := object{}
	for name, value := range keys {
		top[name] = value
	}
	top["jobs"] = object{
		"description":          "Jobs by their names; their settings go before those beside them.",
		"type":                 "object",
		"propertyNames":        object{"pattern": `^[\p{L}\p{Nd}_-]+$`},
		"additionalProperties": object{"type": []string{"object", "null"}, "additionalProperties": false, "properties": keys},
	}
	text, err := json.MarshalIndent(object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "r7import configuration file",
		"type": "object", "additionalProperties": false, "properties": top,
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// TestSchema: the schema in samples knows the keys that the program knows, and the
// sample of a configuration file is in order by both.
func TestSchema(t *testing.T) {
	path := filepath.Join("..", "..", "..", "samples", "config.schema.json")
	want := schema(t)
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the schema is not that of the keys (-update rewrites it): %v\n%s", err, cmp.Diff(string(want), string(got)))
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile(filepath.Join("..", "..", "..", "samples", "r7import.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, text string
		good       bool
	}{
		{"sample", string(sample), true},
		{"in the CronJob", inConfigMap(t), true},
		{"unknown key", "wokrers: 3", false},
		{"unknown key of a job", "jobs: {a: {wokrers: 3}}", false},
		{"secret itself", "token: abc", false},
		{"name of a job", "jobs: {a/b: {workers: 3}}", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := config.Parse("config.yaml", []byte(tc.text))
			if err == nil {
				err = f.Check()
			}
			if (err == nil) != tc.good {
				t.Errorf("the program says %v", err)
			}
			var value any
			if err := yaml.Unmarshal([]byte(tc.text), &value); err != nil {
				t.Fatal(err)
			}
			asJSON, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(instance); (err == nil) != tc.good {
				t.Errorf("the schema says %v", err)
			}
		})
	}
}

// inConfigMap returns the configuration file that stands in the sample for Kubernetes.
func inConfigMap(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "samples", "schedule", "r7import-cronjob.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n---\n")
	var configMap struct {
		Data map[string]string `yaml:"data"`
	}
	if err := yaml.Unmarshal([]byte(first), &configMap); err != nil {
		t.Fatal(err)
	}
	return configMap.Data["r7import.yaml"]
}
