package source_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/source"
)

func oddKinds() []odd {
	dbf := append([]byte{0x03, 126, 11, 22, 1, 0, 0, 0, 97, 0, 20, 0}, make([]byte, 90)...)
	return []odd{
		{name: "web-page.xls", content: []byte("<html><body><table><tr><td>email</td></tr></table></body></html>"), want: "refused FILE_IS_HTML"},
		{name: "sign-in-page.csv", content: []byte("\r\n<!DOCTYPE html>\n<title>Вход</title>"), want: "refused FILE_IS_HTML"},
		{name: "xhtml.xlsx", content: []byte(`<?xml version="1.0"?><HTML xmlns="http://www.w3.org/1999/xhtml"/>`), want: "refused FILE_IS_HTML"},
		{name: "excel-2003.xml", content: []byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`), want: "refused FILE_IS_XML_EXCEL"},
		{name: "other.xml", content: []byte(`<?xml version="1.0"?><users/>`), want: "refused FILE_IS_XML"},
		{name: "list.json", content: []byte(`[{"email":"a@example.com"}]`), want: "refused FILE_IS_JSON"},
		{name: "list.pdf", content: []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), want: "refused FILE_IS_PDF"},
		{name: "pdf.csv", content: []byte("%PDF-1.4\n"), want: "refused FILE_IS_PDF"},
		{name: "list.rtf", content: []byte(`{\rtf1\ansi}`), want: "refused FILE_IS_RTF"},
		{name: "people.ldif", content: []byte("version: 1\ndn: cn=Anna,dc=example,dc=com\nmail: a@example.com\n"), want: "refused FILE_IS_LDIF"},
		{name: "people.vcf", content: []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"), want: "refused FILE_IS_VCARD"},
		{name: "list.dbf", content: dbf, want: "refused FILE_IS_DBF"},
		{name: "scan.csv", content: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), want: "refused FILE_IS_PICTURE"},
		{name: "list.rar", content: []byte("Rar!\x1a\x07\x01\x00"), want: "refused FILE_IS_PACKED"},
		{name: "list.7z", content: []byte("7z\xbc\xaf\x27\x1c\x00\x04"), want: "refused FILE_IS_PACKED"},
		{name: "excel-4.xls", content: []byte("\x09\x04\x06\x00\x07\x00\x10\x00"), want: "refused FILE_IS_OLD_EXCEL"},
		{name: "cut-compound.xls", content: []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and then nothing"), want: "refused WORKBOOK_DAMAGED"},
		{name: "program.csv", content: append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"), make([]byte, 100)...), want: "refused FILE_IS_BINARY"},
		{name: "document.docx", content: zipped(part{"_rels/.rels", "<x/>"}, part{"word/document.xml", "<x/>"}), want: "refused FILE_IS_WORD"},
		{name: "binary-workbook.xlsb", content: zipped(part{"_rels/.rels", "<x/>"}, part{"xl/workbook.bin", "x"}), want: "refused FILE_IS_BINARY_EXCEL"},
		{name: "table.numbers", content: zipped(part{"Index/Document.iwa", "x"}), want: "refused FILE_IS_NUMBERS"},
		{name: "open-document.ods", content: zipped(part{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, part{"content.xml", "<x/>"}), want: "refused FILE_IS_OPEN_DOCUMENT"},
		{name: "csv-in.zip", content: zipped(part{"accounts.csv", english}), want: "refused FILE_IS_ZIP"},
		{name: "empty.zip", content: zipped(), want: "refused FILE_IS_ZIP"},
		{name: "text.xlsx", content: []byte(english), want: "refused FILE_IS_TEXT"},
		{name: "text.xls", content: []byte(english), want: "refused FILE_IS_TEXT"},
		{name: "workbook.csv", content: sheetOf(`<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>`), want: "refused FILE_IS_WORKBOOK"},
		{name: "workbook.xls", content: sheetOf(`<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>`), want: "refused FILE_IS_WORKBOOK"},
		{name: "no-extension", content: []byte(english), want: "2 3"},
	}
}

// The keys and passwords of the collection.
const (
	oddPassphrase = "correct horse battery staple"
	oddPassword   = "пароль к книге"
)

func gzipped(content []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(content); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func flipped(content []byte, at int) []byte {
	out := bytes.Clone(content)
	out[(at+len(out))%len(out)] ^= 0xff
	return out
}

// identity is the key that the encrypted files of the collection open with.
func identity() *age.X25519Identity {
	text, err := os.ReadFile("testdata/age-key.txt")
	if err != nil {
		panic(err)
	}
	i, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	if err != nil {
		panic(err)
	}
	return i
}

func encrypted(content []byte, recipient age.Recipient) []byte {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}

func armored(content []byte) []byte {
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	if _, err := w.Write(content); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func scrypt(passphrase string, cost int) age.Recipient {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		panic(err)
	}
	r.SetWorkFactor(cost)
	return r
}

func withKey(o *source.Options) { o.Identity = "testdata/age-key.txt" }

func withPassphrase(text string) func(*source.Options) {
	return func(o *source.Options) {
		o.Passphrase = func() (account.Secret, error) { return account.NewSecret(text), nil }
	}
}

func withPassword(text string) func(*source.Options) {
	return func(o *source.Options) { o.WorkbookPassword = account.NewSecret(text) }
}

// mixedCiphers is a workbook whose package is said to be encrypted otherwise than the
// key of its password.
func mixedCiphers() []byte {
	book, err := os.ReadFile("testdata/odd/agile.xlsx")
	if err != nil {
		panic(err)
	}
	return bytes.Replace(book, []byte(`keyBits="256"`), []byte(`keyBits="128"`), 1)
}

// locked encrypts a workbook as Excel 2007 did.
func locked(password string) []byte {
	noise := make([]byte, 8<<10) // excelize cannot read again what it encrypts of less than 4 KiB
	rand.NewChaCha8([32]byte{}).Read(noise)
	book := newBook(part{"xl/worksheets/sheet1.xml", worksheet + `<sheetData>` + goodRows + `</sheetData></worksheet>`}, part{"xl/media/image1.png", string(noise)})
	out, err := excelize.Encrypt(book, &excelize.Options{Password: password})
	if err != nil {
		panic(err)
	}
	return out
}

func oddWrapped() []odd {
	csv, book := []byte(russian), sheetOf(goodRows)
	toKey := func() []byte { return encrypted(csv, identity().Recipient()) }
	withPhrase := func() []byte { return encrypted(csv, scrypt(oddPassphrase, 4)) }
	bomb := func() []byte {
		text, err := io.ReadAll(io.LimitReader(endless("name,email\n"), 160<<20))
		if err != nil {
			panic(err)
		}
		return gzipped(text)
	}
	return []odd{
		{name: "csv.csv.gz", content: gzipped(csv), want: "2 3"},
		{name: "workbook.xlsx.gz", content: gzipped(book), want: "2 3"},
		{name: "two-members.csv.gz", content: joined(gzipped([]byte(english)), gzipped([]byte("C,c@example.com,x,993\n"))), want: "2 3 4"},
		{name: "gzip.csv", content: gzipped(csv), want: "refused FILE_IS_GZIP"},
		{name: "twice.csv.gz.gz", content: gzipped(gzipped(csv)), want: "refused FILE_IS_GZIP"},
		{name: "cut.csv.gz", content: gzipped(csv)[:60], want: "refused FILE_BROKEN"},
		{name: "checksum.csv.gz", content: flipped(gzipped(csv), -6), want: "refused FILE_BROKEN"},
		{name: "bomb.csv.gz", make: bomb, want: "refused FILE_PACKING"},
		{name: "nothing-in.csv.gz", content: gzipped(nil), want: "refused FILE_EMPTY"},
		{name: "page-in.csv.gz", content: gzipped([]byte("<html>")), want: "refused FILE_IS_HTML"},
		{name: "to-key.csv.age", make: toKey, want: "2 3", with: withKey},
		{name: "to-key-armored.csv.age", make: func() []byte { return armored(toKey()) }, want: "2 3", with: withKey},
		{name: "to-key-gzip.csv.gz.age", make: func() []byte { return encrypted(gzipped(csv), identity().Recipient()) }, want: "2 3", with: withKey},
		{name: "to-key.xlsx.age", make: func() []byte { return encrypted(book, identity().Recipient()) }, want: "2 3", with: withKey},
		{name: "to-key-without-key.csv.age", make: toKey, want: "refused AGE_NEEDS_IDENTITY"},
		{name: "to-other-key.csv.age", make: func() []byte { return encrypted(csv, otherRecipient()) }, want: "refused AGE_IDENTITY", with: withKey},
		{name: "to-key-no-key-file.csv.age", make: toKey, want: "refused IDENTITY_UNREADABLE", with: func(o *source.Options) { o.Identity = "testdata/none" }},
		{name: "to-key-bad-key-file.csv.age", make: toKey, want: "refused IDENTITY_FORM", with: func(o *source.Options) { o.Identity = "testdata/odd/ascii.csv" }},
		{name: "to-key-cut.csv.age", make: func() []byte { return toKey()[:200] }, want: "refused FILE_BROKEN", with: withKey},
		{name: "to-key-flipped.csv.age", make: func() []byte { return flipped(toKey(), -30) }, want: "refused FILE_BROKEN", with: withKey},
		{name: "nothing-behind-the-header.csv.age", content: []byte("age-encryption.org/v1\n-> X25519 x\n"), want: "refused FILE_BROKEN", with: withKey},
		{name: "age.csv", make: toKey, want: "refused FILE_IS_AGE", with: withKey},
		{name: "passphrase.csv.age", make: withPhrase, want: "2 3", with: withPassphrase(oddPassphrase)},
		{name: "passphrase-wrong.csv.age", make: withPhrase, want: "refused AGE_PASSPHRASE", with: withPassphrase("x")},
		{name: "passphrase-nobody-to-ask.csv.age", make: withPhrase, want: "refused AGE_NEEDS_PASSPHRASE"},
		{name: "passphrase-too-costly.csv.age", make: func() []byte { return bytes.Replace(withPhrase(), []byte(" 4\n"), []byte(" 22\n"), 1) }, want: "refused AGE_COST", with: withPassphrase(oddPassphrase)},
		{name: "locked.xlsx", make: func() []byte { return locked(oddPassword) }, want: "2 3", with: withPassword(oddPassword)},
		{name: "agile.xlsx", want: "2 3", with: withPassword(oddPassword)},
		{name: "mixed-ciphers.xlsx", make: mixedCiphers, want: "refused WORKBOOK_CIPHER", with: withPassword(oddPassword)},
		{name: "locked-wrong.xlsx", make: func() []byte { return locked(oddPassword) }, want: "refused WORKBOOK_PASSWORD", with: withPassword("x")},
		{name: "locked-no-password.xlsx", make: func() []byte { return locked(oddPassword) }, want: "refused WORKBOOK_ENCRYPTED"},
		{name: "locked-against-changes.xlsx", make: func() []byte { return locked("VelvetSweatshop") }, want: "2 3"},
	}
}

func otherRecipient() age.Recipient {
	i, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return i.Recipient()
}

type endlessReader struct{ text *strings.Reader }

// endless repeats a text for ever.
func endless(text string) io.Reader { return endlessReader{strings.NewReader(text)} }

func (e endlessReader) Read(p []byte) (int, error) {
	n, err := e.text.Read(p)
	if err == io.EOF {
		_, err = e.text.Seek(0, io.SeekStart)
	}
	return n, err
}
