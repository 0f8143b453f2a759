// Package portalsim is an ONLYOFFICE Community Server portal held in memory: an
// http.Handler that signs people in and keeps their mail accounts as the real
// server does, its traps included, and that misbehaves where its options say so.
//
// [New] with a zero [Options] gives a portal where everybody may sign in and every
// mail server accepts every login. [Portal.Control] serves what the portal saw and
// made, for a person or a test. Paths in the comments are those of the public source,
// github.com/ONLYOFFICE/CommunityServer; MAIL/ stands for module/ASC.Mail/ASC.Mail/,
// API/ for module/ASC.Api/ASC.Api/, SPEC/ for module/ASC.Api/ASC.Specific/ and
// MAILAPI/ for module/ASC.Api/ASC.Api.Mail/.
//
// Not simulated: answers as XML (paths that end in .xml), social sign-in, accounts made
// by OAuth, the Personal edition, mail itself (folders and messages are there and empty;
// user folders, contacts, tags, alerts, signatures and autoreplies are not), the
// portal's own mail server (mailserver/*), changes to people, groups and settings, and
// all other modules. A route that is not simulated is a page with status 404, as on a
// portal without that module.
//
// The package imports nothing else of this module: a client tested against it cannot
// agree with it by sharing a mistake.
package portalsim
