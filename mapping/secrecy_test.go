package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"r7import/importer/account"
	"r7import/importer/validate"
	"r7import/mapping"
)

// TestNoProblemRepeatsACell puts every cell under every header, as a row does that
// has slipped, and looks for the texts in everything that is said about it.
func TestNoProblemRepeatsACell(t *testing.T) {
	cells := []string{
		"S3cr3t-pass", "пАроль-Зайца", "pa ss wd", "s3cret\u200bword", "P@ss.w0rd", "x://hidden-word", "hidden:9931", "70001", "-17", "0x1F90", "18446744073709551616",
		"а.mixed.example", "word\x07bell", strings.Repeat("longword", 40), "h1dden;<w0rd>", "<i@hidden.example>, j@hidden.example", "fe80::1ff", "[2001:db8::77]", "😀-hidden", `C0RP\hidden`,
	}
	for _, text := range cells {
		for name := range strings.SplitSeq(canonical, ";") {
			all, binding := rows(t, headerWith(name)+"\n"+rowWith(name, text)+"\n"+rowWith(name, text)+"\n", mapping.Options{})
			seen := validate.NewSeen()
			rules := validate.Rules{AllowedHosts: []string{"imap.example.org"}}
			for i := range all {
				rules.Check(&all[i])
				seen.Check(&all[i])
				for _, p := range all[i].Problems {
					if said := fmt.Sprint(p.Args, p.Err, p.Place); strings.Contains(said, strings.TrimSpace(text)) {
						t.Errorf("%s %q: problem %s says %s", name, text, p.Code, said)
					}
				}
			}
			if f, _ := account.FieldNamed(name); f.Secret() || len(all[0].Problems) > 0 {
				for _, n := range binding.Notices() {
					if said := fmt.Sprint(n.Args); strings.Contains(said, text) {
						t.Errorf("%s %q: notice %s says %s", name, text, n.Code, said)
					}
				}
			}
		}
	}
}

// TestNoHeaderIsRepeatedWithoutAHeaderRow has data where the header should be.
func TestNoHeaderIsRepeatedWithoutAHeaderRow(t *testing.T) {
	_, err := mapping.Bind(header("Иванов Иван;ivan@example.org;S3cr3t-pass;parol"), mapping.Options{})
	if err == nil || strings.Contains(err.Error(), "S3cr3t") || strings.Contains(err.Error(), "parol") || !strings.Contains(err.Error(), "HEADER_NONE") {
		t.Errorf("Bind = %v, want HEADER_NONE and none of the texts", err)
	}
}
