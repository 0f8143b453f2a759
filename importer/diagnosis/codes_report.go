package diagnosis

// What can be wrong with a report.
var (
	ReportNowhere        = declare("REPORT_NOWHERE", Entry{Scope: Usage})          // it was not said where the report goes
	ReportFormat         = declare("REPORT_FORMAT", Entry{Scope: Usage})           // no report has this extension
	ReportIsInput        = declare("REPORT_IS_INPUT", Entry{Scope: Usage})         // it would overwrite the input
	ReportIsFolder       = declare("REPORT_IS_FOLDER", Entry{Scope: Usage})        // a folder has this name
	ReportIsLink         = declare("REPORT_IS_LINK", Entry{Scope: Usage})          // a symbolic link has this name
	ReportNotAFile       = declare("REPORT_NOT_A_FILE", Entry{Scope: Usage})       // a device, pipe or socket has this name
	ReportReadOnly       = declare("REPORT_READ_ONLY", Entry{Scope: Usage})        // a file that is read-only has this name
	ReportNoFolder       = declare("REPORT_NO_FOLDER", Entry{Scope: Usage})        // the folder is not there
	ReportFolderReadOnly = declare("REPORT_FOLDER_READ_ONLY", Entry{Scope: Usage}) // nothing can be made in the folder
	ReportDiskFull       = declare("REPORT_DISK_FULL", Entry{Scope: State})
	ReportWrite          = declare("REPORT_WRITE", Entry{Scope: State}) // any other failure to write it
)
