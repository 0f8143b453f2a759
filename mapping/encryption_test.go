package mapping_test

import (
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/mapping"
)

// TestEncryptionByHeaderWordAndPort reads what people write about encryption.
func TestEncryptionByHeaderWordAndPort(t *testing.T) {
	const plain, tls, startTLS = account.Plain, account.TLS, account.StartTLS
	for _, tc := range []struct {
		header, text, port string
		want               account.Encryption
		code               diagnosis.Code // of the notice, or of the error
	}{
		{"Шифрование", "TLS", "143", startTLS, diagnosis.EncryptionStartTLS},
		{"Шифрование", "ssl", "110", startTLS, diagnosis.EncryptionStartTLS},
		{"Шифрование", "SSL/TLS", "143", startTLS, diagnosis.EncryptionStartTLS},
		{"Шифрование", "TLS", "993", tls, ""},
		{"Шифрование", "TLS", "1993", tls, ""},
		{"Шифрование", "1", "143", tls, ""}, // validate warns of these
		{"Шифрование", "SSL on connect", "143", tls, ""},
		{"Шифрование", "STARTTLS", "993", startTLS, ""},
		{"Шифрование", "нет", "143", plain, ""},
		{"Шифрование", "none", "993", plain, ""},
		{"Шифрование", "0", "143", plain, ""},
		{"Шифрование", "без шифрования", "143", plain, ""},
		{"Шифрование", "None", "143", startTLS, diagnosis.ValuesVoid},
		{"Шифрование", "-", "993", tls, diagnosis.ValuesVoid},
		{"Шифрование", "да", "143", startTLS, diagnosis.EncryptionByPort},
		{"Шифрование", "true", "993", tls, diagnosis.EncryptionByPort},
		{"Шифрование", "false", "993", 0, diagnosis.EncryptionWord},
		{"Шифрование", "AES", "993", 0, diagnosis.EncryptionWord},
		{"SSL", "да", "993", tls, diagnosis.EncryptionByPort},
		{"SSL", "нет", "993", tls, diagnosis.EncryptionByPort},
		{"SSL", "Нет", "143", startTLS, diagnosis.EncryptionByPort},
		{"SSL", "0", "143", startTLS, diagnosis.EncryptionByPort},
		{"SSL", "1", "143", startTLS, diagnosis.EncryptionByPort},
		{"SSL", "-", "143", startTLS, diagnosis.ValuesVoid},
		{"SSL", "none", "143", plain, ""},
		{"SSL", "без шифрования", "143", plain, ""},
		{"SSL", "STARTTLS", "143", startTLS, ""},
		{"SSL", "", "143", startTLS, ""},
		{"Использовать SSL", "Y", "993", tls, diagnosis.EncryptionByPort},
		{"Использовать SSL/TLS", "N", "993", tls, diagnosis.EncryptionByPort},
		{"SSL: да/нет", "да", "143", startTLS, diagnosis.EncryptionByPort},
		{"TLS (yes/no)", "no", "143", startTLS, diagnosis.EncryptionByPort},
		{"Use SSL?", "TRUE", "993", tls, diagnosis.EncryptionByPort},
		{"imap_use_ssl", "false", "993", tls, diagnosis.EncryptionByPort},
		{"Требуется TLS, да/нет", "+", "143", startTLS, diagnosis.EncryptionByPort},
		{"SSL", "да", "1993", tls, ""}, // as the word SSL
		{"SSL", "нет", "1993", 0, diagnosis.EncryptionMissing},
	} {
		t.Run(tc.header+" "+tc.text+" "+tc.port, func(t *testing.T) {
			got, binding := rows(t, "email;password;server;port;smtp_server;smtp_port;imap;"+tc.header+"\na@example.org;p;imap.example.org;"+tc.port+";smtp.example.org;465;IMAP;"+tc.text+"\n", mapping.Options{})
			row := got[0]
			if len(row.Problems) > 0 {
				if row.Problems[0].Code != tc.code || len(row.Problems) > 1 {
					t.Errorf("problems %v, want %q", codes(row.Problems), tc.code)
				}
				return
			}
			if e := row.Settings.Incoming.Encryption; e != tc.want || tc.code == diagnosis.EncryptionMissing {
				t.Errorf("encryption %s, want %s", e, tc.want)
			}
			for _, code := range []diagnosis.Code{diagnosis.EncryptionStartTLS, diagnosis.EncryptionByPort, diagnosis.ValuesVoid} {
				if (said(binding, code) != nil) != (code == tc.code) {
					t.Errorf("%s said with %v, want %q", code, said(binding, code), tc.code)
				}
			}
			byPort := tc.code == diagnosis.EncryptionByPort
			if f := account.IncomingEncryption; byPort && (row.Given.Has(f) || row.Fills[f] != account.FromRule) {
				t.Errorf("a yes or no counts as given: %v, filled %s", row.Given.Has(f), row.Fills[f])
			}
		})
	}
}

func TestOutgoingEncryption(t *testing.T) {
	for _, tc := range []struct {
		header, text, port string
		want               account.Encryption
	}{
		{"Шифрование SMTP", "TLS", "587", account.StartTLS},
		{"Шифрование SMTP", "SSL", "25", account.StartTLS},
		{"Шифрование SMTP", "TLS", "465", account.TLS},
		{"Шифрование SMTP", "1", "587", account.TLS},
		{"SMTP SSL", "нет", "587", account.StartTLS},
		{"Использовать SSL для SMTP", "нет", "25", account.StartTLS},
		{"smtp_tls", "1", "465", account.TLS},
	} {
		got, _ := rows(t, "email;password;server;port;smtp_server;smtp_port;"+tc.header+"\na@example.org;p;imap.example.org;993;smtp.example.org;"+tc.port+";"+tc.text+"\n", mapping.Options{})
		if e := got[0].Settings.Outgoing.Encryption; e != tc.want || len(got[0].Problems) > 0 {
			t.Errorf("%s %q at %s = %s with %v, want %s", tc.header, tc.text, tc.port, e, codes(got[0].Problems), tc.want)
		}
	}
}

// TestEncryptionWordsBesidePresets takes the servers of a mail service for a row
// that says SSL or TLS, or yes, and nothing else of them.
func TestEncryptionWordsBesidePresets(t *testing.T) {
	for _, text := range []string{"SSL", "TLS", "да", "нет"} {
		got, _ := rows(t, "email;password;SSL\nanna@yandex.ru;p;"+text+"\n", mapping.Options{})
		if s := got[0].Settings; s.Incoming.Host != "imap.yandex.com" || s.Incoming.Encryption != account.TLS || len(got[0].Problems) > 0 {
			t.Errorf("%q: %+v with %v, want the preset's server", text, s.Incoming, codes(got[0].Problems))
		}
	}
	file := parse(t, "version: 1\ndefaults: {incoming_encryption_type: tls}\n")
	got, _ := rows(t, "email;password;server;port;smtp_server;smtp_port\na@example.org;p;imap.example.org;143;smtp.example.org;465\n", mapping.Options{File: file})
	if e := got[0].Settings.Incoming.Encryption; e != account.StartTLS {
		t.Errorf("a default of tls at 143 = %s, want starttls", e)
	}
}
