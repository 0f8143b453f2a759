package report

import (
	"encoding/json"
	"io"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// rowSchema names the shape of a JSON line; samples/report.schema.json describes it.
const rowSchema = "r7import.report/1"

// jsonLines writes rows as JSON, one object a line.
type jsonLines struct {
	out    *json.Encoder
	render *renderer
}

// jsonRow is a line with what JSON can say better than a cell.
type jsonRow struct {
	Schema string `json:"schema"`
	line
	Filled    map[string]string `json:"filled"`
	StartedAt *string           `json:"started_at"`
	Problems  []jsonProblem     `json:"problems"`
}

type jsonProblem struct {
	Code     diagnosis.Code  `json:"code"`
	Severity string          `json:"severity"`
	Field    string          `json:"field"`
	Place    diagnosis.Place `json:"place"`
	Message  string          `json:"message"`
}

func newJSONLines(w io.Writer, o Options) *jsonLines {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return &jsonLines{out: out, render: newRenderer(o.Printer, false)}
}

// Write implements encoder.
func (j *jsonLines) Write(row *Row) error {
	r := jsonRow{
		Schema:   rowSchema,
		line:     j.render.line(row),
		Filled:   make(map[string]string),
		Problems: make([]jsonProblem, len(row.Problems)),
	}
	if started := r.line.StartedAt; started != "" {
		r.StartedAt = &started
	}
	for f, from := range row.Fills {
		if from != account.NotFilled {
			r.Filled[account.Field(f).String()] = from.String()
		}
	}
	for i := range row.Problems {
		r.Problems[i] = j.problem(&row.Problems[i])
	}
	return j.out.Encode(&r)
}

func (j *jsonLines) problem(p *diagnosis.Problem) jsonProblem {
	at := p.Place
	at.File = clean(at.File, maxIdentity)
	at.Sheet = clean(at.Sheet, maxIdentity)
	at.Header = clean(at.Header, maxIdentity)
	return jsonProblem{
		Code:     p.Code,
		Severity: severityName(p.Severity()),
		Field:    p.Field,
		Place:    at,
		Message:  clean(j.render.sentence(p).text, maxSentence),
	}
}

// Finish implements encoder.
func (j *jsonLines) Finish() error { return nil }

// Close implements encoder.
func (j *jsonLines) Close() {}

func severityName(s diagnosis.Severity) string {
	switch s {
	case diagnosis.Error:
		return "error"
	case diagnosis.Warning:
		return "warning"
	}
	return "notice"
}
