package container

import (
	"bytes"
	"io"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/text"
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
	body := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(text.MarkUTF8)), " \t\r\n")
	switch {
	case hasPrefixFold(body, "<!doctype html"), hasPrefixFold(body, "<html"), hasPrefixFold(body, "<table"), hasPrefixFold(body, "<head"), hasPrefixFold(body, "<meta"):
		return kindHTML
	case hasPrefixFold(body, "<?xml") && bytes.Contains(body, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return kindXMLExcel
	case hasPrefixFold(body, "<?xml") && bytes.Contains(bytes.ToLower(body), []byte("<html")):
		return kindHTML
	case hasPrefixFold(body, "<?xml"):
		return kindXML
	case bytes.HasPrefix(body, []byte(`{"`)), bytes.HasPrefix(body, []byte("[{")), bytes.HasPrefix(body, []byte("{\n")), bytes.HasPrefix(body, []byte("[\n")):
		return kindJSON
	case !text.Plausible(head):
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

// kindOfZip tells what a zip file holds from the names of its parts. One that
// cannot be listed may be a workbook: whoever opens it says what is wrong with it.
func kindOfZip(content *io.SectionReader) kind {
	a, err := OpenArchive(content)
	if err != nil {
		return kindWorkbook
	}
	switch {
	case a.Has("xl/workbook.bin"):
		return kindBinaryExcel
	case a.Has("word/document.xml"), a.Has("ppt/presentation.xml"):
		return kindWord
	case a.Has("content.xml") && a.Has("mimetype"):
		return kindOpenDocument
	case a.Has("Index/Document.iwa"), a.Has("Index.zip"):
		return kindNumbers
	case a.Has("_rels/.rels"), a.Has("[Content_Types].xml"):
		return kindWorkbook
	}
	return kindOtherZip
}

// checkWrapper takes the extension of a wrapper off a name in lower case. A name
// that does not have it promises something else.
func (in *File) checkWrapper(path string, name *string, extension string, code diagnosis.Code) error {
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
