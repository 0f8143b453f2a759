package diagnosis

// Codes of the files that commands make for people: templates, proposed mapping
// files, redacted copies.
var (
	TemplateFormat = declare("TEMPLATE_FORMAT", Entry{Scope: Usage}) // neither a workbook nor a CSV file
	FileExists     = declare("FILE_EXISTS", Entry{Scope: Usage})     // and nobody said that it may be overwritten

	RedactNowhere   = declare("REDACT_NOWHERE", Entry{Scope: Usage})                  // it was not said where the copy goes
	RedactNothing   = declare("REDACT_NOTHING", Entry{Scope: File})                   // no column of secrets was recognised
	RedactExtension = declare("REDACT_EXTENSION", Entry{Scope: Usage})                // the copy would be named as a file of another kind
	RedactMasked    = declare("REDACT_MASKED", Entry{Severity: Notice, Scope: File})  // how many cells were masked, in which columns
	RedactKept      = declare("REDACT_KEPT", Entry{Severity: Notice, Scope: File})    // the columns that were left as they are
	RedactWhole     = declare("REDACT_WHOLE", Entry{Severity: Warning, Scope: File})  // rows that were masked as a whole
	RedactAlike     = declare("REDACT_ALIKE", Entry{Severity: Warning, Scope: File})  // cells of columns kept that held the text of a secret
	RedactUnknown   = declare("REDACT_UNKNOWN", Entry{Severity: Notice, Scope: File}) // columns that were masked because nobody knows what they hold
	RedactAlone     = declare("REDACT_ALONE", Entry{Severity: Notice, Scope: File})   // the copy has the cells of the table and nothing else of the workbook
	RedactNoColumn  = declare("REDACT_NO_COLUMN", Entry{Scope: Usage})                // a column to keep that the file has not
	RedactSecret    = declare("REDACT_SECRET", Entry{Scope: Usage})                   // a column to keep that holds passwords
	RedactOpen      = declare("REDACT_OPEN", Entry{Severity: Notice, Scope: File})    // the copy of an encrypted file is not encrypted

	ProposedContent    = declare("PROPOSED_CONTENT", Entry{Severity: Notice, Scope: File})  // a column is taken for what its cells hold
	ProposedUnmasked   = declare("PROPOSED_UNMASKED", Entry{Severity: Notice, Scope: File}) // another column of passwords holds masks only
	ProposalLacks      = declare("PROPOSAL_LACKS", Entry{Severity: Warning, Scope: File})   // needed fields without a column, all at once
	ProposalDomain     = declare("PROPOSAL_DOMAIN", Entry{Severity: Warning, Scope: File})  // a mail domain whose servers nobody names
	ProposalIncomplete = declare("PROPOSAL_INCOMPLETE", Entry{Scope: Row})                  // the file was written, and rows still lack something
	AnswerNotOffered   = declare("ANSWER_NOT_OFFERED", Entry{Severity: Warning, Scope: Usage})
	ServiceFound       = declare("SERVICE_FOUND", Entry{Severity: Notice, Scope: File})     // which mail service a domain has, and who says so
	ServiceNotFound    = declare("SERVICE_NOT_FOUND", Entry{Severity: Notice, Scope: File}) // its mail exchanges are nobody's that is known
	ExchangeAbsent     = declare("EXCHANGE_ABSENT", Entry{Severity: Warning, Scope: File})  // the DNS knows no mail exchange of a domain
	ExchangeUnasked    = declare("EXCHANGE_UNASKED", Entry{Severity: Warning, Scope: File}) // the DNS did not answer
)
