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

// The page has no request to make and may make none: style and script are in it,
// known by their hashes, and its policy forbids everything else.
var (
	//go:embed page/*.html
	pages embed.FS
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
)

// templates are those of the pages in one language.
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

// writeHTML writes a report as a page that shows itself: what can be said of all rows in
// plain markup, then the rows as data, from which the page draws those in view.
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

// pageView is what the template shows.
type pageView struct {
	*Summary
	Facts  []Fact
	Counts []pageStatus
	Causes []pageCause
	Chart  *chart
	Shown  []string // columns of the table; a row shows the others when asked
	Data   pageData
}

type pageCause struct {
	*Cause
	Said, Hint, Rows string
	AnyHost          bool // its rows may have hosts of their own
}

// pageData is what the script needs to know, besides the rows.
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

// rowsPart are some of the rows as the page reads them: what is new among the texts,
// and of each row a number for each column, which stands for a text or for itself.
type rowsPart struct {
	Texts []string  `json:"texts"`
	Rows  [][]int64 `json:"rows"`

	known map[string]int64 // texts the page has got already, or the latest of them
	next  int64            // index of the next text
}

// partRows is how many rows a part has.
const partRows = 500

func (p *rowsPart) add(l *line) {
	var row []int64
	for _, cell := range reflect.ValueOf(l).Elem().Fields() {
		n := int64(0)
		switch value := cell.Interface().(type) {
		case string:
			n = p.text(value)
		case moment: // as the clock on the wall shows it
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

// text returns the number that stands for a text. Of texts long ago it may not know
// any more that the page has them: then it sends them again.
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

// write writes the rows so far. JSON as Go writes it holds nothing that could end a
// script element.
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

// percent says how much of all n is; what is there is never 0 %, and what is missing never 100.
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
