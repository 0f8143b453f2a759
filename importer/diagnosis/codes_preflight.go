package diagnosis

// Codes of logins to the mail servers from this machine. Where the portal sees the
// same, its own codes are used; these are what only a login of our own shows.
var (
	MailCertName     = declare("MAIL_CERT_NAME", Entry{Fate: Final})           // the certificate is for other names
	MailCertDate     = declare("MAIL_CERT_DATE", Entry{Fate: Final})           // it has expired, or is not valid yet
	MailCertIssuer   = declare("MAIL_CERT_ISSUER", Entry{Fate: Final})         // its issuer is unknown
	MailCertAccepted = declare("MAIL_CERT_ACCEPTED", Entry{Severity: Warning}) // logged in all the same, as the portal would
	MailNoStartTLS   = declare("MAIL_NO_STARTTLS", Entry{Fate: Final})         // not offered: the portal would go on in the clear
	MailOtherService = declare("MAIL_OTHER_SERVICE", Entry{Fate: Final})       // what answers at the port speaks another protocol
	MailTLSNewer     = declare("MAIL_TLS_NEWER", Entry{Fate: Final})           // only versions of TLS that the portal does not know
	MailUnchecked    = declare("MAIL_UNCHECKED", Entry{Severity: Warning})     // a way of login that is not tried from here
	NotSampled       = declare("NOT_SAMPLED", Entry{Severity: Notice})         // the row is not among those that were tried
	SharedPassword   = declare("SHARED_PASSWORD", Entry{Severity: Warning, Scope: File})
	RefusalsNotKept  = declare("REFUSALS_NOT_KEPT", Entry{Severity: Warning, Scope: State})
	PreflightEnded   = declare("RUN_PREFLIGHT_ENDED", Entry{})       // a server refused nearly everybody, so nothing was sent
	LockoutLimit     = declare("LOCKOUT_LIMIT", Entry{Scope: Usage}) // more refused logins could come than were allowed
	LockoutForm      = declare("LOCKOUT_FORM", Entry{Scope: Usage})
	ResolveForm      = declare("RESOLVE_FORM", Entry{Scope: Usage})
)

// Certificate reports whether the code is about a certificate that is not believed here.
// The portal, as it is shipped, believes every one.
func (c Code) Certificate() bool {
	return c == MailCertName || c == MailCertDate || c == MailCertIssuer
}
