package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
)

func main() {
	source := flag.String("source", ".", "directory of package message")
	out := flag.String("out", "../../webclient/src/protocol/messages.ts", "file to write")
	flag.Parse()
	if err := generate(*source, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generating the protocol's TypeScript:", err)
		os.Exit(1)
	}
}

// generate leaves a file alone that is up to date already.
func generate(source, out string) error {
	text, err := Generate(source)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(out); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return os.WriteFile(out, text, 0o644)
}
