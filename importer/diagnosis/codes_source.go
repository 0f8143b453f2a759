package diagnosis

// Codes of reading files: what a file is, what was found in it, and rows that
// cannot be read as they stand.
const (
	// What a file is.
	FileMissing        Code = "FILE_MISSING"
	FileUnreadable     Code = "FILE_UNREADABLE"
	FileIsFolder       Code = "FILE_IS_FOLDER"
	FileNotRegular     Code = "FILE_NOT_REGULAR"
	FileIsLock         Code = "FILE_IS_LOCK"
	FileEmpty          Code = "FILE_EMPTY"
	FileNoRows         Code = "FILE_NO_ROWS"
	FileTooLarge       Code = "FILE_TOO_LARGE"
	FilePacking        Code = "FILE_PACKING"
	FileBroken         Code = "FILE_BROKEN"
	FileIsText         Code = "FILE_IS_TEXT"
	FileIsWorkbook     Code = "FILE_IS_WORKBOOK"
	FileIsOldExcel     Code = "FILE_IS_OLD_EXCEL"
	FileIsBinaryExcel  Code = "FILE_IS_BINARY_EXCEL"
	FileIsXMLExcel     Code = "FILE_IS_XML_EXCEL"
	FileIsOpenDocument Code = "FILE_IS_OPEN_DOCUMENT"
	FileIsNumbers      Code = "FILE_IS_NUMBERS"
	FileIsWord         Code = "FILE_IS_WORD"
	FileIsZip          Code = "FILE_IS_ZIP"
	FileIsCompound     Code = "FILE_IS_COMPOUND"
	FileIsHTML         Code = "FILE_IS_HTML"
	FileIsXML          Code = "FILE_IS_XML"
	FileIsJSON         Code = "FILE_IS_JSON"
	FileIsPDF          Code = "FILE_IS_PDF"
	FileIsRTF          Code = "FILE_IS_RTF"
	FileIsLDIF         Code = "FILE_IS_LDIF"
	FileIsVCard        Code = "FILE_IS_VCARD"
	FileIsDBF          Code = "FILE_IS_DBF"
	FileIsPicture      Code = "FILE_IS_PICTURE"
	FileIsPacked       Code = "FILE_IS_PACKED"
	FileIsGzip         Code = "FILE_IS_GZIP"
	FileIsAge          Code = "FILE_IS_AGE"
	FileIsUTF32        Code = "FILE_IS_UTF32"
	FileIsBinary       Code = "FILE_IS_BINARY"

	// What it is encrypted with.
	AgeNeedsIdentity   Code = "AGE_NEEDS_IDENTITY"
	AgeNeedsPassphrase Code = "AGE_NEEDS_PASSPHRASE"
	AgeIdentity        Code = "AGE_IDENTITY"
	AgePassphrase      Code = "AGE_PASSPHRASE"
	AgeCost            Code = "AGE_COST"
	IdentityUnreadable Code = "IDENTITY_UNREADABLE"
	IdentityForm       Code = "IDENTITY_FORM"
	WorkbookEncrypted  Code = "WORKBOOK_ENCRYPTED"
	WorkbookPassword   Code = "WORKBOOK_PASSWORD"
	WorkbookCipher     Code = "WORKBOOK_CIPHER"

	// How it is to be read.
	WorkbookDamaged  Code = "WORKBOOK_DAMAGED"
	WorkbookLimits   Code = "WORKBOOK_LIMITS"
	WorkbookEntities Code = "WORKBOOK_ENTITIES"
	SheetNotFound    Code = "SHEET_NOT_FOUND"
	SheetUnclear     Code = "SHEET_UNCLEAR"
	SheetsHidden     Code = "SHEETS_HIDDEN"
	EncodingUnknown  Code = "ENCODING_UNKNOWN"
	EncodingUnclear  Code = "ENCODING_UNCLEAR"
	EncodingMarked   Code = "ENCODING_MARKED"
	EncodingWrong    Code = "ENCODING_WRONG"
	DelimiterForm    Code = "DELIMITER_FORM"
	DelimiterUnclear Code = "DELIMITER_UNCLEAR"
	HeaderNotFound   Code = "HEADER_NOT_FOUND"
	HeaderRowEmpty   Code = "HEADER_ROW_EMPTY"
	HeaderLost       Code = "HEADER_LOST"
	HeaderGarbled    Code = "HEADER_GARBLED"
	HeaderFaulty     Code = "HEADER_FAULTY"
	FileIsDrawn      Code = "FILE_IS_DRAWN"
	FileEscaped      Code = "FILE_ESCAPED"
	FileMisfit       Code = "FILE_MISFIT"
	HeaderUnreadable Code = "HEADER_UNREADABLE"

	// Which rows are asked for.
	RowsSyntax   Code = "ROWS_SYNTAX"
	WhereSyntax  Code = "WHERE_SYNTAX"
	WhereColumn  Code = "WHERE_COLUMN"
	NoRowsChosen Code = "NO_ROWS_CHOSEN"

	// What was found.
	TextRead          Code = "TEXT_READ"
	SheetRead         Code = "SHEET_READ"
	EncodingGuessed   Code = "ENCODING_GUESSED"
	HeaderJoined      Code = "HEADER_JOINED"
	TitleRowsPassed   Code = "TITLE_ROWS_PASSED"
	CommentsPassed    Code = "COMMENTS_PASSED"
	TotalsPassed      Code = "TOTALS_PASSED"
	HeadersPassed     Code = "HEADERS_PASSED"
	LinesUnquoted     Code = "LINES_UNQUOTED"
	PaddingTaken      Code = "PADDING_TAKEN"
	CellsUnwrapped    Code = "CELLS_UNWRAPPED"
	ColumnNameless    Code = "COLUMN_NAMELESS"
	CellsShared       Code = "CELLS_SHARED"
	NumbersTaken      Code = "NUMBERS_TAKEN"
	SheetsPassed      Code = "SHEETS_PASSED"
	SheetHidden       Code = "SHEET_HIDDEN"
	RowsHidden        Code = "ROWS_HIDDEN"
	ColumnsHidden     Code = "COLUMNS_HIDDEN"
	FileOpenElsewhere Code = "FILE_OPEN_ELSEWHERE"

	// What is wrong with a row or one of its cells.
	RowWidth          Code = "ROW_WIDTH"
	RowTooLong        Code = "ROW_TOO_LONG"
	RowTooWide        Code = "ROW_TOO_WIDE"
	RowCommented      Code = "ROW_COMMENTED"
	QuoteStray        Code = "QUOTE_STRAY"
	QuoteUnclosed     Code = "QUOTE_UNCLOSED"
	PaddingBroken     Code = "PADDING_BROKEN"
	TextUndecodable   Code = "TEXT_UNDECODABLE"
	TextLost          Code = "TEXT_LOST"
	TextGarbled       Code = "TEXT_GARBLED"
	CellFailure       Code = "CELL_FAILURE"
	CellDate          Code = "CELL_DATE"
	CellMerged        Code = "CELL_MERGED"
	FormulaUncomputed Code = "FORMULA_UNCOMPUTED"
	PasswordNotText   Code = "PASSWORD_NOT_TEXT"
	PasswordNumber    Code = "PASSWORD_NUMBER"
	NumberAltered     Code = "NUMBER_ALTERED"
)

var sourceCodes = map[Code]Entry{
	FileMissing:        {Scope: File, Side: OnFile},
	FileUnreadable:     {Scope: File, Side: OnFile},
	FileIsFolder:       {Scope: File, Side: OnFile},
	FileNotRegular:     {Scope: File, Side: OnFile},
	FileIsLock:         {Scope: File, Side: OnFile},
	FileEmpty:          {Scope: File, Side: OnFile},
	FileNoRows:         {Scope: File, Side: OnFile},
	FileTooLarge:       {Scope: File, Side: OnFile},
	FilePacking:        {Scope: File, Side: OnFile},
	FileBroken:         {Scope: File, Side: OnFile},
	FileIsText:         {Scope: File, Side: OnFile},
	FileIsWorkbook:     {Scope: File, Side: OnFile},
	FileIsOldExcel:     {Scope: File, Side: OnFile},
	FileIsBinaryExcel:  {Scope: File, Side: OnFile},
	FileIsXMLExcel:     {Scope: File, Side: OnFile},
	FileIsOpenDocument: {Scope: File, Side: OnFile},
	FileIsNumbers:      {Scope: File, Side: OnFile},
	FileIsWord:         {Scope: File, Side: OnFile},
	FileIsZip:          {Scope: File, Side: OnFile},
	FileIsCompound:     {Scope: File, Side: OnFile},
	FileIsHTML:         {Scope: File, Side: OnFile},
	FileIsXML:          {Scope: File, Side: OnFile},
	FileIsJSON:         {Scope: File, Side: OnFile},
	FileIsPDF:          {Scope: File, Side: OnFile},
	FileIsRTF:          {Scope: File, Side: OnFile},
	FileIsLDIF:         {Scope: File, Side: OnFile},
	FileIsVCard:        {Scope: File, Side: OnFile},
	FileIsDBF:          {Scope: File, Side: OnFile},
	FileIsPicture:      {Scope: File, Side: OnFile},
	FileIsPacked:       {Scope: File, Side: OnFile},
	FileIsGzip:         {Scope: File, Side: OnFile},
	FileIsAge:          {Scope: File, Side: OnFile},
	FileIsUTF32:        {Scope: File, Side: OnFile},
	FileIsBinary:       {Scope: File, Side: OnFile},

	AgeNeedsIdentity:   {Scope: File, Side: OnFile},
	AgeNeedsPassphrase: {Scope: File, Side: OnFile},
	AgeIdentity:        {Scope: File, Side: OnFile},
	AgePassphrase:      {Scope: File, Side: OnFile},
	AgeCost:            {Scope: File, Side: OnFile},
	IdentityUnreadable: {Scope: Usage},
	IdentityForm:       {Scope: Usage},
	WorkbookEncrypted:  {Scope: File, Side: OnFile},
	WorkbookPassword:   {Scope: File, Side: OnFile},
	WorkbookCipher:     {Scope: File, Side: OnFile},

	WorkbookDamaged:  {Scope: File, Side: OnFile},
	WorkbookLimits:   {Scope: File, Side: OnFile},
	WorkbookEntities: {Scope: File, Side: OnFile},
	SheetNotFound:    {Scope: File, Side: OnFile},
	SheetUnclear:     {Scope: File, Side: OnFile},
	SheetsHidden:     {Scope: File, Side: OnFile},
	EncodingUnknown:  {Scope: Usage},
	EncodingUnclear:  {Scope: File, Side: OnFile},
	EncodingMarked:   {Scope: File, Side: OnFile},
	EncodingWrong:    {Scope: File, Side: OnFile},
	DelimiterForm:    {Scope: Usage},
	DelimiterUnclear: {Scope: File, Side: OnFile},
	HeaderNotFound:   {Scope: File, Side: OnFile},
	HeaderRowEmpty:   {Scope: File, Side: OnFile},
	HeaderLost:       {Scope: File, Side: OnFile},
	HeaderGarbled:    {Scope: File, Side: OnFile},
	HeaderFaulty:     {Scope: File, Side: OnFile},
	FileIsDrawn:      {Scope: File, Side: OnFile},
	FileEscaped:      {Scope: File, Side: OnFile},
	FileMisfit:       {Scope: File, Side: OnFile},
	HeaderUnreadable: {Scope: File, Side: OnFile},

	RowsSyntax:   {Scope: Usage},
	WhereSyntax:  {Scope: Usage},
	WhereColumn:  {Scope: Usage},
	NoRowsChosen: {Scope: File, Side: OnFile},

	TextRead:          {Scope: File, Severity: Notice},
	SheetRead:         {Scope: File, Severity: Notice},
	EncodingGuessed:   {Scope: File, Severity: Notice},
	HeaderJoined:      {Scope: File, Severity: Notice},
	TitleRowsPassed:   {Scope: File, Severity: Notice},
	CommentsPassed:    {Scope: File, Severity: Notice},
	TotalsPassed:      {Scope: File, Severity: Notice},
	HeadersPassed:     {Scope: File, Severity: Notice},
	LinesUnquoted:     {Scope: File, Severity: Notice},
	PaddingTaken:      {Scope: File, Severity: Notice},
	CellsUnwrapped:    {Scope: File, Severity: Notice},
	ColumnNameless:    {Scope: File, Severity: Notice},
	CellsShared:       {Scope: File, Severity: Notice},
	NumbersTaken:      {Scope: File, Severity: Warning},
	SheetsPassed:      {Scope: File, Severity: Notice},
	SheetHidden:       {Scope: File, Severity: Notice},
	RowsHidden:        {Scope: File, Severity: Notice},
	ColumnsHidden:     {Scope: File, Severity: Notice},
	FileOpenElsewhere: {Scope: File, Severity: Notice},

	RowWidth:          {Side: OnFile},
	RowTooLong:        {Side: OnFile},
	RowTooWide:        {Side: OnFile},
	RowCommented:      {Side: OnFile},
	QuoteStray:        {Side: OnFile},
	QuoteUnclosed:     {Side: OnFile},
	PaddingBroken:     {Side: OnFile},
	TextUndecodable:   {Side: OnFile},
	TextLost:          {Side: OnFile},
	TextGarbled:       {Side: OnFile},
	CellFailure:       {Side: OnFile},
	CellDate:          {Side: OnFile},
	CellMerged:        {Side: OnFile},
	FormulaUncomputed: {Side: OnFile},
	PasswordNotText:   {Side: OnFile},
	PasswordNumber:    {Side: OnFile},
	NumberAltered:     {Side: OnFile},
}
