package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/source/container"
)

// edited returns a part after an edit.
func edited(t *testing.T, in string, change PartEdit) (string, error) {
	t.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	part, err := z.Create("sheet.xml")
	if err == nil {
		_, err = part.Write([]byte(in))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	archive, err := container.OpenArchive(io.NewSectionReader(bytes.NewReader(packed.Bytes()), 0, int64(packed.Len())))
	if err != nil {
		t.Fatal(err)
	}
	book := &Book{Archive: archive, Strings: &Strings{}}
	for _, text := range []string{"old@x.ru", " "} {
		if err := book.Strings.add([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	err = book.edit(t.Context(), "sheet.xml", &out, change)
	return out.String(), err
}

func ref[T any](v T) *T { return &v }

func TestSheetEdit(t *testing.T) {
	const head, tail = `<?xml version="1.0"?><worksheet>`, `</worksheet>`
	two := func(r *Rows) []Edit { // a header in the style before it, and a text
		switch r.Number {
		case 1:
			return []Edit{{Column: 2, Text: ref("new"), Style: ref(r.Style(1))}}
		case 3:
			return []Edit{{Column: 2, Text: ref("a <b> _x0041_\n")}}
		}
		return nil
	}
	fill := func(column int) func(r *Rows) []Edit {
		return func(r *Rows) []Edit {
			if r.Holds(column) {
				return nil
			}
			return []Edit{{Column: column, Text: ref("x")}}
		}
	}
	const x = ` t="inlineStr"><is><t xml:space="preserve">x</t></is></c>`
	for _, tc := range []struct {
		name     string
		edit     SheetEdit
		in, want string
	}{
		{"a new column", SheetEdit{Row: two, New: 2, Widths: []float64{32}},
			`<dimension ref="A1:B3"/><sheetData><row r="1" spans="1:2" ht="20"><c r="A1" t="s"><v>0</v></c><c r="B1" s="7"/></row><!-- a --><row r="3"><c r="A3"><v>1</v></c></row></sheetData><x/>`,
			`<dimension ref="A1:C3"/><cols><col min="3" max="3" width="32" customWidth="1"/></cols><sheetData><row r="1" ht="20"><c r="A1" t="s"><v>0</v></c><c r="B1" s="7"/>` +
				`<c r="C1" s="7" t="inlineStr"><is><t xml:space="preserve">new</t></is></c></row><!-- a --><row r="3"><c r="A3"><v>1</v></c>` +
				`<c r="C3" t="inlineStr"><is><t xml:space="preserve">a &lt;b&gt; _x005F_x0041_&#xA;</t></is></c></row></sheetData><x/>`},
		{"prefixes and rows without numbers", SheetEdit{Row: fill(1), New: 1, Widths: []float64{9}},
			`<p:cols><p:col min="1" max="1"/></p:cols><p:sheetData><p:row><p:c><p:v>1</p:v></p:c></p:row><p:row/></p:sheetData>`,
			`<p:cols><p:col min="1" max="1"/><p:col min="2" max="2" width="9" customWidth="1"/></p:cols><p:sheetData><p:row><p:c><p:v>1</p:v></p:c>` +
				`<p:c r="B1" t="inlineStr"><p:is><p:t xml:space="preserve">x</p:t></p:is></p:c></p:row><p:row><p:c r="B2" t="inlineStr"><p:is><p:t xml:space="preserve">x</p:t></p:is></p:c></p:row></p:sheetData>`},
		{"hidden columns around", SheetEdit{New: 3, Widths: []float64{9, 9}, Row: func(*Rows) []Edit { return nil }},
			`<cols><col min="1" max="2"/><col hidden="1" max='4' min="3" width="1"/><col min="5" max="5"/><col min="6" max="9"></col></cols><sheetData/>`,
			`<cols><col min="1" max="2"/><col hidden="1" min="3" width="1" max="3"/><col min="4" max="4" width="9" customWidth="1"/><col min="5" max="5" width="9" customWidth="1"/><col min="6" max="9"></col></cols><sheetData/>`},
		{"all the rest is hidden", SheetEdit{New: 3, Widths: []float64{9}, Row: func(*Rows) []Edit { return nil }},
			`<cols><col min="2" max="16384" hidden="1"/></cols><sheetData/>`,
			`<cols><col min="2" hidden="1" max="3"/><col min="4" max="4" width="9" customWidth="1"/><col max="16384" hidden="1" min="5"/></cols><sheetData/>`},
		{"blank cells are filled, others stay", SheetEdit{Row: fill(0)},
			`<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" s="3" t="s"><v>1</v></c></row><row r="3"><c r="A3" s="4"/><c r="B3"/></row>` +
				`<row r="4"><c r="A4" t="str"><f>""</f><v></v></c></row><row r="5"><c r="B5"/></row><row r="6"><c r="A6" t="inlineStr"><is><r><rPr><family val="2"/></rPr><t> </t></r></is></c></row></sheetData>`,
			`<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" s="3"` + x + `</row><row r="3"><c r="A3" s="4"` + x + `<c r="B3"/></row>` +
				`<row r="4"><c r="A4" t="str"><f>""</f><v></v></c></row><row r="5"><c r="A5"` + x + `<c r="B5"/></row><row r="6"><c r="A6"` + x + `</row></sheetData>`},
		{"rows and columns of other things", SheetEdit{Row: fill(0), New: 1, Widths: []float64{9}},
			`<sheetData><row r="1"><c r="A1"/></row></sheetData><controls><from><xdr:col>1</xdr:col><xdr:row>2</xdr:row></from></controls><extLst><ext><row/><cols><col min="1" max="9"/></cols></ext></extLst>`,
			`<cols><col min="2" max="2" width="9" customWidth="1"/></cols><sheetData><row r="1"><c r="A1"` + x +
				`</row></sheetData><controls><from><xdr:col>1</xdr:col><xdr:row>2</xdr:row></from></controls><extLst><ext><row/><cols><col min="1" max="9"/></cols></ext></extLst>`},
		{"styles and blanks", SheetEdit{Row: func(r *Rows) []Edit {
			return []Edit{{Column: 1, Text: ref("")}, {Column: 0, Style: ref(9)}, {Column: 2, Style: ref(8)}}
		}},
			`<sheetData><row><c r="A1" s='1' t="s"><v>0</v></c><c r="B1" s="2" t="str"><v>secret</v></c></row></sheetData>`,
			`<sheetData><row><c r="A1" t="s" s="9"><v>0</v></c><c r="B1" s="2"/><c r="C1" s="8"/></row></sheetData>`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := edited(t, head+tc.in+tail, tc.edit.Apply)
			if diff := cmp.Diff(head+tc.want+tail, got); err != nil || diff != "" {
				t.Errorf("error %v, want - got +\n%s", err, diff)
			}
		})
	}
}

// TestEditChangesNothingElse: an edit that says nothing leaves every byte of every
// sheet of the collection.
func TestEditChangesNothingElse(t *testing.T) {
	paths, err := filepath.Glob("../testdata/odd/*.xls[xm]")
	if err != nil {
		t.Fatal(err)
	}
	sheets := 0
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		book, err := Open(io.NewSectionReader(bytes.NewReader(content), 0, int64(len(content))))
		if err != nil {
			continue // not sound
		}
		for _, s := range book.Sheets {
			if _, err := allCells(book, s); err != nil {
				continue
			}
			in, err := book.Archive.Open(s.Part, container.MaxPart)
			if err != nil {
				t.Fatal(err)
			}
			want, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			asked := 0
			err = book.edit(t.Context(), s.Part, &out, SheetEdit{Row: func(*Rows) []Edit { asked++; return nil }}.Apply)
			if err != nil || !bytes.Equal(out.Bytes(), want) {
				t.Errorf("%s, sheet %s: error %v, %d bytes have become %d", filepath.Base(path), s.Name, err, len(want), out.Len())
			}
			if asked > 0 {
				sheets++
			}
		}
	}
	if sheets < 20 {
		t.Errorf("%d sheets with rows were edited, want the collection", sheets)
	}
}

func TestEditEndsWithItsContext(t *testing.T) {
	content, err := os.ReadFile("../../../samples/accounts.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Open(io.NewSectionReader(bytes.NewReader(content), 0, int64(len(content))))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	edit := SheetEdit{Row: func(*Rows) []Edit { cancel(); return nil }}
	if err := book.Rewrite(ctx, io.Discard, Edits{container.PartName(book.Sheets[0].Part): edit.Apply}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Rewrite = %v, want %v", err, context.Canceled)
	}
}
