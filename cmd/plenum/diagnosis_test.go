package main

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// well are the facts of a server that lacks nothing.
func well() facts {
	files := uint64(1 << 20)
	now := time.Unix(1_800_000_000, 0)
	seen := netip.MustParseAddrPort("203.0.113.7:7882")
	return facts{
		now:      now,
		ports:    []portFacts{{what: "the media port :7882/udp", option: "--media-port"}},
		public:   publicFacts{server: "stun.example:3478", told: []netip.Addr{seen.Addr()}, seen: []netip.AddrPort{seen}, port: 7882},
		turn:     []turnFacts{{url: "turn:meet.example.org:3478?transport=udp", took: 3 * time.Millisecond}},
		clock:    clockFacts{server: "https://example.org", ahead: 200 * time.Millisecond},
		database: databaseFacts{took: time.Millisecond, taken: 12, wanted: 12},
		files:    &files, buffers: &bufferFacts{16 << 20, 16 << 20},
		batching:    batchingFacts{method: "gso", merges: true, linux: true},
		certificate: &certificateFacts{ends: now.Add(60 * 24 * time.Hour)},
	}
}

func TestADoctorSaysWhatIsWrongAndHowToMendIt(t *testing.T) {
	number := func(n uint64) *uint64 { return &n }
	broken := errors.New("it is broken")
	for _, c := range []struct {
		name    string
		change  func(*facts)
		check   string
		state   state
		says    string
		mending string
	}{
		{"port in use", func(f *facts) { f.ports[0].err = broken }, "port", failure, "broken", "--media-port"},
		{"port of ours", func(f *facts) { f.ports[0].err, f.ports[0].ours = broken, true }, "port", fine, "runs here", ""},
		{"no STUN server", func(f *facts) { f.public = publicFacts{} }, "public address", skipped, "no STUN server", "--public-stun"},
		{"STUN server silent", func(f *facts) { f.public.err = broken }, "public address", failure, "broken", "--public-stun"},
		{"wrong public address", func(f *facts) { f.public.told = []netip.Addr{netip.MustParseAddr("203.0.113.8")} }, "public address", failure, "seen at 203.0.113.7", "--public-address to 203.0.113.7"},
		{"port changed by the NAT", func(f *facts) { f.public.port = 7883 }, "public address", failure, "turns its media port 7883 into 7882", "unchanged"},
		{"no TURN", func(f *facts) { f.turn = nil }, "turn", skipped, "--turn", ""},
		{"TURN refuses", func(f *facts) { f.turn[0].err = broken }, "turn", failure, "broken", "--turn-secret"},
		{"no clock", func(f *facts) { f.clock = clockFacts{} }, "clock", skipped, "no server", "--clock"},
		{"clock not told", func(f *facts) { f.clock.err = broken }, "clock", warning, "broken", "--clock"},
		{"clock slightly behind", func(f *facts) { f.clock.ahead = -3 * time.Second }, "clock", warning, "-3s ahead", "NTP"},
		{"clock far ahead", func(f *facts) { f.clock.ahead = time.Hour }, "clock", failure, "1h0m0s ahead", "NTP"},
		{"clock far behind", func(f *facts) { f.clock.ahead = -time.Hour }, "clock", failure, "refused", "NTP"},
		{"database gone", func(f *facts) { f.database = databaseFacts{err: broken} }, "database", failure, "broken", "--database"},
		{"NATS gone", func(f *facts) { f.nats = &natsFacts{err: broken} }, "NATS", failure, "broken", "--nats-url"},
		{"NATS for a database of one machine", func(f *facts) { f.nats = &natsFacts{sqlite: true} }, "NATS", warning, "SQLite", "MariaDB"},
		{"NATS well", func(f *facts) { f.nats = &natsFacts{took: time.Millisecond} }, "NATS", fine, "1ms", ""},
		{"database new", func(f *facts) { f.database.taken = 0 }, "database", fine, "empty", ""},
		{"database of the last version", func(f *facts) { f.database.taken = 11 }, "database", warning, "11 of 12", "backup"},
		{"database of a newer version", func(f *facts) { f.database.taken = 13 }, "database", failure, "13 migrations", "newer version"},
		{"database far", func(f *facts) { f.database.took = 30 * time.Millisecond }, "database", warning, "30ms", "nearer"},
		{"database too far", func(f *facts) { f.database.took = time.Second }, "database", failure, "1s", "nearer"},
		{"few files", func(f *facts) { f.files = number(8192) }, "open files", warning, "8192", "LimitNOFILE=65536"},
		{"too few files", func(f *facts) { f.files = number(1024) }, "open files", failure, "1024", "ulimit"},
		{"small buffers", func(f *facts) { f.buffers.receive = 4 << 20 }, "socket buffers", warning, "4.0 MiB", "net.core.rmem_max=8388608"},
		{"tiny buffers", func(f *facts) { f.buffers.send = 212992 }, "socket buffers", warning, "are lost", "net.core.wmem_max=8388608"},
		{"no GSO", func(f *facts) { f.batching.method = "sendmmsg" }, "batches", warning, "no UDP GSO", "Linux 5.0"},
		{"no GRO", func(f *facts) { f.batching.merges = false }, "batches", warning, "no UDP GRO", "Linux 5.0"},
		{"no Linux", func(f *facts) { f.batching.linux = false }, "batches", warning, "packet by packet", "Linux"},
		{"no sockets", func(f *facts) { f.batching.err = broken }, "batches", failure, "broken", "sockets"},
		{"certificate unreadable", func(f *facts) { f.certificate.err = broken }, "certificate", failure, "broken", "--tls-key"},
		{"certificate over", func(f *facts) { f.certificate.ends = f.now.Add(-50 * time.Hour) }, "certificate", failure, "ended 2 days ago", "renew"},
		{"certificate nearly over", func(f *facts) { f.certificate.ends = f.now.Add(50 * time.Hour) }, "certificate", warning, "ends in 2 days", "renew"},
		{"certificate of another", func(f *facts) { f.certificate.absent = []string{"meet.example.org"} }, "certificate", failure, "does not have meet.example.org", "--public-url"},
		{"certificate to come", func(f *facts) { f.certificate.err, f.certificate.byACME = broken, true }, "certificate", warning, "none yet", "port 443"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := well()
			c.change(&f)
			found := diagnose(f)
			i := slices.IndexFunc(found, func(f finding) bool { return f.Check == c.check })
			if got := found[i]; got.State != c.state || !strings.Contains(got.Says, c.says) || !strings.Contains(got.Mend, c.mending) || (got.Mend == "") != (c.mending == "") {
				t.Errorf("found %+v", got)
			}
			for j, other := range found {
				if j != i && other.State != fine {
					t.Errorf("and found %+v", other)
				}
			}
		})
	}
}

func TestADoctorFindsNothingWhereAllIsWell(t *testing.T) {
	found := diagnose(well())
	for _, f := range found {
		if f.State != fine || f.Says == "" || f.Mend != "" {
			t.Errorf("found %+v", f)
		}
	}
	if len(found) != 9 {
		t.Errorf("%d things were looked at, want 9", len(found))
	}
}
