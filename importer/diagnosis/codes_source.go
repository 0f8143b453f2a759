package diagnosis

// Codes of reading files: what a file is, what was found in it, and rows that
// cannot be read as they stand.
const (
	FileMissing     Code = "FILE_MISSING"
	FileUnreadable  Code = "FILE_UNREADABLE"
	FileIsFolder    Code = "FILE_IS_FOLDER"
	FileNotRegular  Code = "FILE_NOT_REGULAR"
	FileEmpty       Code = "FILE_EMPTY"
	FileTooLarge    Code = "FILE_TOO_LARGE"
	WorkbookDamaged Code = "WORKBOOK_DAMAGED"
	SheetNotFound   Code = "SHEET_NOT_FOUND"
	SheetUnclear    Code = "SHEET_UNCLEAR"
	EncodingUnknown Code = "ENCODING_UNKNOWN"
	EncodingUnclear Code = "ENCODING_UNCLEAR"
	HeaderNotFound  Code = "HEADER_NOT_FOUND"
	HeaderRowEmpty  Code = "HEADER_ROW_EMPTY"

	RowsSyntax  Code = "ROWS_SYNTAX"
	WhereSyntax Code = "WHERE_SYNTAX"
	WhereColumn Code = "WHERE_COLUMN"

	TextRead  Code = "TEXT_READ"
	SheetRead Code = "SHEET_READ"

	RowWidth        Code = "ROW_WIDTH"
	RowTooLong      Code = "ROW_TOO_LONG"
	RowTooWide      Code = "ROW_TOO_WIDE"
	QuoteStray      Code = "QUOTE_STRAY"
	QuoteUnclosed   Code = "QUOTE_UNCLOSED"
	TextUndecodable Code = "TEXT_UNDECODABLE"
)

var sourceCodes = map[Code]Entry{
	FileMissing:     {Scope: File},
	FileUnreadable:  {Scope: File},
	FileIsFolder:    {Scope: File},
	FileNotRegular:  {Scope: File},
	FileEmpty:       {Scope: File},
	FileTooLarge:    {Scope: File},
	WorkbookDamaged: {Scope: File},
	SheetNotFound:   {Scope: File},
	SheetUnclear:    {Scope: File},
	EncodingUnknown: {Scope: Usage},
	EncodingUnclear: {Scope: File},
	HeaderNotFound:  {Scope: File},
	HeaderRowEmpty:  {Scope: File},

	RowsSyntax:  {Scope: Usage},
	WhereSyntax: {Scope: Usage},
	WhereColumn: {Scope: Usage},

	TextRead:  {Scope: File, Severity: Notice},
	SheetRead: {Scope: File, Severity: Notice},

	RowWidth:        {Side: OnFile},
	RowTooLong:      {Side: OnFile},
	RowTooWide:      {Side: OnFile},
	QuoteStray:      {Side: OnFile},
	QuoteUnclosed:   {Side: OnFile},
	TextUndecodable: {Side: OnFile},
}
