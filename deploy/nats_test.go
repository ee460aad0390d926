package deploy

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/plenum-meet/plenum/signaling/cluster"
)

const natsPassword = "0e5-a-password-of-a-test"

// natsDir has the sample's files with what an operator puts beside them: the password, and a certificate for the three servers.
func natsDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"accounts.conf": read(t, "nats/accounts.conf"), "passwords.conf": fmt.Sprintf("PLENUM_PASSWORD: %q\n", natsPassword),
	} {
		write(t, filepath.Join(dir, name), text)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "nats"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	shown := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
	write(t, filepath.Join(dir, "tls.crt"), shown)
	write(t, filepath.Join(dir, "ca.crt"), shown)
	write(t, filepath.Join(dir, "tls.key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// freePorts of this machine; all are taken before the first is given back.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// natsServers are the three of the sample, on this machine: with other ports and places, and nothing else changed.
func natsServers(t *testing.T, dir string) (url string, said *complaints) {
	t.Helper()
	const servers = 3
	ports := freePorts(t, 3*servers)
	var running []*server.Server
	var urls []string
	said = &complaints{}
	for i := range servers {
		client, route, health := ports[3*i], ports[3*i+1], ports[3*i+2]
		to := []string{"0.0.0.0:4222", fmt.Sprintf("127.0.0.1:%d", client), "0.0.0.0:6222", fmt.Sprintf("127.0.0.1:%d", route), "127.0.0.1:8222", fmt.Sprintf("127.0.0.1:%d", health), "/etc/nats/tls", dir, "/var/lib/nats", filepath.Join(dir, fmt.Sprintf("store-%d", i))}
		for other := range servers {
			to = append(to, fmt.Sprintf("nats-%d:6222", other), fmt.Sprintf("127.0.0.1:%d", ports[3*other+1]))
		}
		path := filepath.Join(dir, fmt.Sprintf("nats-%d.conf", i))
		write(t, path, strings.NewReplacer(to...).Replace(read(t, "nats/nats.conf")))
		options, err := server.ProcessConfigFile(path)
		if err != nil {
			t.Fatal(err)
		}
		options.ServerName, options.NoSigs, options.NoLog = fmt.Sprintf("nats-%d", i), true, true
		s, err := server.NewServer(options)
		if err != nil {
			t.Fatal(err)
		}
		s.SetLogger(said, false, false)
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		running = append(running, s)
		urls = append(urls, fmt.Sprintf("tls://plenum:%s@127.0.0.1:%d", natsPassword, client))
	}
	eventually(t, "the three servers to know who leads", func() bool {
		for _, s := range running {
			if s.JetStreamIsLeader() {
				return s.JetStreamIsCurrent()
			}
		}
		return false
	})
	return strings.Join(urls, ","), said
}

// complaints are what servers say about clients that do what they may not.
type complaints struct {
	mu   sync.Mutex
	said []string
}

func (c *complaints) Errorf(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); strings.Contains(text, "Violation") {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.said = append(c.said, text)
	}
}

func (c *complaints) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.said)
}

func (*complaints) Noticef(string, ...any) {}
func (*complaints) Warnf(string, ...any)   {}
func (*complaints) Fatalf(string, ...any)  {}
func (*complaints) Debugf(string, ...any)  {}
func (*complaints) Tracef(string, ...any)  {}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	enough := time.NewTimer(time.Minute)
	defer enough.Stop()
	for !holds() {
		select {
		case <-enough.C:
			t.Fatalf("waited in vain for %s", what)
		case <-again.C:
		}
	}
}

// Nodes do all that they do with what the sample allows them, on three servers.
func TestNodesNeedNoMoreThanTheSampleOfNATSAllows(t *testing.T) {
	dir := natsDir(t)
	url, said := natsServers(t, dir)
	node := func(name string) *cluster.Cluster {
		cfg := cluster.Default(name)
		cfg.URL, cfg.CA, cfg.Address, cfg.Within = url, filepath.Join(dir, "ca.crt"), "127.0.0.1:1", 30*time.Second
		cfg.State, cfg.Live = func() cluster.State { return cluster.State{} }, func() []string { return nil }
		cfg.Moved, cfg.Told = func(string) {}, func(cluster.Notice) {}
		c, err := cluster.Join(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	ada, bob := node("ada"), node("bob")
	eventually(t, "the nodes to see one another", func() bool { return len(ada.Nodes()) == 2 && len(bob.Nodes()) == 2 })
	home, err := ada.Place(t.Context(), "7k3mx-9qd4e")
	if err != nil {
		t.Fatal(err)
	}
	same, err := bob.Place(t.Context(), "7k3mx-9qd4e")
	if err != nil || same.Node.ID != home.Node.ID {
		t.Errorf("a meeting lives on %s and on %s: %v", home.Node.ID, same.Node.ID, err)
	}
	ada.Release()
	ada.Tell(cluster.Notice{})
	if list := said.list(); len(list) > 0 {
		t.Errorf("nodes did what they may not: %q", list)
	}
	_, js := natsClient(t, url, dir)
	info, err := js.Stream(t.Context(), "KV_"+cluster.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.CachedInfo(); got.Config.Replicas != 3 || got.Config.Storage != jetstream.MemoryStorage {
		t.Errorf("the bucket is on %d servers, kept in %s", got.Config.Replicas, got.Config.Storage)
	}
}

// What nodes do not need, the sample does not allow.
func TestTheSampleOfNATSAllowsNothingElse(t *testing.T) {
	dir := natsDir(t)
	url, said := natsServers(t, dir)
	conn, js := natsClient(t, url, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "others", Storage: jetstream.MemoryStorage}); err == nil {
		t.Error("a node may make a bucket of another name")
	}
	refused := make(chan error, 10)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	for what, do := range map[string]func() error{
		"say something to others":        func() error { return conn.Publish("others", nil) },
		"delete the bucket":              func() error { return conn.Publish("$JS.API.STREAM.DELETE.KV_"+cluster.Bucket, nil) },
		"list what is in the account":    func() error { return conn.Publish("$JS.API.STREAM.NAMES", nil) },
		"listen to everything":           func() error { _, err := conn.SubscribeSync(">"); return err },
		"listen to what the server says": func() error { _, err := conn.SubscribeSync("$SYS.>"); return err },
	} {
		if err := errors.Join(do(), conn.Flush()); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Errorf("who tries to %s is told: %v", what, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("a node may %s", what)
		}
	}
	// The test above looks at what the servers say.
	if len(said.list()) == 0 {
		t.Error("the servers complain of nothing")
	}
	if _, err := nats.Connect(strings.ReplaceAll(url, natsPassword, "guessed"), nats.RootCAs(filepath.Join(dir, "ca.crt"))); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("with another password: %v", err)
	}
}

func natsClient(t *testing.T, url, dir string) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	conn, err := nats.Connect(url, nats.RootCAs(filepath.Join(dir, "ca.crt")), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return conn, js
}

var natsBucket = regexp.MustCompile(`(?:\$KV\.|KV_)([a-z_]+)`)

// The sample names the bucket that nodes keep, and no other.
func TestTheSampleOfNATSNamesTheBucket(t *testing.T) {
	named := natsBucket.FindAllStringSubmatch(read(t, "nats/accounts.conf"), -1)
	for _, m := range named {
		if m[1] != cluster.Bucket {
			t.Errorf("accounts.conf names %s, nodes keep %s", m[1], cluster.Bucket)
		}
	}
	if len(named) < 4 {
		t.Errorf("accounts.conf names the bucket %d times", len(named))
	}
}
