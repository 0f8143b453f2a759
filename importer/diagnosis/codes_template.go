package diagnosis

// Codes of the files that commands make for people: templates, proposed mapping
// files, redacted copies.
const (
	TemplateFormat Code = "TEMPLATE_FORMAT" // neither a workbook nor a CSV file
	FileExists     Code = "FILE_EXISTS"     // and nobody said that it may be overwritten
)

var templateCodes = map[Code]Entry{
	TemplateFormat: {Scope: Usage},
	FileExists:     {Scope: Usage},
}
