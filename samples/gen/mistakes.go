package main

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// mistake is what is wrong with one row: the code that checking it gives, a
// remark, and the cells in which the row differs from a good one.
type mistake struct {
	code, remark string
	cells        map[string]any
}

// mistakes is a list like that of [accounts] in which every row has one mistake,
// all of them different. The first row has none.
func mistakes() *table {
	like := accounts()
	t := &table{
		header: append([]string{"Примечание", "Код"}, like.header...),
		widths: append([]float64{64, 24}, like.widths...),
		secret: like.secret,
	}
	for i, m := range allMistakes {
		p, at := &people[i%len(people)], office
		if i >= len(people) {
			at = trade // a second mailbox
		}
		row := append([]any{m.remark, m.code}, mailbox(len(like.rows), p, at)...)
		for header, value := range m.cells {
			row[slices.Index(t.header, header)] = value
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// allMistakes happen to the [people] in turn.
var allMistakes = []mistake{
	{"", "здесь всё верно: сравните с этой строкой остальные", nil},

	{"VALUE_MISSING", "нет пароля", map[string]any{"Пароль": "", "Пароль SMTP": ""}},
	{"SERVERS_UNKNOWN", "нет ни одного сервера, а домен никому не известен", map[string]any{
		"Почта": "s.artemyev@dacha.test", "Логин": "s.artemyev@dacha.test", "Логин SMTP": "s.artemyev@dacha.test",
		"Сервер IMAP": "", "Порт IMAP": "", "Сервер SMTP": "", "Порт SMTP": "",
	}},

	{"ADDRESS_SYNTAX", "пробел внутри адреса", map[string]any{"Почта": "f.bagryan tseva@example.org"}},
	{"ADDRESS_NOT_BARE", "вместо одного адреса — имя с адресом, как в письме", map[string]any{"Почта": "Анна-Мария <a.belozyorova@example.org>"}},
	{"ADDRESS_DOMAIN", "домен без точки", map[string]any{"Почта": "l.borschyov@example"}},
	{"ADDRESS_LOOKALIKE", "в домене русская буква «а» вместо латинской", map[string]any{"Почта": "s.verhoglyadov@exаmple.org"}},
	{"ADDRESS_NOT_ASCII", "адрес русскими буквами: не каждый почтовый сервер его примет", map[string]any{"Почта": "фёдор@example.org"}},

	{"HOST_SYNTAX", "знак подчёркивания в имени сервера", map[string]any{"Сервер IMAP": "imap_1.example.org"}},
	{"HOST_SCHEME", "вместо имени сервера — ссылка", map[string]any{"Сервер IMAP": "https://imap.example.org"}},
	{"HOST_ADDRESS", "вместо имени сервера — почтовый адрес", map[string]any{"Сервер SMTP": "smtp@example.org"}},
	{"HOST_PORT_OTHER", "к имени сервера приписан другой порт, чем в столбце порта", map[string]any{"Сервер SMTP": "smtp.example.org:587"}},
	{"HOST_IPV6", "сервер задан адресом IPv6", map[string]any{"Сервер IMAP": "2001:db8::25"}},
	{"HOST_LOOKALIKE", "в имени сервера русская буква «р» вместо латинской", map[string]any{"Сервер SMTP": "smtр.example.org"}},

	{"PORT_SYNTAX", "в порту буква «О» вместо нуля", map[string]any{"Порт SMTP": "46О5"}},
	{"PORT_RANGE", "такого порта не бывает", map[string]any{"Порт IMAP": 99300}},
	{"PORT_ENCRYPTION", "на порту 993 соединение шифруется сразу, а указан STARTTLS", map[string]any{"Шифрование": "STARTTLS"}},
	{"PORT_PROTOCOL", "порт 993 — для IMAP, а указан POP3", map[string]any{"Протокол": "POP3"}},
	{"PORT_OTHER_SIDE", "порт исходящей почты указан для входящей", map[string]any{"Порт IMAP": 465}},
	{"PORT_25_AUTH", "порт 25 — для обмена между серверами, вход на нём обычно запрещён", map[string]any{"Порт SMTP": 25, "Шифрование SMTP": "STARTTLS"}},

	{"PROTOCOL_WORD", "неизвестный протокол", map[string]any{"Протокол": "MAPI"}},
	{"PROTOCOL_MISSING", "протокол не указан, а из порта 1993 он не следует", map[string]any{"Протокол": "", "Порт IMAP": 1993}},
	{"ENCRYPTION_WORD", "неизвестное шифрование", map[string]any{"Шифрование": "ГОСТ"}},
	{"ENCRYPTION_MISSING", "шифрование не указано, а из порта 2465 оно не следует", map[string]any{"Шифрование SMTP": "", "Порт SMTP": 2465}},
	{"PLAINTEXT", "без шифрования пароль идёт по сети открытым текстом", map[string]any{"Порт IMAP": 143, "Шифрование": "нет"}},
	{"BOOL_WORD", "не «да» и не «нет»", map[string]any{"Авторизация SMTP": "наверное"}},
	{"AUTH_WORD", "неизвестный тип авторизации", map[string]any{"Тип авторизации": "сертификат"}},
	{"AUTH_OAUTH", "OAuth2: портал не подключит такой ящик по паролю", map[string]any{"Тип авторизации": "OAuth2"}},
	{"SMTP_AUTH_NONE", "авторизация SMTP нужна, а её тип — «нет»", map[string]any{"Тип авторизации SMTP": "нет"}},
	{"NTLM_POP3", "NTLM по POP3 портал не умеет", map[string]any{"Протокол": "POP3", "Порт IMAP": 995, "Шифрование": "SSL", "Тип авторизации": "NTLM"}},

	{"TEXT_LENGTH", "имя длиннее 255 знаков", map[string]any{"ФИО": "Степнова" + strings.Repeat("-очень", 42) + "-длинная Раиса"}},
	{"TEXT_CHARACTER", "в имени невидимый знак, который меняет порядок букв", map[string]any{"ФИО": "Стрижёв \u202Eсинед"}},
	{"TEXT_BEYOND_BMP", "в имени эмодзи", map[string]any{"ФИО": "Сычёва Нина 🦉"}},

	{"PASSWORD_LENGTH", "пароль не поместится в базу портала", map[string]any{"Пароль": strings.Repeat("Степь-и-ветер-", 9)}},
	{"PASSWORD_CONTROL", "в ячейку пароля попал перенос строки", map[string]any{"Пароль": "Mayak-0704-\nzima"}},
	{"PASSWORD_ONLY_BLANKS", "пароль из одних пробелов", map[string]any{"Пароль": "   "}},
	{"PASSWORD_BLANKS", "пробел в конце пароля: возможно, лишний", map[string]any{"Пароль": "Parus-5106-dom "}},
	{"PASSWORD_INVISIBLE", "в пароле невидимый знак: скорее всего, скопирован вместе с ним", map[string]any{"Пароль": "Iney-\u200B3388-les"}},

	{"LOGIN_LOWERED", "заглавные буквы в логине: портал запомнит строчные", map[string]any{"Логин": "A.Chibisova@example.org"}},
	{"LOGIN_REWRITTEN", "портал запомнит такой логин иначе, чем проверил", map[string]any{
		"Почта": "e.shishkin@mail.sklad.test", "Логин": `mail\e.shishkin`, "Логин SMTP": "e.shishkin@mail.sklad.test",
	}},

	{"PORTAL_USER_FORM", "пользователь портала задан именем, а нужны адрес или GUID", map[string]any{"Пользователь портала": "Щеглова Варвара"}},
	{"PORTAL_USER_MISSING", "есть пароль портала, но не сказано чей", map[string]any{"Пользователь портала": ""}},
	{"PORTAL_PASSWORD_MISSING", "есть пользователь портала, но нет его пароля", map[string]any{"Пароль портала": ""}},
	{"PORTAL_USER_EMPTY", "не сказано, чья это учётная запись, хотя в других строках сказано (предупреждение)", map[string]any{"Пользователь портала": "", "Пароль портала": ""}},
	{"DUPLICATE", "та же почта того же пользователя, что и в строке 2", map[string]any{
		"Почта": "p.abramov@example.org", "Логин": "p.abramov@example.org", "Логин SMTP": "p.abramov@example.org",
		"Пользователь портала": "p.abramov@example.org", "Пароль портала": plainPassword("portal p.abramov"),
	}},
	{"ADDRESS_TWO_OWNERS", "та же почта, что и в строке 2, но у другого пользователя", map[string]any{
		"Почта": "p.abramov@example.org", "Логин": "p.abramov@example.org", "Логин SMTP": "p.abramov@example.org",
	}},
	{"OWNER_CREDENTIALS", "у пользователя из строки 2 здесь другой пароль портала", map[string]any{"Пользователь портала": "p.abramov@example.org"}},

	{"TEXT_LOST", "вместо букв знаки вопроса: буквы потеряны при сохранении", map[string]any{"ФИО": "??????? ????? ???????????"}},
	{"TEXT_GARBLED", "вместо имени «кракозябры»: файл открыли не в той кодировке", map[string]any{"ФИО": garbled("Ясенева Ульяна")}},
	{"CELL_FAILURE", "формула не нашла значения", map[string]any{"Сервер SMTP": formula{text: `VLOOKUP("example.org",A1:A1,1,FALSE)`, failure: "#N/A"}}},
	{"FORMULA_UNCOMPUTED", "формула, результата которой в файле нет", map[string]any{"Порт SMTP": formula{text: "400+65"}}},
	{"CELL_DATE", "логин 04.03 превратился в дату", map[string]any{"Логин": time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)}},
	{"CELL_MERGED", "ячейка объединена с ячейкой над ней, и своего значения у неё нет", map[string]any{"Сервер IMAP": mergedAbove{}}},
	{"PASSWORD_NOT_TEXT", "пароль записан числом: нули впереди могли пропасть", map[string]any{"Пароль": 70993}},
	{"NUMBER_ALTERED", "логин из цифр записан числом, последние цифры пропали", map[string]any{"Логин": 4.0170012345678901e19}},
	{"ROW_COMMENTED", "# строка похожа на примечание, но в ней есть адрес", nil},
	{"PASSWORD_MASKED", "вместо пароля звёздочки: это копия файла со скрытыми паролями", map[string]any{"Пароль": "********"}},
	{"VALUE_VOID", "база данных записала в пустую ячейку слово NULL", map[string]any{"Пароль": "NULL", "Пароль SMTP": ""}},
	{"PASSWORD_HASH", "вместо пароля его хеш из таблицы почтового сервера", map[string]any{"Пароль": "{SHA512-CRYPT}$6$Yantar0704$vesna"}},
	{"PASSWORD_MARKED", "перед паролем пометка из таблицы почтового сервера", map[string]any{"Пароль": "{PLAIN}Luna-2291-sad"}},
	{"PASSWORD_DIGEST", "похоже на хеш MD5, а не на пароль", map[string]any{"Пароль": "6b1f0e7c5a9d42838c1e0f7a6b5d4c3e"}},
}

// garbled is what becomes of a text in UTF-8 that is read as Windows-1251.
func garbled(text string) string {
	read, err := charmap.Windows1251.NewDecoder().String(text)
	if err != nil {
		panic(err) // the decoder takes any bytes
	}
	return read
}
