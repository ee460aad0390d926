package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// goodBye is how long a server may take beyond its drain: stopWithin of cmd/plenum.
const goodBye = 10 * time.Second

// unit are the settings of a systemd unit by section and key.
func unit(t *testing.T, text string) map[string]map[string][]string {
	t.Helper()
	out, section := map[string]map[string][]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok {
			section = strings.TrimSuffix(name, "]")
			out[section] = map[string][]string{}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || section == "" {
			t.Fatalf("%q is no setting", line)
		}
		out[section][key] = append(out[section][key], value)
	}
	return out
}

func TestTheUnitIsHardenedAndStopsInTime(t *testing.T) {
	text := read(t, "systemd/plenum.service")
	u := unit(t, text)
	service := u["Service"]
	for _, key := range []string{"DynamicUser", "NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectKernelModules", "MemoryDenyWriteExecute", "LockPersonality"} {
		if !slices.Equal(service[key], []string{"yes"}) {
			t.Errorf("%s is %q", key, service[key])
		}
	}
	if !slices.Equal(service["ProtectSystem"], []string{"strict"}) {
		t.Errorf("ProtectSystem is %q", service["ProtectSystem"])
	}
	if !slices.Contains(service["Environment"], "PLENUM_DATA=/var/lib/"+service["StateDirectory"][0]) {
		t.Error("the data directory is not the state directory, and nothing else can be written")
	}
	// A reload says what is wrong before it tells the server, by the configuration that the server has.
	if reload := service["ExecReload"]; len(reload) != 2 || reload[0] != service["ExecStartPre"][0] || reload[1] != "/bin/kill -HUP $MAINPID" {
		t.Errorf("a reload is %q", reload)
	}
	config := parse(t, "plenum.yaml", read(t, "systemd/plenum.yaml"))
	k := readKnown(t)
	for key := range config {
		if _, ok := k.defaults[key]; !ok {
			t.Errorf("plenum.yaml has %s, which is no option", key)
		}
	}
	drain, err := time.ParseDuration(config["drain-wait"].(string))
	if err != nil {
		t.Fatal(err)
	}
	stop, err := strconv.Atoi(service["TimeoutStopSec"][0])
	if err != nil || time.Duration(stop)*time.Second <= drain+goodBye {
		t.Errorf("systemd kills after %d s what takes up to %s to stop", stop, drain+goodBye)
	}
	if !strings.Contains(read(t, "../cmd/plenum/serve.go"), "stopWithin = 10 * time.Second") {
		t.Error("the server takes another time to say good-bye")
	}
	verify(t, text)
}

// verify asks systemd itself where it is installed; the program that the unit starts is not.
func verify(t *testing.T, text string) {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return
	}
	path := filepath.Join(t.TempDir(), "plenum.service")
	text = strings.ReplaceAll(text, "/usr/local/bin/plenum", "/bin/true")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

func TestKernelSettingsAreWhatTheDoctorAsksFor(t *testing.T) {
	asked := regexp.MustCompile(`enoughBuffer\s+= (\d+) << 20`).FindStringSubmatch(read(t, "../cmd/plenum/diagnosis.go"))
	if asked == nil {
		t.Fatal("the doctor asks for no buffer")
	}
	enough, err := strconv.Atoi(asked[1])
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]int{}
	for line := range strings.Lines(read(t, "systemd/90-plenum.conf")) {
		key, value, ok := strings.Cut(line, " = ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		set[key] = n
	}
	for _, key := range []string{"net.core.rmem_max", "net.core.wmem_max"} {
		if set[key] < enough<<20 {
			t.Errorf("%s is %d, the doctor asks for %d", key, set[key], enough<<20)
		}
	}
}
