package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// tlsOptions say whether browsers connect by TLS, and where the certificate comes from.
type tlsOptions struct {
	TLSCert        string   `name:"tls-cert" placeholder:"FILE" help:"Certificate chain in PEM form, for --listen and TURN over TLS. Read again when it changes, without a call being dropped. Default: none, plain HTTP."`
	TLSKey         string   `name:"tls-key" placeholder:"FILE" help:"Key of --tls-cert."`
	TLSAuto        []string `name:"tls-auto" placeholder:"NAME" help:"Names for which certificates are had from --tls-authority, kept in the data directory and renewed. The authority must reach --listen by port 443 of each name."`
	TLSAuthority   string   `name:"tls-authority" default:"https://acme-v02.api.letsencrypt.org/directory" placeholder:"URL" help:"ACME directory for --tls-auto, whose terms are agreed to. Default: ${default}."`
	TLSAuthorityCA string   `name:"tls-authority-ca" placeholder:"FILE" help:"Authorities in PEM form for the connection to --tls-authority, for one inside an organisation. Default: those of the system."`
	TLSDev         bool     `name:"tls-dev" help:"Use a certificate that Plenum makes for this machine's names and addresses and keeps in the data directory, to try things out on a local network. Browsers warn of it."`
}

// on tells whether browsers connect by TLS.
func (o tlsOptions) on() bool { return o.TLSCert != "" || len(o.TLSAuto) > 0 || o.TLSDev }

func (o tlsOptions) validate() error {
	ways := 0
	for _, used := range []bool{o.TLSCert != "" || o.TLSKey != "", len(o.TLSAuto) > 0, o.TLSDev} {
		if used {
			ways++
		}
	}
	switch {
	case ways > 1:
		return errors.New("--tls-cert, --tls-auto and --tls-dev are three ways to a certificate: choose one")
	case (o.TLSCert == "") != (o.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key belong together: one of them is missing")
	}
	if len(o.TLSAuto) > 0 {
		if u, err := url.Parse(o.TLSAuthority); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return fmt.Errorf("--tls-authority %s is not the URL of an ACME directory", o.TLSAuthority)
		}
	}
	if o.TLSAuthorityCA != "" {
		if _, err := o.authorities(); err != nil {
			return err
		}
	}
	for _, name := range o.TLSAuto {
		if _, err := netip.ParseAddr(name); err == nil || name == "localhost" {
			return fmt.Errorf("--tls-auto %s is not a name that an authority can reach", name)
		}
	}
	return nil
}

// secured are the configurations of TLS for browsers and for TURN; both nil for none.
func (c serveCommand) secured(now time.Time, log *slog.Logger) (web, turn *tls.Config, err error) {
	if err := c.TLS.validate(); err != nil || !c.TLS.on() {
		return nil, nil, err
	}
	base := &tls.Config{MinVersion: tls.VersionTLS12}
	// A WebSocket is HTTP/1.1, and the rest is small.
	protocols := []string{"http/1.1"}
	switch {
	case len(c.TLS.TLSAuto) > 0:
		from, err := c.TLS.authority(c.certificateCache())
		if err != nil {
			return nil, nil, err
		}
		base.GetCertificate = from.get
		protocols = append(protocols, acme.ALPNProto)
	default:
		cert, key := c.TLS.TLSCert, c.TLS.TLSKey
		if c.TLS.TLSDev {
			if cert, key, err = c.devCertificate(now); err != nil {
				return nil, nil, err
			}
			log.Warn("browsers warn of the certificate, which Plenum has made itself", "file", cert)
		}
		files, err := loadCertificate(now, cert, key, log)
		if err != nil {
			return nil, nil, err
		}
		base.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return files.at(time.Now()), nil }
	}
	web, turn = base.Clone(), base
	web.NextProtos = protocols
	return web, turn, nil
}

// authority has certificates from an ACME authority.
type authority struct {
	manager *autocert.Manager
	first   string
}

// certificateCache is where certificates of an authority are kept.
func (c serveCommand) certificateCache() string { return filepath.Join(c.Storage.Data, "certificates") }

func (o tlsOptions) authority(cache string) (authority, error) {
	client := &acme.Client{DirectoryURL: o.TLSAuthority}
	if o.TLSAuthorityCA != "" {
		trusted, err := o.authorities()
		if err != nil {
			return authority{}, err
		}
		client.HTTPClient = &http.Client{
			Timeout:   authorityWithin,
			Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted}, Proxy: http.ProxyFromEnvironment},
		}
	}
	return authority{first: o.TLSAuto[0], manager: &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(cache), HostPolicy: autocert.HostWhitelist(o.TLSAuto...), Client: client,
	}}, nil
}

// authorityWithin is how long one call of an authority may take.
const authorityWithin = 30 * time.Second

// authorities are those that the connection to the authority is checked against.
func (o tlsOptions) authorities() (*x509.CertPool, error) {
	text, err := os.ReadFile(o.TLSAuthorityCA)
	if err != nil {
		return nil, fmt.Errorf("--tls-authority-ca %s cannot be read: %w", o.TLSAuthorityCA, reason(err))
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--tls-authority-ca %s has no certificate in PEM form", o.TLSAuthorityCA)
	}
	return pool, nil
}

// get is the certificate for a name. A TURN client that has only an address names none.
func (a authority) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if hello.ServerName == "" {
		hello.ServerName = a.first
	}
	return a.manager.GetCertificate(hello)
}

// devCertificate are the files of a certificate for every name and address by which this machine may be opened.
func (c serveCommand) devCertificate(now time.Time) (cert, key string, err error) {
	if err := makeDataDir(c.Storage.Data); err != nil {
		return "", "", err
	}
	names := []string{"localhost"}
	if host, err := os.Hostname(); err == nil && host != "" {
		names = append(names, host)
	}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		names = append(names, u.Hostname())
	}
	if c.TURN.TurnHost != "" {
		names = append(names, c.TURN.TurnHost)
	}
	addresses, err := ownAddresses()
	if err != nil {
		return "", "", err
	}
	for _, address := range slices.Concat(addresses, c.PublicAddress) {
		names = append(names, address.String())
	}
	cert, key = filepath.Join(c.Storage.Data, "dev-cert.pem"), filepath.Join(c.Storage.Data, "dev-key.pem")
	return cert, key, selfMade(now, cert, key, names)
}
