package mapping_test

import (
	"strings"
	"testing"

	"r7import/mapping"
)

// A template that would fill the memory ends its row and not the program.
func TestATemplateThatExplodes(t *testing.T) {
	for name, template := range map[string]string{
		"a chain":              "{{ .email" + strings.Repeat(` | replace "e" "eeeeeeeeeeeeeeee"`, 12) + " }}",
		"one behind the other": strings.Repeat(`{{ replace "e" "eeeeeeeeeeeeeeee" .email }}`, 2000),
	} {
		t.Run(name, func(t *testing.T) {
			file := parse(t, "version: 1\ntemplates: {name: '"+template+"'}\n")
			got, _ := rows(t, "email;password;server;port;smtp_server;smtp_port\ne@example.org;x;imap.example.org;993;smtp.example.org;465\n", mapping.Options{File: file})
			if len(got) != 1 || len(got[0].Settings.Name) > 64<<10 || len(got[0].Problems) == 0 {
				t.Errorf("%d rows, a name of %d bytes, problems %v", len(got), len(got[0].Settings.Name), got[0].Problems)
			}
		})
	}
}
