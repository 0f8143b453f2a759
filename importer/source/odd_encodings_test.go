package source_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"r7import/importer/source"
)

const (
	russian = "ФИО;Почта;Пароль;Порт\nИванова Анна Петровна;anna@example.com;Секрет-1;993\nПетров Пётр;petr@example.com;Ключ/2;143\n"
	english = "name,email,password,port\nAnna Lee,anna@example.com,s3cret!,993\nPetr Ivanov,petr@example.com,k3y,143\n"
	// mixed has English headers and Russian names.
	mixed = "name;email;password;port\nИванова Анна Петровна;anna@example.com;s3cret!;993\nПетров Пётр;petr@example.com;k3y;143\n"
)

func inCodePage(m *charmap.Charmap, text string) []byte {
	out, err := m.NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return []byte(out)
}

func inUTF16(order binary.AppendByteOrder, text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func encoding(name string) func(*source.Options) {
	return func(o *source.Options) { o.Encoding = name }
}

func oddEncodings() []odd {
	le, be := binary.LittleEndian, binary.BigEndian
	bom := []byte("\xef\xbb\xbf")
	many := strings.Repeat("Anna Lee,anna@example.com,"+strings.Repeat("x", 7_000)+",993\n", 10)
	return []odd{
		{name: "utf-8.csv", content: []byte(russian), want: "2 3"},
		{name: "utf-8-bom.csv", content: joined(bom, []byte(russian)), want: "2 3"},
		{name: "utf-8-bom-quoted-header.csv", content: joined(bom, []byte("\"ФИО\";\"Почта\";\"Пароль\"\nА;a@example.com;x\n")), want: "2"},
		{name: "utf-8-bom-twice.csv", content: joined(bom, bom, []byte(russian)), want: "2 3"},
		{name: "ascii.csv", content: []byte(english), want: "2 3"},
		{name: "utf-16le-bom.csv", content: joined([]byte{0xff, 0xfe}, inUTF16(le, russian)), want: "2 3"},
		{name: "utf-16be-bom.csv", content: joined([]byte{0xfe, 0xff}, inUTF16(be, russian)), want: "2 3"},
		{name: "utf-16le.csv", content: inUTF16(le, russian), want: "2 3"},
		{name: "utf-16be.csv", content: inUTF16(be, russian), want: "2 3"},
		{name: "utf-16le-tabs-as-excel-unicode-text.txt", content: joined([]byte{0xff, 0xfe}, inUTF16(le, strings.ReplaceAll(russian, ";", "\t"))), want: "2 3"},
		{name: "utf-16le-emoji.csv", content: inUTF16(le, "name;email\n😀 Анна;a@example.com\n"), want: "2"},
		{name: "utf-16le-odd-length.csv", content: joined(inUTF16(le, "name;email\nАнна;a@example.com\nБ;b@example.com"), []byte{0}), want: "2 3:TEXT_UNDECODABLE"},
		{name: "utf-16le-lone-surrogate.csv", content: joined(inUTF16(le, "name;email\nАнна"), []byte{0x3d, 0xd8}, inUTF16(le, ";a@example.com\nБ;b@example.com\n")), want: "2:TEXT_UNDECODABLE 3"},
		{name: "utf-16be-named.csv", content: inUTF16(be, russian), want: "2 3", with: encoding("UTF-16BE")},
		{name: "utf-32le.csv", content: joined([]byte{0xff, 0xfe, 0, 0}, []byte("n\x00\x00\x00")), want: "refused FILE_IS_UTF32"},
		{name: "windows-1251.csv", content: inCodePage(charmap.Windows1251, russian), want: "2 3"},
		{name: "koi8-r.csv", content: inCodePage(charmap.KOI8R, russian), want: "2 3"},
		{name: "cp866.csv", content: inCodePage(charmap.CodePage866, russian), want: "2 3"},
		{name: "windows-1251-english-header.csv", content: inCodePage(charmap.Windows1251, mixed), want: "2 3"},
		{name: "koi8-r-english-header.csv", content: inCodePage(charmap.KOI8R, mixed), want: "2 3"},
		{name: "cp866-english-header.csv", content: inCodePage(charmap.CodePage866, mixed), want: "2 3"},
		{name: "windows-1251-capitals.csv", content: inCodePage(charmap.Windows1251, strings.ToUpper(russian)), want: "2 3"},
		{name: "koi8-r-capitals.csv", content: inCodePage(charmap.KOI8R, strings.ToUpper(mixed)), want: "2 3"},
		{name: "windows-1251-signs.csv", content: inCodePage(charmap.Windows1251, "ФИО;Почта\nООО «Ромашка» № 5 — склад;a@example.com\n"), want: "2"},
		{name: "windows-1251-byte-98.csv", content: joined(inCodePage(charmap.Windows1251, "ФИО;Почта;Пароль\nАнна;a@example.com;x\nПётр;b@example.com;пароль"), []byte{0x98}, []byte("\n")), want: "2 3:TEXT_UNDECODABLE"},
		{name: "windows-1251-named.csv", content: inCodePage(charmap.Windows1251, "name;email\nЦОЙ;a@example.com\n"), want: "2", with: encoding("cp1251")},
		{name: "windows-1251-one-word.csv", content: inCodePage(charmap.Windows1251, "name;email\nЮ;a@example.com\n"), want: "refused ENCODING_UNCLEAR"},
		{name: "x-mac-cyrillic.csv", content: inCodePage(charmap.MacintoshCyrillic, strings.ReplaceAll(russian, "\n", "\r")), want: "2 3"},
		{name: "x-mac-cyrillic-english-header.csv", content: inCodePage(charmap.MacintoshCyrillic, "name;email\rЁлкина Юлия;a@example.com\rЧайка Эдуард;b@example.com\r"), want: "2 3"},
		{name: "iso-8859-5-english-header.csv", content: inCodePage(charmap.ISO8859_5, mixed), want: "2 3"},
		{name: "windows-1251-ukrainian.csv", content: inCodePage(charmap.Windows1251, "name;email\nЄвген Їжакевич;a@example.com\nСвітлана Ґудзь;b@example.com\nОлексій Мельник;c@example.com\n"), want: "2 3 4"},
		{name: "windows-1251-passwords-of-all-kinds.csv", content: inCodePage(charmap.Windows1251, "name;email;password\nИванова Анна;a@example.com;пАрУс€1\nПетров Пётр;b@example.com;Ьщъ±x\nСидоров Илья;c@example.com;x\nКотова Мария;d@example.com;y\nЗуев Олег;e@example.com;z\nЮдина Ольга;f@example.com;z\nБелов Яков;g@example.com;z\nЛанская Вера;h@example.com;z\n"), want: "2 3 4 5 6 7 8 9"},
		{name: "windows-1252-named.csv", content: inCodePage(charmap.Windows1252, "name;email;password\nBjörn Grüß;a@example.com;Tür-1\nZoë Brontë;b@example.com;x\n"), want: "2 3", with: encoding("cp1252")},
		{name: "windows-1252-one-accent.csv", content: inCodePage(charmap.Windows1252, "name;email\nZoë;a@example.com\n"), want: "refused ENCODING_UNCLEAR"},
		{name: "windows-1250-named.csv", content: inCodePage(charmap.Windows1250, "name;email\nŁukasz Żak;a@example.com\n"), want: "2", with: encoding("Windows-1250")},
		{name: "windows-1250-not-named.csv", content: inCodePage(charmap.Windows1250, "name;email\nŁukasz Żółtowski;a@example.com\nStanisław Wróbel;b@example.com\nElżbieta Śliwa;c@example.com\n"), want: "refused ENCODING_UNCLEAR"},
		{name: "windows-1253-not-named.csv", content: inCodePage(charmap.Windows1253, "name;email\nΝίκος Παππάς;a@example.com\nΕλένη Δήμου;b@example.com\n"), want: "refused ENCODING_UNCLEAR"},
		{name: "windows-1253-named.csv", content: inCodePage(charmap.Windows1253, "name;email\nΝίκος Παππάς;a@example.com\n"), want: "2", with: encoding("1253")},
		{name: "windows-1254-named.csv", content: inCodePage(charmap.Windows1254, "name;email\nGüneş Şahin;a@example.com\n"), want: "2", with: encoding("win-1254")},
		{name: "utf-8-one-tick.csv", content: []byte("name;email;restrict\nPeter;a@example.com;✓\nLena;b@example.com;\n"), want: "2 3"},
		{name: "utf-8-one-accent.csv", content: []byte("name;email\nZoé;a@example.com\n"), want: "2"},
		{name: "utf-8-one-chinese-letter.csv", content: []byte("name;email\nLi 马;a@example.com\n"), want: "2"},
		{name: "utf-8-one-emoji.csv", content: []byte("name;email\nAnna;a@example.com\nOtto 🔑;b@example.com\n"), want: "2 3"},
		{name: "utf-8-one-greek-letter.csv", content: []byte("name;email\nTeam Ω;a@example.com\n"), want: "2"},
		{name: "cp866-or-utf-8.csv", content: inCodePage(charmap.CodePage866, "name;email\nцой;a@example.com\n"), want: "refused ENCODING_UNCLEAR"},
		{name: "windows-1252-umlauts.csv", content: inCodePage(charmap.Windows1252, "name;email\nJörg Müller;a@example.com\nÄnne Groß;b@example.com\n"), want: "refused ENCODING_UNCLEAR"},
		{name: "utf-8-latin.csv", content: []byte("name;email\nJörg Müller;a@example.com\nÇelik Şen;b@example.com\n"), want: "2 3"},
		{name: "utf-8-ukrainian-and-tatar.csv", content: []byte("name;email\nЇжак Ґедзь;a@example.com\nӘлфия Җәлилова;b@example.com\n"), want: "2 3"},
		{name: "utf-8-one-bad-byte.csv", content: []byte("name,email,password\nАнна,a@example.com,x\nПё\xd1,b@example.com,y\nБорис,c@example.com,z\n"), want: "2 3:TEXT_UNDECODABLE 4"},
		{name: "utf-8-with-a-windows-1251-row.csv", content: joined([]byte(strings.ReplaceAll(mixed, ";", ",")), inCodePage(charmap.Windows1251, "Кот,cat@example.com,x,993\n")), want: "2 3 4:TEXT_UNDECODABLE"},
		{name: "utf-8-cut-in-a-character.csv", content: []byte("name,email\nАнна,a@example.com\nБори\xd1"), want: "2 3:ROW_WIDTH"},
		{name: "utf-8-replacement-character.csv", content: []byte("name,email\nАнн\ufffd,a@example.com\nБорис,b@example.com\n"), want: "2:TEXT_LOST 3"},
		{name: "utf-8-mark-against-named.csv", content: joined(bom, []byte(russian)), want: "refused ENCODING_MARKED", with: encoding("windows-1251")},
		{name: "wrong-encoding-named.csv", content: inCodePage(charmap.Windows1251, russian), want: "refused ENCODING_WRONG", with: encoding("utf-8")},
		{name: "unknown-encoding-named.csv", content: []byte(russian), want: "refused ENCODING_UNKNOWN", with: encoding("ebcdic")},
		{name: "question-marks-for-header.csv", content: []byte("???;?????;??????\n????;a@example.com;x\n"), want: "refused HEADER_LOST"},
		{name: "question-marks-beside-latin-header.csv", content: []byte("?????;name;?????? IMAP;?????? SMTP\na@example.com;x;y;z\n"), want: "refused HEADER_LOST"},
		{name: "question-marks-beside-latin-names.csv", content: []byte("name;email;password\n?????? (IT);a@example.com;x\nWho???;b@example.com;y\n"), want: "2:TEXT_LOST 3"},
		{name: "question-marks-for-names.csv", content: []byte("name;email;password\n?????? ????;a@example.com;x\nAnna?;b@example.com;wh?t?\n"), want: "2:TEXT_LOST 3"},
		{name: "garbled-header.csv", content: garbled(russian), want: "refused HEADER_GARBLED"},
		{name: "garbled-names.csv", content: garbled(mixed), want: "2:TEXT_GARBLED 3:TEXT_GARBLED"},
		{name: "russian-read-as-western-header.csv", content: []byte("ÔÈÎ;Ïî÷òà;Ïàðîëü\nÏåòðîâ;a@example.com;x\n"), want: "refused HEADER_GARBLED"},
		{name: "russian-read-as-western-names.csv", content: []byte("name;email\nÏåòðîâ Ï¸òð;a@example.com\nÖîé Âèêòîð;b@example.com\nJörg Müller;c@example.com\n"), want: "2:TEXT_GARBLED 3:TEXT_GARBLED 4"},
		{name: "russian-far-below.csv", content: []byte("name,email,password,port\n" + many + "Анна,b@example.com,x,993\n"), want: "2 3 4 5 6 7 8 9 10 11 12"},
		{name: "windows-1251-far-below.csv", content: joined([]byte("name,email,password,port\n"+many), inCodePage(charmap.Windows1251, "Иванова Анна,b@example.com,x,993\n")), want: "2 3 4 5 6 7 8 9 10 11 12"},
		{name: "zero-byte.csv", content: []byte("name,email,password\nAnna,a@example.com,x\x00y\nBoris,b@example.com,z\n"), want: "2 3"},
		{name: "binary.csv", content: bytes.Repeat([]byte{1, 2, 3, 200, 7, 0, 0, 0, 5}, 50), want: "refused FILE_IS_BINARY"},
	}
}

// garbled is what becomes of UTF-8 that is read as Windows-1251 and saved as UTF-8.
func garbled(text string) []byte {
	var out []rune
	for _, b := range []byte(text) {
		if r := charmap.Windows1251.DecodeByte(b); b != 0x98 {
			out = append(out, r)
		} else {
			out = append(out, 0x98)
		}
	}
	return []byte(string(out))
}
