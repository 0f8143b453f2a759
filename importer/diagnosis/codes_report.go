package diagnosis

// What can be wrong with a report.
const (
	ReportNowhere        Code = "REPORT_NOWHERE"          // it was not said where the report goes
	ReportFormat         Code = "REPORT_FORMAT"           // no report has this extension
	ReportIsInput        Code = "REPORT_IS_INPUT"         // it would overwrite the input
	ReportIsFolder       Code = "REPORT_IS_FOLDER"        // a folder has this name
	ReportIsLink         Code = "REPORT_IS_LINK"          // a symbolic link has this name
	ReportNotAFile       Code = "REPORT_NOT_A_FILE"       // a device, pipe or socket has this name
	ReportReadOnly       Code = "REPORT_READ_ONLY"        // a file that is read-only has this name
	ReportNoFolder       Code = "REPORT_NO_FOLDER"        // the folder is not there
	ReportFolderReadOnly Code = "REPORT_FOLDER_READ_ONLY" // nothing can be made in the folder
	ReportDiskFull       Code = "REPORT_DISK_FULL"
	ReportWrite          Code = "REPORT_WRITE" // any other failure to write it
)

var reportCodes = map[Code]Entry{
	ReportNowhere:        {Scope: Usage},
	ReportFormat:         {Scope: Usage},
	ReportIsInput:        {Scope: Usage},
	ReportIsFolder:       {Scope: Usage},
	ReportIsLink:         {Scope: Usage},
	ReportNotAFile:       {Scope: Usage},
	ReportReadOnly:       {Scope: Usage},
	ReportNoFolder:       {Scope: Usage},
	ReportFolderReadOnly: {Scope: Usage},
	ReportDiskFull:       {Scope: State},
	ReportWrite:          {Scope: State},
}
