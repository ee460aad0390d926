package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	first, err := loadSecret("", dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) < secretBytes {
		t.Errorf("%d bytes were made, want at least %d", len(first), secretBytes)
	}
	info, err := os.Stat(filepath.Join(dir, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the file has mode %o, want 600", mode)
	}
	second, err := loadSecret("", dir)
	if err != nil || string(second) != string(first) {
		t.Errorf("the second start has another secret (error %v)", err)
	}
	other, err := loadSecret("", t.TempDir())
	if err != nil || string(other) == string(first) {
		t.Errorf("two servers share a secret (error %v)", err)
	}
}

func TestSecretFromConfiguration(t *testing.T) {
	dir := t.TempDir()
	given := strings.Repeat("k", secretBytes)
	got, err := loadSecret(given, dir)
	if err != nil || string(got) != given {
		t.Errorf("got %d bytes, error %v", len(got), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("a secret was made though one was given: %v", entries)
	}
}

func TestSecretRefused(t *testing.T) {
	short := t.TempDir()
	if err := os.WriteFile(filepath.Join(short, "secret"), []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "secret"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, given, dir, want string }{
		{"short", "hunter2", t.TempDir(), "at least 32"},
		{"short in the file", "", short, "at least 32"},
		{"not a file", "", folder, "cannot be read"},
		{"no folder", "", filepath.Join(folder, "absent"), "cannot be written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			secret, err := loadSecret(c.given, c.dir)
			if err == nil || secret != nil {
				t.Fatalf("got %d bytes, error %v", len(secret), err)
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("said %q", err)
			}
		})
	}
}

// Several secrets come from one file, in lines of their own; commas are part of them.
func TestSecretsBefore(t *testing.T) {
	one, other := strings.Repeat("a,", secretBytes), strings.Repeat("b", secretBytes)
	t.Setenv("PLENUM_PREVIOUS_SECRET_FILE", fileWith(t, one+"\n"+other+"\n"))
	read, err := reading([]string{"serve"})()
	if err != nil {
		t.Fatal(err)
	}
	got, err := previousSecrets(read.PreviousSecret)
	if err != nil || len(got) != 2 || string(got[0]) != one || string(got[1]) != other {
		t.Errorf("%d secrets, error %v", len(got), err)
	}
	if got := line(t, "previous-secret"); !strings.HasPrefix(got, "previous-secret: (hidden) #") {
		t.Error(got)
	}
	t.Setenv("PLENUM_PREVIOUS_SECRET_FILE", fileWith(t, other+"\nhunter2\n"))
	if code, _, errs := runPlenum(t.Context(), "config", "validate"); code == 0 || !strings.Contains(errs, "--previous-secret") || strings.Contains(errs, "hunter2") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
