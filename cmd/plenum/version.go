package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker in released binaries.
var version = ""

type versionCommand struct{}

func (versionCommand) Run(to terminal) error {
	_, err := fmt.Fprintf(to.out, "plenum %s, %s, %s/%s\n", versionOf(version), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// versionOf falls back on what the Go tool recorded: a module version, or the commit it was built from.
func versionOf(linked string) string {
	if linked != "" {
		return linked
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "dev-" + s.Value[:12]
		}
	}
	return "dev"
}
