package report

import (
	"encoding/json"
	"io"
	"iter"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// rowSchema is the name of the schema of a JSON line; samples/report.schema.json describes it.
const rowSchema = "r7import.report/1"

// jsonRow is a line with the values that have a structure in JSON.
type jsonRow struct {
	Schema string `json:"schema"`
	line
	Filled    map[string]string `json:"filled"`
	StartedAt moment            `json:"started_at"`
	Problems  []jsonProblem     `json:"problems"`
}

type jsonProblem struct {
	Code     diagnosis.Code  `json:"code"`
	Severity string          `json:"severity"`
	Field    string          `json:"field"`
	Place    diagnosis.Place `json:"place"`
	Message  string          `json:"message"`
}

var severityNames = map[diagnosis.Severity]string{
	diagnosis.Error: "error", diagnosis.Warning: "warning", diagnosis.Notice: "notice",
}

// writeJSONL writes a report as JSON, one object per line.
func writeJSONL(w io.Writer, rows iter.Seq2[*Row, error], o Options) error {
	out, render := json.NewEncoder(w), newRenderer(o.Printer, false)
	out.SetEscapeHTML(false)
	for row, err := range rows {
		if err != nil {
			return err
		}
		r := jsonRow{
			Schema: rowSchema, line: render.line(row),
			Filled: make(map[string]string), StartedAt: moment{row.StartedAt}, Problems: []jsonProblem{},
		}
		for f, from := range row.Fills {
			if from != account.NotFilled {
				r.Filled[account.Field(f).String()] = from.String()
			}
		}
		for i := range row.Problems {
			p := &row.Problems[i]
			at := p.Place
			for _, text := range []*string{&at.File, &at.Sheet, &at.Header} {
				*text = diagnosis.Spelled(*text, maxIdentity)
			}
			message := diagnosis.Spelled(render.sentence(p).text, maxSentence)
			r.Problems = append(r.Problems, jsonProblem{p.Code, severityNames[p.Severity()], p.Field, at, message})
		}
		if err := out.Encode(&r); err != nil {
			return err
		}
	}
	return nil
}
