package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/mapping"
)

// TestWordsForNoValue puts what programs write for an empty cell into every column.
func TestWordsForNoValue(t *testing.T) {
	for name := range strings.SplitSeq(canonical, ";") {
		f, _ := account.FieldNamed(name)
		kind := strings.Contains(name, "_type")
		yesOrNo := name == "smtp_auth" || name == "imap" || name == "restrict"
		for text := range strings.SplitSeq(`NULL|null|\N|nan|NaN|None| NULL |(null)|<null>|[NULL]|N/A|Н/Д|<NA>|NA|undefined|nil`, "|") {
			row := cell(t, name, text)
			if row.Given.Has(f) || !row.Void.Has(f) || len(row.Problems) > 0 {
				t.Errorf("%s %q: given %v, void %v, problems %v; want it read as empty", name, text, row.Given.Has(f), row.Void.Has(f), codes(row.Problems))
			}
		}
		for text, void := range map[string]bool{"-": !yesOrNo, "—": !yesOrNo, "--": !yesOrNo && true, "none": !yesOrNo && !kind, "NONE": !yesOrNo && !kind, "nan@example.org": false, "Nullable": false} {
			if row := cell(t, name, text); row.Void.Has(f) != void {
				t.Errorf("%s %q: void %v, want %v", name, text, row.Void.Has(f), void)
			}
		}
	}
}

// TestNamesThatLookLikeNoValue keeps what is a name of people.
func TestNamesThatLookLikeNoValue(t *testing.T) {
	for _, name := range []string{"Null", "Nan", "Na", "Нил"} {
		if row := cell(t, "name", name); row.Settings.Name != name {
			t.Errorf("the name %q is read as %q", name, row.Settings.Name)
		}
	}
}

func TestEmptyCellsOfADatabase(t *testing.T) {
	got, binding := rows(t, "email;password;server;port;smtp_server;smtp_port;account;smtp_account;smtp_password;smtp_auth;incoming_encryption_type;auth_type_in\n"+
		`anna@example.org;Parus-1;imap.example.org;993;smtp.example.org;465;NULL;\N;nan;NULL;None;None`+"\n"+
		"boris@example.org;Parus-2;imap.example.org;143;smtp.example.org;587;-;—;-;-;-;-\n", mapping.Options{})
	for i, want := range []account.Settings{
		{Email: "anna@example.org", SMTPAuth: true, IMAP: true, Restrict: true,
			Incoming: account.Server{Host: "imap.example.org", Port: 993, Encryption: account.TLS, Auth: account.LoginCmd, Login: "anna@example.org", Password: account.NewSecret("Parus-1")},
			Outgoing: account.Server{Host: "smtp.example.org", Port: 465, Encryption: account.TLS, Auth: account.LoginCmd, Login: "anna@example.org", Password: account.NewSecret("Parus-1")}},
		{Email: "boris@example.org", SMTPAuth: false, IMAP: true, Restrict: true, // a dash under yes and no stays a no
			Incoming: account.Server{Host: "imap.example.org", Port: 143, Encryption: account.StartTLS, Auth: account.LoginCmd, Login: "boris@example.org", Password: account.NewSecret("Parus-2")},
			Outgoing: account.Server{Host: "smtp.example.org", Port: 587, Encryption: account.StartTLS}},
	} {
		if diff := cmp.Diff(want, got[i].Settings, revealed); diff != "" || len(got[i].Problems) > 0 {
			t.Errorf("row %d with problems %v, want - got +\n%s", i, codes(got[i].Problems), diff)
		}
	}
	want := map[string]string{"Count": "2", "Fields": "account, smtp_account, smtp_password, smtp_auth, incoming_encryption_type, auth_type_in"}
	if diff := cmp.Diff(want, map[string]string(said(binding, diagnosis.ValuesVoid))); diff != "" {
		t.Errorf("the notice about words for no value, want - got +\n%s", diff)
	}
}

// said returns the facts of a notice, nil if it is not given.
func said(b *mapping.Binding, code diagnosis.Code) diagnosis.Args {
	for _, n := range b.Notices() {
		if n.Code == code {
			return n.Args
		}
	}
	return nil
}

// TestWordsOfTheMappingFileComeFirst gives NULL a meaning.
func TestWordsOfTheMappingFileComeFirst(t *testing.T) {
	file := parse(t, "version: 1\nwords: {imap: {NULL: POP3}}\n")
	got, _ := rows(t, headerWith("imap")+"\n"+rowWith("imap", "NULL")+"\n", mapping.Options{File: file})
	if row := got[0]; row.Settings.IMAP || !row.Given.Has(account.IMAP) {
		t.Errorf("imap = %v, given %v, want POP3 as the mapping file says", row.Settings.IMAP, row.Given.Has(account.IMAP))
	}
}

func TestPasswordsStayAsTheyAre(t *testing.T) {
	for _, text := range []string{"'Parus-1", "''", "'=1+1", "null-7", "nan1", "None!", "#7", "- -", " secret ", "{Kot}1234", "$ecret$1"} {
		row := cell(t, "password", text)
		if got := row.Settings.Incoming.Password.Reveal(); got != text {
			t.Errorf("a password of %d characters is read as one of %d", len(text), len(got))
		}
	}
}

func TestInvisibleCharacters(t *testing.T) {
	got, binding := rows(t, "email;account;password;server;port;smtp_server;smtp_port\n"+
		"a@example.org\u200b; ivan;p;imap.example.org\u00a0;993;smtp.example.org;465\n"+
		"b@example.org;anna;p;imap.example.org;993;smtp.example.org;465\n"+
		"c@example.org\u202e;oleg;p;imap.example.org;993;smtp.example.org;465\n", mapping.Options{})
	if s := got[0].Settings; s.Email != "a@example.org" || s.Incoming.Login != "ivan" || s.Incoming.Host != "imap.example.org" {
		t.Errorf("row 2 = %+v, want trimmed cells", s)
	}
	if diff := cmp.Diff([]string{"email:TEXT_CHARACTER"}, codes(got[2].Problems)); diff != "" {
		t.Errorf("a direction mark behind an address: want - got +\n%s", diff)
	}
	want := map[string]string{"Count": "1", "Fields": "email, account, server"}
	if diff := cmp.Diff(want, map[string]string(said(binding, diagnosis.ValuesTrimmed))); diff != "" {
		t.Errorf("the notice about blanks, want - got +\n%s", diff)
	}
}

func TestHostWithPort(t *testing.T) {
	const servers = "email;password;server;port;smtp_server;smtp_port\n"
	for _, tc := range []struct {
		name, text string
		want       []string // problems
		ports      [2]int
	}{
		{"no cells for the ports", "a@example.org;p;imap.example.org:143;;192.0.2.7:587;\n", nil, [2]int{143, 587}},
		{"the same port twice", "a@example.org;p;imap.example.org:993;993;smtp.example.org;465\n", nil, [2]int{993, 465}},
		{"another port", "a@example.org;p;imap.example.org:993;143;smtp.example.org;465\n", []string{"server:HOST_PORT_OTHER"}, [2]int{143, 465}},
		{"no port", "a@example.org;p;imap.example.org:70000;;smtp.example.org;465\n", []string{"server:PORT_RANGE"}, [2]int{0, 465}},
		{"not a host", "a@example.org;p;imap_1.example.org:993;;smtp.example.org;465\n", []string{"server:HOST_SYNTAX"}, [2]int{0, 465}},
		{"IPv6", "a@example.org;p;2001:db8::25;993;smtp.example.org;465\n", []string{"server:HOST_IPV6"}, [2]int{993, 465}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _ := rows(t, servers+tc.text, mapping.Options{})
			if diff := cmp.Diff(tc.want, codes(got[0].Problems)); diff != "" {
				t.Errorf("problems: want - got +\n%s", diff)
			}
			if s := got[0].Settings; s.Incoming.Port != tc.ports[0] || s.Outgoing.Port != tc.ports[1] {
				t.Errorf("ports %d and %d, want %v", s.Incoming.Port, s.Outgoing.Port, tc.ports)
			}
		})
	}
}
