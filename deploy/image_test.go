package deploy

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// instructions are the lines of the last stage of a Dockerfile by their first word.
func lastStage(text string) map[string][]string {
	text = strings.ReplaceAll(text, "\\\n", " ")
	out := map[string][]string{}
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "FROM" {
			clear(out)
		}
		if word != "" && word != "#" {
			out[word] = append(out[word], rest)
		}
	}
	return out
}

// ports of the server as they are without configuration, in the form of EXPOSE.
func (k known) ports() []string {
	_, listen, _ := strings.Cut(k.defaults["listen"], ":")
	media, turn := k.defaults["media-port"], k.defaults["turn-port"]
	return []string{listen + "/tcp", media + "/udp", media + "/tcp", turn + "/udp", turn + "/tcp", k.defaults["turn-tls-port"] + "/tcp"}
}

func TestTheImageIsSmallAndNotRoot(t *testing.T) {
	k := readKnown(t)
	text := read(t, "docker/Dockerfile")
	last := lastStage(text)
	if got := last["FROM"]; !slices.Equal(got, []string{"scratch"}) {
		t.Errorf("the image is built on %q", got)
	}
	if got := last["USER"]; !slices.Equal(got, []string{"65532:65532"}) {
		t.Errorf("the image runs as %q", got)
	}
	if !strings.Contains(text, "CGO_ENABLED=0 go build") {
		t.Error("the program is not static, and there is no C library in the image")
	}
	// Without a list of zones meetings could not be scheduled.
	if !strings.Contains(text, "-tags timetzdata") {
		t.Error("the program has no time zones")
	}
	if got := strings.Fields(strings.Join(last["EXPOSE"], " ")); !slices.Equal(got, k.ports()) {
		t.Errorf("exposed are %q, the server has %q", got, k.ports())
	}
	for _, form := range []string{"ENTRYPOINT", "CMD"} {
		if len(last[form]) != 1 || !strings.HasPrefix(last[form][0], "[") {
			t.Errorf("%s %q takes a shell, and the image has none", form, last[form])
		}
	}
	// The versions are those that the sources ask for.
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))[1]
	if !strings.Contains(text, "FROM golang:"+goVersion+"-") {
		t.Errorf("go.mod asks for Go %s", goVersion)
	}
}

// What is embedded in the program may not be kept out of the context.
func TestTheContextHasWhatIsEmbedded(t *testing.T) {
	ignored := read(t, "docker/Dockerfile.dockerignore")
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		sources, _ := filepath.Glob("../" + name + "/*.go")
		deeper, _ := filepath.Glob("../" + name + "/*/*.go")
		if len(sources)+len(deeper) > 0 && name != "deploy" && !strings.Contains(ignored, "\n!"+name+"\n") {
			t.Errorf("%s has sources and is kept out", name)
		}
	}
	embed := regexp.MustCompile(`(?m)^//go:embed (.+)$`)
	err = filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && entry.Name() != "..") {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		for _, m := range embed.FindAllStringSubmatch(read(t, path), -1) {
			if strings.Contains(ignored, "testdata") && strings.Contains(m[1], "testdata") {
				t.Errorf("%s embeds %s, which is kept out", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func list(in any) []string {
	var out []string
	all, _ := in.([]any)
	for _, one := range all {
		out = append(out, fmt.Sprint(one))
	}
	return out
}

// secretsOf a service, and where in the container each lies.
func secretsOf(service any) map[string]string {
	out := map[string]string{}
	for _, secret := range anyList(at(service, "secrets")) {
		name, short := secret.(string)
		place := "/run/secrets/" + name
		if !short {
			name, place = at(secret, "source").(string), at(secret, "target").(string)
		}
		out[name] = place
	}
	return out
}

// checkCompose sees to it that a compose file names nothing that is not there.
func checkCompose(t *testing.T, file map[string]any) {
	t.Helper()
	secrets, volumes, networks := at(file, "secrets").(map[string]any), at(file, "volumes").(map[string]any), at(file, "networks").(map[string]any)
	services := at(file, "services").(map[string]any)
	for name, service := range services {
		for needed := range asMap(at(service, "depends_on")) {
			if at(services, needed, "healthcheck") == nil {
				t.Errorf("%s waits until %s is healthy, which nobody asks", name, needed)
			}
		}
		for secret := range secretsOf(service) {
			if secrets[secret] == nil {
				t.Errorf("%s asks for the secret %s, which nobody declares", name, secret)
			}
		}
		for _, network := range list(at(service, "networks")) {
			if _, ok := networks[network]; !ok {
				t.Errorf("%s is in the network %s, which nobody declares", name, network)
			}
		}
		for _, mount := range list(at(service, "volumes")) {
			source, _, _ := strings.Cut(mount, ":")
			if _, err := os.Stat(filepath.Join("compose", source)); strings.HasPrefix(source, ".") && err != nil {
				t.Errorf("%s mounts %s: %v", name, source, err)
			}
			if _, ok := volumes[source]; !strings.HasPrefix(source, ".") && !ok {
				t.Errorf("%s mounts %s, which nobody declares", name, source)
			}
		}
		for key, value := range asMap(at(service, "environment")) {
			if strings.HasSuffix(key, "_FILE") && !slices.Contains(slices.Collect(maps.Values(secretsOf(service))), fmt.Sprint(value)) {
				t.Errorf("%s: %s names %s, which the service does not have", name, key, value)
			}
		}
	}
}

func asMap(in any) map[string]any {
	out, _ := in.(map[string]any)
	return out
}

// published are the ports of a service inside, in the form of EXPOSE.
func published(service any) (inside []string) {
	for _, port := range list(at(service, "ports")) {
		_, to, _ := strings.Cut(port, ":")
		if !strings.Contains(to, "/") {
			to += "/tcp"
		}
		inside = append(inside, to)
	}
	return inside
}

func TestComposeFitsTogether(t *testing.T) {
	k := readKnown(t)
	file := parse(t, "compose.yaml", read(t, "compose/compose.yaml"))
	checkCompose(t, file)
	plenum := at(file, "services", "plenum")
	listen := strings.TrimPrefix(fmt.Sprint(at(plenum, "environment", "PLENUM_LISTEN")), ":") + "/tcp"
	want := append([]string{listen}, k.ports()[1:]...)
	if inside := published(plenum); !slices.Equal(inside, want) {
		t.Errorf("published are %q, the server listens at %q", inside, want)
	}
	// Prometheus asks where the admin listener is, as the alerts know it.
	scrape := at(parse(t, "prometheus.yml", read(t, "compose/prometheus.yml")), "scrape_configs", 0)
	admin := "plenum" + fmt.Sprint(at(plenum, "environment", "PLENUM_ADMIN_LISTEN"))
	if at(scrape, "job_name") != "plenum" || !slices.Equal(list(at(scrape, "static_configs", 0, "targets")), []string{admin}) {
		t.Errorf("Prometheus scrapes %v, not %s", scrape, admin)
	}
	if at(scrape, "authorization", "credentials_file") != at(plenum, "environment", "PLENUM_ADMIN_TOKEN_FILE") {
		t.Error("Prometheus has another token")
	}
	for _, file := range []string{"compose/grafana/datasource.yml", "compose/grafana/dashboards.yml"} {
		if at(parse(t, file, read(t, file)), "apiVersion") == nil {
			t.Errorf("%s is nothing that Grafana reads", file)
		}
	}
}

// The script makes every secret of the compose file, once, and the database's two agree.
func TestSecretsAreMadeOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	run := func() {
		if out, err := exec.CommandContext(t.Context(), "bash", "compose/secrets.sh", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	run()
	before := map[string]string{}
	declared := asMap(at(parse(t, "compose.yaml", read(t, "compose/compose.yaml")), "secrets"))
	maps.Copy(declared, asMap(at(parse(t, "cluster.yaml", read(t, "compose/cluster.yaml")), "secrets")))
	for name, secret := range declared {
		if at(secret, "file") != "./secrets/"+name {
			t.Errorf("the secret %s is in %v", name, at(secret, "file"))
		}
		before[name] = strings.TrimSpace(read(t, filepath.Join(dir, name)))
		if len(before[name]) < 32 {
			t.Errorf("the secret %s has %d bytes", name, len(before[name]))
		}
	}
	if !strings.Contains(before["database"], "://plenum:"+before["mysql-password"]+"@mysql:3306/plenum") {
		t.Error("Plenum has another password than the database")
	}
	url, err := url.Parse(before["nats-url"])
	if err != nil {
		t.Fatal(err)
	}
	if password, _ := url.User.Password(); password == "" || !strings.Contains(before["nats-passwords"], `PLENUM_PASSWORD: "`+password+`"`) {
		t.Error("Plenum has another password than NATS")
	}
	run()
	for name, secret := range before {
		if strings.TrimSpace(read(t, filepath.Join(dir, name))) != secret {
			t.Errorf("the second run changed %s", name)
		}
	}
}
