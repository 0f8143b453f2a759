package source_test

import (
	"strings"
	"testing"

	"r7import/importer/source"
)

func TestParseRows(t *testing.T) {
	for _, tc := range []struct {
		text    string
		in, out []int
		refused bool
	}{
		{text: "5", in: []int{5}, out: []int{4, 6}},
		{text: "5,10-20", in: []int{5, 10, 15, 20}, out: []int{9, 21}},
		{text: " 7 , 9 - 11 ", in: []int{7, 9, 11}, out: []int{8}},
		{text: "100-", in: []int{100, 2_000_000}, out: []int{99}},
		{text: "", refused: true},
		{text: "0", refused: true},
		{text: "-5", refused: true},
		{text: "9-5", refused: true},
		{text: "a", refused: true},
		{text: "1,,2", refused: true},
		{text: "1-2-3", refused: true},
		{text: "99999999999999999999", refused: true},
	} {
		rows, err := source.ParseRows(tc.text)
		if (err != nil) != tc.refused {
			t.Errorf("ParseRows(%q) = %v, want refused %v", tc.text, err, tc.refused)
			continue
		}
		for _, n := range tc.in {
			if !rows.Has(n) {
				t.Errorf("ParseRows(%q) has not %d", tc.text, n)
			}
		}
		for _, n := range tc.out {
			if rows.Has(n) {
				t.Errorf("ParseRows(%q) has %d", tc.text, n)
			}
		}
	}
}

func TestParseWhereRefuses(t *testing.T) {
	for _, text := range []string{"", "Отдел", "=x", " =x"} {
		if _, err := source.ParseWhere(text); err == nil {
			t.Errorf("ParseWhere(%q) is not refused", text)
		}
	}
}

func TestFilters(t *testing.T) {
	const text = "ФИО;Почта;Отдел\n" +
		"Анна;a@example.com;Бухгалтерия\n" + // row 2
		"Борис;b@example.com; бухгалтерия № 2 \n" +
		"Вера;c@example.com;Склад\n" +
		"Глеб;d@example.com;\n" +
		"Инна;e@example.com\n" + // without the last cell, which matters only where rows are chosen by it
		"Яна;f@example.org;Склад\n"
	for _, tc := range []struct {
		name  string
		rows  string
		where []string
		want  string
	}{
		{"all", "", nil, "2 3 4 5 6 7"},
		{"rows", "3-4,7", nil, "3 4 7"},
		{"pattern by header", "", []string{"отдел=Бухгалтерия*"}, "2 3 6:ROW_WIDTH"},
		{"exact", "", []string{"Отдел=бухгалтерия"}, "2 6:ROW_WIDTH"},
		{"empty", "", []string{"Отдел="}, "5 6:ROW_WIDTH"},
		{"one character", "", []string{"ФИО=?нна"}, "2 6"},
		{"by field", "", []string{"email=*@example.org"}, "7"},
		{"by label", "", []string{"3=Склад"}, "4 6:ROW_WIDTH 7"},
		{"both", "", []string{"Отдел=Склад", "Почта=*.org"}, "6:ROW_WIDTH 7"},
		{"rows and pattern", "1-5", []string{"Отдел=Склад"}, "4"},
		{"nothing", "90", nil, "refused NO_ROWS_CHOSEN"},
		{"many stars", "", []string{"Почта=*e*a*p*e.*o*r*g"}, "7"},
		{"no such column", "", []string{"Кабинет=1"}, "refused WHERE_COLUMN"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := source.Options{Stdin: strings.NewReader(text), Known: isKnown}
			var err error
			if tc.rows != "" {
				if o.Rows, err = source.ParseRows(tc.rows); err != nil {
					t.Fatal(err)
				}
			}
			for _, w := range tc.where {
				where, err := source.ParseWhere(w)
				if err != nil {
					t.Fatal(err)
				}
				o.Where = append(o.Where, where)
			}
			f, err := source.Open(t.Context(), "-", o)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if got, _ := readRows(t, f); got != tc.want {
				t.Errorf("rows = %q, want %q", got, tc.want)
			}
		})
	}
}
