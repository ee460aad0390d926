package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// checkDrain sees to it that a pod is not killed while it drains, and drains by a command that the program has.
func checkDrain(t *testing.T, k known, pod, container any, variables map[string]string) {
	t.Helper()
	wait := time.Duration(0)
	command := list(at(container, "lifecycle", "preStop", "exec", "command"))
	if _, token := variables["PLENUM_ADMIN_TOKEN_FILE"]; token != (len(command) > 0) {
		t.Errorf("the pod has a token (%v), and drains by %q", token, command)
	}
	if len(command) > 0 {
		if entry := lastStage(read(t, "docker/Dockerfile"))["ENTRYPOINT"]; !slices.Equal(entry, []string{`["` + command[0] + `"]`}) || !slices.Equal(command[1:3], []string{"admin", "drain"}) {
			t.Errorf("the hook runs %q, and in the image there is %q", command, entry)
		}
		for _, arg := range command[3:] {
			name, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
			if !k.flags[name] {
				t.Errorf("the hook gives %s, which is no option", arg)
			}
			if _, port, _ := strings.Cut(variables["PLENUM_ADMIN_LISTEN"], ":"); name == "admin" && value != "http://127.0.0.1:"+port {
				t.Errorf("the hook asks %s, and the admin listener is at %s", value, variables["PLENUM_ADMIN_LISTEN"])
			}
			var err error
			if name == "wait" {
				if wait, err = time.ParseDuration(value); err != nil {
					t.Error(err)
				}
			}
		}
	}
	grace, err := time.ParseDuration(fmt.Sprintf("%vs", at(pod, "terminationGracePeriodSeconds")))
	drain, wrong := time.ParseDuration(variables["PLENUM_DRAIN_WAIT"])
	if err != nil || wrong != nil || grace <= wait+drain+goodBye {
		t.Errorf("the pod is killed after %s and takes up to %s to stop: %v", grace, wait+drain+goodBye, errors.Join(err, wrong))
	}
}

// One node keeps its records on a volume and is never taken away; those of a cluster keep nothing, and one may be missing.
func TestReplicasFitWhatIsShared(t *testing.T) {
	for name, c := range map[string]struct {
		set      func(map[string]any)
		replicas any // nil: the autoscaler says
		missing  int
		volume   bool
	}{
		"one node":             {everything, 1, 0, true},
		"a cluster":            {several, 2, 1, false},
		"a cluster that grows": {growing, nil, 1, false},
	} {
		objects, err := render(t, c.set)
		if err != nil {
			t.Fatal(err)
		}
		set := objects["StatefulSet meet"]
		if got := at(set, "spec", "replicas"); got != c.replicas {
			t.Errorf("%s has %v replicas, want %v", name, got, c.replicas)
		}
		if got := at(objects["PodDisruptionBudget meet"], "spec", "maxUnavailable"); got != c.missing {
			t.Errorf("of %s %v may be missing, want %d", name, got, c.missing)
		}
		if got := at(set, "spec", "volumeClaimTemplates") != nil; got != c.volume {
			t.Errorf("%s has a volume: %v", name, got)
		}
	}
}

func TestNodesOfAClusterFindOneAnother(t *testing.T) {
	objects, err := render(t, several)
	if err != nil {
		t.Fatal(err)
	}
	plain := environment(at(objects["StatefulSet meet"], "spec", "template", "spec", "containers", 0))
	if plain["PLENUM_NODE_ADDRESS"] != "$(POD_IP):7880" || plain["PLENUM_NODE_LISTEN"] != plain["PLENUM_NODE_ADDRESS"] || plain["PLENUM_NATS_URL"] != "tls://nats:4222" {
		t.Errorf("%v", plain)
	}
	if objects, err = render(t, growing); err != nil {
		t.Fatal(err)
	}
	pod := at(objects["StatefulSet meet"], "spec", "template", "spec")
	got := environment(at(pod, "containers", 0))
	for name, want := range map[string]string{
		"POD_IP": "<status.podIP>", "PLENUM_NODE_LISTEN": "[$(POD_IP)]:7880", "PLENUM_NODE_ADDRESS": "[$(POD_IP)]:7880", "PLENUM_NATS_URL_FILE": "/secrets/nats-url", "PLENUM_NATS_URL": "",
		"PLENUM_NATS_CREDENTIALS": "/secrets/nats-credentials", "PLENUM_NATS_CA": "/secrets/nats-ca", "PLENUM_DATABASE_FILE": "/secrets/database",
		"PLENUM_PUBLIC_STUN": "stun.example.org:3478", "PLENUM_PUBLIC_ADDRESS": "",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	// Two on one machine would both want its ports.
	rule := at(pod, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution", 0)
	labels := at(objects["StatefulSet meet"], "spec", "selector", "matchLabels").(map[string]any)
	for key, value := range labels {
		if at(rule, "labelSelector", "matchLabels", key) != value {
			t.Errorf("pods keep away from %v, and are %v", at(rule, "labelSelector"), labels)
		}
	}
	if at(rule, "topologyKey") != "kubernetes.io/hostname" || at(pod, "hostNetwork") != true {
		t.Errorf("pods are apart by %v", at(rule, "topologyKey"))
	}
}

// The autoscaler asks for a metric that the server has, and the adapter offers it under that name.
func TestTheAutoscalerGoesByStress(t *testing.T) {
	objects, err := render(t, growing)
	if err != nil {
		t.Fatal(err)
	}
	scaler := objects["HorizontalPodAutoscaler meet"]
	if target := at(scaler, "spec", "scaleTargetRef"); at(target, "kind") != "StatefulSet" || objects[fmt.Sprintf("%v %v", at(target, "kind"), at(target, "name"))] == nil {
		t.Errorf("it scales %v", target)
	}
	metric := at(scaler, "spec", "metrics", 0, "pods")
	name, _ := at(metric, "metric", "name").(string)
	if !strings.Contains(read(t, "docs/metrics.md"), "| `"+name+"` | gauge |") {
		t.Errorf("it goes by %q, which the server does not measure", name)
	}
	if at(scaler, "spec", "metrics", 0, "type") != "Pods" || at(metric, "target", "type") != "AverageValue" || at(metric, "target", "averageValue") != "700m" {
		t.Errorf("it aims at %v", metric)
	}
	if down := at(scaler, "spec", "behavior", "scaleDown"); at(down, "stabilizationWindowSeconds").(int) < 600 || at(down, "policies", 0, "value") != 1 {
		t.Errorf("it takes nodes away by %v", down)
	}
	rule := at(parse(t, "adapter.yml", read(t, "prometheus/adapter.yml")), "rules", "custom", 0)
	if at(rule, "name", "as") != name || at(rule, "resources", "overrides", "pod", "resource") != "pod" || at(rule, "resources", "overrides", "namespace", "resource") != "namespace" {
		t.Errorf("the adapter offers %v", rule)
	}
	// Prometheus gives each series the labels that the adapter finds pods by, and asks those pods alone.
	targets := map[string]bool{}
	kept := ""
	for _, relabel := range anyList(at(parse(t, "kubernetes.yml", read(t, "prometheus/kubernetes.yml")), "scrape_configs", 0, "relabel_configs")) {
		if label, ok := at(relabel, "target_label").(string); ok {
			targets[label] = true
		}
		if at(relabel, "action") == "keep" {
			kept = strings.Join(list(at(relabel, "source_labels")), " ") + " " + fmt.Sprint(at(relabel, "regex"))
		}
	}
	if !targets["namespace"] || !targets["pod"] || kept != "__meta_kubernetes_pod_label_app_kubernetes_io_name __meta_kubernetes_pod_container_port_name plenum;admin" {
		t.Errorf("Prometheus labels %v and keeps %s", targets, kept)
	}
}
