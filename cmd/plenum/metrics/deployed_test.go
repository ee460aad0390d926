package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.yaml.in/yaml/v4"

	"github.com/plenum-meet/plenum/sfu/egress"
	"github.com/plenum-meet/plenum/sfu/transport"
)

// known are all metrics of a node, by the name in a query, with the values of their labels as far as these are a closed set.
type known map[string]map[string][]string

// onEvery target Prometheus puts these.
var onEvery = []string{"instance", "job"}

func knownMetrics(t *testing.T) known {
	t.Helper()
	all := known{"up": {}}
	for _, f := range families() {
		values := map[string][]string{}
		for _, label := range f.labels {
			values[label] = nil
		}
		if f.read != nil {
			for _, s := range []*state{sample(), plain()} {
				f.read(s, func(_ float64, got ...string) {
					for i, value := range got {
						values[f.labels[i]] = append(values[f.labels[i]], value)
					}
				})
			}
		}
		if f.kind != histogram {
			all[f.name] = values
			continue
		}
		all[f.name+"_sum"], all[f.name+"_count"] = values, values
		withBound := map[string][]string{"le": nil}
		for label := range values {
			withBound[label] = values[label]
		}
		all[f.name+"_bucket"] = withBound
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	others, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range others {
		all[f.GetName()] = map[string][]string{}
	}
	return all
}

// check finds what a query asks for that is not there.
func (k known) check(text string) error {
	q, err := parseQuery(text)
	if err != nil {
		return err
	}
	if len(q.metrics) == 0 {
		return fmt.Errorf("%q asks for nothing", text)
	}
	labels := slices.Clone(onEvery)
	for _, s := range q.metrics {
		values, ok := k[s.name]
		if !ok {
			return fmt.Errorf("there is no metric %s", s.name)
		}
		for label := range values {
			labels = append(labels, label)
		}
		for _, m := range s.matchers {
			if err := m.check(s.name, values); err != nil {
				return err
			}
		}
	}
	for _, label := range q.groups {
		if !slices.Contains(labels, label) {
			return fmt.Errorf("%q groups by %s, which no metric in it has", text, label)
		}
	}
	return nil
}

func (m matcher) check(metric string, values map[string][]string) error {
	if slices.Contains(onEvery, m.label) {
		return nil
	}
	list, ok := values[m.label]
	if !ok {
		return fmt.Errorf("%s has no label %s", metric, m.label)
	}
	if len(list) == 0 {
		return nil // an open set
	}
	wanted := []string{m.value}
	if strings.HasSuffix(m.op, "~") {
		if _, err := regexp.Compile(m.value); err != nil {
			return err
		}
		wanted = strings.Split(m.value, "|")
	}
	for _, value := range wanted {
		if !slices.Contains(list, value) {
			return fmt.Errorf("%s never has %s=%q", metric, m.label, value)
		}
	}
	return nil
}

func TestAlertsAskForWhatThereIs(t *testing.T) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	text, err := os.ReadFile("../../../deploy/prometheus/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	known, seen := knownMetrics(t), map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if err := known.check(rule.Expr); err != nil {
				t.Errorf("%s: %v", rule.Alert, err)
			}
			if seen[rule.Alert] || !strings.HasPrefix(rule.Alert, "Plenum") {
				t.Errorf("%s is no name of its own", rule.Alert)
			}
			seen[rule.Alert] = true
			if rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" || !slices.Contains([]string{"page", "ticket"}, rule.Labels["severity"]) {
				t.Errorf("%s does not say what is wrong, what to do, and how urgent it is", rule.Alert)
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d alerts were found", len(seen))
	}
}

func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	type target struct{ Expr string }
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			Type    string
			GridPos struct{ X, Y, W, H int }
			Targets []target
		}
		Templating struct {
			List []struct{ Name, Query string }
		}
	}
	text, err := os.ReadFile("../../../deploy/grafana/plenum.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	known, used, ids := knownMetrics(t), map[string]bool{}, map[int]bool{}
	for _, panel := range board.Panels {
		if ids[panel.ID] || panel.GridPos.X+panel.GridPos.W > 24 || panel.GridPos.H == 0 {
			t.Errorf("%s has no place of its own", panel.Title)
		}
		ids[panel.ID] = true
		if panel.Type != "row" && len(panel.Targets) == 0 {
			t.Errorf("%s shows nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			if err := known.check(target.Expr); err != nil {
				t.Errorf("%s: %v", panel.Title, err)
			}
			q, _ := parseQuery(target.Expr)
			for _, s := range q.metrics {
				used[s.name] = true
			}
		}
	}
	for _, variable := range board.Templating.List {
		if name, ok := strings.CutPrefix(variable.Query, "label_values("); ok {
			if name, _, _ = strings.Cut(name, ","); known[name] == nil {
				t.Errorf("the choice of %s asks for %s, which there is not", variable.Name, name)
			}
		}
	}
	if len(used) < 40 {
		t.Errorf("the dashboard shows only %d metrics", len(used))
	}
}

// The adapter asks for one metric, in the language of Prometheus but for what it fills in itself.
func TestTheAdapterAsksForWhatThereIs(t *testing.T) {
	var file struct {
		Rules struct {
			Custom []struct {
				SeriesQuery  string `yaml:"seriesQuery"`
				MetricsQuery string `yaml:"metricsQuery"`
			}
		}
	}
	text, err := os.ReadFile("../../../deploy/prometheus/adapter.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &file); err != nil || len(file.Rules.Custom) != 1 {
		t.Fatalf("%d rules: %v", len(file.Rules.Custom), err)
	}
	known := knownMetrics(t)
	for _, labels := range known {
		// deploy/prometheus/kubernetes.yml puts these on what it scrapes.
		labels["namespace"], labels["pod"] = nil, nil
	}
	filled := strings.NewReplacer("<<.GroupBy>>", "pod", "<<.LabelMatchers>>", `namespace="meet",pod="meet-0"`)
	for _, query := range []string{file.Rules.Custom[0].SeriesQuery, filled.Replace(file.Rules.Custom[0].MetricsQuery)} {
		if err := known.check(query); err != nil {
			t.Error(err)
		}
	}
}

func TestQueriesThatAskForNothingAreFound(t *testing.T) {
	known := knownMetrics(t)
	for text, want := range map[string]string{
		`sum by (state) (plenum_participants)`:                                                 "",
		`rate(plenum_http_requests_total{status=~"5.."}[5m]) > 0.1`:                            "",
		`histogram_quantile(0.9, sum by (le) (rate(plenum_downstream_loss_ratio_bucket[5m])))`: "",
		`plenum_partcipants`:                           "no metric plenum_partcipants",
		`plenum_downstream_loss_ratio`:                 "no metric",
		`sum by (room) (plenum_participants)`:          "groups by room",
		`plenum_participants{state="gone"}`:            `never has state="gone"`,
		`plenum_participants{room="x"}`:                "no label room",
		`sum(plenum_participants`:                      "too many",
		`plenum_participants)`:                         "too many",
		`speed(plenum_participants)`:                   "no function is called speed",
		`rate(plenum_http_requests_total[5 minutes])`:  "is no range",
		`plenum_participants{state=in}`:                "is no matcher",
		`sum by state (plenum_participants)`:           "no list of labels",
		`rate(plenum_http_requests_total[5m]) ? 1 : 0`: "makes no sense",
		`1 > 0`: "asks for nothing",
	} {
		err := known.check(text)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: said %v, want %q", text, err, want)
		}
	}
}

// plain is a node on a kernel that has nothing, with a pion that nobody knows.
func plain() *state {
	return &state{transport: transport.Snapshot{Sockets: map[string]egress.SocketSnapshot{
		"a": {Method: egress.Single}, "b": {Method: egress.Many},
	}}}
}

// sampled is sample for a collector.
func sampled(context.Context) *state { return sample() }
