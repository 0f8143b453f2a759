package diagnosis

// Codes of logins to the mail servers from this machine. Where the portal sees the
// same, its own codes are used; these are what only a login of our own shows.
const (
	MailCertName     Code = "MAIL_CERT_NAME"     // the certificate is for other names
	MailCertDate     Code = "MAIL_CERT_DATE"     // it has expired, or is not valid yet
	MailCertIssuer   Code = "MAIL_CERT_ISSUER"   // its issuer is unknown
	MailCertAccepted Code = "MAIL_CERT_ACCEPTED" // logged in all the same, as the portal would
	MailNoStartTLS   Code = "MAIL_NO_STARTTLS"   // not offered: the portal would go on in the clear
	MailOtherService Code = "MAIL_OTHER_SERVICE" // what answers at the port speaks another protocol
	MailTLSNewer     Code = "MAIL_TLS_NEWER"     // only versions of TLS that the portal does not know
	MailUnchecked    Code = "MAIL_UNCHECKED"     // a way of login that is not tried from here
	NotSampled       Code = "NOT_SAMPLED"        // the row is not among those that were tried
	SharedPassword   Code = "SHARED_PASSWORD"    // the same in many rows
	LockoutLimit     Code = "LOCKOUT_LIMIT"      // more refused logins could come than were allowed
	LockoutForm      Code = "LOCKOUT_FORM"
	ResolveForm      Code = "RESOLVE_FORM"
	RefusalsNotKept  Code = "REFUSALS_NOT_KEPT"
)

var preflightCodes = map[Code]Entry{
	MailCertName:     {Fate: Final},
	MailCertDate:     {Fate: Final},
	MailCertIssuer:   {Fate: Final},
	MailCertAccepted: {Severity: Warning},
	MailNoStartTLS:   {Fate: Final},
	MailOtherService: {Fate: Final},
	MailTLSNewer:     {Fate: Final},
	MailUnchecked:    {Severity: Warning},
	NotSampled:       {Severity: Notice},
	SharedPassword:   {Severity: Warning, Side: OnFile},
	LockoutLimit:     {Scope: Usage},
	LockoutForm:      {Scope: Usage},
	ResolveForm:      {Scope: Usage},
	RefusalsNotKept:  {Severity: Warning, Scope: State},
}

// Certificate reports whether the code is about a certificate that is not believed here.
// The portal, as it is shipped, believes every one.
func (c Code) Certificate() bool {
	return c == MailCertName || c == MailCertDate || c == MailCertIssuer
}
