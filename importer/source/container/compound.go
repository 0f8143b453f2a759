package container

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/richardlehane/mscfb"
	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
)

// defaultPassword is the password with which Excel encrypts a workbook that is only
// protected against changes, and opens it without asking ([MS-OFFCRYPTO] 2.4.2.3).
const defaultPassword = "VelvetSweatshop"

// maxSpin is the greatest number of hash rounds for a key ([MS-OFFCRYPTO] 2.3.4.10).
const maxSpin = 10_000_000

// openCompound decrypts a workbook with a password, and sets
// the kind of any other file in Microsoft's older container.
func (in *File) openCompound(o Options) (err error) {
	defer func() {
		if r := recover(); r != nil { // the libraries for the container trust the lengths stored in it
			err = damaged(fmt.Errorf("damaged container: %v", r))
		}
	}()
	content, err := readLimited(newReader(in.content), in.name, o.MaxBytes)
	if err != nil {
		return err
	}
	info, found, err := compoundParts(content)
	switch {
	case err != nil:
		return damaged(err)
	case found != kindWorkbook:
		in.kind = found
		return nil
	}
	if err := checkSpin(info); err != nil {
		return err
	}
	if mixesCiphers(info) {
		return diagnosis.New(diagnosis.WorkbookCipher)
	}
	password, wrong := o.WorkbookPassword.Reveal(), diagnosis.WorkbookPassword
	if password == "" {
		password, wrong = defaultPassword, diagnosis.WorkbookEncrypted
	}
	plain, err := excelize.Decrypt(content, &excelize.Options{Password: password})
	switch {
	case err == nil && bytes.HasPrefix(plain, []byte("PK\x03\x04")):
		in.hold(plain)
		in.kind = kindZip
		return nil
	case err == nil, errors.Is(err, excelize.ErrWorkbookPassword):
		return diagnosis.New(wrong)
	case errors.Is(err, excelize.ErrUnsupportedEncryptMechanism), errors.Is(err, excelize.ErrUnknownEncryptMechanism):
		return diagnosis.Wrap(err, diagnosis.WorkbookCipher)
	}
	return damaged(err)
}

// compoundParts returns the kind of a container by its parts. For an
// encrypted workbook it also returns the description of the encryption.
func compoundParts(content []byte) (info []byte, found kind, err error) {
	doc, err := mscfb.New(bytes.NewReader(content))
	if err != nil {
		return nil, "", err
	}
	found = diagnosis.FileIsCompound
	for entry, err := doc.Next(); err == nil; entry, err = doc.Next() {
		switch entry.Name {
		case "Workbook", "Book":
			found = diagnosis.FileIsOldExcel
		case "EncryptionInfo", "EncryptedPackage":
			if entry.Size > int64(len(content)) {
				return nil, "", errors.New("a part longer than the file")
			}
			found = kindWorkbook
			if entry.Name == "EncryptionInfo" {
				if info, err = io.ReadAll(entry); err != nil {
					return nil, "", err
				}
			}
		}
	}
	return info, found, nil
}

// checkSpin refuses a workbook whose key takes longer to compute than any
// program would require. The number of rounds is in XML after eight bytes;
// XML that cannot be parsed here has no effect in the library either.
func checkSpin(info []byte) error {
	at := bytes.IndexByte(info, '<')
	if at < 0 {
		return nil // the older method has a fixed number of rounds
	}
	for d := xml.NewDecoder(bytes.NewReader(info[at:])); ; {
		token, err := d.Token()
		if err != nil {
			return nil
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, attribute := range element.Attr {
			if attribute.Name.Local != "spinCount" {
				continue
			}
			if n, err := strconv.Atoi(strings.TrimSpace(attribute.Value)); err != nil || n > maxSpin {
				return diagnosis.New(diagnosis.WorkbookLimits)
			}
		}
	}
}

var (
	// cipherElements matches the elements that describe the encryption of the package and of the password's key.
	cipherElements = regexp.MustCompile(`<(?:\w+:)?(?:keyData|encryptedKey)\b[^>]*>`)
	ciphers        = regexp.MustCompile(`\b(cipherAlgorithm|cipherChaining|keyBits|hashAlgorithm)="([^"]*)"`)
)

// mixesCiphers reports whether package and password are
// encrypted in different ways, as by some programs. The library
// confuses the two and would report the right password as wrong.
func mixesCiphers(info []byte) bool {
	first := make(map[string]string)
	for _, element := range cipherElements.FindAll(info, -1) {
		for _, m := range ciphers.FindAllSubmatch(element, -1) {
			name, value := string(m[1]), string(m[2])
			if seen, ok := first[name]; ok && seen != value {
				return true
			}
			first[name] = value
		}
	}
	return false
}
