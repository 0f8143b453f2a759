package diagnosis

// RowAbsent is a row to explain that the file does not have.
var RowAbsent = declare("ROW_ABSENT", Entry{Scope: Usage})
