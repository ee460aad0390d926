package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	// lookEvery is how often the files of a certificate are looked at, when somebody connects.
	lookEvery = time.Second
	// A certificate of our own making holds for so long, and a new one is made so long before its end.
	devLife  = 90 * 24 * time.Hour
	devAhead = 7 * 24 * time.Hour
)

// certificateFiles are a certificate and its key on disk, which may be replaced at any time. Who is connected already goes
// on with what was there before.
type certificateFiles struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	stamp  [2]fileStamp
	warned [2]fileStamp // of which the log has said that it cannot be used
	looked time.Time
}

// fileStamp tells one content of a file from the next, as far as that shows from outside.
type fileStamp struct {
	size    int64
	changed time.Time
}

// loadCertificate reads both files, or says in one sentence what is wrong with them.
func loadCertificate(now time.Time, cert, key string, log *slog.Logger) (*certificateFiles, error) {
	f := &certificateFiles{cert: cert, key: key, log: log, looked: now, stamp: stampsOf(cert, key)}
	var err error
	if f.loaded, err = readCertificate(cert, key); err != nil {
		return nil, err
	}
	if end := f.loaded.Leaf.NotAfter; now.After(end) {
		log.Warn("the certificate is out of date: browsers will refuse it", "file", cert, "ended", end)
	}
	return f, nil
}

// at is the certificate as of now. Files that do not go together, as between the two steps of a change, leave the last one.
func (f *certificateFiles) at(now time.Time) *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.looked) < lookEvery {
		return f.loaded
	}
	f.looked = now
	stamp := stampsOf(f.cert, f.key)
	if stamp == f.stamp {
		return f.loaded
	}
	loaded, err := readCertificate(f.cert, f.key)
	if err != nil {
		// It is read again: whoever may read a file can change, and the file looks the same.
		if stamp != f.warned {
			f.warned = stamp
			f.log.Warn("the certificate has changed and cannot be used: the one before stays", "error", err)
		}
		return f.loaded
	}
	f.stamp, f.loaded = stamp, loaded
	f.log.Info("the certificate was read anew", "file", f.cert, "ends", loaded.Leaf.NotAfter)
	return f.loaded
}

func stampsOf(files ...string) (stamps [2]fileStamp) {
	for i, file := range files {
		if info, err := os.Stat(file); err == nil {
			stamps[i] = fileStamp{info.Size(), info.ModTime()}
		}
	}
	return stamps
}

func readCertificate(cert, key string) (*tls.Certificate, error) {
	chain, err := os.ReadFile(cert)
	if err != nil {
		return nil, fmt.Errorf("the certificate %s cannot be read: %w", cert, reason(err))
	}
	private, err := os.ReadFile(key)
	if err != nil {
		return nil, fmt.Errorf("the key %s cannot be read: %w", key, reason(err))
	}
	pair, err := tls.X509KeyPair(chain, private)
	if err != nil {
		return nil, fmt.Errorf("the certificate %s and the key %s cannot be used: %w", cert, key, err)
	}
	return &pair, nil
}

// selfMade sees to it that the files have a certificate of our own for all names, which may be addresses.
func selfMade(now time.Time, cert, key string, names []string) error {
	if made, err := readCertificate(cert, key); err == nil && now.Add(devAhead).Before(made.Leaf.NotAfter) &&
		!slices.ContainsFunc(names, func(name string) bool { return made.Leaf.VerifyHostname(name) != nil }) {
		return nil
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make the key of a certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return fmt.Errorf("make the number of a certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Plenum, for trying out"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(devLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("make the key of a certificate: %w", err)
	}
	for _, file := range []struct {
		path, kind string
		bytes      []byte
	}{{key, "PRIVATE KEY", encoded}, {cert, "CERTIFICATE", der}} {
		text := pem.EncodeToMemory(&pem.Block{Type: file.kind, Bytes: file.bytes})
		if err := os.WriteFile(file.path, text, 0o600); err != nil {
			return fmt.Errorf("the certificate of our own cannot be written to %s: %w", file.path, reason(err))
		}
	}
	return nil
}

// ownAddresses are those by which others may find this machine, and loopback.
func ownAddresses() (own []netip.Addr, err error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("look up this machine's addresses: %w", err)
	}
	for _, each := range all {
		network, ok := each.(*net.IPNet)
		if !ok {
			continue
		}
		if address, ok := netip.AddrFromSlice(network.IP); ok && !address.Unmap().IsLinkLocalUnicast() {
			own = append(own, address.Unmap())
		}
	}
	return own, nil
}
