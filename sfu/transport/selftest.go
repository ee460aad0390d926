package transport

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	dtlsnet "github.com/pion/dtls/v3/pkg/net"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"github.com/plenum-meet/plenum/sfu/egress"
)

const selfTestPatience = 3 * time.Second

// selfTest shakes hands with itself and says why the keys that are read off the handshake are not those of the other
// side, if they are not. An update of pion may change what is to be read; all media goes through pion then.
func selfTest(key *ecdsa.PrivateKey) error {
	ctx, cancel := context.WithTimeout(context.Background(), selfTestPatience)
	defer cancel()
	certificate, err := selfsign.SelfSign(key)
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	read := &keys{}
	server, err := dtls.ServerWithOptions(dtlsnet.PacketConnFromConn(ours), ours.RemoteAddr(),
		dtls.WithCertificates(certificate), dtls.WithCipherSuites(suite), dtls.WithSRTPProtectionProfiles(profiles...),
		dtls.WithKeyLogWriter(read), dtls.WithServerHelloMessageHook(read.serverHello))
	if err != nil {
		return fmt.Errorf("open the server's side: %w", err)
	}
	client, err := dtls.ClientWithOptions(dtlsnet.PacketConnFromConn(theirs), theirs.RemoteAddr(),
		dtls.WithSRTPProtectionProfiles(profiles...), dtls.WithInsecureSkipVerify(true))
	if err != nil {
		return fmt.Errorf("open the client's side: %w", err)
	}
	shaken := make(chan error, 1)
	go func() { shaken <- client.HandshakeContext(ctx) }()
	if err := errors.Join(server.HandshakeContext(ctx), <-shaken); err != nil {
		return fmt.Errorf("shake hands: %w", err)
	}
	out, in, err := read.contexts()
	if err != nil {
		return err
	}
	state, ok := client.ConnectionState()
	if !ok {
		return errNoKeys
	}
	return understands(&state, out, in)
}

// understands has the client decrypt a packet of ours, and us one of its reports.
func understands(state *dtls.State, out egress.Cipher, in *srtp.Context) error {
	config := srtp.Config{Profile: srtp.ProtectionProfile(profiles[0])}
	if err := config.ExtractSessionKeysFromDTLS(state, true); err != nil {
		return fmt.Errorf("derive the client's keys: %w", err)
	}
	local, err := srtp.CreateContext(config.Keys.LocalMasterKey, config.Keys.LocalMasterSalt, config.Profile)
	if err != nil {
		return fmt.Errorf("make the client's cipher: %w", err)
	}
	remote, err := srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, config.Profile)
	if err != nil {
		return fmt.Errorf("make the client's cipher: %w", err)
	}
	packet, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 1}, Payload: []byte("media")}).Marshal()
	if err != nil {
		return err
	}
	report := []byte{0x80, 201, 0, 1, 0, 0, 0, 1} // an empty receiver report
	sealed, err := out.EncryptRTP(nil, packet, nil)
	if err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	if opened, err := remote.DecryptRTP(nil, sealed, nil); err != nil || !bytes.Equal(opened, packet) {
		return fmt.Errorf("%w that the client has: %w", errNoKeys, err)
	}
	if sealed, err = local.EncryptRTCP(nil, report, nil); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	if opened, err := in.DecryptRTCP(nil, sealed, nil); err != nil || !bytes.Equal(opened, report) {
		return fmt.Errorf("%w that we have: %w", errNoKeys, err)
	}
	return nil
}
