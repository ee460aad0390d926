package deploy

import (
	"errors"
	goflag "flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// command is a line that a page or the head of a sample tells people to type: the program with its arguments.
type command struct {
	file, line string
	args       []string
}

var (
	shellLines  = regexp.MustCompile("(?s)\n *```sh\n(.*?\n) *```\n")
	inlineLine  = regexp.MustCompile("`((?:docker|kubectl|helm|systemctl|journalctl|sysctl|nats-server) [^`\n]+)`")
	headLine    = regexp.MustCompile(`(?m)^#   (\S.*)$`)
	between     = regexp.MustCompile(`\s*(?:&&|\|\|?|;)\s*`)
	aside       = regexp.MustCompile(`^(?:[A-Z_]+=\S*(?:\s+|$))+|\s+#.*$|\s*[<>]\s*(?:"[^"]*"|\S+)|^\(|\)$`)
	substituted = regexp.MustCompile(`\$\([^)]*\)`)
)

// commands of all that operators read.
func commands(t *testing.T) (all []command) {
	t.Helper()
	for _, file := range operatorFiles(t) {
		text := read(t, file)
		var lines []string
		if filepath.Ext(file) == ".md" {
			for _, block := range shellLines.FindAllStringSubmatch(text, -1) {
				lines = append(lines, strings.Split(strings.TrimSpace(strings.ReplaceAll(block[1], "\\\n", " ")), "\n")...)
			}
			for _, span := range inlineLine.FindAllStringSubmatch(text, -1) {
				lines = append(lines, span[1])
			}
		} else {
			for _, m := range headLine.FindAllStringSubmatch(text, -1) {
				lines = append(lines, m[1])
			}
		}
		for _, line := range lines {
			for _, part := range between.Split(substituted.ReplaceAllString(line, "1"), -1) {
				part = strings.TrimSpace(aside.ReplaceAllString(strings.TrimSpace(part), ""))
				if first, _, _ := strings.Cut(part, " "); first == "" || strings.HasSuffix(first, ":") || strings.HasPrefix(first, "#") {
					continue
				}
				all = append(all, command{file: file, line: line, args: shellWords(t, part)})
			}
		}
	}
	return all
}

// shellWords are the words as a shell takes them apart; variables are letters.
func shellWords(t *testing.T, text string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "bash", "-c", `printf '%s\0' `+regexp.MustCompile(`\$\{?[A-Z_]+\}?`).ReplaceAllString(text, "x")).Output()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// elsewhere are programs whose lines other tests run or check, and what a shell does by itself.
var elsewhere = []string{
	"plenum", "task", "go", "npm", "curl", "cp", "sqlite3", "mariadb", "mariadb-dump", "gst-launch-1.0", // cmd/plenum, store and task whip:gstreamer
	"cd", "printf", "export",
}

// Whatever a page tells people to type is known to a test, and names what there is: files, services, values, objects, units.
func TestCommandsNameWhatThereIs(t *testing.T) {
	r := reader{t: t, secrets: map[string][]string{}, set: map[string][]string{}}
	seen := map[string]int{}
	for _, c := range commands(t) {
		seen[c.args[0]]++
		if err := r.check(c); err != nil {
			t.Errorf("%s: %s: %v", c.file, c.line, err)
		}
	}
	for _, program := range []string{"docker", "kubectl", "helm", "systemctl", "journalctl", "sysctl", "nats-server", "install", "openssl"} {
		if seen[program] == 0 {
			t.Errorf("no page has a line of %s: are they still found?", program)
		}
	}
}

// reader goes through the lines in their order: what one makes another may need.
type reader struct {
	t *testing.T
	// secrets are the keys of Secrets by page and name, set the values of releases by page and name.
	secrets, set map[string][]string
}

func (r reader) check(c command) error {
	args := c.args[1:]
	switch c.args[0] {
	case "docker":
		return r.docker(args)
	case "kubectl":
		return r.kubectl(c.file, args)
	case "helm":
		return r.helm(c.file, args)
	case "systemctl":
		return r.systemctl(args)
	case "journalctl":
		values, rest, err := taken(args, "unit=", "follow")
		return errors.Join(err, r.none(rest), r.unit(values["unit"]...))
	case "sysctl":
		_, rest, err := taken(args, "system")
		return errors.Join(err, r.none(rest))
	case "nats-server":
		return r.natsServer(args)
	case "install":
		return r.install(args)
	case "openssl":
		return r.openssl(args)
	case "./secrets.sh":
		return r.exists("compose/secrets.sh")
	}
	if !slices.Contains(elsewhere, c.args[0]) {
		return fmt.Errorf("nobody checks lines of %s", c.args[0])
	}
	return nil
}

// taken parses options: those that end in = take a value.
func taken(args []string, options ...string) (values map[string][]string, rest []string, err error) {
	values = map[string][]string{}
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case !strings.HasPrefix(args[i], "-"):
			rest = append(rest, args[i])
		case slices.Contains(options, name) && !given:
			values[name] = append(values[name], "")
		case !slices.Contains(options, name+"="):
			err = errors.Join(err, fmt.Errorf("%s is no option here", args[i]))
		case given:
			values[name] = append(values[name], value)
		case i+1 < len(args):
			values[name] = append(values[name], args[i+1])
			i++
		default:
			err = errors.Join(err, fmt.Errorf("%s wants a value", args[i]))
		}
	}
	return values, rest, err
}

func (reader) none(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("%q is too much", rest)
	}
	return nil
}

// exists takes a path from the top of the repository or from here.
func (reader) exists(paths ...string) error {
	for _, path := range paths {
		_, above := os.Stat(filepath.Join("..", path))
		if _, here := os.Stat(path); above != nil && here != nil {
			return here
		}
	}
	return nil
}

func (r reader) docker(args []string) error {
	if args[0] == "build" {
		values, rest, err := taken(args[1:], "f=", "t=", "build-arg=")
		return errors.Join(err, r.exists(values["f"]...), r.exists(rest...))
	}
	if args[0] != "compose" {
		return fmt.Errorf("%s is not known here", args[0])
	}
	of := map[string][]string{"up": {"detach", "build"}, "down": {}, "stop": {}, "logs": {"follow"}, "pull": {}, "ps": {}}
	values, rest, err := taken(args[1:], "file=", "detach", "build", "follow")
	if len(rest) == 0 || of[rest[0]] == nil {
		return errors.Join(err, fmt.Errorf("%q is no work for compose", rest))
	}
	file := "compose.yaml"
	for name, given := range values {
		switch {
		case name == "file":
			file = given[0]
		case !slices.Contains(of[rest[0]], name):
			err = errors.Join(err, fmt.Errorf("--%s is not for %s", name, rest[0]))
		}
	}
	if wrong := r.exists("compose/" + file); wrong != nil {
		return errors.Join(err, wrong)
	}
	services := asMap(at(parse(r.t, file, read(r.t, "compose/"+file)), "services"))
	for _, service := range rest[1:] {
		if services[service] == nil {
			err = errors.Join(err, fmt.Errorf("%s has no service %s", file, service))
		}
	}
	return err
}

// objects are kinds by the names that kubectl takes.
var objects = map[string]string{"statefulset": "StatefulSet", "hpa": "HorizontalPodAutoscaler", "service": "Service", "ingress": "Ingress", "pdb": "PodDisruptionBudget"}

func (r reader) kubectl(file string, args []string) error {
	values, rest, err := taken(args, "from-literal=", "from-file=", "follow", "ignore-daemonsets", "delete-emptydir-data", "namespace=")
	line := strings.Join(rest, " ")
	switch {
	case strings.HasPrefix(line, "create secret generic ") && len(rest) == 4:
		for _, each := range append(values["from-literal"], values["from-file"]...) {
			key, _, _ := strings.Cut(each, "=")
			if !slices.Contains(r.keys(growing), key) && !slices.Contains(r.keys(everything), key) {
				err = errors.Join(err, fmt.Errorf("the chart reads no %s of the Secret", key))
			}
			r.secrets[file+rest[3]] = append(r.secrets[file+rest[3]], key)
		}
		return err
	case line == "drain" || len(rest) == 2 && rest[0] == "drain":
		return err
	case len(rest) == 3 && rest[0] == "get":
		return errors.Join(err, r.object(rest[1], rest[2]))
	}
	kind, name, ok := strings.Cut(rest[len(rest)-1], "/")
	if work := strings.Join(rest[:len(rest)-1], " "); !ok || !slices.Contains([]string{"rollout status", "logs", "get", "describe"}, work) {
		return errors.Join(err, fmt.Errorf("%q is not known here", line))
	}
	return errors.Join(err, r.object(kind, name))
}

func (r reader) object(kind, name string) error {
	made, err := render(r.t, growing)
	if err == nil && made[objects[kind]+" "+name] == nil {
		err = fmt.Errorf("the chart makes no %s %s", kind, name)
	}
	return err
}

// keys of the Secret that the pod reads.
func (r reader) keys(set func(map[string]any)) (keys []string) {
	made, err := render(r.t, set)
	if err != nil {
		return nil
	}
	for _, value := range environment(at(made["StatefulSet meet"], "spec", "template", "spec", "containers", 0)) {
		if key, ok := strings.CutPrefix(value, "/secrets/"); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// helm renders the chart with what the line sets, and looks whether the Secret of the same page has what the pod then reads.
func (r reader) helm(file string, args []string) error {
	values, rest, err := taken(args, "set=", "values=", "namespace=", "create-namespace", "reuse-values")
	if err = errors.Join(err, r.exists(values["values"]...)); len(rest) == 1 && rest[0] == "upgrade" {
		return err
	}
	if len(rest) == 4 && rest[0] == "repo" && rest[1] == "add" && strings.HasPrefix(rest[3], "https://") {
		return err
	}
	if len(rest) != 3 || rest[0] != "install" && rest[0] != "upgrade" {
		return errors.Join(err, fmt.Errorf("%q is not known here", rest))
	}
	if strings.HasPrefix(rest[2], "prometheus-community/") {
		return err
	}
	if rest[2] != "deploy/helm/plenum" {
		return errors.Join(err, fmt.Errorf("there is no chart %s", rest[2]))
	}
	release := file + rest[1]
	if values["reuse-values"] == nil {
		r.set[release] = nil
	}
	r.set[release] = append(r.set[release], values["set"]...)
	set := func(v map[string]any) {
		for _, each := range r.set[release] {
			err = errors.Join(err, setValue(v, each))
		}
	}
	if _, wrong := render(r.t, set); wrong != nil {
		return errors.Join(err, wrong)
	}
	for _, key := range r.keys(set) {
		if made := r.secrets[file+"plenum"]; !slices.Contains(made, key) {
			err = errors.Join(err, fmt.Errorf("the pod reads %s of a Secret in which the page puts %q", key, made))
		}
	}
	return err
}

// setValue does what --set does to a value that there is.
func setValue(v map[string]any, text string) error {
	way, value, ok := strings.Cut(text, "=")
	keys := strings.Split(way, ".")
	for _, key := range keys[:len(keys)-1] {
		if v, _ = v[key].(map[string]any); v == nil {
			break
		}
	}
	last := keys[len(keys)-1]
	if before, known := v[last]; !ok || !known {
		return fmt.Errorf("the chart has no value %s", way)
	} else if _, isMap := before.(map[string]any); isMap {
		return fmt.Errorf("%s is no single value", way)
	}
	v[last] = value
	if n, err := strconv.Atoi(value); err == nil {
		v[last] = n
	} else if yes, err := strconv.ParseBool(value); err == nil {
		v[last] = yes
	}
	return nil
}

func (r reader) systemctl(args []string) error {
	values, rest, err := taken(args, "now")
	actions := map[string]bool{"enable": true, "disable": true, "start": false, "stop": false, "restart": false, "reload": false, "status": false}
	if len(rest) == 1 && rest[0] == "restart" {
		return err
	}
	if len(rest) != 2 {
		return errors.Join(err, fmt.Errorf("%q is not known here", rest))
	}
	now, known := actions[rest[0]]
	if !known || values["now"] != nil && !now {
		return errors.Join(err, fmt.Errorf("systemctl does not %q", args))
	}
	if rest[0] == "reload" && !strings.Contains(read(r.t, "systemd/"+rest[1]+".service"), "\nExecReload=") {
		return fmt.Errorf("%s cannot be reloaded", rest[1])
	}
	return errors.Join(err, r.unit(rest[1]))
}

func (r reader) unit(names ...string) error {
	for _, name := range names {
		if err := r.exists("systemd/" + name + ".service"); err != nil {
			return err
		}
	}
	return nil
}

// natsServer has the server itself read its options and the sample.
func (r reader) natsServer(args []string) error {
	dir := natsDir(r.t)
	write(r.t, filepath.Join(dir, "nats.conf"), strings.ReplaceAll(read(r.t, "nats/nats.conf"), "/etc/nats/tls", dir))
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "/etc/nats", dir)
	}
	flags := goflag.NewFlagSet("nats-server", goflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	options, err := server.ConfigureOptions(flags, args, func() {}, func() {}, func() {})
	if err == nil && (options.ServerName == "" || options.Cluster.Name == "" || len(options.Routes) != 3) {
		err = errors.New("that makes no cluster of three")
	}
	return err
}

// install puts files where the unit looks for them.
func (r reader) install(args []string) error {
	_, rest, err := taken(args, "m=", "D")
	if len(rest) != 2 {
		return errors.Join(err, fmt.Errorf("%q are not two places", rest))
	}
	if !strings.Contains(read(r.t, "systemd/plenum.service"), rest[1]+" ") && !strings.Contains(read(r.t, "systemd/plenum.service"), rest[1]+"\n") {
		err = errors.Join(err, fmt.Errorf("the unit does not look at %s", rest[1]))
	}
	return err
}

func (reader) openssl(args []string) error {
	if len(args) != 3 || args[0] != "rand" || args[1] != "-hex" && args[1] != "-base64" {
		return fmt.Errorf("%q is not known here", args)
	}
	_, err := strconv.Atoi(args[2])
	return err
}

// What the test looks for, it finds.
func TestCommandsThatNameNothingAreFound(t *testing.T) {
	r := reader{t: t, secrets: map[string][]string{}, set: map[string][]string{}}
	for line, want := range map[string]string{
		"docker compose up --detach":                                      "",
		"docker compose up --detached":                                    "no option",
		"docker compose logs --detach":                                    "is not for logs",
		"docker compose stop plenum-1":                                    "no service plenum-1",
		"docker compose --file cluster.yaml stop plenum-1":                "",
		"docker compose --file other.yaml up":                             "no such file",
		"docker build -f deploy/Dockerfile .":                             "no such file",
		"kubectl create secret generic plenum --from-literal=secrets=x":   "reads no secrets",
		"kubectl rollout status deployment/meet":                          "makes no deployment",
		"kubectl get hpa meet":                                            "",
		"kubectl explode statefulset/meet":                                "not known here",
		"helm install meet deploy/helm/plenum --set publicURI=x":          "no value publicURI",
		"helm install meet deploy/helm/plenum --set cluster.enabled=true": "needs secrets.database",
		"helm install meet deploy/helm/plenum --set media=x":              "no single value",
		"helm install meet deploy/helm/plenum --set secrets.smtp=true":    "reads smtp",
		"helm install meet deploy/helm/other":                             "no chart",
		"systemctl restart plenum":                                        "",
		"systemctl restart plenumd":                                       "no such file",
		"systemctl restart --now plenum":                                  "does not",
		"journalctl --unit plenumd":                                       "no such file",
		"install -m 755 plenum /usr/bin/plenum":                           "does not look at",
		"nats-server --config /etc/nats/nats.conf --name nats-0":          "",
		"nats-server --config /etc/nats/nats.conf":                        "no cluster of three",
		"nats-server --configuration /etc/nats/nats.conf":                 "not defined",
		"openssl rand 32":                                                 "not known here",
		"rm --recursive /":                                                "nobody checks",
	} {
		r.secrets["pageplenum"] = []string{"secret"}
		err := r.check(command{file: "page", line: line, args: strings.Fields(line)})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", line, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: said %v, want %q", line, err, want)
		}
	}
}
