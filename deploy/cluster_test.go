package deploy

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// Two nodes at one address are told apart by their ports, share what nodes share, and are known to the proxy.
func TestTheComposedClusterFitsTogether(t *testing.T) {
	file := parse(t, "cluster.yaml", read(t, "compose/cluster.yaml"))
	checkCompose(t, file)
	services := asMap(at(file, "services"))
	shared, own := map[string]string{}, map[string]string{}
	var upstream []string
	for _, name := range []string{"plenum-1", "plenum-2"} {
		options := map[string]string{}
		for key, value := range asMap(at(services, name, "environment")) {
			options[key] = fmt.Sprint(value)
		}
		for _, key := range []string{"PLENUM_SECRET_FILE", "PLENUM_DATABASE_FILE", "PLENUM_NATS_URL_FILE", "PLENUM_PUBLIC_URL", "PLENUM_NODE_LISTEN"} {
			if before, ok := shared[key]; options[key] == "" || ok && before != options[key] {
				t.Errorf("%s: %s is %q, on the other node %q", name, key, options[key], before)
			}
			shared[key] = options[key]
		}
		for _, key := range []string{"PLENUM_MEDIA_PORT", "PLENUM_TURN_PORT", "PLENUM_NODE_ADDRESS"} {
			if options[key] == "" || own[options[key]] != "" {
				t.Errorf("%s: %s is %q, as on the other node", name, key, options[key])
			}
			own[options[key]] = name
		}
		media, turn := options["PLENUM_MEDIA_PORT"], options["PLENUM_TURN_PORT"]
		if want := []string{media + "/udp", media + "/tcp", turn + "/udp", turn + "/tcp"}; !slices.Equal(published(services[name]), want) {
			t.Errorf("%s publishes %q, and listens at %q", name, published(services[name]), want)
		}
		for _, port := range list(at(services, name, "ports")) {
			if outside, inside, _ := strings.Cut(strings.TrimSuffix(strings.TrimSuffix(port, "/udp"), "/tcp"), ":"); outside != inside {
				t.Errorf("%s publishes %s: clients are told the port inside", name, port)
			}
		}
		if want := name + options["PLENUM_NODE_LISTEN"]; options["PLENUM_NODE_ADDRESS"] != want {
			t.Errorf("%s tells others %s, and is at %s", name, options["PLENUM_NODE_ADDRESS"], want)
		}
		if subnet := at(file, "networks", "proxied", "ipam", "config", 0, "subnet"); subnet != options["PLENUM_TRUSTED_PROXY"] {
			t.Errorf("%s trusts %s, the proxy is in %v", name, options["PLENUM_TRUSTED_PROXY"], subnet)
		}
		if _, err := netip.ParsePrefix(options["PLENUM_TRUSTED_PROXY"]); err != nil {
			t.Error(err)
		}
		upstream = append(upstream, name+options["PLENUM_LISTEN"])
	}
	if want := "reverse_proxy " + strings.Join(upstream, " ") + " {"; !slices.Contains(statements(read(t, "compose/Caddyfile")), want) {
		t.Errorf("the proxy has no %q", want)
	}
}

// The NATS of the compose file reads its configuration where the file puts it.
func TestTheComposedClustersNATSReadsItsConfiguration(t *testing.T) {
	service := at(parse(t, "cluster.yaml", read(t, "compose/cluster.yaml")), "services", "nats")
	root := t.TempDir()
	place := func(inside, text string) {
		path := filepath.Join(root, inside)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
	}
	for _, mount := range list(at(service, "volumes")) {
		parts := strings.Split(mount, ":")
		place(parts[1], read(t, filepath.Join("compose", parts[0])))
	}
	place(secretsOf(service)["nats-passwords"], fmt.Sprintf("PLENUM_PASSWORD: %q\n", natsPassword))
	options, err := server.ProcessConfigFile(filepath.Join(root, list(at(service, "command"))[1]))
	if err != nil {
		t.Fatal(err)
	}
	if len(options.Users) != 1 || options.Users[0].Username != "plenum" || options.Users[0].Password != natsPassword || !options.JetStream {
		t.Errorf("%+v", options.Users)
	}
	if want := fmt.Sprintf("http://%s:%d/healthz", options.HTTPHost, options.HTTPPort); !slices.Contains(list(at(service, "healthcheck", "test")), want) {
		t.Errorf("it says how it is at %s, and is asked by %v", want, at(service, "healthcheck", "test"))
	}
}
