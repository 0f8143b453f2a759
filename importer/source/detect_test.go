package source_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"r7import/importer/account"
	"r7import/importer/source"
)

var (
	surnames = strings.Fields("Иванов Смирнова Кузнецов Попова Васильев Петрова Соколов Михайлова Новиков Фёдорова Морозов Волкова Алексеев Лебедева Семёнов Егорова Павлов Козлова Степанов Николаева Орлов Андреева Макаров Никитина Захаров Щербакова Юдин Ёлкина Цой Ким Шевченко Мкртчян Хабибуллин Джафаров Гусейнова Ахметзянов Бондарчук Жуковский Чайка Эйхе Ярцева")
	given    = strings.Fields("Александр Мария Дмитрий Анна Максим Виктория Сергей Екатерина Андрей Наталья Алексей Марина Артём Полина Илья София Кирилл Дарья Никита Ольга Роман Ксения Егор Юлия Иван Татьяна Денис Елена Пётр Ирина Юрий Щавель Эльдар Гульнара Рустам Зухра Фатима Жанна Чингиз Цветана")
)

// TestGuessOfNames writes tables of one to three names under English headers in
// each code page. A wrong guess makes nonsense of names; to ask is always allowed.
func TestGuessOfNames(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, page := range []struct {
		name string
		m    *charmap.Charmap
	}{{"windows-1251", charmap.Windows1251}, {"koi8-r", charmap.KOI8R}, {"cp866", charmap.CodePage866},
		{"x-mac-cyrillic", charmap.MacintoshCyrillic}, {"iso-8859-5", charmap.ISO8859_5}} {
		const samples = 1000
		wrong, asked := 0, 0
		for range samples {
			text := "name;email\n"
			var written, read []string
			for range 1 + r.IntN(3) {
				name := surnames[r.IntN(len(surnames))] + " " + given[r.IntN(len(given))]
				switch r.IntN(4) {
				case 0:
					name = strings.ToUpper(name)
				case 1:
					name = strings.ToLower(name)
				}
				text += name + ";a@example.com\n"
				written = append(written, name)
			}
			f, err := source.Open(t.Context(), "-", source.Options{Stdin: strings.NewReader(string(inCodePage(page.m, text))), Known: isKnown})
			if err != nil {
				asked++
				continue
			}
			for r, err := range f.Records(t.Context(), names(f.Columns())) {
				if err != nil {
					t.Fatal(err)
				}
				read = append(read, r.Text(account.Name))
			}
			if !slices.Equal(read, written) { // two code pages may make the same of it
				wrong++
			}
			f.Close()
		}
		t.Logf("%s: %d of %d wrong, %d asked", page.name, wrong, samples, asked)
		if wrong > samples/1000 || asked > samples/10 {
			t.Errorf("%s: %d of %d guessed wrong, %d asked, want at most %d and %d", page.name, wrong, samples, asked, samples/1000, samples/10)
		}
	}
}
