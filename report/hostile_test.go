package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"r7import/importer/diagnosis"
	"r7import/report"
)

// hostile are texts as a cell, a portal or a mail server may bring them.
var hostile = []struct{ name, text string }{
	{"formula", `=HYPERLINK("http://example.com";"x")`},
	{"plus", `+cmd|' /C calc'!A0`},
	{"minus", "-2+3"},
	{"at", "@SUM(A1:A9)"},
	{"tab", "\t=1+1"},
	{"carriage return", "\r=1+1"},
	{"line break", "\n=1+1"},
	{"full-width", "＝1＋1"},
	{"full-width at", "＠SUM(A1)"},
	{"second cell", "x;=1+1"},
	{"right to left", "invoice\u202Egpj.exe"},
	{"isolate", "a\u2066b\u2069c"},
	{"terminal", "\x1b]0;owned\x07\x1b[2J"},
	{"C1", "\u009b31m"},
	{"zero", "a\x00b"},
	{"not UTF-8", "a\xff\xfeb"},
	{"separators", "a\u2028alert(1)\u2029b"},
	{"end of script", `</script><script>hacked = 1</script>`},
	{"comment", `<!--<script>`},
	{"image", `<img src=x onerror="hacked = 1">`},
	{"attribute", `"><svg onload=hacked=1>`},
	{"single quote", `' onmouseover='hacked=1`},
	{"link", `javascript:hacked=1`},
	{"end of style", `</style><style>*{background:url(http://example.com)}`},
	{"template", `{{.}} ${hacked=1} {shown} {row}`},
	{"entities", `&lt;script&gt;hacked=1&lt;/script&gt;&#0;`},
	{"end of title", `</title><base href="http://example.com/">`},
	{"end of CDATA", `]]></t><f>1+1</f>`},
	{"escapes of JSON", `\u003cscript\u003e\n"},{"`},
}

// hostileRow has a text in every field that takes one.
func hostileRow(number int, text string) report.Row {
	return report.Row{
		Number: number, Name: text, Email: text, Owner: text, Status: diagnosis.Failed, Side: diagnosis.Incoming, Host: text, Evidence: text, Run: text,
		StartedAt: time.Date(2026, 3, 2, 22, 0, number, 0, moscow), Duration: time.Second,
		Problems: []diagnosis.Problem{{
			Code: diagnosis.MailAuth, Args: diagnosis.Args{"Text": text}, Field: "port",
			Place: diagnosis.Place{File: text, Sheet: text, Row: number, Column: "F", Header: text},
		}},
	}
}

func hostileReport() ([]report.Row, report.Summary) {
	var rows []report.Row
	var tally report.Tally
	about := report.Summary{Command: "run", StartedAt: time.Date(2026, 3, 2, 22, 0, 0, 0, moscow)}
	for i, h := range hostile {
		row := hostileRow(i+2, h.text)
		rows = append(rows, row)
		tally.Add(&row)
		about.Timeline.Events = append(about.Timeline.Events, report.Event{Kind: "rest", Host: h.text, Code: diagnosis.HostFull, Start: about.StartedAt, End: about.StartedAt.Add(time.Minute)})
		about.Run += h.text
		about.File += h.text
		about.Portal += h.text
		about.Filter += h.text
	}
	return rows, tally.Summary(about)
}

func hostileProof() *report.Proof {
	p := &report.Proof{Columns: []report.ProofCount{{Text: "x", Name: "x"}}}
	for _, h := range hostile {
		p.Title += h.text
		p.Verdict += h.text
		p.Facts = append(p.Facts, report.Fact{Label: "x", Value: h.text})
		p.People = append(p.People, report.ProofPerson{Owner: h.text, Name: h.text, Counts: []int{1}})
	}
	return p
}

// TestHostileTextsAreInert writes them in every place of every format and reads what
// came out as the program would that is meant to be fooled.
func TestHostileTextsAreInert(t *testing.T) {
	rows, summary := hostileReport()
	folder := t.TempDir()
	paths := make(map[string]string)
	for _, format := range report.Formats {
		for _, excel := range []bool{false, true} {
			name := "report" + string(format)
			if excel {
				name = "excel" + string(format)
			}
			paths[name] = filepath.Join(folder, name)
			if _, err := report.Write(t.Context(), paths[name], stream(rows), summary, report.Options{Printer: printer(t, "ru"), Excel: excel}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"proof.html", "proof.xlsx"} {
		paths[name] = filepath.Join(folder, name)
		if _, err := report.WriteProof(paths[name], hostileProof(), report.Options{Printer: printer(t, "ru")}); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range paths {
		t.Run(name, func(t *testing.T) {
			switch filepath.Ext(path) {
			case ".csv":
				checkCSV(t, read(t, path))
			case ".jsonl":
				for text := range bytes.Lines(read(t, path)) {
					if !json.Valid(text) {
						t.Errorf("no JSON: %s", text)
					}
					checkText(t, strings.TrimSuffix(string(text), "\n"))
				}
			case ".xlsx":
				checkWorkbook(t, path)
			case ".html":
				checkMarkup(t, read(t, path))
			}
		})
	}
	ctx := browser(t)
	f := listen(ctx)
	for _, name := range []string{"report.html", "proof.html"} {
		do(t, ctx, chromedp.Navigate(address(paths[name], "")))
		do(t, ctx, chromedp.Evaluate(`for (const b of document.querySelectorAll("td.row button, summary, [data-column], .causes a")) b.click()`, nil))
		look(t, ctx, name, `typeof hacked + " " + document.querySelectorAll("img, base, svg[onload]").length + " " + document.styleSheets.length`, "undefined 0 1")
	}
	do(t, ctx, chromedp.Navigate(address(paths["report.html"], "q=%3C%2Fscript%3E%3Cscript%3Ehacked&status=%3Cimg+src%3Dx+onerror%3Dhacked%3D1%3E&sort=__proto__")))
	look(t, ctx, "hostile address", `typeof hacked + " " + document.querySelectorAll("img").length`, "undefined 0")
	f.check(t)
}

// checkText fails for characters that steer a terminal, or hide or reorder what is read.
func checkText(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && r != '\r' && r != '\t' && !unicode.IsGraphic(r) {
			t.Errorf("%.60q holds %U", text, r)
			return
		}
	}
}

func checkCSV(t *testing.T, text []byte) {
	t.Helper()
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	for _, comma := range []rune{',', ';', '\t', '|'} { // whichever the program takes
		r := csv.NewReader(bytes.NewReader(text))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
		for {
			cells, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range cells {
				checkText(t, cell)
				begin := strings.TrimLeft(cell, " \"'")
				quoted := strings.HasPrefix(strings.TrimLeft(cell, " \""), "'")
				if begin != "" && !quoted && strings.ContainsRune("=+-@＝＋－＠\t\r", []rune(begin)[0]) {
					t.Errorf("with %q between cells one is %.60q", comma, cell)
				}
			}
		}
	}
}

func checkWorkbook(t *testing.T, path string) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		cells, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range cells {
			for j, text := range row {
				name, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if formula, _ := f.GetCellFormula(sheet, name); formula != "" {
					t.Errorf("%s!%s is the formula %s", sheet, name, formula)
				}
				if linked, target, _ := f.GetCellHyperLink(sheet, name); linked {
					t.Errorf("%s!%s is a link to %s", sheet, name, target)
				}
				checkText(t, text)
			}
		}
	}
}

// checkMarkup fails for elements and attributes that no template has.
func checkMarkup(t *testing.T, text []byte) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("a comment: %.60q", n.Data)
		}
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			checkText(t, n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
			checkText(t, a.Val)
		}
		switch n.Data {
		case "script":
			if n.FirstChild == nil {
				t.Error("an empty script")
				continue
			}
			data := n.FirstChild.Data
			if scripts++; len(n.Attr) > 0 { // data
				if !json.Valid([]byte(data)) {
					t.Errorf("no JSON: %.100q", data)
				}
				checkText(t, data)
			}
		case "img", "base", "iframe", "object", "embed", "link":
			t.Errorf("a <%s>", n.Data)
		}
	}
	if scripts > 3 {
		t.Errorf("%d scripts, want at most 3", scripts)
	}
}
