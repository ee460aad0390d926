package cluster

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// Link is what nodes know each other by: a key that is derived from the secret they share. Both ends show it (TLS 1.3), so that
// what one node passes on to another is neither read nor written by anybody else.
type Link struct {
	own     tls.Certificate
	trusted []ed25519.PublicKey
}

var errStranger = errors.New("this is no node of the cluster: it has another secret")

// NewLink derives the key. Nodes that still have a previous secret are known too.
func NewLink(secret []byte, previous ...[]byte) (*Link, error) {
	l := &Link{}
	for i, s := range append([][]byte{secret}, previous...) {
		seed, err := hkdf.Key(sha256.New, s, nil, "plenum nodes v1", ed25519.SeedSize)
		if err != nil {
			return nil, fmt.Errorf("deriving the key between nodes: %w", err)
		}
		private := ed25519.NewKeyFromSeed(seed)
		public := private.Public().(ed25519.PublicKey)
		l.trusted = append(l.trusted, public)
		if i > 0 {
			continue
		}
		// Only the key counts; the rest is there because a certificate has it.
		form := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
		der, err := x509.CreateCertificate(rand.Reader, form, form, public, private)
		if err != nil {
			return nil, fmt.Errorf("certificate between nodes: %w", err)
		}
		l.own = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
	}
	return l, nil
}

// Server is the configuration of the listener between nodes.
func (l *Link) Server() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{l.own}, NextProtos: []string{"http/1.1"},
		ClientAuth: tls.RequireAnyClientCert, VerifyConnection: l.verify,
	}
}

// Client is the configuration of who calls another node.
func (l *Link) Client() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{l.own}, NextProtos: []string{"http/1.1"},
		InsecureSkipVerify: true, // names and authorities mean nothing here: verify compares the key itself
		VerifyConnection:   l.verify,
	}
}

func (l *Link) verify(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return errStranger
	}
	shown, ok := state.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
	if !ok {
		return errStranger
	}
	for _, known := range l.trusted {
		if bytes.Equal(known, shown) {
			return nil
		}
	}
	return errStranger
}
