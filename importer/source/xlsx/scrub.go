package xlsx

import (
	"bytes"
	"slices"
	"strings"

	"r7import/importer/source/container"
)

// harmless are parts in which no cell, remark or property of a user stands, by the
// beginnings of their names.
var harmless = []string{
	"[content_types]", "xl/workbook.xml", "xl/styles", "xl/theme", "xl/calcchain", "xl/metadata", "xl/persons", "docprops/app.xml",
}

// Scrub adds an edit for each part without one that takes out of it the texts that have
// to go: tells says so of a text, and shared of one that cells share.
func (w *Book) Scrub(edits Edits, tells, shared func(text string) bool) {
	for _, part := range w.Archive.Parts {
		name := container.PartName(part.Name)
		_, edited := edits[name]
		switch {
		case edited || !strings.HasSuffix(name, ".xml"):
		case name == container.PartName(w.stringsPart):
			edits[name] = withoutStrings(shared)
		case strings.HasPrefix(name, "xl/worksheets/"): // values of cells, and what headers and footers say
			edits[name] = withoutTexts(tells, func(element, _ string) bool { return element == "v" || element == "t" })
		case !slices.ContainsFunc(harmless, func(h string) bool { return strings.HasPrefix(name, h) }):
			// A number may be anything, the length of a chart's bar for one.
			edits[name] = withoutTexts(tells, func(element, text string) bool { return element == "t" || strings.Trim(text, "0123456789.") != "" })
		}
	}
}

// withoutStrings empties texts of the string table.
func withoutStrings(shared func(text string) bool) PartEdit {
	return func(e *editor) func() error {
		return func() error {
			if e.kind != xmlStart || len(e.depths) != 2 || string(e.name) != "si" {
				return nil
			}
			from, prefix := e.from, prefixOf(e.tag())
			text, err := appendRichText(nil, e.xmlScanner)
			if err == nil && shared(string(unescapeCell(text))) {
				e.replace(from, []byte("<"+prefix+"si><"+prefix+"t/></"+prefix+"si>"))
			}
			return err
		}
	}
}

// withoutTexts empties the texts of elements that may tell something, and what a pivot
// table remembers of cells: <s v="text"/> or <n v="1"/>.
func withoutTexts(tells func(text string) bool, may func(element, text string) bool) PartEdit {
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
				if err != nil || text == "" || !tells(text) {
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
				if text := string(unescapeCell(written)); may(element, text) && tells(text) {
					e.replace(e.from, nil)
				}
			}
			return nil
		}
	}
}

// WithoutCalcChain takes the list of cells with formulas out of a workbook, in which
// cells that have none any more would be damage. Spreadsheet programs make it anew.
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

// withoutCalcChain takes out the elements whose attribute names that list.
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
