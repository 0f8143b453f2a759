package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"iter"
	"reflect"
	"strconv"

	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// The page makes no requests: it contains its style and script. Its policy allows them
// by their hashes and forbids everything else.
var (
	//go:embed page/*.html
	pages embed.FS
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
)

// templates returns the templates of the pages in one language.
func templates(p *lang.Printer) *template.Template {
	return template.Must(template.New("pages").Funcs(template.FuncMap{
		"text":   p.Text,
		"lang":   p.Name,
		"style":  func() template.CSS { return template.CSS(pageStyle) }, //nolint:gosec // ours
		"script": func() template.JS { return template.JS(pageScript) },  //nolint:gosec // ours
		"policy": func() string {
			style, script := sha256.Sum256([]byte(pageStyle)), sha256.Sum256([]byte(pageScript))
			hash := base64.StdEncoding.EncodeToString
			return "default-src 'none'; style-src 'sha256-" + hash(style[:]) + "'; script-src 'sha256-" + hash(script[:]) +
				"'; base-uri 'none'; form-action 'none'"
		},
		"tone":  func(s diagnosis.Status) string { return shadeOf(s).name },
		"clean": func(text string) string { return diagnosis.Spelled(text, maxSentence) },
	}).ParseFS(pages, "page/*.html"))
}

// writeHTML writes a report as a self-contained page: the summary in plain markup, then
// the rows as data, of which the script draws those in view.
func writeHTML(w io.Writer, rows iter.Seq2[*Row, error], s *Summary, o Options) error {
	pages, render := templates(o.Printer), newRenderer(o.Printer, false)
	if err := pages.ExecuteTemplate(w, "report.html", viewOf(s, render)); err != nil {
		return err
	}
	part := rowsPart{known: map[string]int64{"": 0}, next: 1}
	for row, err := range rows {
		if err != nil {
			return err
		}
		l := render.line(row)
		if part.add(&l); len(part.Rows) < partRows {
			continue
		}
		if err := part.write(w); err != nil {
			return err
		}
	}
	if err := part.write(w); err != nil {
		return err
	}
	return pages.ExecuteTemplate(w, "end.html", nil)
}

// pageView is the data of the template.
type pageView struct {
	*Summary
	Facts  []Fact
	Counts []pageStatus
	Causes []pageCause
	Chart  *chart
	Shown  []string // columns of the table; the others are shown in the details of a row
	Data   pageData
}

type pageCause struct {
	*Cause
	Said, Hint, Rows string
	AnyHost          bool // its rows may have different hosts
}

// pageData is the data of the script, without the rows.
type pageData struct {
	Lang     string            `json:"lang"`
	Columns  []string          `json:"columns"`
	Statuses []pageStatus      `json:"statuses"`
	Words    map[string]string `json:"words"`
}

type pageStatus struct {
	Status diagnosis.Status `json:"status"`
	Text   string           `json:"text"`
	Tone   string           `json:"tone"`
	Rows   int              `json:"-"`
	Share  string           `json:"-"` // of all rows
}

func viewOf(s *Summary, render *renderer) *pageView {
	p := render.printer
	v := &pageView{Summary: s, Facts: s.facts(p), Chart: newChart(s, p)}
	v.Shown = []string{"row", "name", "email", "status", "host", "message", "started_at", "duration_ms"}
	for _, status := range diagnosis.Statuses {
		if n := s.Statuses[status]; n > 0 {
			v.Counts = append(v.Counts, pageStatus{status, p.Text("status." + string(status)), shadeOf(status).name, n, percent(n, s.Rows)})
		}
	}
	words := make(map[string]string)
	for _, word := range []string{"shown", "none", "details", "printed", "seconds"} {
		words[word] = p.Text("page.script." + word)
	}
	for _, column := range Columns {
		words[column] = p.Text("page.column." + column)
	}
	for _, side := range []diagnosis.Side{diagnosis.Incoming, diagnosis.Outgoing, diagnosis.OnPortal, diagnosis.OnFile} {
		words["side."+string(side)] = p.Text("side." + string(side))
	}
	v.Data = pageData{Lang: p.Name(), Columns: Columns, Statuses: v.Counts, Words: words}
	for i := range s.Causes {
		c := pageCause{Cause: &s.Causes[i], Rows: examples(&s.Causes[i])}
		c.Said, c.Hint = render.cause(c.Cause)
		c.AnyHost = c.Host == "" && len(s.Causes) >= maxCauses
		v.Causes = append(v.Causes, c)
	}
	return v
}

// rowsPart is a part of the rows as the script reads them: the new texts, and for each
// row a number for each column, which is the index of a text or the value itself.
type rowsPart struct {
	Texts []string  `json:"texts"`
	Rows  [][]int64 `json:"rows"`

	known map[string]int64 // indexes of texts already sent, at most maxCached
	next  int64            // index of the next text
}

// partRows is the number of rows in a part.
const partRows = 500

func (p *rowsPart) add(l *line) {
	var row []int64
	for _, cell := range reflect.ValueOf(l).Elem().Fields() {
		n := int64(0)
		switch value := cell.Interface().(type) {
		case string:
			n = p.text(value)
		case moment: // the local time as if it were UTC
			if _, offset := value.Zone(); !value.IsZero() {
				n = value.Unix() + int64(offset)
			}
		default:
			n = cell.Int()
		}
		row = append(row, n)
	}
	p.Rows = append(p.Rows, row)
}

// text returns the index of a text. If it has forgotten that the text was sent long
// ago, it sends the text again with a new index.
func (p *rowsPart) text(s string) int64 {
	if n, ok := p.known[s]; ok {
		return n
	}
	if len(p.known) >= maxCached {
		clear(p.known)
		p.known[""] = 0
	}
	n := p.next
	p.known[s] = n
	p.next++
	p.Texts = append(p.Texts, s)
	return n
}

// write writes the rows added so far and removes them. Go's JSON escapes angle brackets,
// so it cannot end the script element.
func (p *rowsPart) write(w io.Writer) error {
	if len(p.Rows) == 0 {
		return nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	p.Rows, p.Texts = p.Rows[:0], p.Texts[:0]
	_, err = fmt.Fprintf(w, "<script type=\"application/json\" class=\"rows\">%s</script>\n", text)
	return err
}

// percent returns the share of n in all. It never rounds to 0 % or 100 %: then it returns "< 1 %" or "> 99 %".
func percent(n, all int) string {
	share := 0
	if all > 0 {
		share = int(float64(n)/float64(all)*100 + 0.5)
	}
	switch {
	case share == 0 && n > 0:
		return "< 1 %"
	case share == 100 && n < all:
		return "> 99 %"
	}
	return strconv.Itoa(share) + " %"
}
