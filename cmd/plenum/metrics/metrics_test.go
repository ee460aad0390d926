package metrics

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/egress"
	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/sfu/transport"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/room"
	"github.com/plenum-meet/plenum/store"
)

// sample is a node with a meeting of three, one of whom has lost the connection.
func sample() *state {
	return &state{
		version: "v1", goVersion: "go1.26",
		media: sfu.Load{
			Rooms: []sfu.RoomLoad{{
				Code: "7k3mx-9qd4e", Publications: map[sfu.Source]int{sfu.Camera: 2},
				Ups: []sfu.UpLoad{{RTT: 20 * time.Millisecond, Loss: 0.02}},
				Peers: []sfu.PeerLoad{
					{Up: true, Down: true, Measured: true, Estimate: 8_000_000, Planned: 800_000, RTT: 30 * time.Millisecond, Loss: 0.3, Slots: map[sfu.SlotState]int{{Kind: "video", Reason: "paused"}: 2}},
					{Up: true},
				},
			}},
			Shards: []egress.ShardLoad{
				{Shard: 0, Queue: 3, Delay: time.Millisecond, Audio: egress.SlotCounts{Packets: 5}, Video: egress.SlotCounts{Packets: 10, Resent: 1}},
				{Shard: 1, Level: shed.Frames, Video: egress.SlotCounts{Packets: 100, WriteErrors: 2}, Asked: egress.AskedCounts{Packets: 7}},
			},
			Received: map[sfu.Source]sfu.Received{sfu.Camera: {PublicationCounts: sfu.PublicationCounts{Packets: 50, Late: 4}, KeyFramesAsked: 9}},
		},
		transport: transport.Snapshot{Express: true, ExpressPeers: 2, Sockets: map[string]egress.SocketSnapshot{
			"a": {Method: egress.Segmented, Sent: 20}, "b": {Method: egress.Segmented, Sent: 22},
		}},
		relay:     relay.Snapshot{Allocations: 3, Made: 8, Refused: 2, Held: 1, UpBytes: 700, DownBytes: 900},
		signaling: signaling.Load{Sockets: 2, Opened: 5, Refused: map[string]uint64{"origin": 3}, Slow: 1, QueuedWrites: 6, Meetings: []room.Load{{Participants: 3, Reconnecting: 1, Waiting: 4}}},
		nodes:     3, connected: true,
		burden: Burden{Processor: 0.25, Shards: 0.5, Memory: 0.125},
		pool:   sql.DBStats{MaxOpenConnections: 32, InUse: 1, Idle: 2},
	}
}

// page is what is scraped, by the whole line before the value.
func page(t *testing.T, of ...prometheus.Collector) map[string]string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(of...)
	rec := httptest.NewRecorder()
	handlerOf(registry).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != 200 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	values := map[string]string{}
	for line := range strings.Lines(rec.Body.String()) {
		if i := strings.LastIndex(line, " "); !strings.HasPrefix(line, "#") && i > 0 {
			values[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return values
}

func TestTheStateOfANodeBecomesMetrics(t *testing.T) {
	got := page(t, newCollector(sampled))
	for name, want := range map[string]string{
		`plenum_cluster_nodes`: "3", `plenum_cluster_connected`: "1", `plenum_stress`: "0.5", `plenum_stress_part{part="processor"}`: "0.25", `plenum_stress_part{part="meetings"}`: "0",
		`plenum_rooms`:                                                           "1",
		`plenum_participants{state="in"}`:                                        "2",
		`plenum_participants{state="reconnecting"}`:                              "1",
		`plenum_participants{state="waiting"}`:                                   "4",
		`plenum_media_connections{direction="up"}`:                               "2",
		`plenum_media_connections{direction="down"}`:                             "1",
		`plenum_publications{source="camera"}`:                                   "2",
		`plenum_publications{source="screen-audio"}`:                             "0",
		`plenum_slots{kind="video",reason="paused"}`:                             "2",
		`plenum_received_packets_total{source="camera"}`:                         "50",
		`plenum_received_discarded_packets_total{reason="late",source="camera"}`: "4",
		`plenum_key_frame_requests_total{source="camera"}`:                       "9",
		`plenum_forwarded_packets_total{media="audio"}`:                          "5",
		`plenum_forwarded_packets_total{media="video"}`:                          "110",
		`plenum_forwarding_failed_packets_total{media="video",reason="write"}`:   "2",
		`plenum_downstream_nacked_packets_total`:                                 "7",
		`plenum_downstream_estimate_bytes_per_second_sum`:                        "1e+06",
		`plenum_downstream_loss_ratio_bucket{le="0.2"}`:                          "0",
		`plenum_downstream_loss_ratio_bucket{le="0.5"}`:                          "1",
		`plenum_upstream_rtt_seconds_bucket{le="0.025"}`:                         "1",
		`plenum_egress_info{express="true",method="gso"}`:                        "1",
		`plenum_turn_allocations`:                                                "3",
		`plenum_turn_bytes_total{direction="down"}`:                              "900",
		`plenum_udp_sent_packets_total`:                                          "42",
		`plenum_shard_queue_messages{shard="0"}`:                                 "3",
		`plenum_shard_delay_seconds{shard="0"}`:                                  "0.001",
		`plenum_shard_shed_level{shard="1"}`:                                     "1",
		`plenum_websocket_refused_total{reason="origin"}`:                        "3",
		`plenum_websocket_too_slow_total`:                                        "1",
		`plenum_queued_records`:                                                  "6",
		`plenum_database_connections{state="idle"}`:                              "2",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s", name, got[name], want)
		}
	}
}

func TestTimesAreObserved(t *testing.T) {
	times := NewTimes()
	times.Joined(250 * time.Millisecond)
	times.FirstPicture(400 * time.Millisecond)
	times.Asked(store.Question, 2*time.Millisecond, nil)
	times.Asked(store.Question, 2*time.Millisecond, fmt.Errorf("meeting: %w", store.ErrNotFound))
	times.Asked(store.Question, 3*time.Second, fmt.Errorf("meeting: %w", store.ErrUnavailable))
	times.Asked(store.Question, time.Millisecond, errors.New("no such column"))
	times.Asked(store.Transaction, time.Millisecond, errors.New("the caller's own"))
	times.Answered(api.Answered{Method: "GET", Route: "/api/meetings/:code", Status: 404, Took: time.Millisecond})
	times.Answered(api.Answered{Method: "GET", Route: "/ws", Status: 101, Took: time.Hour})
	got := page(t, times.collectors()...)
	for name, want := range map[string]string{
		`plenum_join_duration_seconds_bucket{le="0.2"}`:                                     "0",
		`plenum_join_duration_seconds_bucket{le="0.3"}`:                                     "1",
		`plenum_first_picture_seconds_sum`:                                                  "0.4",
		`plenum_database_duration_seconds_count{work="question"}`:                           "4",
		`plenum_database_errors_total{kind="unavailable"}`:                                  "1",
		`plenum_database_errors_total{kind="fault"}`:                                        "1",
		`plenum_http_requests_total{method="GET",route="/api/meetings/:code",status="404"}`: "1",
		`plenum_http_requests_total{method="GET",route="/ws",status="101"}`:                 "1",
		`plenum_http_request_duration_seconds_count{route="/api/meetings/:code"}`:           "1",
		`plenum_http_request_duration_seconds_count{route="/ws"}`:                           "",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// https://prometheus.io/docs/practices/naming/
func TestNamesFollowTheConventions(t *testing.T) {
	form := regexp.MustCompile(`^plenum_[a-z]+(_[a-z]+)*$`)
	labels := []string{
		"version", "go_version", "state", "direction", "source", "kind", "reason", "media", "method", "express", "shard", "work", "route", "status", "outcome", "part",
	}
	seen := map[string]bool{}
	for _, f := range families() {
		if !form.MatchString(f.name) || seen[f.name] {
			t.Errorf("%s is no name of its own", f.name)
		}
		seen[f.name] = true
		if total := strings.HasSuffix(f.name, "_total"); total != (f.kind == counter) {
			t.Errorf("%s: a name ends in _total if and only if it is a counter's", f.name)
		}
		for _, unit := range []string{"milliseconds", "_ms", "_bits", "kbit", "percent", "_mb"} {
			if strings.Contains(f.name, unit) {
				t.Errorf("%s is not in a base unit", f.name)
			}
		}
		if !strings.HasSuffix(f.help, ".") || len(f.help) < 10 {
			t.Errorf("%s does not say in a sentence what it means", f.name)
		}
		if (f.kind == histogram) != (len(f.bounds) > 0) || !slices.IsSorted(f.bounds) {
			t.Errorf("%s: only histograms have bounds, and they rise", f.name)
		}
		for _, label := range f.labels {
			if !slices.Contains(labels, label) {
				t.Errorf("%s has the label %s: are its values a closed set?", f.name, label)
			}
		}
	}
}

func TestTheReferenceIsUpToDate(t *testing.T) {
	var b strings.Builder
	if err := Reference(&b); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../../deploy/docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != b.String() {
		t.Error("deploy/docs/metrics.md differs: run go generate ./cmd/plenum")
	}
	for _, f := range families() {
		if !strings.Contains(string(text), "| `"+f.name+"` | "+string(f.kind)+" |") {
			t.Errorf("%s is not described", f.name)
		}
	}
}
