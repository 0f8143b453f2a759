package xlsx

import (
	"bytes"
	"slices"
	"strings"

	"r7import/importer/source/container"
)

// harmlessParts are beginnings of names of parts that hold
// no cells, remarks or properties entered by users.
var harmlessParts = []string{
	"[content_types]", "xl/workbook.xml", "xl/styles", "xl/theme", "xl/calcchain", "xl/metadata", "xl/persons", "docprops/app.xml",
}

// Scrub adds an edit to each part without one. It removes the texts for
// which reveals returns true, and the shared strings for which revealsShared does.
func (w *Book) Scrub(edits Edits, reveals, revealsShared func(text string) bool) {
	for _, part := range w.Archive.Parts {
		name := container.PartName(part.Name)
		_, edited := edits[name]
		switch {
		case edited || !strings.HasSuffix(name, ".xml"):
		case name == container.PartName(w.stringsPart):
			edits[name] = withoutStrings(revealsShared)
		case strings.HasPrefix(name, "xl/worksheets/"): // cell values, headers and footers
			edits[name] = withoutTexts(reveals, func(element, _ string) bool { return element == "v" || element == "t" })
		case !slices.ContainsFunc(harmlessParts, func(h string) bool { return strings.HasPrefix(name, h) }):
			// A number may mean anything, such as the length of a chart's bar.
			edits[name] = withoutTexts(reveals, func(element, text string) bool { return element == "t" || strings.Trim(text, "0123456789.") != "" })
		}
	}
}

// withoutStrings empties strings of the string table.
func withoutStrings(revealsShared func(text string) bool) PartEdit {
	return func(e *editor) func() error {
		return func() error {
			if e.kind != xmlStart || len(e.depths) != 2 || string(e.name) != "si" {
				return nil
			}
			from, prefix := e.from, prefixOf(e.tag())
			text, err := appendRichText(nil, e.xmlScanner)
			if err == nil && revealsShared(string(unescapeCell(text))) {
				e.replace(from, []byte("<"+prefix+"si><"+prefix+"t/></"+prefix+"si>"))
			}
			return err
		}
	}
}

// withoutTexts empties the texts of elements for which mayReveal and reveals return true,
// and the cell values stored in a pivot table: <s v="text"/> or <n v="1"/>.
func withoutTexts(reveals func(text string) bool, mayReveal func(element, text string) bool) PartEdit {
	return func(e *editor) func() error {
		element := ""
		return func() error {
			switch e.kind {
			case xmlStart:
				element = string(e.name)
				if element != "s" && element != "n" {
					return nil
				}
				text, err := e.attrText("v")
				if err != nil || text == "" || !reveals(text) {
					return err
				}
				value := ""
				if element == "n" {
					value = "0"
				}
				tag, written := e.tag(), string(e.attr("v"))
				for _, quote := range []string{`"`, "'"} {
					tag = bytes.Replace(tag, []byte("v="+quote+written+quote), []byte("v="+quote+value+quote), 1)
				}
				e.replace(e.from, tag)
			case xmlText:
				written, err := appendXMLText(nil, e.text, e.cdata)
				if err != nil {
					return err
				}
				if text := string(unescapeCell(written)); mayReveal(element, text) && reveals(text) {
					e.replace(e.from, nil)
				}
			}
			return nil
		}
	}
}

// WithoutCalcChain removes the list of cells with formulas, which would be
// invalid if one of them has none any more. Spreadsheet programs rebuild it.
func (w *Book) WithoutCalcChain(edits Edits) {
	for _, part := range w.Archive.Parts {
		name := container.PartName(part.Name)
		switch {
		case strings.HasSuffix(name, "/calcchain.xml"):
			edits[name] = nil
		case name == "[content_types].xml":
			edits[name] = withoutCalcChain("PartName")
		case name == container.PartName(w.relationsPart):
			edits[name] = withoutCalcChain("Target")
		}
	}
}

// withoutCalcChain removes the elements whose attribute names that list.
func withoutCalcChain(attr string) PartEdit {
	return func(e *editor) func() error {
		return func() error {
			if e.kind != xmlStart || len(e.depths) != 2 || !strings.HasSuffix(strings.ToLower(string(e.attr(attr))), "calcchain.xml") {
				return nil
			}
			from := e.from
			err := e.skip()
			if err == nil {
				e.replace(from, nil)
			}
			return err
		}
	}
}
