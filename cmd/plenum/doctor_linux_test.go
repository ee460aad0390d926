package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A process that may open few files is told so by the program itself, and the kernel's buffers and batches are those of this machine.
func TestADoctorReadsTheLimitsOfItsProcess(t *testing.T) {
	args := append([]string{"-c", `ulimit -n "$0" && exec "$@"`, "1024", os.Args[0], "doctor", "--json"}, wholesome(t, t.TempDir())...)
	limited := exec.CommandContext(t.Context(), "sh", args...)
	limited.Env = append(os.Environ(), programVariable+"=1")
	out, err := limited.Output()
	var found []finding
	if wrong := json.Unmarshal(out, &found); wrong != nil {
		t.Fatalf("%v, %v: %s", err, wrong, out)
	}
	of := func(check string) finding {
		i := slices.IndexFunc(found, func(f finding) bool { return f.Check == check })
		if i < 0 {
			t.Fatalf("nothing is said of %s: %s", check, out)
		}
		return found[i]
	}
	if files := of("open files"); err == nil || files.State != failure || !strings.Contains(files.Says, "1024") || !strings.Contains(files.Mend, "LimitNOFILE=65536") {
		t.Errorf("%v: found %+v", err, files)
	}
	if granted := bufferLimits(); granted != nil {
		if got := of("socket buffers"); got != granted.diagnose() {
			t.Errorf("found %+v, want %+v", got, granted.diagnose())
		}
	}
	if got, want := of("batches"), examineBatching().diagnose(); got != want {
		t.Errorf("found %+v, want %+v", got, want)
	}
}

func TestTheKernelsNumbersAreRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rmem_max")
	for text, want := range map[string]uint64{"212992\n": 212992, "": 0, "none\n": 0} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := kernelNumber(file); got != want || ok != (want != 0) {
			t.Errorf("%q is read as %d, %v", text, got, ok)
		}
	}
	if _, ok := kernelNumber(file + "x"); ok {
		t.Error("a file that is not there has a number")
	}
}
