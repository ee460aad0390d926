package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"golang.org/x/net/dns/dnsmessage"
)

// authorityInside is an ACME authority that reaches every name at the loopback address, and the given port.
type authorityInside struct {
	url    string
	ca     string // file with what signs the authority's own connections
	issued *x509.CertPool
}

func newAuthority(t *testing.T, port uint16) authorityInside {
	t.Helper()
	// The test authority waits like a busy one, and refuses now and then, unless it is told not to.
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0")
	quiet, records := slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug), db.NewMemoryStore()
	signer := ca.New(quiet, records, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "of the test"}})
	checks := va.New(quiet, int(freeAddress(t).Port()), int(port), true, loopbackNames(t), records)
	front := wfe.New(quiet, records, checks, signer, []string{"authority.example"}, true, false, 0, 0)
	server := httptest.NewUnstartedServer(front.Handler())
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "authority.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(signer.GetRootCert(0).DER)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return authorityInside{url: server.URL + wfe.DirectoryPath, ca: file, issued: pool}
}

// loopbackNames is a DNS server, over TCP, by which every name is 127.0.0.1 and nothing else.
func loopbackNames(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for answerName(conn) == nil {
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// answerName answers one question, each message with its length before it (RFC 1035 §4.2.2).
func answerName(conn net.Conn) error {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return err
	}
	question := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, question); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return err
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	for _, q := range m.Questions {
		if q.Type == dnsmessage.TypeA {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			})
		}
	}
	answer, err := m.AppendPack(make([]byte, 2, 512))
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint16(answer, uint16(len(answer)-2)) //nolint:gosec // one address
	_, err = conn.Write(answer)
	return err
}

// A certificate is had from a real authority over the wire: account, order, proof by our own listener, and all that at the first
// visit. It serves TURN too, and is there again after a restart without asking.
func TestACertificateIsIssued(t *testing.T) {
	const name = "meet.plenum.example"
	command := onLoopback(t)
	listen := freeAddress(t)
	authority := newAuthority(t, listen.Port())
	command.Listen, command.AdminListen = listen.String(), "off"
	command.TLS = tlsOptions{TLSAuto: []string{name}, TLSAuthority: authority.url, TLSAuthorityCA: authority.ca}
	command.TURN = turnOptions{Turn: turnOn, TurnQuota: 2}

	visit := func(address, name string) (*x509.Certificate, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
		defer cancel()
		conn, err := (&tls.Dialer{Config: &tls.Config{ServerName: name, RootCAs: authority.issued}}).DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
	}
	var first *x509.Certificate
	for _, when := range []string{"at the first visit", "after a restart"} {
		n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		got, err := visit(listen.String(), name)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		if first == nil {
			first = got
		}
		if !got.Equal(first) {
			t.Errorf("%s: another certificate, of number %v after %v", when, got.SerialNumber, first.SerialNumber)
		}
		web := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: authority.issued, ServerName: name},
		}}
		answer, err := web.Get("https://" + listen.String() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", when, answer.Status)
		}
		turn := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(n.relay.TLSPort())))
		if other, err := visit(turn, name); err != nil || !other.Equal(first) {
			t.Errorf("%s: TURN has %v, error %v", when, other, err)
		}
		if _, err := visit(listen.String(), "evil.example"); err == nil {
			t.Errorf("%s: there is a certificate for any name", when)
		}
		n.Stop(t.Context())
	}

	// Without the file, the authority's own connection is none that one can trust.
	stranger := onLoopback(t)
	stranger.Listen, stranger.AdminListen, stranger.TLS = listen.String(), "off", tlsOptions{TLSAuto: []string{name}, TLSAuthority: authority.url}
	n, err := start(t.Context(), stranger, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop(t.Context())
	if _, err := visit(listen.String(), name); err == nil {
		t.Error("an authority was asked that nobody vouches for")
	}
}

func TestTheAuthoritysAuthorities(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.pem")
	empty := fileWith(t, "hello")
	for path, want := range map[string]string{none: "cannot be read", empty: "no certificate"} {
		o := tlsOptions{TLSAuto: []string{"meet.example.org"}, TLSAuthority: "https://acme.example/directory", TLSAuthorityCA: path}
		if err := o.validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
