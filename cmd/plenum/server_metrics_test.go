package main

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/cmd/plenum/metrics"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/loadtest"
)

// scrape returns the sum of each metric's series; of a histogram's its samples, by name.
func (m *meeting) scrape() map[string]float64 {
	m.t.Helper()
	sums := map[string]float64{}
	for lines := bufio.NewScanner(strings.NewReader(m.looks("/metrics"))); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		i := strings.LastIndex(lines.Text(), " ")
		name, _, _ := strings.Cut(lines.Text()[:max(0, i)], "{")
		value, err := strconv.ParseFloat(lines.Text()[i+1:], 64)
		if err != nil {
			m.t.Fatalf("%q is no sample", lines.Text())
		}
		sums[name] += value
	}
	return sums
}

// call of three who see and hear each other; the first has a name to look for.
func (m *meeting) call() []*bot {
	m.t.Helper()
	bots := []*bot{m.enter("Canary"), m.enter("Grace"), m.enter("Alan")}
	for _, b := range bots {
		b.publish(microphone(30), camera()).receiveBy(client.Reception{Slots: pool, Measured: true})
	}
	for i, b := range bots {
		b.wish(180, bots[(i+1)%3].id, bots[(i+2)%3].id)
		b.flows(20, b.video(0), b.video(1))
	}
	return bots
}

func TestEveryMetricHasAValueDuringACall(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	bots := m.call()
	// Estimates and reports of the lines take a moment.
	m.until("the lines to be measured", func() bool {
		now := m.scrape()
		return now["plenum_downstream_rtt_seconds_count"] > 0 && now["plenum_upstream_rtt_seconds_count"] > 0
	})
	got := m.scrape()
	for _, name := range metrics.Names() {
		_, plain := got[name]
		if _, samples := got[name+"_count"]; !plain && !samples {
			t.Errorf("%s has no value", name)
		}
	}
	for name, want := range map[string]float64{
		"plenum_rooms": 1, "plenum_participants": 3, "plenum_largest_room_participants": 3, "plenum_media_connections": 6,
		"plenum_publications": 6, "plenum_slots": 3 * 16, "plenum_websocket_connections": 3, "plenum_websocket_opened_total": 3,
		"plenum_join_duration_seconds_count": 3, "plenum_first_picture_seconds_count": 3, "plenum_egress_info": 1,
		"plenum_express_peers_total": 3, "plenum_fallback_peers_total": 0, "plenum_shard_peers": 3, "plenum_database_connections_max": 1,
		"plenum_build_info": 1, "plenum_cluster_nodes": 1, "plenum_cluster_connected": 1,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	for _, name := range []string{
		"plenum_received_packets_total", "plenum_received_bytes_total", "plenum_forwarded_packets_total", "plenum_forwarded_bytes_total",
		"plenum_udp_sent_packets_total", "plenum_udp_batched_packets_total", "plenum_udp_flushes_total", "plenum_key_frame_requests_total",
		"plenum_downstream_estimate_bytes_per_second_sum", "plenum_database_duration_seconds_count", "plenum_http_requests_total",
		"plenum_http_request_duration_seconds_count", "process_cpu_seconds_total", "process_resident_memory_bytes", "go_goroutines",
		"plenum_stress", "plenum_stress_part",
	} {
		if got[name] <= 0 {
			t.Errorf("%s is %v", name, got[name])
		}
	}
	page := m.looks("/metrics")
	if part := `plenum_stress_part{part="connections"} 0.0003`; !strings.Contains(page, part) {
		t.Errorf("three connections of 10000 are not %q", part)
	}
	for _, secret := range []string{"Canary", m.code, bots[0].id, "host@plenum.example", "127.0.0.1"} {
		if strings.Contains(page, secret) {
			t.Errorf("the metrics tell of %q", secret)
		}
	}
	// Load tests read the processor's time from there.
	if _, err := loadtest.NewMetrics(t.Context(), m.admin+"/metrics"); err != nil {
		t.Error(err)
	}
}

func TestCountersOutliveWhoWasCounted(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	bots := m.call()
	before := m.scrape()
	for _, b := range bots {
		b.Close()
	}
	m.until("everybody to be gone", func() bool {
		now := m.scrape()
		return now["plenum_shard_slots"] == 0 && now["plenum_publications"] == 0
	})
	after := m.scrape()
	for name, value := range before {
		if strings.HasSuffix(name, "_total") && after[name] < value {
			t.Errorf("%s fell from %v to %v", name, value, after[name])
		}
	}
}

func TestLostPacketsAreCountedInBothDirections(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	lossy := camera()
	lossy.Lose = func(_ int, sequence uint16) bool { return sequence%17 == 5 }
	ada := m.enter("Ada").publish(lossy)
	grace := m.enter("Grace").receiveBy(client.Reception{
		Slots: client.Slots{Video: 1}, Lose: func(_ string, sequence uint16) bool { return sequence%11 == 5 },
	})
	grace.wish(360, ada.id)
	m.until("each kind of repair to be counted", func() bool {
		now := m.scrape()
		return now["plenum_upstream_nacked_packets_total"] > 0 && now["plenum_upstream_recovered_packets_total"] > 0 &&
			now["plenum_downstream_nacked_packets_total"] > 0 && now["plenum_downstream_resent_packets_total"] > 0
	})
}

func TestTheListenersSayHowTheServerIs(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	for path, want := range map[string]string{"/healthz": `"ok"`, "/readyz": `"media": "ok"`, "/debug/load": `"sockets": 0`} {
		if got := m.looks(path); !strings.Contains(got, want) {
			t.Errorf("%s answers %s", path, got)
		}
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 404, "/debug/load": 404, "/debug/pprof/": 404} {
		if got := get(t, m.rest.Base+path); got != want {
			t.Errorf("the public listener answers %s with %d, want %d", path, got, want)
		}
	}
}

func TestTheLoadIsThatOfTheCall(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	m.call()
	var load nodeLoad
	if err := json.Unmarshal([]byte(m.looks("/debug/load")), &load); err != nil {
		t.Fatal(err)
	}
	if len(load.Rooms) != 1 || load.Participants != 3 || load.CPU <= 0 || load.Memory == 0 || load.Sent.Packets == 0 {
		t.Fatalf("%+v", load)
	}
	if r := load.Rooms[0]; r.Code != m.code || r.Cameras != 3 || r.Microphones != 3 || r.Received == 0 || r.Planned == 0 {
		t.Errorf("%+v", r)
	}
	page := topPage(nodeLoad{At: load.At.Add(-time.Second)}, load)
	if !strings.Contains(page, m.code) || !strings.Contains(page, "people 3") {
		t.Errorf("top shows\n%s", page)
	}
}

// A server that is to stop says so first, and goes on for those who are there.
func TestADrainingServerIsAliveAndNotReady(t *testing.T) {
	t.Parallel()
	command := onLoopback(t)
	n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop(t.Context())
	base := "http://" + n.public.String()
	if status := get(t, base+"/readyz"); status != http.StatusOK {
		t.Fatalf("ready: %d", status)
	}
	n.drain()
	if status := get(t, base+"/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("a draining server says %d to load balancers", status)
	}
	if status := get(t, base+"/healthz"); status != http.StatusOK {
		t.Errorf("a draining server says %d to who would restart it", status)
	}
}
