package portalsim_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"r7import/importer/portalsim"
)

const (
	samplePath = "../../samples/portalsim-scenario.yaml"
	schemaPath = "../../samples/portalsim-scenario.schema.json"
)

func TestSampleScenario(t *testing.T) {
	text, err := os.ReadFile(samplePath)
	if err != nil {
		t.Fatal(err)
	}
	o, err := portalsim.ReadScenario(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("the sample is refused: %v", err)
	}
	if o.Latency != 200*time.Millisecond || len(o.Faults) != 3 || o.Faults[0].Do != portalsim.Reset || o.Restarts[0].For != 20*time.Second {
		t.Errorf("options = %+v", o)
	}
	schema, err := jsonschema.NewCompiler().Compile(schemaPath)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Errorf("the sample does not follow the schema: %v", err)
	}
}

// The schema names exactly the keys the options have, at every level.
func TestSchemaNamesEveryKey(t *testing.T) {
	text, err := os.ReadFile(schemaPath)
	if err != nil {
		t.Fatal(err)
	}
	type node struct {
		Properties           map[string]*node
		AdditionalProperties json.RawMessage
		Defs                 map[string]*node `json:"$defs"`
	}
	var root node
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	var provider node
	if err := json.Unmarshal(root.Properties["providers"].AdditionalProperties, &provider); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		value  any
		schema *node
	}{
		{"options", portalsim.Options{}, &root},
		{"person", portalsim.Person{}, root.Defs["person"]},
		{"account", portalsim.Account{}, root.Defs["account"]},
		{"mailHost", portalsim.MailHost{}, root.Defs["mailHost"]},
		{"fault", portalsim.Fault{}, root.Defs["fault"]},
		{"restart", portalsim.Restart{}, root.Defs["restart"]},
		{"limit", portalsim.Limit{}, root.Properties["limit"]},
		{"timeouts", portalsim.Timeouts{}, root.Properties["timeouts"]},
		{"brute_force", portalsim.BruteForce{}, root.Properties["brute_force"]},
		{"impersonation", portalsim.Impersonation{}, root.Properties["impersonation"]},
		{"provider", portalsim.Provider{}, &provider},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var want, got []string
			for field := range reflect.TypeOf(test.value).Fields() {
				if key := field.Tag.Get("yaml"); key != "-" {
					want = append(want, key)
				}
			}
			for key := range test.schema.Properties {
				got = append(got, key)
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("keys of the struct and of the schema (-struct +schema):\n%s", diff)
			}
		})
	}
}

func TestScenarioIsStrict(t *testing.T) {
	tests := []struct{ name, text, part string }{
		{"unknown key", "latencyy: 1s", "latencyy"},
		{"unknown key inside", "people:\n  - email: a@b.ru\n    passwort: hunter2", "passwort"},
		{"key twice", "latency: 1s\nlatency: 2s", "latency"},
		{"no duration", "latency: soon", ""},
		{"no version", "version: seven", "version"},
		{"no state", "state: asleep", "state"},
		{"no zone", "time_zone: Mars", "time_zone"},
		{"no address", "people:\n  - email: anna", "people[0]"},
		{"no GUID", "people:\n  - email: a@b.ru\n    id: x", "people[0]"},
		{"no status", "people:\n  - email: a@b.ru\n    status: x", "people[0]"},
		{"no second factor", "people:\n  - email: a@b.ru\n    two_factor: x", "people[0]"},
		{"no action", "faults:\n  - do: explode", "faults[0]"},
		{"no final status", "faults:\n  - do: answer\n    status: 100", "faults[0]"},
		{"no share of a fault", "faults:\n  - do: cut\n    share: 2", "faults[0]"},
		{"no pattern", "faults:\n  - do: cut\n    path: '['", "faults[0]"},
		{"early without a replacement", "faults:\n  - do: cut\n    early: true", "faults[0]"},
		{"no behaviour", "mail_hosts:\n  - do: explode", "mail_hosts[0]"},
		{"no side", "mail_hosts:\n  - side: left", "mail_hosts[0]"},
		{"no pattern of a mail server", "mail_hosts:\n  - host: '['", "mail_hosts[0]"},
		{"no share of mailboxes", "mail_hosts:\n  - share: 1.5", "mail_hosts[0]"},
		{"restart without a time", "restarts:\n  - for: 1s", "restarts[0]"},
		{"restart with two times", "restarts:\n  - after: 1s\n    after_requests: 3", "restarts[0]"},
		{"no share of a restart", "restarts:\n  - after: 1s\n    saved: 2", "restarts[0]"},
		{"account without an owner", "accounts:\n  - address: a@b.ru", "accounts[0]"},
		{"account without an address", "accounts:\n  - owner: a@b.ru", "accounts[0]"},
		{"token of nobody", "tokens:\n  hunter2: anna", "tokens"},
		{"spread above the latency", "spread: 1s", "spread"},
		{"list instead of options", "- a", ""},
		{"a tag of no name", "people:\n  ! 00000", "no YAML"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := portalsim.ReadScenario(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.part) {
				t.Fatalf("error = %v, want one about %q", err, test.part)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error quotes the file: %v", err)
			}
		})
	}
	if o, err := portalsim.ReadScenario(strings.NewReader("# nothing\n")); err != nil || !reflect.DeepEqual(o, portalsim.Options{}) {
		t.Errorf("empty scenario = %+v, %v", o, err)
	}
}
