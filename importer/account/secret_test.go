package account_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/gocarina/gocsv"
	"github.com/goccy/go-yaml"

	"r7import/importer/account"
)

const canary = `Kanarienvogel "9"`

// holder has a secret where formatters do not call methods.
type holder struct{ password account.Secret }

// shown is everything that may hold a secret and be printed.
func shown() map[string]any {
	secret := account.NewSecret(canary)
	settings := account.Settings{Incoming: account.Server{Password: secret}, Outgoing: account.Server{Password: secret}}
	owner := account.Owner{User: "ivan@example.org", Password: secret, Token: secret}
	return map[string]any{
		"secret": secret, "pointer": &secret, "slice": []account.Secret{secret}, "map": map[string]account.Secret{"password": secret},
		"any": []any{secret}, "settings": settings, "owner": &owner,
		"row":        account.Row{Settings: settings, Owner: owner},
		"unexported": holder{secret}, "pointer to unexported": &holder{secret}, "unexported in a slice": []holder{{secret}},
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	ways := map[string]func(any) (string, error){
		"Print":   func(v any) (string, error) { return fmt.Sprint(v), nil },
		"Println": func(v any) (string, error) { return fmt.Sprintln(v), nil },
		"error":   func(v any) (string, error) { return errors.Join(fmt.Errorf("about %v", v)).Error(), nil },
		"log": func(v any) (string, error) {
			var b bytes.Buffer
			log.New(&b, "", 0).Print(v)
			return b.String(), nil
		},
		"slog text": logged(func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }),
		"slog JSON": logged(func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }),
		"JSON":      encoded(json.Marshal),
		"XML": func(v any) (string, error) { // of what it can write
			if _, row := v.(account.Row); row {
				return "", nil
			}
			return encoded(xml.Marshal)(v)
		},
		"YAML": encoded(yaml.Marshal),
		"gob": func(v any) (string, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.String(), err
		},
		"template": func(v any) (string, error) {
			var b bytes.Buffer
			err := template.Must(template.New("").Parse("{{.}} {{printf \"%s\" .}}")).Execute(&b, v)
			return b.String(), err
		},
		"CSV": func(v any) (string, error) { // of what it can write
			switch v := v.(type) {
			case account.Secret:
				return gocsv.MarshalString([]struct{ A, B any }{{&v, &v}})
			case account.Settings:
				return gocsv.MarshalString([]account.Settings{v})
			case *account.Owner:
				return gocsv.MarshalString([]*account.Owner{v})
			}
			return "", nil
		},
	}
	for _, verb := range "vsqxXdboOcUeEfFgGtpTw" {
		for _, flags := range []string{"", "+", "#", "-40.30", "0"} {
			format := "%" + flags + string(verb)
			ways[format] = func(v any) (string, error) { return fmt.Sprintf(format, v), nil }
		}
	}
	for way, write := range ways {
		for what, v := range shown() {
			text, err := write(v) // some ways refuse some values; an error must not tell either
			if err != nil {
				text += err.Error()
			}
			for form, there := range forms(text) {
				if there {
					t.Errorf("%s of %s shows the secret in %s: %s", way, what, form, text)
				}
			}
		}
	}
}

// forms reports in which forms a text holds the canary.
func forms(text string) map[string]bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(s)) }
	return map[string]bool{
		"plain": has("Kanarienvogel"), "hex": has(hex.EncodeToString([]byte("Kanarien"))),
		"spaced hex": has("4b 61 6e"), "base64": has(base64.StdEncoding.EncodeToString([]byte("Kanarienvogel"))), "bytes": has("75 97 110 97"),
	}
}

func encoded(marshal func(any) ([]byte, error)) func(any) (string, error) {
	return func(v any) (string, error) {
		text, err := marshal(v)
		return string(text), err
	}
}

func logged(handler func(*bytes.Buffer) slog.Handler) func(any) (string, error) {
	return func(v any) (string, error) {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("about", "value", v, slog.Group("more", "value", v))
		return b.String(), nil
	}
}

func TestSecretsShowAPlaceholder(t *testing.T) {
	secret := account.NewSecret(canary)
	for _, format := range []string{"%v", "%s", "%+v", "%#v", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(format, secret); got != "[secret]" {
			t.Errorf("Sprintf(%q) = %q, want the placeholder", format, got)
		}
	}
	if got, err := json.Marshal(secret); string(got) != `"[secret]"` {
		t.Errorf("json.Marshal = %s, %v, want the placeholder", got, err)
	}
	if got := slog.AnyValue(secret).Resolve().String(); got != "[secret]" {
		t.Errorf("as a value of slog: %q, want the placeholder", got)
	}
}

func TestSecretsKeepTheirText(t *testing.T) {
	for _, tc := range []struct {
		text   string
		masked bool
	}{
		{"", false}, {"x", false}, {canary, false}, {" blanks ", false}, {"**", false}, {"***", true}, {"••••••", true}, {"***a", false}, {"пароль", false}, {"\xff\x00", false},
	} {
		s := account.NewSecret(tc.text)
		if s.Reveal() != tc.text || s.Empty() != (tc.text == "") || s.Masked() != tc.masked {
			t.Errorf("NewSecret(%q): Reveal %q, Empty %v, Masked %v", tc.text, s.Reveal(), s.Empty(), s.Masked())
		}
	}
	if s := (account.Secret{}); s.Reveal() != "" || !s.Empty() {
		t.Errorf("the zero value is %q", s.Reveal())
	}
}
