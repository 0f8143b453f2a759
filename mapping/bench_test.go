package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// record returns one record of a file of all 17 columns, owned as a copy.
func records(b *testing.B, o mapping.Options, lines ...string) ([]*source.Record, *mapping.Binding) {
	b.Helper()
	file := open(b, strings.Join(lines, "\n")+"\n")
	binding, err := mapping.Bind(file.Columns(), o)
	if err != nil {
		b.Fatal(err)
	}
	var all []*source.Record
	for rec, err := range file.Records(b.Context(), binding.Columns()) {
		if err != nil {
			b.Fatal(err)
		}
		kept := *rec
		all = append(all, &kept)
	}
	return all, binding
}

// BenchmarkRow measures mapping and checking of one good row.
func BenchmarkRow(b *testing.B) {
	for name, lines := range map[string][]string{
		"full": {strings.TrimSuffix(canonical, ";portal_token"),
			"Иван Петров;ivan.petrov@example.org;ivan.petrov@example.org;pa55word;993;imap.example.org;ivan.petrov@example.org;pa55word;465;smtp.example.org;да;IMAP;да;SSL;SSL;обычный пароль;обычный пароль;ivan.petrov@example.org;p0rtal"},
		"filled": {"ФИО;Почта;Пароль", "Иван Петров;ivan.petrov@yandex.ru;pa55word"},
	} {
		b.Run(name, func(b *testing.B) {
			recs, binding := records(b, mapping.Options{}, lines...)
			var rules validate.Rules
			b.ReportAllocs()
			for b.Loop() {
				row := binding.Row(recs[0])
				rules.Check(&row)
				if len(row.Problems) > 0 {
					b.Fatal(codes(row.Problems))
				}
			}
		})
	}
}

// BenchmarkBind measures a header row with the columns of a personnel list beside the needed ones.
func BenchmarkBind(b *testing.B) {
	columns := header("ФИО;Почта;Пароль;Отдел;Должность;Телефон;Мобильный телефон;Город;Кабинет;Табельный номер;Дата рождения;Дата приёма;Руководитель;Организация;Подразделение;Филиал;Примечание;СНИЛС;ИНН;Паспорт")
	for b.Loop() {
		if _, err := mapping.Bind(columns, mapping.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRowAndSeen is a row of a file with a million of them.
func BenchmarkRowAndSeen(b *testing.B) {
	lines := []string{"email;password;server;port;smtp_server;smtp_port"}
	for i := range 2000 {
		lines = append(lines, fmt.Sprintf("user%d@example.org;pa55word;imap.example.org;993;smtp.example.org;465", i))
	}
	recs, binding := records(b, mapping.Options{}, lines...)
	var rules validate.Rules
	seen := validate.NewSeen()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		row := binding.Row(recs[i%len(recs)])
		rules.Check(&row)
		seen.Check(&row)
	}
}
