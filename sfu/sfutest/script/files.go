package script

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the scenarios with what happens")

// Files plays each scenario of testdata as a test of its own. begin is called for each file, and returns what does a
// command and says what came of it.
func Files(t *testing.T, begin func(t *testing.T) (do func(command string) string)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			written, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := Play(string(written), begin(t))
			switch {
			case got == string(written):
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("%s wants\n%s\nbut this happens\n%s", file, written, got)
			}
		})
	}
}
