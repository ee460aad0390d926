package deploy

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v4"
)

// render does what 'helm template' does with those functions that the chart uses, and gives the objects by kind and name.
// A value that values.yaml does not have is an error.
func render(t *testing.T, set func(values map[string]any)) (objects map[string]map[string]any, err error) {
	t.Helper()
	const chart = "helm/plenum"
	about, values := parse(t, "Chart.yaml", read(t, chart+"/Chart.yaml")), parse(t, "values.yaml", read(t, chart+"/values.yaml"))
	set(values)
	all := template.New(chart).Option("missingkey=error")
	all.Funcs(helmFunctions(all))
	files, err := filepath.Glob(chart + "/templates/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		template.Must(all.New(filepath.Base(file)).Parse(string(text)))
	}
	objects = map[string]map[string]any{}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "_") {
			continue
		}
		var out strings.Builder
		data := map[string]any{
			"Values": values, "Release": map[string]any{"Name": "meet"},
			"Chart": map[string]any{"Name": about["name"], "AppVersion": about["appVersion"]},
		}
		if err := all.ExecuteTemplate(&out, filepath.Base(file), data); err != nil {
			return nil, err
		}
		for _, text := range strings.Split(out.String(), "\n---\n") {
			if object := parse(t, file+" rendered:\n"+text, text); object != nil {
				objects[fmt.Sprintf("%v %v", object["kind"], at(object, "metadata", "name"))] = object
			}
		}
	}
	return objects, nil
}

func helmFunctions(all *template.Template) template.FuncMap {
	text := func(v any) string { return fmt.Sprint(v) }
	return template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var out strings.Builder
			err := all.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"nindent": func(n int, s string) string {
			space := strings.Repeat(" ", n)
			return "\n" + space + strings.ReplaceAll(s, "\n", "\n"+space)
		},
		"toYaml": func(v any) (string, error) {
			out, err := yaml.Marshal(v)
			return strings.TrimSuffix(string(out), "\n"), err
		},
		"quote": func(v any) string { return strconv.Quote(text(v)) },
		"int": func(v any) (int, error) {
			return strconv.Atoi(text(v))
		},
		"add": func(all ...int) (sum int) {
			for _, n := range all {
				sum += n
			}
			return sum
		},
		"join": func(by string, all []any) string {
			return strings.Join(list(all), by)
		},
		"default": func(otherwise, v string) string {
			if v == "" {
				return otherwise
			}
			return v
		},
		"ternary": func(yes, no any, which bool) any {
			if which {
				return yes
			}
			return no
		},
		"required": func(why string, v any) (any, error) {
			if v == nil || v == "" {
				return nil, errors.New(why)
			}
			return v, nil
		},
		"fail": func(why string) (string, error) { return "", errors.New(why) },
	}
}

func put(values map[string]any, value any, way ...string) {
	for _, key := range way[:len(way)-1] {
		values = values[key].(map[string]any)
	}
	values[way[len(way)-1]] = value
}

func everything(v map[string]any) {
	put(v, []any{"203.0.113.7", "2001:db8::7"}, "publicAddress")
	put(v, []any{"10.0.0.0/8"}, "trustedProxy")
	put(v, "meet-tls", "tls", "secret")
	put(v, true, "secrets", "database")
	put(v, true, "secrets", "smtp")
	put(v, true, "secrets", "adminToken")
	put(v, true, "admin", "enabled")
	put(v, true, "ingress", "enabled")
	put(v, "fast", "persistence", "storageClass")
	put(v, map[string]any{"kubernetes.io/os": "linux"}, "nodeSelector")
	put(v, []any{map[string]any{"operator": "Exists"}}, "tolerations")
	put(v, map[string]any{"PLENUM_LOG_LEVEL": "debug"}, "extraEnv")
}

func nodePort(v map[string]any) {
	put(v, "nodePort", "media", "mode")
	put(v, 30782, "media", "port")
	put(v, false, "turn", "enabled")
	put(v, []any{"203.0.113.7"}, "publicAddress")
}

func guarded(v map[string]any) {
	nodePort(v)
	put(v, true, "secrets", "adminToken")
	put(v, true, "admin", "enabled")
	put(v, true, "networkPolicy", "enabled")
}

func several(v map[string]any) {
	put(v, true, "cluster", "enabled")
	put(v, "tls://nats:4222", "nats", "url")
	put(v, true, "secrets", "database")
	put(v, true, "secrets", "adminToken")
}

func growing(v map[string]any) {
	several(v)
	put(v, "", "nats", "url")
	put(v, true, "secrets", "natsURL")
	put(v, true, "cluster", "ipv6")
	put(v, true, "nats", "credentials")
	put(v, true, "nats", "ca")
	put(v, "stun.example.org:3478", "publicSTUN")
	put(v, true, "admin", "enabled")
	put(v, true, "autoscaling", "enabled")
	put(v, 1800, "drain", "meetingsSeconds")
	put(v, true, "ingress", "enabled")
}

func TestTheChartFitsTogether(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(map[string]any)
		kinds []string
	}{
		{"as it is", func(map[string]any) {}, []string{"PodDisruptionBudget meet", "Service meet", "StatefulSet meet"}},
		{"everything", everything, []string{"Ingress meet", "PodDisruptionBudget meet", "Service meet", "StatefulSet meet"}},
		{"ports of the nodes", nodePort, []string{"PodDisruptionBudget meet", "Service meet", "Service meet-media", "StatefulSet meet"}},
		{"ports of the nodes, guarded", guarded, []string{"NetworkPolicy meet", "PodDisruptionBudget meet", "Service meet", "Service meet-media", "StatefulSet meet"}},
		{"a cluster", several, []string{"PodDisruptionBudget meet", "Service meet", "StatefulSet meet"}},
		{"a cluster that grows", growing, []string{"HorizontalPodAutoscaler meet", "Ingress meet", "PodDisruptionBudget meet", "Service meet", "StatefulSet meet"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			objects, err := render(t, c.set)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Sorted(maps.Keys(objects)); !slices.Equal(got, c.kinds) {
				t.Fatalf("makes %q, want %q", got, c.kinds)
			}
			k := readKnown(t)
			set := objects["StatefulSet meet"]
			labels := at(set, "spec", "template", "metadata", "labels").(map[string]any)
			for name, object := range objects {
				for _, wrong := range readKinds(t).wrong(object) {
					t.Errorf("%s: %s", name, wrong)
				}
				selector, _ := at(object, "spec", "selector").(map[string]any)
				if match, ok := selector["matchLabels"].(map[string]any); ok {
					selector = match
				}
				if pods, ok := at(object, "spec", "podSelector", "matchLabels").(map[string]any); ok {
					selector = pods
				}
				if selector == nil && !strings.HasPrefix(name, "Ingress") && !strings.HasPrefix(name, "Horizontal") {
					t.Errorf("%s selects nothing", name)
				}
				for key, value := range selector {
					if labels[key] != value {
						t.Errorf("%s selects %s=%v, the pod has %v", name, key, value, labels[key])
					}
				}
			}
			pod := at(set, "spec", "template", "spec").(map[string]any)
			container := at(pod, "containers", 0)
			ports := map[string]string{}
			for _, port := range at(container, "ports").([]any) {
				ports[at(port, "name").(string)] = fmt.Sprint(at(port, "containerPort"))
			}
			checkEnvironment(t, k, container)
			checkProbes(t, k, container, ports)
			checkMounts(t, set, pod, container)
			checkDrain(t, k, pod, container, environment(container))
			for name, object := range objects {
				for _, port := range anyList(at(object, "spec", "ports")) {
					if target, _ := at(port, "targetPort").(string); ports[target] == "" {
						t.Errorf("%s leads to the port %q, which the pod does not have", name, target)
					}
				}
			}
			if at(pod, "enableServiceLinks") != false {
				t.Error("the service's variables get into the pod, and begin with PLENUM_ where it is called plenum")
			}
			if backend := at(objects["Ingress meet"], "spec", "rules", 0, "http", "paths", 0, "backend", "service"); backend != nil {
				if at(backend, "name") != "meet" || ports[at(backend, "port", "name").(string)] == "" {
					t.Errorf("the ingress leads to %v", backend)
				}
			}
		})
	}
}

func anyList(in any) []any {
	out, _ := in.([]any)
	return out
}

// environment has a field of the pod as its path in angle brackets.
func environment(container any) map[string]string {
	out := map[string]string{}
	for _, variable := range at(container, "env").([]any) {
		name := at(variable, "name").(string)
		out[name], _ = at(variable, "value").(string)
		if field := at(variable, "valueFrom", "fieldRef", "fieldPath"); field != nil {
			out[name] = fmt.Sprintf("<%v>", field)
		}
	}
	return out
}

var refers = regexp.MustCompile(`\$\(([^)]+)\)`)

func checkEnvironment(t *testing.T, k known, container any) {
	t.Helper()
	defined := map[string]bool{}
	for _, variable := range at(container, "env").([]any) {
		value, _ := at(variable, "value").(string)
		for _, m := range refers.FindAllStringSubmatch(value, -1) {
			if !defined[m[1]] {
				t.Errorf("%v refers to %s, which is not defined before it", at(variable, "name"), m[1])
			}
		}
		defined[at(variable, "name").(string)] = true
	}
	for name, value := range environment(container) {
		if !k.variables[name] && !(strings.HasPrefix(value, "<") && !strings.HasPrefix(name, "PLENUM_")) {
			t.Errorf("the pod has %s, which is no option", name)
		}
		if value == "" {
			t.Errorf("%s is empty or no text", name)
		}
		if strings.HasSuffix(name, "_FILE") && !strings.HasPrefix(value, "/secrets/") {
			t.Errorf("%s is %s, where no secret is", name, value)
		}
	}
}

var afterColon = regexp.MustCompile(`[0-9]+$`)

func checkProbes(t *testing.T, k known, container any, ports map[string]string) {
	t.Helper()
	for probe, path := range map[string]string{"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"} {
		get := at(container, probe, "httpGet")
		if at(get, "path") != path || !k.has(path) || ports[at(get, "port").(string)] == "" {
			t.Errorf("%s asks for %v", probe, get)
		}
		scheme := "HTTP"
		if environment(container)["PLENUM_TLS_CERT"] != "" {
			scheme = "HTTPS"
		}
		if at(get, "scheme") != scheme {
			t.Errorf("%s speaks %v to a server of %s", probe, at(get, "scheme"), scheme)
		}
	}
	for name, want := range map[string]string{"http": "PLENUM_LISTEN", "media-udp": "PLENUM_MEDIA_PORT", "media-tcp": "PLENUM_MEDIA_PORT", "turn-udp": "PLENUM_TURN_PORT", "turn-tls": "PLENUM_TURN_TLS_PORT", "admin": "PLENUM_ADMIN_LISTEN", "node": "PLENUM_NODE_LISTEN"} {
		if port := ports[name]; port != "" && afterColon.FindString(environment(container)[want]) != port {
			t.Errorf("the port %s is %s, and %s is %s", name, port, want, environment(container)[want])
		}
	}
}

func checkMounts(t *testing.T, set map[string]any, pod, container any) {
	t.Helper()
	volumes := map[any]bool{}
	for _, volume := range anyList(at(pod, "volumes")) {
		volumes[at(volume, "name")] = true
	}
	for _, claim := range anyList(at(set, "spec", "volumeClaimTemplates")) {
		volumes[at(claim, "metadata", "name")] = true
	}
	for _, mount := range anyList(at(container, "volumeMounts")) {
		if !volumes[at(mount, "name")] {
			t.Errorf("%v is mounted, and there is no such volume", at(mount, "name"))
		}
	}
	if at(pod, "securityContext", "runAsNonRoot") != true || at(container, "securityContext", "readOnlyRootFilesystem") != true {
		t.Error("the pod may be root or write where it likes")
	}
}

func TestTheChartRefusesWhatCannotWork(t *testing.T) {
	for _, c := range []struct {
		name, want string
		set        func(map[string]any)
	}{
		{"no way for media", "hostNetwork or nodePort", func(v map[string]any) { put(v, "LoadBalancer", "media", "mode") }},
		{"the address of a pod", "publicAddress", func(v map[string]any) { nodePort(v); put(v, []any{}, "publicAddress") }},
		{"a port that nodes do not have", "between 30000 and 32767", func(v map[string]any) { nodePort(v); put(v, 7882, "media", "port") }},
		{"TURN behind other ports", "turn.enabled", func(v map[string]any) { nodePort(v); put(v, true, "turn", "enabled") }},
		{"an admin listener without a token", "adminToken", func(v map[string]any) { put(v, true, "admin", "enabled") }},
		{"a wait for meetings without a token", "secrets.adminToken", func(v map[string]any) { put(v, 60, "drain", "meetingsSeconds") }},
		{"a policy for the machine's network", "networkPolicy.enabled needs media.mode nodePort", func(v map[string]any) { put(v, true, "networkPolicy", "enabled") }},
		{"a cluster without a database", "cluster.enabled needs secrets.database", func(v map[string]any) { several(v); put(v, false, "secrets", "database") }},
		{"a cluster without NATS", "cluster.enabled needs nats.url", func(v map[string]any) { several(v); put(v, "", "nats", "url") }},
		{"a cluster behind node ports", "cluster.enabled needs media.mode hostNetwork", func(v map[string]any) { nodePort(v); several(v) }},
		{"a cluster at one address", "cluster.enabled takes no publicAddress", func(v map[string]any) { several(v); put(v, []any{"203.0.113.7"}, "publicAddress") }},
		{"a cluster without a token", "cluster.enabled needs secrets.adminToken", func(v map[string]any) { several(v); put(v, false, "secrets", "adminToken") }},
		{"a cluster of nobody", "cluster.replicas", func(v map[string]any) { several(v); put(v, 0, "cluster", "replicas") }},
		{"one node that grows", "autoscaling.enabled needs cluster.enabled", func(v map[string]any) { put(v, true, "autoscaling", "enabled") }},
		{"growth that nobody measures", "autoscaling.enabled needs admin.enabled", func(v map[string]any) { growing(v); put(v, false, "admin", "enabled") }},
		{"growth backwards", "autoscaling.minReplicas", func(v map[string]any) { growing(v); put(v, 9, "autoscaling", "minReplicas") }},
		{"no URL", "publicURL", func(v map[string]any) { put(v, "", "publicURL") }},
		{"no secret", "secrets.name", func(v map[string]any) { put(v, "", "secrets", "name") }},
	} {
		if _, err := render(t, c.set); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
