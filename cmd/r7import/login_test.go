package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"r7import/importer/portalsim"
)

func TestLoginWithAnAuthenticatorsSecret(t *testing.T) {
	for _, tc := range []struct{ name, file string }{
		{"as shown beside the QR code", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"},
		{"as in the QR code", "otpauth://totp/portal:app@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=portal"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			folder := t.TempDir()
			write := func(name, text string) string {
				path := filepath.Join(folder, name)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			password, secret := write("password", "portal-secret\n"), write("secret", tc.file+"\n")
			for try := 0; ; try++ {
				began := time.Now()
				code, err := totp.GenerateCode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", began)
				if err != nil {
					t.Fatal(err)
				}
				sim := portalsim.New(portalsim.Options{People: []portalsim.Person{
					{Email: "app@example.com", Password: "portal-secret", TwoFactor: "app", TFAReady: true, Code: code}}})
				server := httptest.NewServer(sim)
				var stdout, stderr bytes.Buffer
				args := []string{"login", server.URL, "--user", "app@example.com", "--password-file", password, "--totp-secret-file", secret,
					"--state", filepath.Join(folder, "state")}
				got := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, []string{"LC_ALL=C"})
				server.Close()
				sim.Close()
				if got == exitDone {
					return
				}
				if try > 0 || began.Unix()/30 == time.Now().Unix()/30 { // else the code has changed meanwhile
					t.Fatalf("exit code %d\n%s", got, &stderr)
				}
			}
		})
	}
}
