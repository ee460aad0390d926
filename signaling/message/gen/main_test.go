package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/plenum-meet/plenum/signaling/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheGeneratedFileIsUpToDate(t *testing.T) {
	want, err := Generate("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../webclient/src/protocol/messages.ts")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("messages.ts is not what the structs say: run go generate ./signaling/message")
	}
}

// The generator finds the messages in the source; what it finds must be what the decoder knows.
func TestEveryMessageOfTheSourceIsKnownToTheDecoder(t *testing.T) {
	d, err := read("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range d.client {
		if _, err := message.Decode([]byte(`{"v":1,"type":"` + m.wire + `"}`)); err != nil && strings.HasPrefix(err.Error(), string(message.UnknownType)) {
			t.Errorf("%s has no entry in the table", m.goType)
		}
	}
	for _, m := range d.server {
		if _, got, err := message.DecodeServer([]byte(`{"v":1,"type":"` + m.wire + `"}`)); got == nil || err != nil {
			t.Errorf("%s is not in the list of server messages: %v", m.goType, err)
		}
	}
	if len(d.client) < 15 || len(d.server) < 19 {
		t.Errorf("found only %d and %d messages", len(d.client), len(d.server))
	}
}

func TestTypeScript(t *testing.T) {
	dir := t.TempDir()
	for _, name := range files {
		if err := os.WriteFile(dir+"/"+name, []byte("package message\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source := `package message

// Colour of a thing.
type Colour string

const (
	// Red is loud.
	Red Colour = "red"
	Blue Colour = "blue"
)

// Error goes wrong.
type Error struct {
	// At is when.
	At     time.Time         ` + "`json:\"at\"`" + `
	Colour Colour            ` + "`json:\"colour,omitempty\"`" + `
	Fields map[string]string ` + "`json:\"fields\"`" + `
	Sizes  []uint32          ` + "`json:\"sizes\"`" + `
}

func (Error) serverMessage() string { return "error" }
`
	if err := os.WriteFile(dir+"/server.go", []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"/**\n * Colour of a thing.\n * - `red` is loud.\n */\nexport type Colour = 'red' | 'blue';\n",
		"/** ErrorReply goes wrong. */\nexport interface ErrorReply {\n  /** At is when. */\n  at: string;\n  colour?: Colour;\n" +
			"  fields: Record<string, string>;\n  sizes: number[];\n}\n",
		"export type ServerMessage =\n  | { type: 'error'; data: ErrorReply };\n",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
