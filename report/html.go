package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"io"
	"strconv"
	"strings"

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

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// templates are those of the pages in one language.
func templates(p *lang.Printer) (*template.Template, error) {
	return template.New("pages").Funcs(template.FuncMap{
		"text":   p.Text,
		"lang":   p.Name,
		"style":  func() template.CSS { return template.CSS(pageStyle) }, //nolint:gosec // ours
		"script": func() template.JS { return template.JS(pageScript) },  //nolint:gosec // ours
		"policy": func() string {
			return "default-src 'none'; style-src " + hashOf(pageStyle) + "; script-src " + hashOf(pageScript) + "; base-uri 'none'; form-action 'none'"
		},
		"tone":  func(s diagnosis.Status) string { return shadeOf(s).name },
		"clean": func(text string) string { return clean(text, maxSentence) },
	}).ParseFS(pages, "page/*.html")
}

// document writes rows as a page that shows itself: what can be said of all rows in
// plain markup, then the rows as data, from which the page draws those in view.
type document struct {
	out    io.Writer
	pages  *template.Template
	render *renderer
	part   rowsPart
	texts  map[string]int64 // those the page has got already, or the latest of them
	next   int64            // index of the next text
}

// rowsPart are some of the rows as the page reads them: what is new among the texts,
// and of each row a number for each column, which stands for a text or for itself.
type rowsPart struct {
	Texts []string  `json:"texts"`
	Rows  [][]int64 `json:"rows"`
}

// partRows is how many rows a part has.
const partRows = 500

func newDocument(w io.Writer, s Summary, o Options) (*document, error) {
	all, err := templates(o.Printer)
	if err != nil {
		return nil, err
	}
	d := &document{out: w, pages: all, render: newRenderer(o.Printer, false), texts: map[string]int64{"": 0}, next: 1}
	return d, all.ExecuteTemplate(w, "report.html", d.view(&s))
}

// pageView is what the template shows.
type pageView struct {
	*Summary
	Facts  []Fact
	Counts []pageCount
	Causes []pageCause
	Chart  *chart
	Shown  []string // columns of the table; a row shows the others when asked
	Data   pageData
}

type pageCount struct {
	Status diagnosis.Status
	Rows   int
	Share  string
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
}

// scriptWords are the sentences the script shows.
var scriptWords = []string{"shown", "none", "details", "printed", "seconds"}

func (d *document) view(s *Summary) *pageView {
	p := d.render.printer
	v := &pageView{Summary: s, Facts: s.facts(p), Chart: newChart(s, p)}
	v.Shown = []string{"row", "name", "email", "status", "host", "message", "started_at", "duration_ms"}
	v.Data = pageData{Lang: p.Name(), Columns: Columns, Words: make(map[string]string)}
	for _, status := range diagnosis.Statuses {
		if n := s.Statuses[status]; n > 0 {
			v.Counts = append(v.Counts, pageCount{status, n, percent(n, s.Rows)})
			v.Data.Statuses = append(v.Data.Statuses, pageStatus{status, p.Text("status." + string(status)), shadeOf(status).name})
		}
	}
	for _, word := range scriptWords {
		v.Data.Words[word] = p.Text("page.script." + word)
	}
	for _, column := range Columns {
		v.Data.Words[column] = p.Text("page.column." + column)
	}
	for _, side := range []diagnosis.Side{diagnosis.Incoming, diagnosis.Outgoing, diagnosis.OnPortal, diagnosis.OnFile} {
		v.Data.Words["side."+string(side)] = p.Text("side." + string(side))
	}
	for i := range s.Causes {
		c := pageCause{Cause: &s.Causes[i], Rows: examples(&s.Causes[i])}
		c.Said, c.Hint = d.render.cause(c.Cause)
		c.AnyHost = c.Host == "" && len(s.Causes) >= maxCauses
		v.Causes = append(v.Causes, c)
	}
	return v
}

// Write implements encoder.
func (d *document) Write(row *Row) error {
	l := d.render.line(row)
	started := int64(0)
	if !row.StartedAt.IsZero() { // as the clock on the wall shows it
		_, offset := row.StartedAt.Zone()
		started = row.StartedAt.Unix() + int64(offset)
	}
	d.part.Rows = append(d.part.Rows, []int64{
		int64(l.Row), d.text(l.Name), d.text(l.Email), d.text(l.Owner), d.text(l.Status), d.text(l.Code), d.text(l.Side), d.text(l.Host),
		d.text(l.Message), d.text(l.Hint), int64(l.MailboxID), d.text(l.Filled), int64(l.Attempts), started, int64(l.Duration),
		d.text(l.Evidence), d.text(l.Run),
	})
	if len(d.part.Rows) < partRows {
		return nil
	}
	return d.flush()
}

// text returns the number that stands for a text. Of texts long ago it may not know
// any more that the page has them: then it sends them again.
func (d *document) text(s string) int64 {
	if n, ok := d.texts[s]; ok {
		return n
	}
	if len(d.texts) >= maxCached {
		clear(d.texts)
		d.texts[""] = 0
	}
	n := d.next
	d.texts[s] = n
	d.next++
	d.part.Texts = append(d.part.Texts, s)
	return n
}

// flush writes the rows so far. JSON as Go writes it holds nothing that could end a
// script element.
func (d *document) flush() error {
	if len(d.part.Rows) == 0 {
		return nil
	}
	text, err := json.Marshal(&d.part)
	if err != nil {
		return err
	}
	d.part.Rows, d.part.Texts = d.part.Rows[:0], d.part.Texts[:0]
	var b strings.Builder
	b.WriteString(`<script type="application/json" class="rows">`)
	b.Write(text)
	b.WriteString("</script>\n")
	_, err = io.WriteString(d.out, b.String())
	return err
}

// Finish implements encoder.
func (d *document) Finish() error {
	if err := d.flush(); err != nil {
		return err
	}
	return d.pages.ExecuteTemplate(d.out, "end.html", nil)
}

// Close implements encoder.
func (d *document) Close() {}

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
