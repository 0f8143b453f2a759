package source

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// kind is what a file is by its content, whatever its name says.
type kind uint8

const (
	kindText kind = iota
	kindWorkbook

	// Wrappers.
	kindAge
	kindGzip
	kindZip
	kindCompound // Microsoft's older container: an .xls, or a workbook with a password

	// What cannot be read, each with a refusal of its own.
	kindOldExcel
	kindBinaryExcel
	kindXMLExcel
	kindOpenDocument
	kindNumbers
	kindWord
	kindOtherZip
	kindOtherCompound
	kindHTML
	kindXML
	kindJSON
	kindPDF
	kindRTF
	kindLDIF
	kindVCard
	kindDBF
	kindPicture
	kindPacked
	kindUTF32
	kindBinary
)

var refusals = map[kind]diagnosis.Code{
	kindOldExcel:      diagnosis.FileIsOldExcel,
	kindBinaryExcel:   diagnosis.FileIsBinaryExcel,
	kindXMLExcel:      diagnosis.FileIsXMLExcel,
	kindOpenDocument:  diagnosis.FileIsOpenDocument,
	kindNumbers:       diagnosis.FileIsNumbers,
	kindWord:          diagnosis.FileIsWord,
	kindOtherZip:      diagnosis.FileIsZip,
	kindOtherCompound: diagnosis.FileIsCompound,
	kindHTML:          diagnosis.FileIsHTML,
	kindXML:           diagnosis.FileIsXML,
	kindJSON:          diagnosis.FileIsJSON,
	kindPDF:           diagnosis.FileIsPDF,
	kindRTF:           diagnosis.FileIsRTF,
	kindLDIF:          diagnosis.FileIsLDIF,
	kindVCard:         diagnosis.FileIsVCard,
	kindDBF:           diagnosis.FileIsDBF,
	kindPicture:       diagnosis.FileIsPicture,
	kindPacked:        diagnosis.FileIsPacked,
	kindUTF32:         diagnosis.FileIsUTF32,
	kindBinary:        diagnosis.FileIsBinary,
	kindGzip:          diagnosis.FileIsGzip,
	kindAge:           diagnosis.FileIsAge,
}

// refusal says what a file is that cannot be read.
func (k kind) refusal(name string) error {
	if code, ok := refusals[k]; ok {
		return diagnosis.New(code, "File", name)
	}
	return nil
}

// signatures are the first bytes of the kinds that have them.
var signatures = []struct {
	bytes string
	kind  kind
}{
	{"PK\x03\x04", kindZip},
	{"PK\x05\x06", kindZip},
	{"\x1f\x8b", kindGzip},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", kindCompound},
	{"age-encryption.org/", kindAge},
	{"-----BEGIN AGE ENCRYPTED FILE-----", kindAge},
	{"%PDF-", kindPDF},
	{"{\\rtf", kindRTF},
	{"\x09\x08\x10\x00", kindOldExcel},
	{"\x09\x04\x06\x00", kindOldExcel},
	{"\x09\x02\x06\x00", kindOldExcel},
	{"\x09\x00\x04\x00", kindOldExcel},
	{"Rar!\x1a\x07", kindPacked},
	{"7z\xbc\xaf\x27\x1c", kindPacked},
	{"BZh", kindPacked},
	{"\xfd7zXZ\x00", kindPacked},
	{"\x28\xb5\x2f\xfd", kindPacked},
	{"\x89PNG\r\n", kindPicture},
	{"\xff\xd8\xff", kindPicture},
	{"GIF8", kindPicture},
	{"\x00\x00\xfe\xff", kindUTF32},
	{"\xff\xfe\x00\x00", kindUTF32},
	{"BEGIN:VCARD", kindVCard},
	{"dn: ", kindLDIF},
	{"version: 1\n", kindLDIF},
	{"version: 1\r\n", kindLDIF},
}

// kindOf tells a kind from the first bytes of a file.
func kindOf(head []byte) kind {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.bytes)) {
			return s.kind
		}
	}
	if isDBF(head) {
		return kindDBF
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(markUTF8)), " \t\r\n")
	switch {
	case hasPrefixFold(text, "<!doctype html"), hasPrefixFold(text, "<html"), hasPrefixFold(text, "<table"), hasPrefixFold(text, "<head"), hasPrefixFold(text, "<meta"):
		return kindHTML
	case hasPrefixFold(text, "<?xml") && bytes.Contains(text, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return kindXMLExcel
	case hasPrefixFold(text, "<?xml") && bytes.Contains(bytes.ToLower(text), []byte("<html")):
		return kindHTML
	case hasPrefixFold(text, "<?xml"):
		return kindXML
	case bytes.HasPrefix(text, []byte(`{"`)), bytes.HasPrefix(text, []byte("[{")), bytes.HasPrefix(text, []byte("{\n")), bytes.HasPrefix(text, []byte("[\n")):
		return kindJSON
	case isBinary(head):
		return kindBinary
	}
	return kindText
}

func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(string(text[:len(prefix)]), prefix)
}

// isDBF tells dBase files, which 1C and old mail servers export: a version, a
// date, and a header length of 32 for each field and one more byte.
func isDBF(head []byte) bool {
	if len(head) < 68 || head[0] != 0x03 && head[0] != 0x30 && head[0] != 0x83 && head[0] != 0xF5 {
		return false
	}
	month, day := head[2], head[3]
	length := int(head[8]) | int(head[9])<<8
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 && length > 64 && (length%32 == 1 || head[0] == 0x30)
}

// isBinary reports whether bytes are no text in any encoding: many control
// characters, or zeros that are not those of UTF-16.
func isBinary(head []byte) bool {
	if _, mark := charsetByMark(head); mark > 0 || wideOrder(head) != narrow {
		return false
	}
	controls := 0
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1A || b == utf8.RuneSelf-1 {
			controls++
		}
	}
	return controls*20 > len(head)
}

// kindOfZip tells what a zip file holds from the names of its parts. One that
// cannot be listed may be a workbook: whoever opens it says what is wrong with it.
func kindOfZip(at io.ReaderAt, size int64) kind {
	a, err := openArchive(at, size)
	if err != nil {
		return kindWorkbook
	}
	switch {
	case a.has("xl/workbook.bin"):
		return kindBinaryExcel
	case a.has("word/document.xml"), a.has("ppt/presentation.xml"):
		return kindWord
	case a.has("content.xml") && a.has("mimetype"):
		return kindOpenDocument
	case a.has("Index/Document.iwa"), a.has("Index.zip"):
		return kindNumbers
	case a.has("_rels/.rels"), a.has("[Content_Types].xml"):
		return kindWorkbook
	}
	return kindOtherZip
}

// checkWrapper takes the extension of a wrapper off a name in lower case. A name
// that does not have it promises something else.
func (in *input) checkWrapper(path string, name *string, extension string, code diagnosis.Code) error {
	trimmed, ok := strings.CutSuffix(*name, extension)
	if !ok && path != "-" {
		return diagnosis.New(code, "File", in.name)
	}
	*name = trimmed
	return nil
}

// checkExtension refuses a file whose name promises the other format: whoever
// opens it by its name sees something else than we do.
func checkExtension(k kind, name, extension string) error {
	switch extension {
	case ".csv", ".tsv", ".txt", ".tab":
		if k == kindWorkbook {
			return diagnosis.New(diagnosis.FileIsWorkbook, "File", name)
		}
	case ".xlsx", ".xlsm", ".xltx", ".xltm":
		if k == kindText {
			return diagnosis.New(diagnosis.FileIsText, "File", name)
		}
	case ".xls", ".xlsb", ".ods":
		if k == kindText {
			return diagnosis.New(diagnosis.FileIsText, "File", name)
		}
		return diagnosis.New(diagnosis.FileIsWorkbook, "File", name)
	}
	return nil
}
