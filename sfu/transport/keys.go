package transport

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/prf"
	"github.com/pion/dtls/v3/pkg/protocol/extension"
	"github.com/pion/dtls/v3/pkg/protocol/handshake"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu/egress"
)

// suite is the one whose PRF we know; every WebRTC client has it (RFC 8827 §6.5).
const suite = dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256

var errNoKeys = errors.New("the handshake did not show its keys")

// keys are what a DTLS handshake agrees on, as far as SRTP keys follow from it (RFC 5764 §4.2). pion hides its DTLS
// connection; the log for debuggers and a hook show the same. They are secret: nothing may print them.
type keys struct {
	mu           sync.Mutex // the handshake runs on a goroutine of pion's
	clientRandom []byte
	serverRandom []byte
	masterSecret []byte
	profile      dtls.SRTPProtectionProfile
	known        bool // the profile and the suite are known, and ours
}

// Format prints nothing of them, whatever is asked for.
func (k *keys) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keys") }

// forget wipes the secret of a connection whose media goes through pion.
func (k *keys) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.wipe()
}

func (k *keys) wipe() {
	clear(k.masterSecret)
	k.masterSecret, k.known = nil, false
}

// watch has a connection's handshake show its keys. It must be the server's side: the hook runs there alone.
func (k *keys) watch(s *webrtc.SettingEngine) error {
	s.SetDTLSCipherSuites(suite)
	s.SetDTLSKeyLogWriter(k)
	s.SetDTLSServerHelloMessageHook(k.serverHello)
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return fmt.Errorf("answer as DTLS server: %w", err)
	}
	return nil
}

// Write takes a line of the key log: "CLIENT_RANDOM", the client's random and the master secret, in hex.
func (k *keys) Write(line []byte) (int, error) {
	fields := bytes.Fields(line)
	if len(fields) != 3 || string(fields[0]) != "CLIENT_RANDOM" {
		return len(line), nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.clientRandom, k.masterSecret = fromHex(fields[1]), fromHex(fields[2])
	return len(line), nil
}

func fromHex(text []byte) []byte {
	raw := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(raw, text); err != nil {
		return nil
	}
	return raw
}

// serverHello reads what the server is about to say and leaves it as it is.
func (k *keys) serverHello(hello handshake.MessageServerHello) handshake.Message {
	k.mu.Lock()
	defer k.mu.Unlock()
	random := hello.Random.MarshalFixed()
	k.serverRandom = random[:]
	k.known = false
	for _, e := range hello.Extensions {
		if use, ok := e.(*extension.UseSRTP); ok && len(use.ProtectionProfiles) == 1 && hello.CipherSuiteID != nil {
			k.profile = use.ProtectionProfiles[0]
			k.known = *hello.CipherSuiteID == uint16(suite)
		}
	}
	return &hello
}

// ExportKeyingMaterial is the exporter of RFC 5705 §4.
func (k *keys) ExportKeyingMaterial(label string, _ []byte, length int) ([]byte, error) {
	seed := append(append([]byte(label), k.clientRandom...), k.serverRandom...)
	return prf.PHash(k.masterSecret, seed, length, sha256.New)
}

// contexts makes the ciphers for what we send and for what we receive, and forgets the secrets.
func (k *keys) contexts() (out egress.Cipher, in *srtp.Context, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.known || len(k.clientRandom) == 0 || len(k.serverRandom) == 0 || len(k.masterSecret) == 0 {
		return nil, nil, errNoKeys
	}
	profile := srtp.ProtectionProfile(k.profile)
	config := srtp.Config{Profile: profile}
	err = config.ExtractSessionKeysFromDTLS(k, false)
	k.wipe()
	if err != nil {
		return nil, nil, fmt.Errorf("derive the SRTP keys: %w", err)
	}
	defer clear(config.Keys.LocalMasterKey)
	defer clear(config.Keys.RemoteMasterKey)
	if out, err = sealerOf(profile, config.Keys.LocalMasterKey, config.Keys.LocalMasterSalt); err != nil {
		return nil, nil, fmt.Errorf("make the cipher for sending: %w", err)
	}
	in, err = srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, profile,
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		return nil, nil, fmt.Errorf("make the cipher for receiving: %w", err)
	}
	return out, in, nil
}

// sealerOf is the cipher for what we send: ours for what nearly all clients choose, pion's for what is left.
func sealerOf(profile srtp.ProtectionProfile, key, salt []byte) (egress.Cipher, error) {
	if profile == srtp.ProtectionProfileAeadAes128Gcm || profile == srtp.ProtectionProfileAeadAes256Gcm {
		return egress.NewSealer(key, salt)
	}
	return srtp.CreateContext(key, salt, profile)
}
