package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// trusting is a client's configuration that knows a certificate of our own making.
func trusting(t testing.TB, file string) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatalf("%s has no certificate", file)
	}
	return &tls.Config{RootCAs: pool}
}

// made is a certificate for names, in files of its own.
func made(t *testing.T, now time.Time, names ...string) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if err := selfMade(now, cert, key, names); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func TestWhatIsWrongWithACertificateIsSaid(t *testing.T) {
	cert, key := made(t, time.Now(), "localhost")
	_, other := made(t, time.Now(), "localhost")
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		options tlsOptions
		want    []string
	}{
		{"no such certificate", tlsOptions{TLSCert: cert + "x", TLSKey: key}, []string{cert + "x", "cannot be read", "no such file"}},
		{"no such key", tlsOptions{TLSCert: cert, TLSKey: key + "x"}, []string{key + "x", "cannot be read"}},
		{"a directory", tlsOptions{TLSCert: filepath.Dir(cert), TLSKey: key}, []string{"cannot be read", "directory"}},
		{"key of another", tlsOptions{TLSCert: cert, TLSKey: other}, []string{cert, other, "does not match"}},
		{"empty", tlsOptions{TLSCert: empty, TLSKey: key}, []string{empty, "cannot be used"}},
		{"no key", tlsOptions{TLSCert: cert}, []string{"--tls-cert", "--tls-key", "missing"}},
		{"no certificate", tlsOptions{TLSKey: key}, []string{"--tls-cert", "--tls-key", "missing"}},
		{"two ways", tlsOptions{TLSCert: cert, TLSKey: key, TLSDev: true}, []string{"--tls-dev", "choose one"}},
		{"an address", tlsOptions{TLSAuto: []string{"203.0.113.7"}, TLSAuthority: "https://acme.example"}, []string{"203.0.113.7", "not a name"}},
		{"no authority", tlsOptions{TLSAuto: []string{"meet.example.org"}, TLSAuthority: "letsencrypt"}, []string{"letsencrypt", "ACME"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := onLoopback(t)
			command.TLS = c.options
			refuses(t, command, c.want)
		})
	}
}

// A certificate is replaced while somebody is connected: they go on, and who comes next sees the new one.
func TestACertificateIsReplacedWithoutDroppingAnybody(t *testing.T) {
	now := time.Now()
	cert, key := made(t, now, "localhost")
	files, err := loadCertificate(now, cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var clock atomic.Int64
	clock.Store(now.UnixNano())
	later := func(by time.Duration) time.Time { return time.Unix(0, clock.Load()).Add(by) }
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return files.at(later(0)), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					fmt.Fprintln(conn, lines.Text())
				}
			}()
		}
	}()
	type caller struct {
		*tls.Conn
		lines *bufio.Scanner
	}
	call := func() caller {
		config := trusting(t, cert)
		config.ServerName = "localhost"
		conn, err := tls.Dial("tcp", listener.Addr().String(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return caller{conn, bufio.NewScanner(conn)}
	}
	speaks := func(c caller) {
		t.Helper()
		fmt.Fprintln(c, "still there")
		if !c.lines.Scan() || c.lines.Text() != "still there" {
			t.Errorf("the connection is gone: %v", c.lines.Err())
		}
	}
	serial := func(c caller) string { return c.ConnectionState().PeerCertificates[0].SerialNumber.String() }
	first := call()
	speaks(first)

	// The key alone has changed: both files are of no use until the certificate follows.
	nextCert, nextKey := made(t, now, "localhost", "127.0.0.1")
	replace(t, nextKey, key, now.Add(time.Minute))
	clock.Add(int64(2 * lookEvery))
	if between := call(); serial(between) != serial(first) {
		t.Error("half a change is taken for a whole one")
	}
	replace(t, nextCert, cert, now.Add(time.Minute))
	if soon := files.at(later(lookEvery / 2)); soon.Leaf.SerialNumber.String() != serial(first) {
		t.Error("the files are looked at for each connection")
	}
	clock.Add(int64(2 * lookEvery))
	if second := call(); serial(second) == serial(first) {
		t.Error("the new certificate is not served")
	} else {
		speaks(second)
	}
	speaks(first)
}

// replace puts a file in another's place, with a time of change that a coarse clock would give it.
func replace(t *testing.T, from, to string, changed time.Time) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err == nil {
		err = os.Chtimes(to, changed, changed)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestACertificateOfOurOwnIsKeptWhileItServes(t *testing.T) {
	now := time.Now()
	cert, key := made(t, now, "localhost", "127.0.0.1")
	serial := func() string {
		pair, err := readCertificate(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		return pair.Leaf.SerialNumber.String()
	}
	last := serial()
	for _, c := range []struct {
		name  string
		now   time.Time
		names []string
		anew  bool
	}{
		{"the same", now, []string{"localhost", "127.0.0.1"}, false},
		{"fewer names", now, []string{"localhost"}, false},
		{"another name", now, []string{"localhost", "127.0.0.1", "meet.local"}, true},
		{"another address", now, []string{"localhost", "10.0.0.5"}, true},
		{"near its end", now.Add(devLife - devAhead), []string{"10.0.0.5"}, true},
	} {
		if err := selfMade(c.now, cert, key, c.names); err != nil {
			t.Fatal(err)
		}
		if next := serial(); (next != last) != c.anew {
			t.Errorf("%s: made anew: %v", c.name, next != last)
		}
		last = serial()
	}
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key can be read by others: %v, %v", info.Mode(), err)
	}
}

// The server speaks TLS by itself, with a certificate that names where it is.
func TestTheServerSpeaksTLS(t *testing.T) {
	command := onLoopback(t)
	command.TLS.TLSDev = true
	n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Stop(t.Context()) })
	if !strings.HasPrefix(n.URL(), "https://localhost:") {
		t.Errorf("people are sent to %s", n.URL())
	}
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: trusting(t, filepath.Join(command.Storage.Data, "dev-cert.pem"))}}
	for _, host := range []string{"localhost", "127.0.0.1"} {
		_, port, err := net.SplitHostPort(n.public.String())
		if err != nil {
			t.Fatal(err)
		}
		answer, err := web.Get("https://" + net.JoinHostPort(host, port) + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != http.StatusOK || answer.TLS == nil {
			t.Errorf("%s answers %s", host, answer.Status)
		}
	}
}

// The authority is asked at its address, for the names that were given and for no other.
func TestCertificatesAreHadFromAnAuthority(t *testing.T) {
	asked := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		http.Error(w, "not today", http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	command := onLoopback(t)
	command.TLS = tlsOptions{TLSAuto: []string{"meet.example.org"}, TLSAuthority: server.URL + "/directory"}
	for name, want := range map[string]bool{"evil.example.org": false, "meet.example.org": true, "": true} {
		web, turn, err := command.secured(time.Now(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if len(web.NextProtos) != 2 || web.NextProtos[1] != "acme-tls/1" || len(turn.NextProtos) != 0 {
			t.Errorf("the protocols are %q for browsers and %q for TURN", web.NextProtos, turn.NextProtos)
		}
		_, err = web.GetCertificate(&tls.ClientHelloInfo{ServerName: name})
		if err == nil {
			t.Errorf("%q has a certificate", name)
		}
		select {
		case path := <-asked:
			if !want || path != "/directory" {
				t.Errorf("for %q the authority is asked for %s", name, path)
			}
		default:
			if want {
				t.Errorf("for %q the authority is not asked: %v", name, err)
			}
		}
		for len(asked) > 0 {
			<-asked
		}
	}
}

// A renewed key that cannot be read yet is read once it can: nothing else about the file tells that.
func TestACertificateThatCouldNotBeReadIsReadLater(t *testing.T) {
	now := time.Now()
	cert, key := made(t, now, "localhost")
	files, err := loadCertificate(now, cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	first := files.at(now)
	newCert, newKey := made(t, now, "localhost")
	replaced := now.Add(time.Hour)
	private, err := os.ReadFile(newKey)
	if err != nil {
		t.Fatal(err)
	}
	put := func(path string, content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, replaced, replaced); err != nil {
			t.Fatal(err)
		}
	}
	chain, err := os.ReadFile(newCert)
	if err != nil {
		t.Fatal(err)
	}
	put(cert, chain)
	put(key, bytes.Repeat([]byte("x"), len(private))) // of the same size and age as what will be there
	if files.at(now.Add(2*lookEvery)) != first {
		t.Fatal("a key that is none was taken")
	}
	put(key, private)
	if files.at(now.Add(4*lookEvery)) == first {
		t.Error("the old certificate is still in use")
	}
}
