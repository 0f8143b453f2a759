package main

import (
	"context"
	"net"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/dns/dnsmessage"
)

const dnsVariable = "TEST_DNS"

// asksTestDNS makes the program ask the DNS of its script, if there is one.
func asksTestDNS() {
	if server := os.Getenv(dnsVariable); server != "" {
		net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "udp", server)
		}}
	}
}

// startDNS answers for MX records until the script ends, from a file with a
// domain and a host on each line:
//
//	dns records.txt
func startDNS(ts *testscript.TestScript, _ bool, args []string) {
	records := make(map[string][]string)
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if domain, host, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			records[domain+"."] = append(records[domain+"."], host+".")
		}
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(dnsVariable, conn.LocalAddr().String())
	ts.Defer(func() { _ = conn.Close() })
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil { // closed
				return
			}
			if reply, err := answerDNS(packet[:n], records); err == nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
}

func answerDNS(packet []byte, records map[string][]string) ([]byte, error) {
	var query dnsmessage.Message
	if err := query.Unpack(packet); err != nil {
		return nil, err
	}
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: query.ID, Response: true, RCode: dnsmessage.RCodeNameError},
		Questions: query.Questions,
	}
	asked := query.Questions[0]
	for _, host := range records[asked.Name.String()] {
		reply.RCode = dnsmessage.RCodeSuccess
		if asked.Type == dnsmessage.TypeMX {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: asked.Name, Type: dnsmessage.TypeMX, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName(host)},
			})
		}
	}
	return reply.Pack()
}
