package container

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/text"
)

// kind is what a file is by its content. The kind of a file that cannot
// be read, or not before it is unwrapped, is the code of its problem.
type kind = diagnosis.Code

const (
	kindText     kind = "text"
	kindWorkbook kind = "workbook"
	kindZip      kind = "zip"
	kindCompound kind = "compound" // Microsoft's older container: an .xls, or a workbook with a password
)

// checkKind returns the problem of a file of a kind that cannot be read, nil for other kinds.
func checkKind(k kind, name string) error {
	switch k {
	case kindText, kindWorkbook, kindZip, kindCompound:
		return nil
	}
	return diagnosis.New(k, "File", name)
}

// signatures are the first bytes of the kinds that have them.
var signatures = []struct {
	bytes string
	kind  kind
}{
	{"PK\x03\x04", kindZip},
	{"PK\x05\x06", kindZip},
	{"\x1f\x8b", diagnosis.FileIsGzip},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", kindCompound},
	{"age-encryption.org/", diagnosis.FileIsAge},
	{"-----BEGIN AGE ENCRYPTED FILE-----", diagnosis.FileIsAge},
	{"%PDF-", diagnosis.FileIsPDF},
	{"{\\rtf", diagnosis.FileIsRTF},
	{"\x09\x08\x10\x00", diagnosis.FileIsOldExcel},
	{"\x09\x04\x06\x00", diagnosis.FileIsOldExcel},
	{"\x09\x02\x06\x00", diagnosis.FileIsOldExcel},
	{"\x09\x00\x04\x00", diagnosis.FileIsOldExcel},
	{"Rar!\x1a\x07", diagnosis.FileIsPacked},
	{"7z\xbc\xaf\x27\x1c", diagnosis.FileIsPacked},
	{"BZh", diagnosis.FileIsPacked},
	{"\xfd7zXZ\x00", diagnosis.FileIsPacked},
	{"\x28\xb5\x2f\xfd", diagnosis.FileIsPacked},
	{"\x89PNG\r\n", diagnosis.FileIsPicture},
	{"\xff\xd8\xff", diagnosis.FileIsPicture},
	{"GIF8", diagnosis.FileIsPicture},
	{"\x00\x00\xfe\xff", diagnosis.FileIsUTF32},
	{"\xff\xfe\x00\x00", diagnosis.FileIsUTF32},
	{"BEGIN:VCARD", diagnosis.FileIsVCard},
	{"dn: ", diagnosis.FileIsLDIF},
	{"version: 1\n", diagnosis.FileIsLDIF},
	{"version: 1\r\n", diagnosis.FileIsLDIF},
}

// kindOf detects the kind of a file by its first bytes.
func kindOf(head []byte) kind {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.bytes)) {
			return s.kind
		}
	}
	if isDBF(head) {
		return diagnosis.FileIsDBF
	}
	body := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(text.MarkUTF8)), " \t\r\n")
	begins := func(prefix string) bool {
		return len(body) >= len(prefix) && strings.EqualFold(string(body[:len(prefix)]), prefix)
	}
	switch {
	case begins("<!doctype html"), begins("<html"), begins("<table"), begins("<head"), begins("<meta"):
		return diagnosis.FileIsHTML
	case begins("<?xml") && bytes.Contains(body, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return diagnosis.FileIsXMLExcel
	case begins("<?xml") && bytes.Contains(bytes.ToLower(body), []byte("<html")):
		return diagnosis.FileIsHTML
	case begins("<?xml"):
		return diagnosis.FileIsXML
	case begins(`{"`), begins("[{"), begins("{\n"), begins("[\n"):
		return diagnosis.FileIsJSON
	case !text.Plausible(head):
		return diagnosis.FileIsBinary
	}
	return kindText
}

// isDBF detects dBase files, which 1C and old mail servers export:
// a version, a date, and a header length of 32 per field plus 1.
func isDBF(head []byte) bool {
	if len(head) < 68 || head[0] != 0x03 && head[0] != 0x30 && head[0] != 0x83 && head[0] != 0xF5 {
		return false
	}
	month, day := head[2], head[3]
	length := int(head[8]) | int(head[9])<<8
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 && length > 64 && (length%32 == 1 || head[0] == 0x30)
}

// kindOfZip detects what a zip file holds by the names of its parts. One that
// cannot be listed is treated as a workbook; opening it reports the damage.
func kindOfZip(content *io.SectionReader) kind {
	a, err := OpenArchive(content)
	if err != nil {
		return kindWorkbook
	}
	switch {
	case a.Has("xl/workbook.bin"):
		return diagnosis.FileIsBinaryExcel
	case a.Has("word/document.xml"), a.Has("ppt/presentation.xml"):
		return diagnosis.FileIsWord
	case a.Has("content.xml") && a.Has("mimetype"):
		return diagnosis.FileIsOpenDocument
	case a.Has("Index/Document.iwa"), a.Has("Index.zip"):
		return diagnosis.FileIsNumbers
	case a.Has("_rels/.rels"), a.Has("[Content_Types].xml"):
		return kindWorkbook
	}
	return diagnosis.FileIsZip
}

// checkExtension refuses a file whose name belongs to the other format: a program
// that goes by the name would show something other than what is read here.
func checkExtension(k kind, name, extension string) error {
	asText := slices.Contains([]string{".csv", ".tsv", ".txt", ".tab"}, extension)
	asWorkbook := slices.Contains([]string{".xlsx", ".xlsm", ".xltx", ".xltm"}, extension)
	asOther := slices.Contains([]string{".xls", ".xlsb", ".ods"}, extension)
	switch {
	case k == kindText && (asWorkbook || asOther):
		return diagnosis.New(diagnosis.FileIsText, "File", name)
	case k == kindWorkbook && (asText || asOther):
		return diagnosis.New(diagnosis.FileIsWorkbook, "File", name)
	}
	return nil
}
