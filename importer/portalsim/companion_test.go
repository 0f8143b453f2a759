package portalsim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/portalsim"
)

func TestListShowsAliasesAndGroups(t *testing.T) {
	s := start(t, portalsim.Options{Accounts: []portalsim.Account{
		{Owner: "ivan@example.org", Address: "Ivan@Corp.ru", Name: "Ivan", Hosted: true, Aliases: []string{"i@corp.ru"}, Groups: []string{"all@corp.ru"}},
		{Owner: "ivan@example.org", Address: "ivan@gmail.com", OAuth: true, Disabled: true, AuthError: true, QuotaError: true, Folder: "7"},
	}})
	list := s.json(s.signIn("ivan@example.org"), "GET", accounts, nil).response(t).([]any)
	var got []string
	for _, item := range list {
		v := item.(map[string]any)
		got = append(got, strings.TrimSpace(fmt.Sprintln(v["mailboxId"], v["email"], v["enabled"], v["isTeamlabMailbox"], v["isAlias"], v["isGroup"], v["oAuthConnection"], v["authError"], v["quotaError"], v["eMailInFolder"])))
	}
	want := []string{
		"1 ivan@corp.ru true true false false false false false <nil>",
		"1 i@corp.ru true true true false false false false <nil>",
		"1 all@corp.ru true true false true false false false",
		"2 ivan@gmail.com false false false false true true true 7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	if created, _ := list[0].(map[string]any)["dateCreated"].(string); len(created) != len("2006-01-02T15:04:05") {
		t.Errorf("dateCreated = %q, want a time without a zone", created)
	}
}

func TestSingle(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan@example.org")
	s.json(token, "POST", accounts, good("Ivan@corp.ru"))
	r := s.json(token, "GET", accounts+"/single.json?email=IVAN@corp.ru", nil)
	var got fields
	response, _ := json.Marshal(r.response(t))
	json.Unmarshal(response, &got)
	begin, _ := time.Parse("2006-01-02T15:04:05", got["begin_date"].(string))
	if age := time.Since(begin); age < 719*time.Hour || age > 721*time.Hour {
		t.Errorf("begin_date is %v ago, want 30 days", age)
	}
	want := fields{
		"id": 1.0, "email": "ivan@corp.ru", "name": "Ivan Petrov", "account": "ivan@corp.ru", "password": "", "server": "imap.example.org",
		"smtp_server": "smtp.example.org", "smtp_port": "465", "smtp_account": "ivan@corp.ru", "smtp_password": "", "smtp_auth": true, "port": "993",
		"incoming_encryption_type": 1.0, "outcoming_encryption_type": 1.0, "auth_type_in": 1.0, "auth_type_smtp": 1.0, "imap": true,
		"begin_date": got["begin_date"], "is_oauth": false, "restrict": true, "email_in_folder": nil, "is_teamlab": false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("single (-want +got):\n%s", diff)
	}
}

func TestSingleRefusals(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan@example.org")
	tests := []struct {
		name, query string
		status      int
		message     string
	}{
		{"not found", "?email=a@b.ru", 500, "Account wasn't found by email: a@b.ru"},
		{"empty", "?email=", 400, "Email empty\nParameter name: email"},
		{"missing", "", 400, "Email empty\nParameter name: email"},
		{"malformed", "?email=abc", 500, "The specified string is not in the form required for an e-mail address."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			if r := s.json(token, "GET", accounts+"/single"+test.query, nil); r.status != test.status || r.message(t) != test.message {
				t.Errorf("single%s = %d %q, want %d %q", test.query, r.status, r.message(t), test.status, test.message)
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	before := portalsim.Account{
		Owner: "ivan@example.org", Address: "ivan@corp.ru", Name: "Before", Password: "old", SMTPPassword: "old-smtp", Server: "imap.corp.ru", Port: 143,
		Security: 2, Auth: 1, SMTPServer: "smtp.corp.ru", SMTPPort: 587, SMTPSecurity: 2, SMTPAuth: 1, POP3: true, Restrict: true, Folder: "3",
	}
	tests := []struct {
		name   string
		change func(*portalsim.Account)
		send   fields
		status int
		check  func(portalsim.Account) bool
	}{
		{"all fields", nil, good("ivan@corp.ru"), 200, func(a portalsim.Account) bool {
			return a.Name == "Ivan Petrov" && a.Port == 993 && a.Password == "mail-secret" && a.POP3 && a.Folder == "" && a.Resets == 1
		}},
		{"empty passwords keep the stored ones", nil, good("ivan@corp.ru").with("password", "", "smtp_password", nil), 200, func(a portalsim.Account) bool {
			return a.Password == "old" && a.SMTPPassword == "old-smtp"
		}},
		{"a missing field becomes its default", nil, good("ivan@corp.ru").with("name", nil, "restrict", nil, "incoming_encryption_type", nil), 200, func(a portalsim.Account) bool {
			return a.Name == "" && !a.Restrict && a.Security == 0
		}},
		{"missing account", nil, good("other@corp.ru"), 500, func(a portalsim.Account) bool { return a.Name == "Before" }},
		{"portal-hosted", func(a *portalsim.Account) { a.Hosted = true }, good("ivan@corp.ru"), 500, func(a portalsim.Account) bool { return a.Name == "Before" && a.Hosted }},
		{"OAuth: only name and begin date", func(a *portalsim.Account) { a.OAuth = true }, good("ivan@corp.ru").with("restrict", false), 200, func(a portalsim.Account) bool {
			return a.Name == "Ivan Petrov" && !a.Restrict && a.Port == 143 && a.OAuth
		}},
		{"empty e-mail", nil, good(""), 400, func(a portalsim.Account) bool { return a.Name == "Before" }},
		{"the login test is run", nil, good("ivan@corp.ru").with("server", ""), 500, func(a portalsim.Account) bool { return a.Name == "Before" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			there := before
			if test.change != nil {
				test.change(&there)
			}
			s := start(t, portalsim.Options{Accounts: []portalsim.Account{there}})
			r := s.json(s.signIn("ivan@example.org"), "PUT", accounts, test.send)
			if after := s.Accounts()[0]; r.status != test.status || !test.check(after) {
				t.Errorf("PUT = %d %s, want %d; the row is %+v", r.status, r.body, test.status, after)
			}
		})
	}
}

func TestState(t *testing.T) {
	s := start(t, portalsim.Options{
		MailHosts: []portalsim.MailHost{{Do: portalsim.Refuse}},
		Accounts:  []portalsim.Account{{Owner: "ivan@example.org", Address: "ivan@corp.ru", SMTPAuth: 1}},
	})
	token := s.signIn("ivan@example.org")
	tests := []struct {
		name   string
		send   fields
		status int
		part   string
	}{
		{"off, without a login test", fields{"email": "ivan@corp.ru", "state": false}, 200, `"response":1`},
		{"on, with one that fails", fields{"email": "ivan@corp.ru", "state": true}, 500, "attempt_header"},
		{"not found", fields{"email": "a@b.ru", "state": false}, 500, "Account wasn't found by email: a@b.ru"},
		{"no address", fields{"state": false}, 400, "Value cannot be null."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			if r := s.json(token, "PUT", accounts+"/state", test.send); r.status != test.status || !strings.Contains(r.body, test.part) {
				t.Errorf("state = %d %s, want %d with %s", r.status, r.body, test.status, test.part)
			}
		})
	}
	if !s.Accounts()[0].Disabled {
		t.Error("the mailbox is on, want it off")
	}
}

// A removal is asynchronous; the poll that sees its end forgets it.
func TestRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{
			Tokens: map[string]string{"t": "ivan@example.org"}, RemoveTime: 100 * time.Second, SaveGap: -1,
			Accounts: []portalsim.Account{{Owner: "ivan@example.org", Address: "a@corp.ru"}, {Owner: "ivan@example.org", Address: "b@corp.ru"}},
		})
		defer p.Close()
		ask := func(method, path string) (int, map[string]any, string) {
			w := direct(p, "t", method, path, nil)
			r := reply{w.Code, w.Header(), w.Body.String()}
			v, _ := r.response(t).(map[string]any)
			return r.status, v, r.message(t)
		}
		ask("GET", accounts) // remembered from here on
		_, first, _ := ask("DELETE", accounts+"?email=a@corp.ru")
		synctest.Wait()
		if first["completed"] != false || first["source"] != "1" || first["operationType"] != 2.0 || first["operation"] != "RemoveMailbox" || first["error"] != "" {
			t.Errorf("DELETE = %v", first)
		}
		if _, again, _ := ask("DELETE", accounts+"?email=A@corp.ru"); again["id"] != first["id"] {
			t.Errorf("DELETE again = %v, want the same operation", again)
		}
		if status, _, message := ask("DELETE", accounts+"?email=b@corp.ru"); status != 500 || !strings.Contains(message, "already running") {
			t.Errorf("DELETE of another = %d %q, want 500 already running", status, message)
		}
		poll := "/api/2.0/mail/operations/" + first["id"].(string)
		time.Sleep(45 * time.Second)
		if _, v, _ := ask("GET", poll); v["percents"] != 40.0 || v["completed"] != false {
			t.Errorf("poll after 45 s = %v, want 40 percent", v)
		}
		if status, _, _ := ask("GET", accounts+"/single?email=a@corp.ru"); status != 500 {
			t.Errorf("single at 40 percent = %d, want 500: the row has gone", status)
		}
		if w := direct(p, "t", "GET", accounts, nil); !strings.Contains(w.Body.String(), "a@corp.ru") {
			t.Errorf("list at 40 percent = %s, want the row still in memory", w.Body)
		}
		time.Sleep(56 * time.Second)
		if _, v, _ := ask("GET", poll); v["percents"] != 100.0 || v["completed"] != true || v["id"] != first["id"] {
			t.Errorf("poll at the end = %v, want it finished", v)
		}
		if _, v, _ := ask("GET", poll); v["id"] != nil || v["completed"] != true || v["percents"] != 100.0 || v["operationType"] != -1.0 {
			t.Errorf("poll after the end = %v, want an unknown operation that looks finished", v)
		}
		if w := direct(p, "t", "GET", accounts, nil); strings.Contains(w.Body.String(), "a@corp.ru") {
			t.Errorf("list at the end = %s, want it without a@corp.ru", w.Body)
		}
	})
}

// A restart loses a removal: the row may still be there while polls say finished.
func TestRestartLosesRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{
			Tokens: map[string]string{"t": "ivan@example.org"}, RemoveTime: 100 * time.Second,
			Accounts: []portalsim.Account{{Owner: "ivan@example.org", Address: "a@corp.ru"}},
		})
		defer p.Close()
		direct(p, "t", "DELETE", accounts+"?email=a@corp.ru", nil)
		time.Sleep(5 * time.Second)
		p.Restart(time.Second, 0)
		time.Sleep(time.Hour)
		if w := direct(p, "t", "GET", accounts+"/single?email=a@corp.ru", nil); w.Code != 200 {
			t.Errorf("single = %d, want 200", w.Code)
		}
		if w := direct(p, "t", "GET", "/api/2.0/mail/operations", nil); !strings.Contains(w.Body.String(), `"response":[]`) {
			t.Errorf("operations = %s, want none", w.Body)
		}
	})
}

func TestRestartUnderARemovalThatIsAboutToBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{
			Tokens: map[string]string{"t": "ivan@example.org"}, Latency: 10 * time.Second,
			Accounts: []portalsim.Account{{Owner: "ivan@example.org", Address: "a@corp.ru"}},
		})
		defer p.Close()
		done := make(chan int)
		go func() { done <- direct(p, "t", "DELETE", accounts+"?email=a@corp.ru", nil).Code }()
		time.Sleep(5 * time.Second)
		p.Restart(time.Second, 1)
		if code := <-done; code != 502 {
			t.Errorf("DELETE = %d, want 502", code)
		}
		time.Sleep(time.Hour)
		if w := direct(p, "t", "GET", "/api/2.0/mail/operations", nil); !strings.Contains(w.Body.String(), `"response":[]`) {
			t.Errorf("operations = %s, want none", w.Body)
		}
	})
}

func TestDeleteRefusals(t *testing.T) {
	s := start(t, portalsim.Options{Accounts: []portalsim.Account{{Owner: "ivan@example.org", Address: "hosted@corp.ru", Hosted: true}}})
	token := s.signIn("ivan@example.org")
	if r := s.json(token, "DELETE", accounts, fields{"email": "hosted@corp.ru"}); r.status != 400 {
		t.Errorf("DELETE of a hosted mailbox = %d %s, want 400", r.status, r.body)
	}
	if r := s.json(token, "DELETE", accounts+"?email=a@b.ru", nil); r.status != 500 {
		t.Errorf("DELETE of nothing = %d %s, want 500", r.status, r.body)
	}
}

func TestSetups(t *testing.T) {
	s := start(t, portalsim.Options{Providers: map[string]portalsim.Provider{"known.ru": {IMAP: "imap.known.ru", SMTP: "smtp.known.ru"}}})
	token := s.signIn("ivan@example.org")
	tests := []struct{ domain, action, server, port, smtp string }{
		{"corp.ru", "", "imap.corp.ru", "993", "smtp.corp.ru:25"},
		{"corp.ru", "get_imap_server", "imap.corp.ru", "993", "smtp.corp.ru:25"},
		{"corp.ru", "get_imap_server_full", "imap.corp.ru", "993", "smtp.corp.ru:25"},
		{"corp.ru", "get_imap_pop_settings", "pop.corp.ru", "110", "smtp.corp.ru:25"},
		{"corp.ru", "get_pop_server", "pop.corp.ru", "110", "smtp.corp.ru:25"},
		{"known.ru", "get_imap_pop_settings", "imap.known.ru", "993", "smtp.known.ru:465"},
		{"known.ru", "", "imap.known.ru", "993", "smtp.known.ru:25"},
	}
	for _, test := range tests {
		t.Run(test.domain+" "+test.action, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			v := s.json(token, "GET", accounts+"/setups?email=a@"+test.domain+"&action="+test.action, nil).response(t).(map[string]any)
			if smtp := fmt.Sprint(v["smtp_server"], ":", v["smtp_port"]); v["server"] != test.server || v["port"] != test.port || smtp != test.smtp {
				t.Errorf("setups = %v:%v and %s, want %s:%s and %s", v["server"], v["port"], smtp, test.server, test.port, test.smtp)
			}
			if plain := test.port == "110"; v["imap"] == plain || (v["incoming_encryption_type"] == 0.0) != plain {
				t.Errorf("setups has imap %v and encryption %v", v["imap"], v["incoming_encryption_type"])
			}
		})
	}
	// The big names are known without being told of.
	for _, test := range []struct{ email, action, want string }{
		{"a@mail.ru", "get_imap_pop_settings", "a@mail.ru imap.mail.ru:993/1 smtp.mail.ru:465/1 true"},
		{"a@BK.ru", "get_pop_server", "a@BK.ru pop.mail.ru:995/1 smtp.mail.ru:465/1 false"},
		{"a@icloud.com", "get_imap_server_full", "a imap.mail.me.com:993/1 smtp.mail.me.com:587/2 true"},
		{"a@qip.ru", "get_imap_pop_settings", "a@qip.ru imap.qip.ru:143/0 smtp.qip.ru:25/0 true"},
		{"a@wp.pl", "get_imap_pop_settings", "a pop3.wp.pl:995/1 smtp.wp.pl:587/2 false"},
		{"a@mail.ru", "", "a@mail.ru imap.mail.ru:993/1 smtp.mail.ru:25/0 true"},
	} {
		v := s.json(token, "GET", accounts+"/setups?email="+test.email+"&action="+test.action, nil).response(t).(map[string]any)
		got := fmt.Sprintf("%v %v:%v/%v %v:%v/%v %v", v["account"], v["server"], v["port"], v["incoming_encryption_type"],
			v["smtp_server"], v["smtp_port"], v["outcoming_encryption_type"], v["imap"])
		if got != test.want {
			t.Errorf("setups of %s, %q = %s, want %s", test.email, test.action, got, test.want)
		}
	}
	if r := s.json(token, "GET", accounts+"/setups", nil); r.status != 400 {
		t.Errorf("setups without an address = %d, want 400", r.status)
	}
}

func TestSimple(t *testing.T) {
	s := start(t, portalsim.Options{
		Providers: map[string]portalsim.Provider{"known.ru": {IMAP: "imap.known.ru", SMTP: "smtp.known.ru"}},
		MailHosts: []portalsim.MailHost{{Passwords: map[string]string{"a@known.ru": "right"}}},
	})
	token := s.signIn("ivan@example.org")
	tests := []struct {
		name, email, password string
		status                int
		part                  string
	}{
		{"ok", "a@known.ru", "right", 201, `"mailboxId":1`},
		{"wrong password", "a@known.ru", "wrong", 500, `#1:<br>` + strings.ReplaceAll(header("IMAP response:"), `"`, `\"`)[:20]},
		{"unknown provider", "a@corp.ru", "x", 500, unexpected},
		{"empty", "", "x", 400, "Empty email"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			r := s.json(token, "POST", accounts+"/simple", fields{"email": test.email, "password": test.password})
			if r.status != test.status || !strings.Contains(r.body, test.part) {
				t.Errorf("simple = %d %s, want %d with %s", r.status, r.body, test.status, test.part)
			}
		})
	}
	if a := s.Accounts()[0]; !a.Restrict || a.Server != "imap.known.ru" {
		t.Errorf("account = %+v, want the last 30 days from the known server", a)
	}
}

func TestCapabilitiesAndBuild(t *testing.T) {
	s := start(t, portalsim.Options{LDAP: true, SSO: true})
	v := s.call("GET", "/api/2.0/capabilities", "").response(t).(map[string]any)
	if v["ldapEnabled"] != true || v["ssoUrl"] == "" || v["providers"] == nil {
		t.Errorf("capabilities = %v", v)
	}
	if v := s.call("GET", "/api/2.0/settings/version/build", "").response(t).(map[string]any); v["communityServer"] != "12.7.1" {
		t.Errorf("build = %v", v)
	}
}

func TestBatch(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan@example.org")
	create, _ := json.Marshal(good("ivan@corp.ru"))
	calls, _ := json.Marshal([]fields{
		{"relativeUrl": "/api/2.0/mail/accounts/single?email=ivan@corp.ru", "method": "get", "name": "second", "order": 2},
		{"relativeUrl": "/api/2.0/mail/accounts", "method": "POST", "body": string(create), "bodyContentType": "application/json; charset=utf-8", "name": "first", "order": 1},
	})
	r := s.call("POST", "/api/2.0/batch", url.Values{"batch": {string(calls)}}.Encode(), "Authorization", token, "Content-Type", "application/x-www-form-urlencoded")
	answers := r.response(t).([]any)
	for i, want := range []struct {
		name   string
		status float64
	}{{"first", 201}, {"second", 200}} {
		if got := answers[i].(map[string]any); got["name"] != want.name || got["status"] != want.status {
			t.Errorf("answer %d = %v, want %v", i, got, want)
		}
	}
	nested, _ := json.Marshal([]fields{{"relativeUrl": "/api/2.0/batch", "method": "POST", "body": "batch=[]", "bodyContentType": "application/x-www-form-urlencoded; charset=utf-8"}})
	r = s.call("POST", "/api/2.0/batch", url.Values{"batch": {string(nested)}}.Encode(), "Authorization", token, "Content-Type", "application/x-www-form-urlencoded")
	if got := r.response(t).([]any)[0].(map[string]any); got["status"] != 404.0 {
		t.Errorf("batch within a batch = %v, want 404", got)
	}
	noCharset := `[{"relativeUrl":"/api/2.0/mail/accounts","method":"POST","body":"{}","bodyContentType":"application/json"}]`
	r = s.call("POST", "/api/2.0/batch", url.Values{"batch": {noCharset}}.Encode(), "Authorization", token, "Content-Type", "application/x-www-form-urlencoded")
	if r.status != 400 {
		t.Errorf("batch without a charset = %d %s, want it refused", r.status, r.body)
	}
}

func TestDefaultAccount(t *testing.T) {
	s := start(t, portalsim.Options{Accounts: []portalsim.Account{
		{Owner: "a@example.org", Address: "one@example.org", Aliases: []string{"alias@example.org"}},
		{Owner: "a@example.org", Address: "two@example.org", Groups: []string{"group@example.org"}},
	}})
	token := s.signIn("a@example.org")
	chosen := func() string {
		var all []string
		for _, item := range s.json(token, "GET", accounts, nil).response(t).([]any) {
			if v := item.(map[string]any); v["isDefault"] == true {
				all = append(all, v["email"].(string))
			}
		}
		return strings.Join(all, " ")
	}
	for _, test := range []struct {
		email  string
		on     bool
		status int
		chosen string
	}{
		{"TWO@example.org", true, 200, "two@example.org"},
		{"alias@example.org", true, 200, "alias@example.org"},
		{"group@example.org", true, 400, "alias@example.org"},
		{"nobody@example.org", true, 400, "alias@example.org"},
		{"", true, 400, "alias@example.org"},
		{"anything", false, 200, ""},
	} {
		r := s.json(token, "PUT", accounts+"/default", fields{"email": test.email, "isDefault": test.on})
		if r.status != test.status || r.status == 200 && r.response(t) != strings.ToLower(test.email) {
			t.Errorf("default %q, %v = %d %s, want %d", test.email, test.on, r.status, r.body, test.status)
		}
		if got := chosen(); got != test.chosen {
			t.Errorf("after default %q, %v the list marks %q, want %q", test.email, test.on, got, test.chosen)
		}
	}
}

func TestFoldersAndMessages(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("a@example.org")
	folders := s.json(token, "GET", "/api/2.0/mail/folders", nil).response(t).([]any)
	if first := folders[0].(map[string]any); len(folders) != 6 || first["id"] != 1.0 || first["total_messages_count"] != 0.0 {
		t.Errorf("folders = %v, want the six that everybody has, empty", folders)
	}
	r := s.json(token, "GET", "/api/2.0/mail/messages?folder=1&page=2&unread=true", nil)
	if e := r.envelope(t); r.status != 200 || len(e["response"].([]any)) != 0 || e["total"] != nil {
		t.Errorf("messages = %d %s, want an empty list", r.status, r.body)
	}
	if r := s.json(token, "GET", "/api/2.0/mail/messages?folder=inbox", nil); r.status != 400 {
		t.Errorf("messages of a folder that is no number = %d %s, want 400", r.status, r.body)
	}
}
