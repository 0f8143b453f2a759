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

// defaultPassword is what Excel encrypts a workbook with that is only protected
// against changes, and opens it with unasked ([MS-OFFCRYPTO] 2.4.2.3).
const defaultPassword = "VelvetSweatshop"

// maxSpin is how often a password may be hashed for a key ([MS-OFFCRYPTO] 2.3.4.10).
const maxSpin = 10_000_000

// openCompound decrypts a workbook with a password and names what else is in
// Microsoft's older container.
func (in *File) openCompound(o Options) (err error) {
	defer func() {
		if r := recover(); r != nil { // the libraries that read the container trust the lengths it states
			err = damaged(fmt.Errorf("damaged container: %v", r))
		}
	}()
	content, err := readHeld(whole(in.content), in.name, o.MaxBytes)
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

// compoundParts looks at the list of parts. For an encrypted workbook it returns
// how it is encrypted, with the kind of a workbook.
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
// program would make it. What says so is XML behind eight bytes, however it is
// written; XML that cannot be read says nothing to the library either.
func checkSpin(info []byte) error {
	at := bytes.IndexByte(info, '<')
	if at < 0 {
		return nil // the older way has a number of its own
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
	// ciphered are the elements that say how the package and the key of a password are encrypted.
	ciphered = regexp.MustCompile(`<(?:\w+:)?(?:keyData|encryptedKey)\b[^>]*>`)
	ciphers  = regexp.MustCompile(`\b(cipherAlgorithm|cipherChaining|keyBits|hashAlgorithm)="([^"]*)"`)
)

// mixesCiphers reports whether package and password are encrypted in different ways,
// as some programs do. The library takes one for the other and then the right
// password for a wrong one.
func mixesCiphers(info []byte) bool {
	first := make(map[string]string)
	for _, element := range ciphered.FindAll(info, -1) {
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
