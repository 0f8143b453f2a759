package importer_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

var onlyFirst = []string{"user001@*"}

// create returns a fault of the first row's create calls, or of the first so many.
func create(f portalsim.Fault, first int) portalsim.Options {
	f.Method, f.Path, f.First, f.Only = http.MethodPost, "mail/accounts", first, onlyFirst
	return portalsim.Options{Faults: []portalsim.Fault{f}}
}

// host returns a mail server that does something with the logins of the first row, or with the first so many.
func host(h portalsim.MailHost, first int) portalsim.Options {
	h.First, h.Only = first, onlyFirst
	return portalsim.Options{
		MailHosts: []portalsim.MailHost{h},
		Timeouts:  portalsim.Timeouts{Connect: 20 * time.Millisecond, Login: 30 * time.Millisecond, Close: 20 * time.Millisecond},
	}
}

func envelope(status int, text string) portalsim.Fault {
	return portalsim.Fault{Do: portalsim.Envelope, Status: status, Text: text}
}

func page(status int, text string) portalsim.Fault {
	return portalsim.Fault{Do: portalsim.Answer, Status: status, Text: text}
}

func processed(f portalsim.Fault) portalsim.Fault {
	f.Processed = true
	return f
}

// Everything the simulated portal can answer to a row that goes its way from the
// sign-in to the account, with what becomes of the row and of the run. The second
// row is nobody's trouble unless the run ends.
func TestEveryOutcome(t *testing.T) {
	t.Parallel()
	const generic = "Some unexpected error has occurred. Please try again later."
	const badGateway = "<html><h1>502 Bad Gateway</h1></html>"
	here := func(a portalsim.Account) portalsim.Account {
		a.Owner, a.Address = "user001@example.org", "user001@example.org"
		return a
	}
	for _, tc := range []struct {
		name    string
		sim     portalsim.Options
		row     []string // in place of the first one
		want    string   // of the first row
		stopped diagnosis.Code
		writes  int // create calls for the first row
		side    diagnosis.Side
	}{
		{name: "created", want: "created", writes: 1},

		// The login test.
		{name: "IMAP refuses", sim: host(portalsim.MailHost{Side: portalsim.IMAP, Do: portalsim.Refuse}, 1), want: "failed MAIL_AUTH", writes: 1, side: diagnosis.Incoming},
		{name: "SMTP refuses", sim: host(portalsim.MailHost{Side: portalsim.SMTP, Do: portalsim.Refuse}, 1), want: "failed MAIL_AUTH", writes: 1, side: diagnosis.Outgoing},
		{name: "POP3 refuses", sim: host(portalsim.MailHost{Side: portalsim.POP3, Do: portalsim.Refuse}, 1), row: with(person(1), "port", "995"), want: "failed MAIL_AUTH", writes: 1, side: diagnosis.Incoming},
		{name: "both refuse", sim: host(portalsim.MailHost{Do: portalsim.Refuse}, 2), want: "failed MAIL_AUTH", writes: 1, side: diagnosis.Incoming},
		{name: "SMTP offers no login", sim: host(portalsim.MailHost{Side: portalsim.SMTP, Do: portalsim.NoAuth}, 1), want: "failed SMTP_NO_AUTH", writes: 1, side: diagnosis.Outgoing},
		{name: "IMAP disables LOGIN", sim: host(portalsim.MailHost{Side: portalsim.IMAP, Do: portalsim.NoAuth}, 1), want: "failed TLS_MODE", writes: 1, side: diagnosis.Incoming},
		{name: "no connection, then one", sim: host(portalsim.MailHost{Side: portalsim.IMAP, Do: portalsim.NotListening}, 1), want: "created", writes: 2},
		{name: "no connection", sim: host(portalsim.MailHost{Side: portalsim.IMAP, Do: portalsim.NotListening}, 0), want: "failed MAIL_CONNECT", writes: 3, side: diagnosis.Incoming},
		{name: "connection times out", sim: host(portalsim.MailHost{Side: portalsim.SMTP, Do: portalsim.NoAnswer}, 0), want: "failed MAIL_TIMEOUT", writes: 3, side: diagnosis.Outgoing},
		{name: "login times out", sim: host(portalsim.MailHost{Side: portalsim.IMAP, Do: portalsim.Hang}, 1), want: "created", writes: 2},
		{name: "login is cancelled", sim: host(portalsim.MailHost{Side: portalsim.IMAP, Do: portalsim.Cancel}, 1), want: "created", writes: 2},
		{name: "name not found", sim: host(portalsim.MailHost{Do: portalsim.Unresolved}, 0), want: "failed MAIL_DNS", writes: 3, side: diagnosis.Incoming},
		{name: "handshake fails", sim: host(portalsim.MailHost{Side: portalsim.IMAP, Do: portalsim.BadTLS}, 0), want: "failed MAIL_TLS", writes: 3, side: diagnosis.Incoming},
		{name: "too many connections", sim: host(portalsim.MailHost{Side: portalsim.SMTP, Do: portalsim.TooMany}, 2), want: "created", writes: 3},
		{name: "temporary refusal", sim: host(portalsim.MailHost{Side: portalsim.SMTP, Do: portalsim.Temporary}, 1), want: "created", writes: 2},

		// The portal's own refusals.
		{name: "argument", sim: create(envelope(400, "Input string was not in a correct format."), 1), want: "failed PORTAL_ARGUMENT", writes: 1},
		{name: "address", sim: create(envelope(500, "The specified string is not in the form required for an e-mail address."), 1), want: "failed ADDRESS_REFUSED", writes: 1},
		{name: "forbidden", sim: create(envelope(403, "Access denied."), 1), want: "failed PORTAL_FORBIDDEN", writes: 1},
		{name: "mail is off for the person", sim: portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", NoMail: true}}}, want: "failed PORTAL_MAIL_OFF"},
		{name: "duplicate rows", sim: portalsim.Options{Accounts: []portalsim.Account{here(portalsim.Account{}), here(portalsim.Account{})}}, want: "failed DUPLICATE_MAILBOX"},
		{name: "dismissed", sim: portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", Status: "terminated"}}}, want: "failed PORTAL_SIGNIN"},
		{name: "single sign-on", sim: portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", SSO: true}}}, want: "failed PORTAL_SIGNIN"},
		{name: "SMS without a number", sim: portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", TwoFactor: "sms"}}}, want: "failed PORTAL_SMS_PHONE"},
		{name: "app", sim: portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", TwoFactor: "app", TFAReady: true}}}, want: "failed PORTAL_TFA"},
		{name: "token", sim: portalsim.Options{Faults: []portalsim.Fault{{Path: "mail/accounts/single", Only: onlyFirst, Do: portalsim.Answer, Status: 401, Text: "Unauthorized"}}}, want: "failed PORTAL_TOKEN"},

		// Answers that do not tell whether the account was made.
		{name: "generic text, nothing saved", sim: create(envelope(500, generic), 1), want: "created", writes: 2},
		{name: "generic text, saved", sim: create(processed(envelope(500, generic)), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "generic text every time", sim: create(portalsim.Fault{Do: portalsim.Envelope, Status: 500, Text: generic}, 0), want: "failed NEVER_ARRIVED", writes: 2},
		{name: "unknown error, saved", sim: create(processed(envelope(500, "Deadlock found when trying to get lock")), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "answer lost, saved", sim: create(processed(portalsim.Fault{Do: portalsim.Reset}), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "answer lost, not saved", sim: create(portalsim.Fault{Do: portalsim.Reset}, 1), want: "created", writes: 2},
		{name: "no answer in time, saved", sim: create(processed(portalsim.Fault{Do: portalsim.Silence}), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "gateway gives up, saved", sim: create(processed(page(504, "<html>504</html>")), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "gateway gives up, saved later", sim: create(portalsim.Fault{Do: portalsim.Answer, Status: 504, Text: "<html>504</html>", Early: true, Processed: true}, 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "bad gateway, saved", sim: create(processed(page(502, badGateway)), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "bad gateway, not saved", sim: create(page(502, badGateway), 1), want: "created", writes: 2},
		{name: "web page, saved", sim: create(processed(page(200, "<html>sign in</html>")), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "broken JSON, saved", sim: create(portalsim.Fault{Do: portalsim.Cut}, 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "no body, saved", sim: create(processed(portalsim.Fault{Do: portalsim.Answer, Status: 201, Type: "application/json"}), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "a list, saved", sim: create(processed(portalsim.Fault{Do: portalsim.Answer, Status: 200, Type: "application/json", Text: `{"status":0,"statusCode":200,"response":[]}`}), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "another address, saved", sim: create(processed(portalsim.Fault{Do: portalsim.Answer, Status: 201, Type: "application/json", Text: `{"response":{"mailboxId":9,"email":"x@y.z"}}`}), 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "a huge answer", sim: create(portalsim.Fault{Do: portalsim.Huge, Size: 3 << 20}, 1), want: "created FOUND_BY_LOOK_UP", writes: 1},
		{name: "look-up fails for good", sim: portalsim.Options{Faults: []portalsim.Fault{
			{Method: http.MethodPost, Path: "mail/accounts", Only: onlyFirst, Do: portalsim.Reset, Processed: true},
			{Method: http.MethodGet, Path: "mail/accounts/single", Only: onlyFirst, Skip: 1, Do: portalsim.Envelope, Text: "no such luck"},
		}}, want: "unknown LOOK_UP_FAILED", writes: 1},

		// Requests the portal did not read.
		{name: "turned away", sim: create(portalsim.Fault{Do: portalsim.TooManyRequests, RetryAfter: "1"}, 1), want: "created", writes: 2},
		{name: "turned away with a date", sim: create(portalsim.Fault{Do: portalsim.TooManyRequests, RetryAfter: "date", Pause: time.Second}, 1), want: "created", writes: 2},
		{name: "busy", sim: create(portalsim.Fault{Do: portalsim.Empty, Status: 503, RetryAfter: "1"}, 1), want: "created", writes: 2},

		// What ends the run.
		{name: "redirect", sim: portalsim.Options{Faults: []portalsim.Fault{{Path: "mail/*/single", Do: portalsim.Redirect}}}, want: "not_tried", stopped: diagnosis.PortalRedirect},
		{name: "address not allowed", sim: portalsim.Options{IPRestricted: true}, want: "not_tried", stopped: diagnosis.PortalIP},
		{name: "address no longer allowed", sim: portalsim.Options{Faults: []portalsim.Fault{{Path: "mail/*/single", Do: portalsim.Empty, Status: 403}}}, want: "not_tried", stopped: diagnosis.PortalIP},
		{name: "unpaid", sim: portalsim.Options{State: portalsim.Unpaid}, want: "not_tried", stopped: diagnosis.PortalUnpaid},
		{name: "overdue", sim: portalsim.Options{State: portalsim.Overdue}, want: "not_tried", stopped: diagnosis.PortalUnpaid},
		{name: "no such portal", sim: portalsim.Options{State: portalsim.Missing}, want: "not_tried", stopped: diagnosis.PortalOther},
		{name: "suspended", sim: portalsim.Options{State: portalsim.Suspended}, want: "not_tried", stopped: diagnosis.PortalNotFound},
		{name: "removed", sim: portalsim.Options{State: portalsim.Removed}, want: "not_tried", stopped: diagnosis.PortalOther},
		{name: "restoring", sim: portalsim.Options{State: portalsim.Restoring}, want: "not_tried", stopped: diagnosis.PortalRestoring},
		{name: "encrypting", sim: portalsim.Options{State: portalsim.Encrypting}, want: "not_tried", stopped: diagnosis.PortalRestoring},
		{name: "starting", sim: portalsim.Options{State: portalsim.WarmingUp}, want: "not_tried", stopped: diagnosis.PortalOther},
		{name: "no mail module", sim: portalsim.Options{State: portalsim.MailAbsent}, want: "not_tried", stopped: diagnosis.PortalNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			virtual(t, func(t *testing.T) {
				w := newVirtualWorld(t, tc.sim)
				w.timeout = time.Second
				w.adjust = func(o *policy.Options) {
					o.Workers, o.Settle = 1, 100*time.Millisecond
				}
				rows := people(2)
				if tc.row != nil {
					rows[0] = slices.Clone(tc.row)
				}
				result, got := w.run(rows)
				second := "3 created"
				if tc.stopped != "" {
					second = "3 not_tried"
				}
				w.want(got, "2 "+tc.want, second)
				if tc.stopped == "" && result.Stopped != nil || tc.stopped != "" && (result.Stopped == nil || result.Stopped.Code != tc.stopped) {
					t.Errorf("stopped = %v, want %s", result.Stopped, tc.stopped)
				}
				if got[0].Side != tc.side && tc.side != "" {
					t.Errorf("side %q, want %q", got[0].Side, tc.side)
				}
				writes := 0
				for _, r := range w.sim.Requests() {
					if r.Method == http.MethodPost && r.Path == "/api/2.0/mail/accounts.json" && r.Address == "user001@example.org" {
						writes++
					}
				}
				if s := w.sim.Stats(); writes != tc.writes || len(w.live()) > 2+len(tc.sim.Accounts) || s.PerKey > 1 {
					t.Errorf("%d create calls for the row, want %d; accounts %d, in flight for one %d", writes, tc.writes, len(w.live()), s.PerKey)
				}
			})
		})
	}
}
