package diagnosis

// Codes of the files that commands make for people: templates, proposed mapping
// files, redacted copies.
const (
	TemplateFormat Code = "TEMPLATE_FORMAT" // neither a workbook nor a CSV file
	FileExists     Code = "FILE_EXISTS"     // and nobody said that it may be overwritten

	RedactNowhere   Code = "REDACT_NOWHERE"   // it was not said where the copy goes
	RedactNothing   Code = "REDACT_NOTHING"   // no column of secrets was recognised
	RedactExtension Code = "REDACT_EXTENSION" // the copy would be named as a file of another kind
	RedactMasked    Code = "REDACT_MASKED"    // how many cells were masked, in which columns
	RedactKept      Code = "REDACT_KEPT"      // the columns that were left as they are
	RedactWhole     Code = "REDACT_WHOLE"     // rows that were masked as a whole
	RedactAlike     Code = "REDACT_ALIKE"     // cells of columns kept that held the text of a secret
	RedactUnknown   Code = "REDACT_UNKNOWN"   // columns that were masked because nobody knows what they hold
	RedactAlone     Code = "REDACT_ALONE"     // the copy has the cells of the table and nothing else of the workbook
	RedactNoColumn  Code = "REDACT_NO_COLUMN" // a column to keep that the file has not
	RedactSecret    Code = "REDACT_SECRET"    // a column to keep that holds passwords
	RedactOpen      Code = "REDACT_OPEN"      // the copy of an encrypted file is not encrypted

	ProposedContent    Code = "PROPOSED_CONTENT"    // a column is taken for what its cells hold
	ProposedUnmasked   Code = "PROPOSED_UNMASKED"   // another column of passwords holds masks only
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

	RedactNowhere:   {Scope: Usage},
	RedactNothing:   {Scope: File},
	RedactExtension: {Scope: Usage},
	RedactMasked:    {Severity: Notice, Scope: File},
	RedactKept:      {Severity: Notice, Scope: File},
	RedactWhole:     {Severity: Warning, Scope: File},
	RedactAlike:     {Severity: Warning, Scope: File},
	RedactUnknown:   {Severity: Notice, Scope: File},
	RedactAlone:     {Severity: Notice, Scope: File},
	RedactNoColumn:  {Scope: Usage},
	RedactSecret:    {Scope: Usage},
	RedactOpen:      {Severity: Notice, Scope: File},

	ProposedContent:    {Severity: Notice, Scope: File},
	ProposedUnmasked:   {Severity: Notice, Scope: File},
	ProposalLacks:      {Severity: Warning, Scope: File},
	ProposalDomain:     {Severity: Warning, Scope: File},
	ProposalIncomplete: {Scope: Row},
	AnswerNotOffered:   {Severity: Warning, Scope: Usage},
	ServiceFound:       {Severity: Notice, Scope: File},
	ServiceNotFound:    {Severity: Notice, Scope: File},
	ExchangeAbsent:     {Severity: Warning, Scope: File},
	ExchangeUnasked:    {Severity: Warning, Scope: File},
}
