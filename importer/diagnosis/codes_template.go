package diagnosis

// Codes of the files that commands make for people: templates, proposed mapping
// files, redacted copies.
const (
	TemplateFormat Code = "TEMPLATE_FORMAT" // neither a workbook nor a CSV file
	FileExists     Code = "FILE_EXISTS"     // and nobody said that it may be overwritten

	ProposedContent    Code = "PROPOSED_CONTENT"    // a column is taken for what its cells hold
	ProposalLacks      Code = "PROPOSAL_LACKS"      // needed fields without a column, all at once
	ProposalDomain     Code = "PROPOSAL_DOMAIN"     // a mail domain whose servers nobody names
	ProposalIncomplete Code = "PROPOSAL_INCOMPLETE" // the file was written, and rows still lack something
	AnswerNotOffered   Code = "ANSWER_NOT_OFFERED"
	ServiceFound       Code = "SERVICE_FOUND"     // which mail service a domain has, and who says so
	ServiceNotFound    Code = "SERVICE_NOT_FOUND" // its mail exchanges are nobody's that is known
	ExchangeAbsent     Code = "EXCHANGE_ABSENT"   // the DNS knows no mail exchange of a domain
	ExchangeUnasked    Code = "EXCHANGE_UNASKED"  // the DNS did not answer
)

var templateCodes = map[Code]Entry{
	TemplateFormat: {Scope: Usage},
	FileExists:     {Scope: Usage},

	ProposedContent:    {Severity: Notice, Scope: File},
	ProposalLacks:      {Severity: Warning, Scope: File},
	ProposalDomain:     {Severity: Warning, Scope: File},
	ProposalIncomplete: {Scope: Row},
	AnswerNotOffered:   {Severity: Warning, Scope: Usage},
	ServiceFound:       {Severity: Notice, Scope: File},
	ServiceNotFound:    {Severity: Notice, Scope: File},
	ExchangeAbsent:     {Severity: Warning, Scope: File},
	ExchangeUnasked:    {Severity: Warning, Scope: File},
}
