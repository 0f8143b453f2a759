package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/mapping"
)

func TestSecrets(t *testing.T) {
	for _, tc := range []struct {
		name, header, file string
		want               []string
	}{
		{"fields", "Почта;Пароль;Пароль SMTP;Пароль портала;Токен;Логин", "", []string{"Пароль", "Пароль SMTP", "Пароль портала", "Токен"}},
		{"of other programs", "Почта;Пароль;Старый пароль;PIN;WiFi password;Password_hash;Отдел", "", []string{"Пароль", "Старый пароль", "PIN", "WiFi password", "Password_hash"}},
		{"by other words", "Почта;Пароль;Кодовое слово;ПИН-код;Тайное слово;API key;Shipping;Паспорт;Ключевой сотрудник", "", []string{"Пароль", "Кодовое слово", "ПИН-код", "Тайное слово", "API key"}},
		{"ignored", "Почта;Пароль;Пароль 1С", "version: 1\nignore: [Пароль 1С]\n", []string{"Пароль", "Пароль 1С"}},
		{"named by a mapping file", "Почта;Код", "version: 1\ncolumns: {password: Код}\n", []string{"Код"}},
		{"what only secrets are made of", "Почта;Код;Ключ;Отдел", "version: 1\ntemplates: {password: '{{ .Код }}-{{ .Отдел }}', smtp_password: '{{ .Ключ }}', name: '{{ .Отдел }}'}\n", []string{"Код", "Ключ"}},
		{"none", "Почта;Отдел", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := mapping.Options{Draft: true}
			if tc.file != "" {
				o.File = parse(t, tc.file)
			}
			columns := header(tc.header)
			binding, err := mapping.Bind(columns, o)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, secret := range binding.Secrets(columns) {
				if secret {
					got = append(got, columns[i].Header)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Secrets of %q: want - got +\n%s", tc.header, diff)
			}
		})
	}
}

func TestAstray(t *testing.T) {
	binding, err := mapping.Bind(header("ФИО;Почта;Порт;Пароль;portal_user"), mapping.Options{Draft: true})
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[string]bool{
		"Анна;anna@example.org;993;x":     false,
		"Анна;;;x":                        false,
		"Анна;anna;993;x":                 true,
		"anna@example.org;x;993;":         true,
		"Анна;anna@example.org;пароль;1":  true,
		"Анна;anna@example.org;99З;x":     false,
		"Анна; anna@example.org ;\u00a0;": false,
		"Анна":                            false,

		"Анна;anna@example.org;993;x;anna@example.org":                     false,
		"Анна;anna@example.org;993;x;Иванова Анна":                         false,
		"Анна;anna@example.org;993;x;11111111-2222-3333-4444-55555555555f": false,
		"Анна;anna@example.org;993;x;Qwerty-1":                             true,
	} {
		if got := binding.Astray(strings.Split(row, ";")); got != want {
			t.Errorf("Astray(%q) = %v, want %v", row, got, want)
		}
	}
}

func TestHarmless(t *testing.T) {
	for text, want := range map[string][]bool{
		"ФИО;Почта;Пароль;Отдел;Код;Kennwort":                 {true, true, false, true, false, false},
		"email;Фамилия;Отчество;Табельный №;№ п/п;Примечание": {true, true, true, false, true, false},
		"email;Отдел (пароль);r7_status;r7_other;;Job Title":  {true, false, true, false, false, true},
		"email;Пароль от 1С;psw;Секретарь;Department":         {true, false, false, false, true},
	} {
		columns := header(text)
		binding, err := mapping.Bind(columns, mapping.Options{Draft: true})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, binding.Harmless(columns)); diff != "" {
			t.Errorf("Harmless of %q: want - got +\n%s", text, diff)
		}
	}
}

// TestFeedsSecret: what a mapping file makes passwords of is one, whatever its name.
func TestFeedsSecret(t *testing.T) {
	columns := header("Почта;Код;Фамилия;Пароль от 1С")
	file := &mapping.FileMapping{Columns: map[account.Field]mapping.ColumnName{account.Password: {Header: "Код"}}}
	binding, err := mapping.Bind(columns, mapping.Options{Draft: true, File: file})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, false, false} { // the header of the last one alone tells of a password
		if got := binding.FeedsSecret(i); got != want {
			t.Errorf("FeedsSecret(%d) = %v, want %v", i, got, want)
		}
	}
}
