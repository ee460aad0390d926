package main

import (
	"bytes"
	"flag"
	"log"
	"os"
)

func main() {
	source := flag.String("source", ".", "directory of package message")
	out := flag.String("out", "../../webclient/src/protocol/messages.ts", "file to write")
	flag.Parse()
	text, err := Generate(*source)
	if err != nil {
		log.Fatalf("generating the protocol's TypeScript: %v", err)
	}
	if old, err := os.ReadFile(*out); err == nil && bytes.Equal(old, text) {
		return
	}
	if err := os.WriteFile(*out, text, 0o644); err != nil {
		log.Fatalf("writing the protocol's TypeScript: %v", err)
	}
}
