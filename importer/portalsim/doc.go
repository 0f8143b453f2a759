// Package portalsim is an ONLYOFFICE Community Server portal held in memory: an
// http.Handler that signs people in and keeps their mail accounts as the real
// server does, including its traps, and that misbehaves where its options say so.
//
// [New] with a zero [Options] returns a portal where every person can sign in and every
// mail server accepts every login. [Portal.Control] serves the requests, mailboxes and
// counts of the portal to a person or a test. Paths in the comments refer to the public source,
// github.com/ONLYOFFICE/CommunityServer; MAIL/ stands for module/ASC.Mail/ASC.Mail/,
// API/ for module/ASC.Api/ASC.Api/, SPEC/ for module/ASC.Api/ASC.Specific/ and
// MAILAPI/ for module/ASC.Api/ASC.Api.Mail/.
//
// Not simulated: answers as XML (paths that end in .xml), social sign-in, accounts made
// by OAuth, the Personal edition, mail itself (folders and messages answer, but are empty;
// user folders, contacts, tags, alerts, signatures and autoreplies do not), the
// portal's own mail server (mailserver/*), changes to people, groups and settings, and
// all other modules. A route that is not simulated answers a page with status 404, as on
// a portal without that module.
//
// The package imports no other package of this module, so a client tested against it
// cannot share a mistake with it.
package portalsim
