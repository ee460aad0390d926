package transport

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/protocol/extension"
	"github.com/pion/dtls/v3/pkg/protocol/handshake"
	"github.com/pion/webrtc/v4"
)

// shown are keys after a handshake that showed all, or all but one thing.
func shown(without string) *keys {
	k := &keys{}
	line := "CLIENT_RANDOM " + strings.Repeat("1a", 32) + " " + strings.Repeat("5e", 48) + "\n"
	id := uint16(suite)
	hello := handshake.MessageServerHello{CipherSuiteID: &id}
	hello.Extensions = []extension.Extension{&extension.UseSRTP{ProtectionProfiles: profiles[:1]}}
	switch without {
	case "log":
		line = ""
	case "secret":
		line = "CLIENT_RANDOM " + strings.Repeat("1a", 32) + " zz\n"
	case "label":
		line = strings.Replace(line, "CLIENT_RANDOM", "EXPORTER_SECRET", 1)
	case "suite":
		id = uint16(dtls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA)
	case "suite id":
		hello.CipherSuiteID = nil
	case "profile":
		hello.Extensions = nil
	case "one profile":
		hello.Extensions = []extension.Extension{&extension.UseSRTP{ProtectionProfiles: profiles}}
	case "known profile":
		hello.Extensions = []extension.Extension{&extension.UseSRTP{ProtectionProfiles: []dtls.SRTPProtectionProfile{0x7777}}}
	}
	if _, err := k.Write([]byte(line)); err != nil {
		panic(err)
	}
	if without != "hello" {
		k.serverHello(hello)
	}
	return k
}

func TestCiphersNeedAllThatAHandshakeShows(t *testing.T) {
	k := shown("")
	out, in, err := k.contexts()
	if err != nil || out == nil || in == nil {
		t.Fatalf("no ciphers: %v", err)
	}
	if _, _, err := k.contexts(); err == nil {
		t.Error("the same keys made ciphers twice: numbers would be encrypted twice")
	}
	for _, without := range []string{"log", "secret", "label", "suite", "suite id", "profile", "one profile", "known profile", "hello"} {
		if _, _, err := shown(without).contexts(); err == nil {
			t.Errorf("ciphers were made without the %s", without)
		}
	}
}

func TestSecretsAreWiped(t *testing.T) {
	for name, wipe := range map[string]func(*keys){
		"by making ciphers":   func(k *keys) { _, _, _ = k.contexts() },
		"where they are none": func(k *keys) { k.profile = 0x7777; _, _, _ = k.contexts() },
		"as nobody needs it":  (*keys).forget,
	} {
		k := shown("")
		secret := k.masterSecret
		wipe(k)
		if len(bytes.Trim(secret, "\x00")) > 0 || k.masterSecret != nil {
			t.Errorf("%s: the secret is still there", name)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	k := shown("")
	var log bytes.Buffer
	for _, handler := range []slog.Handler{
		slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}), slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}),
	} {
		slog.New(handler).Debug("keys", "keys", k, "in", struct{ K *keys }{k}, "of", &downstream{keys: k})
	}
	text := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%d"} {
		text += fmt.Sprintf(verb, k) + fmt.Sprintf(verb, []*keys{k}) + fmt.Sprintf(verb, struct{ K *keys }{k})
	}
	raw, err := json.Marshal(map[string]any{"keys": k})
	if err != nil {
		t.Fatal(err)
	}
	text += string(raw)
	for _, secret := range []string{"5e5e", "5E5E", "0x5e", "0x5E", "94 94", "94,94", "^^", "Xl5e"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
}

// A whole connection, with everything logged that can be: neither of its secrets nor what pion calls them is in the log.
func TestNoSecretIsLogged(t *testing.T) {
	written := &book{}
	log := slog.New(slog.NewTextHandler(written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	transport, err := New(Config{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.Close)
	theirs := &book{}
	s := newStage(t, transport, func(e *webrtc.SettingEngine) { e.SetDTLSKeyLogWriter(theirs) })
	s.say(0)
	s.heard(0)
	s.down.Close()
	fields := strings.Fields(theirs.String())
	if len(fields) != 3 || len(fields[2]) != 96 {
		t.Fatalf("the client's key log has %d fields", len(fields))
	}
	secret, err := hex.DecodeString(fields[2])
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ToLower(written.String())
	if !strings.Contains(text, "media leaves") {
		t.Fatalf("the log says %q", text)
	}
	for _, form := range []string{fields[2], fields[2][:16], strings.Trim(fmt.Sprintf("%v", secret[:4]), "[]"), "client_random"} {
		if strings.Contains(text, form) {
			t.Errorf("%q is in the log", form)
		}
	}
}

func TestTheSelfTestPasses(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := selfTest(key); err != nil {
		t.Errorf("media would go through pion: %v", err)
	}
}
