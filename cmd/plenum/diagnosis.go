package main

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// state is how grave a finding is.
type state string

const (
	fine    state = "ok"
	warning state = "warning"
	failure state = "failure"
	skipped state = "skipped"
)

// finding is what a doctor says of one thing, and how to mend it.
type finding struct {
	Check string `json:"check"`
	State state  `json:"state"`
	Says  string `json:"says"`
	Mend  string `json:"mend,omitempty"`
}

// What is enough, and what is too little.
const (
	enoughFiles     = 65536
	fewFiles        = 4096
	enoughBuffer    = 8 << 20 // what the media sockets ask for
	smallBuffer     = 1 << 20
	slightSkew      = 2 * time.Second
	graveSkew       = 30 * time.Second // of the life of what is signed
	slowDatabase    = 20 * time.Millisecond
	tooSlowDatabase = 500 * time.Millisecond
	soon            = 14 * 24 * time.Hour
)

// facts are what was measured. Whatever was not has its zero value.
type facts struct {
	now         time.Time
	ports       []portFacts
	public      publicFacts
	turn        []turnFacts
	clock       clockFacts
	database    databaseFacts
	nats        *natsFacts // nil without others
	files       *uint64    // that the process may open; nil where there is no such limit
	buffers     *bufferFacts
	batching    batchingFacts
	certificate *certificateFacts // nil without TLS
}

type (
	// portFacts are about one port: free, or taken by a Plenum that runs already.
	portFacts struct {
		what, option string
		err          error // why it could not be had
		ours         bool
	}
	publicFacts struct {
		server string // empty: none is named
		told   []netip.Addr
		seen   []netip.AddrPort
		port   uint16 // 0: it was asked from another
		err    error
	}
	// turnFacts are about one way to a TURN server.
	turnFacts struct {
		url  string
		took time.Duration
		err  error
	}
	clockFacts struct {
		server string // empty: none is named
		ahead  time.Duration
		err    error
	}
	natsFacts struct {
		took   time.Duration
		err    error
		sqlite bool
	}
	databaseFacts struct {
		err           error
		took          time.Duration
		taken, wanted int // migrations
	}
	bufferFacts   struct{ receive, send uint64 } // what the kernel grants at most
	batchingFacts struct {
		err    error
		method string // of the media sockets
		merges bool   // what arrives, by GRO
		linux  bool
	}
	certificateFacts struct {
		err    error
		ends   time.Time
		absent []string // names by which clients come that it does not have
		byACME bool
	}
)

// diagnose says of each thing what is wrong and how to mend it.
func diagnose(f facts) []finding {
	var all []finding
	for _, port := range f.ports {
		all = append(all, port.diagnose())
	}
	all = append(all, f.public.diagnose())
	if len(f.turn) == 0 {
		all = append(all, finding{Check: "turn", State: skipped, Says: "there is none: --turn is off, or nobody but this machine can reach --listen"})
	}
	for _, turn := range f.turn {
		all = append(all, turn.diagnose())
	}
	all = append(all, f.clock.diagnose(), f.database.diagnose())
	if f.nats != nil {
		all = append(all, f.nats.diagnose())
	}
	if f.files != nil {
		all = append(all, diagnoseFiles(*f.files))
	}
	if f.buffers != nil {
		all = append(all, f.buffers.diagnose())
	}
	all = append(all, f.batching.diagnose())
	if f.certificate != nil {
		all = append(all, f.certificate.diagnose(f.now))
	}
	return all
}

func (p portFacts) diagnose() finding {
	out := finding{Check: "port", State: fine}
	switch {
	case p.ours:
		out.Says = p.what + " is taken by the Plenum that runs here"
	case p.err != nil:
		out.State, out.Says = failure, p.err.Error()
		out.Mend = "stop what has it ('ss -lntup' shows it), or choose another with " + p.option
	default:
		out.Says = p.what + " is free"
	}
	return out
}

func (p publicFacts) diagnose() finding {
	out := finding{Check: "public address", State: fine}
	if p.server == "" {
		out.State, out.Says = skipped, "no STUN server is named, so nobody says where this server is seen"
		out.Mend = "name one with --public-stun"
		return out
	}
	if p.err != nil {
		out.State, out.Says = failure, p.err.Error()
		out.Mend = "let UDP out to it, or name another with --public-stun"
		return out
	}
	for _, seen := range p.seen {
		if problem := wrongAddress(p.told, seen, p.port); problem != "" {
			out.State, out.Says = failure, problem
			out.Mend = "set --public-address to " + seen.Addr().String() + ", and forward the media port unchanged"
			return out
		}
	}
	out.Says = fmt.Sprintf("this server is seen at %s", strings.Join(texts(p.seen), " and "))
	return out
}

func texts[T fmt.Stringer](all []T) (out []string) {
	for _, each := range all {
		out = append(out, each.String())
	}
	return out
}

func (t turnFacts) diagnose() finding {
	out := finding{Check: "turn", State: fine, Says: fmt.Sprintf("%s gives a relay within %s", t.url, t.took.Round(time.Millisecond))}
	if t.err != nil {
		out.State, out.Says = failure, t.err.Error()
		out.Mend = "open its port in the firewall; for a server elsewhere compare --turn-secret and both clocks, for TLS the name in the certificate"
	}
	return out
}

func (c clockFacts) diagnose() finding {
	out := finding{Check: "clock", State: fine, Mend: "keep time by NTP: 'timedatectl set-ntp true'"}
	ahead := c.ahead.Round(100 * time.Millisecond)
	switch {
	case c.server == "":
		out.State, out.Says, out.Mend = skipped, "no server is named to compare with", "name one with --clock, as https://example.org or ntp://pool.ntp.org"
	case c.err != nil:
		out.State, out.Says, out.Mend = warning, c.err.Error(), "name another with --clock"
	case ahead.Abs() >= graveSkew:
		out.State, out.Says = failure, fmt.Sprintf("this machine is %s ahead of %s: tickets and TURN credentials are refused, and certificates doubted", ahead, c.server)
	case ahead.Abs() >= slightSkew:
		out.State, out.Says = warning, fmt.Sprintf("this machine is %s ahead of %s", ahead, c.server)
	default:
		out.Says, out.Mend = "this machine agrees with "+c.server, ""
	}
	return out
}

func (d databaseFacts) diagnose() finding {
	out := finding{Check: "database", State: fine}
	took := d.took.Round(100 * time.Microsecond)
	switch {
	case d.err != nil:
		out.State, out.Says = failure, d.err.Error()
		out.Mend = "see that it runs, that this machine may reach it, and that --database has the right name and password"
	case d.took >= tooSlowDatabase:
		out.State, out.Says, out.Mend = failure, fmt.Sprintf("it answers after %s: joining would take seconds", took), "bring it nearer, or find what keeps it busy"
	case d.taken > 0 && d.taken < d.wanted:
		out.State, out.Says = warning, fmt.Sprintf("%d of %d migrations are taken; the next start takes the others", d.taken, d.wanted)
		out.Mend = "make a backup before, then start, or 'plenum migrate up'"
	case d.taken > d.wanted:
		out.State, out.Says = failure, fmt.Sprintf("it has %d migrations, and this version knows %d: a newer one was here", d.taken, d.wanted)
		out.Mend = "start the newer version, or go back with its 'plenum migrate down'"
	case d.took >= slowDatabase:
		out.State, out.Says, out.Mend = warning, fmt.Sprintf("it answers after %s", took), "bring it nearer: each join asks it several times"
	case d.taken == 0:
		out.Says = fmt.Sprintf("it answers within %s and is empty; the first start makes its tables", took)
	default:
		out.Says = fmt.Sprintf("it answers within %s and is up to date", took)
	}
	return out
}

func (n natsFacts) diagnose() finding {
	out := finding{Check: "NATS", State: fine, Says: fmt.Sprintf("it answers within %s", n.took.Round(100*time.Microsecond))}
	switch {
	case n.err != nil:
		out.State, out.Says = failure, n.err.Error()
		out.Mend = "see that it runs with JetStream, that this machine may reach it, and --nats-url, --nats-credentials and --nats-ca"
	case n.sqlite:
		out.State, out.Says = warning, "there are others, and the records are in SQLite: only servers on this machine can share that"
		out.Mend = "put the records into MySQL or MariaDB with --database"
	}
	return out
}

func diagnoseFiles(limit uint64) finding {
	out := finding{Check: "open files", State: fine, Says: fmt.Sprintf("the process may open %d", limit)}
	if limit >= enoughFiles {
		return out
	}
	out.State, out.Mend = warning, fmt.Sprintf("raise it to %d: 'LimitNOFILE=%d' in the systemd unit, or 'ulimit -n %d'", enoughFiles, enoughFiles, enoughFiles)
	if limit < fewFiles {
		out.State = failure
		out.Says += fmt.Sprintf(": each participant takes one, and more by TCP, so some %d come in", limit/2)
	}
	return out
}

func (b bufferFacts) diagnose() finding {
	out := finding{Check: "socket buffers", State: fine, Says: fmt.Sprintf("the kernel grants %s for receiving and %s for sending", mebibytes(b.receive), mebibytes(b.send))}
	least := min(b.receive, b.send)
	if least >= enoughBuffer {
		return out
	}
	out.State = warning
	if least < smallBuffer {
		out.Says += ": bursts of a few hundred participants are lost"
	}
	out.Mend = fmt.Sprintf("'sysctl -w net.core.rmem_max=%d net.core.wmem_max=%d', and the same in /etc/sysctl.d", enoughBuffer, enoughBuffer)
	return out
}

func mebibytes(bytes uint64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

func (b batchingFacts) diagnose() finding {
	out := finding{Check: "batches", State: fine, Says: "media leaves in batches (GSO) and arrives in batches (GRO)"}
	switch {
	case b.err != nil:
		out.State, out.Says, out.Mend = failure, b.err.Error(), "see what refuses UDP sockets here"
	case !b.linux:
		out.State, out.Says, out.Mend = warning, "media leaves packet by packet on this system, at several times the cost", "for many participants use Linux 5.0 or newer"
	case b.method != "gso":
		out.State, out.Says, out.Mend = warning, fmt.Sprintf("media leaves by %s: the kernel has no UDP GSO", b.method), "use Linux 5.0 or newer, and a container runtime that does not hide it (gVisor does)"
	case !b.merges:
		out.State, out.Says, out.Mend = warning, "media leaves in batches (GSO), but arrives packet by packet: the kernel has no UDP GRO", "use Linux 5.0 or newer"
	}
	return out
}

func (c certificateFacts) diagnose(now time.Time) finding {
	out := finding{Check: "certificate", State: fine}
	left := c.ends.Sub(now)
	days := int(left.Abs() / (24 * time.Hour))
	switch {
	case c.byACME && c.err != nil:
		out.State, out.Says = warning, "there is none yet: "+c.err.Error()
		out.Mend = "the first visit has one made: the names must lead here, and port 443 to --listen"
	case c.err != nil:
		out.State, out.Says, out.Mend = failure, c.err.Error(), "check --tls-cert and --tls-key, and that this account may read both"
	case left <= 0:
		out.State, out.Says, out.Mend = failure, fmt.Sprintf("it ended %d days ago: browsers refuse it", days), "renew it; the files are read again by themselves"
	case len(c.absent) > 0:
		out.State, out.Says = failure, fmt.Sprintf("it does not have %s, by which clients come", strings.Join(c.absent, ", "))
		out.Mend = "have one made with these names, or correct --public-url or --turn-host"
	case left < soon:
		out.State, out.Says, out.Mend = warning, fmt.Sprintf("it ends in %d days", days), "renew it; the files are read again by themselves"
	default:
		out.Says = fmt.Sprintf("it holds for %d days", days)
	}
	return out
}
