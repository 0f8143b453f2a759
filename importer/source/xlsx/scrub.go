package xlsx

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"r7import/importer/source/container"
)

// Scrub takes texts out of the parts of a workbook that [SheetEdit] does not edit.
type Scrub struct {
	// Tells reports whether a text has to go.
	Tells func(text string) bool
	// Shared says the same of a text that cells share.
	Shared func(text string) bool
}

// kept are parts in which no cell, remark or property of a user stands, by the
// beginnings of their names.
var kept = []string{"[content_types]", "xl/workbook.xml", "xl/styles", "xl/theme", "xl/calcchain", "xl/metadata", "xl/persons", "docprops/app.xml"}

// Edits adds an edit for each part that may hold such a text, but those that have one.
func (s Scrub) Edits(w *Book, edits Edits) {
	for _, part := range w.Archive.Parts {
		name := container.PartName(part.Name)
		_, edited := edits[name]
		switch {
		case edited || !strings.HasSuffix(name, ".xml"):
		case name == container.PartName(w.StringsPart):
			edits[name] = s.strings
		case strings.HasPrefix(name, "xl/worksheets/"):
			edits[name] = s.cells
		case !slices.ContainsFunc(kept, func(k string) bool { return strings.HasPrefix(name, k) }):
			edits[name] = s.texts
		}
	}
}

// strings empties texts of the string table.
func (s Scrub) strings(e *editor) error {
	for {
		if err := e.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return damaged(err)
		}
		var err error
		if e.kind == xmlStart && len(e.depths) == 2 && string(e.name) == "si" {
			from, prefix := e.from, prefixOf(e.tag())
			text, readErr := appendRichText(nil, e.xmlScanner)
			if readErr != nil {
				return damaged(readErr)
			}
			if s.Shared(string(unescapeCell(text))) {
				err = e.replace(from, []byte("<"+prefix+"si><"+prefix+"t/></"+prefix+"si>"))
			}
		}
		if err == nil {
			err = e.relieve()
		}
		if err != nil {
			return err
		}
	}
}

// cells empties values of cells and what their headers and footers say.
func (s Scrub) cells(e *editor) error {
	return s.each(e, func(element, text string) bool { return (element == "v" || element == "t") && s.Tells(text) })
}

// texts empties texts and, in what a pivot table remembers of its source, values.
// A number may be anything, the length of a chart's bar for one.
func (s Scrub) texts(e *editor) error {
	return s.each(e, func(element, text string) bool {
		return (element == "t" || strings.Trim(text, "0123456789.") != "") && s.Tells(text)
	})
}

// each empties the texts of elements for which tells says so.
func (s Scrub) each(e *editor, tells func(element, text string) bool) error {
	element := ""
	for {
		behind := e.at()
		if err := e.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return damaged(err)
		}
		var err error
		switch e.kind {
		case xmlStart:
			element = string(e.name)
			err = s.attribute(e)
		case xmlText:
			text, textErr := appendXMLText(nil, e.text, e.cdata)
			if textErr != nil {
				return damaged(textErr)
			}
			if tells(element, string(unescapeCell(text))) {
				err = e.replace(behind, nil)
			}
		}
		if err == nil {
			err = e.relieve()
		}
		if err != nil {
			return err
		}
	}
}

// attribute empties what a pivot table has of a cell: <s v="text"/> or <n v="1"/>.
func (s Scrub) attribute(e *editor) error {
	name := string(e.name)
	if len(e.attrs) == 0 || name != "s" && name != "n" {
		return nil
	}
	text, err := e.attrText("v")
	if err != nil {
		return damaged(err)
	}
	if text == "" || !s.Tells(text) {
		return nil
	}
	written := append([]byte(nil), e.attr("v")...)
	value := ""
	if name == "n" {
		value = "0"
	}
	tag := e.tag()
	for _, quote := range []string{`"`, "'"} {
		tag = bytes.Replace(tag, []byte("v="+quote+string(written)+quote), []byte("v="+quote+value+quote), 1)
	}
	return e.replace(e.from, tag)
}

// WithoutCalcChain takes the list of cells with formulas out of a workbook, in which
// cells that have none any more would be damage. Spreadsheet programs make it anew.
func (w *Book) WithoutCalcChain(edits Edits) {
	const chain = "calcChain.xml"
	for _, part := range w.Archive.Parts {
		name := container.PartName(part.Name)
		switch {
		case strings.HasSuffix(name, "/calcchain.xml"):
			edits[name] = nil
		case name == "[content_types].xml":
			edits[name] = withoutElement("PartName", chain)
		case name == container.PartName(w.relationsPart):
			edits[name] = withoutElement("Target", chain)
		}
	}
}

// withoutElement takes out the elements of which an attribute ends so.
func withoutElement(attr, end string) PartEdit {
	return func(e *editor) error {
		for {
			if err := e.next(); err == io.EOF {
				return nil
			} else if err != nil {
				return damaged(err)
			}
			if e.kind != xmlStart || len(e.depths) != 2 || !strings.HasSuffix(strings.ToLower(string(e.attr(attr))), strings.ToLower(end)) {
				continue
			}
			from := e.from
			if err := e.skip(); err != nil {
				return damaged(err)
			}
			if err := e.replace(from, nil); err != nil {
				return err
			}
		}
	}
}
