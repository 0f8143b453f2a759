package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"io"
)

// mergedAbove is a cell merged with the one above it.
type mergedAbove struct{}

// formula is a cell with a formula and the error it came to, or no result at all
// as some programs save it.
type formula struct {
	text, failure string
}

// patch gives the formulas of a workbook the results that excelize has no call for.
func patch(book []byte, t *table) ([]byte, error) {
	const part = "xl/worksheets/sheet1.xml"
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if f.Name != part {
			if err := out.Copy(f); err != nil {
				return nil, err
			}
			continue
		}
		if err := patchPart(out, f, t); err != nil {
			return nil, err
		}
	}
	err = out.Close()
	return b.Bytes(), err
}

func patchPart(out *zip.Writer, f *zip.File, t *table) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	xml, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, row := range t.rows {
		for _, value := range row {
			if v, ok := value.(formula); ok {
				if xml, err = v.patch(xml); err != nil {
					return err
				}
			}
		}
	}
	w, err := out.Create(f.Name)
	if err != nil {
		return err
	}
	_, err = w.Write(xml)
	return err
}

// patch replaces the formula in the XML of a sheet.
func (v formula) patch(xml []byte) ([]byte, error) {
	text := html.EscapeString(v.text)
	made := []byte(`t="str"><f>` + text + `</f></c>`)
	wanted := []byte(`><f>` + text + `</f></c>`)
	if v.failure != "" {
		wanted = []byte(`t="e"><f>` + text + `</f><v>` + v.failure + `</v></c>`)
	}
	if bytes.Count(xml, made) != 1 {
		return nil, fmt.Errorf("the formula %s is not where it should be", v.text)
	}
	return bytes.Replace(xml, made, wanted, 1), nil
}
