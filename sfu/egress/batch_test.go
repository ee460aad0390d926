package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// post is a sender that follows a script.
type post struct {
	script  []answer
	judging func(error) verdict
	went    []string // bundles of one call in brackets, singles without
	waits   int
	counts  *socketCounts
}

// answer is how many bundles a call takes, or why it takes none.
type answer struct {
	took int
	err  error
}

// all takes the rest.
const all = maxBundles

func (p *post) send(b *Batch, bundles []bundle) (int, error) {
	a := answer{took: all}
	if len(p.script) > 0 {
		a, p.script = p.script[0], p.script[1:]
	}
	if a.err != nil {
		p.went = append(p.went, "("+a.err.Error()+")")
		return 0, a.err
	}
	took := min(a.took, len(bundles))
	p.went = append(p.went, "["+described(b, bundles[:took])+"]")
	return took, nil
}

func (p *post) single(packet []byte, to netip.AddrPort) {
	p.went = append(p.went, nameOf(to)+strconv.Itoa(len(packet)))
	p.counts.sent.Add(1)
}

func (p *post) wait() { p.waits++ }

func (p *post) judge(err error) verdict { return p.judging(err) }

// addressOfName is the address of a destination whom a test calls by one letter.
func addressOfName(name string) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, name[0]}), 4000)
}

func nameOf(to netip.AddrPort) string {
	octets := to.Addr().As4()
	return string(octets[3:])
}

// described writes bundles as "a1200+1200+800 b100", and fails the lengths that they are sent by if they are wrong.
func described(b *Batch, bundles []bundle) string {
	var all []string
	for _, x := range bundles {
		sizes, bytes := make([]string, 0, x.packets), 0
		for i := range x.packets {
			n := len(b.packet(x.first + i))
			bytes += n
			sizes = append(sizes, strconv.Itoa(n))
		}
		if x.segment != b.sizes[x.first] || x.bytes != bytes {
			sizes = append(sizes, "wrong lengths")
		}
		all = append(all, nameOf(x.to)+strings.Join(sizes, "+"))
	}
	return strings.Join(all, " ")
}

// load commits packets written as "a1200 a800"; "-" is one that is skipped.
func load(b *Batch, packets string) {
	for name := range strings.FieldsSeq(packets) {
		if name == "-" {
			b.skip()
			continue
		}
		n, err := strconv.Atoi(name[1:])
		if err != nil {
			panic(err)
		}
		room := b.room(0)[:n]
		for i := range room {
			room[i] = name[0]
		}
		b.commit(n, addressOfName(name))
	}
}

func newPost(most int) (*post, *Batch) {
	p := &post{judging: func(error) verdict { return skip }, counts: &socketCounts{}}
	return p, newBatch(p, most, p.counts)
}

func TestWhichPacketsLeaveTogether(t *testing.T) {
	for _, test := range []struct {
		name    string
		packets string
		most    int
		want    string
	}{
		{"nothing", "", 16, ""},
		{"one", "a1200", 16, "a1200"},
		{"equal lengths join", "a1200 a1200 a1200", 16, "a1200+1200+1200"},
		{"a shorter one closes", "a1200 a1100 a1100", 16, "a1200+1100 a1100"},
		{"what is shorter by a byte closes too", "a1200 a1199 a1199 a1199", 16, "a1200+1199 a1199+1199"},
		{"a longer one begins anew", "a1100 a1200", 16, "a1100 a1200"},
		{"another destination", "a1200 b1200 a1200", 16, "a1200 b1200 a1200"},
		{"no more than the most", "a9 a9 a9 a9 a9", 2, "a9+9 a9+9 a9"},
		{"singly where the kernel does not cut", "a9 a9 b9", 1, "a9 a9 b9"},
		{"a hole closes", "a9 a9 - a9 a9", 16, "a9+9 a9+9"},
		{"a hole before anything", "- a9 a9", 16, "a9+9"},
		{"two holes", "a9 - - a9 -", 16, "a9 a9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, b := newPost(test.most)
			load(b, test.packets)
			b.flush()
			want := []string{"[" + test.want + "]"}
			if test.want == "" {
				want = nil
			}
			if !slices.Equal(p.went, want) {
				t.Errorf("%s went as %v, want %v", test.packets, p.went, want)
			}
			packets := len(strings.FieldsFunc(test.want, func(r rune) bool { return r == ' ' || r == '+' }))
			if c := p.counts; c.sent.Load() != uint64(packets) || c.batched.Load() != uint64(packets) { //nolint:gosec // a handful
				t.Errorf("counted %d sent, %d batched of %d", c.sent.Load(), c.batched.Load(), packets)
			}
		})
	}
}

func TestAnotherPortIsAnotherDestination(t *testing.T) {
	p, b := newPost(maxSegments)
	to := addressOfName("a")
	b.commit(9, to)
	b.commit(9, netip.AddrPortFrom(to.Addr(), to.Port()+1))
	b.flush()
	if !slices.Equal(p.went, []string{"[a9 a9]"}) {
		t.Errorf("went as %v", p.went)
	}
}

// Packets keep their bytes whatever is built beside them, and leave in the order of their commits.
func TestABatchIsFullAndIsEmptyAgain(t *testing.T) {
	p, b := newPost(maxSegments)
	for round := range 2 {
		p.went = nil
		for i := range maxPackets {
			if !b.holds(1) {
				t.Fatalf("round %d: full after %d packets", round, i)
			}
			load(b, "a100")
		}
		if b.holds(1) {
			t.Fatalf("round %d: there is room for packet %d", round, maxPackets+1)
		}
		b.flush()
		bundle := "a100" + strings.Repeat("+100", maxSegments-1)
		want := "[" + strings.TrimSpace(strings.Repeat(bundle+" ", maxPackets/maxSegments)) + "]"
		if len(p.went) != 1 || p.went[0] != want {
			t.Fatalf("round %d: went as %v", round, p.went)
		}
	}
	for i := range maxBundles {
		if !b.holds(1) || b.holds(maxBundles-i+1) {
			t.Fatalf("%d bundles: room for one %v, for too many %v", i, b.holds(1), b.holds(maxBundles-i+1))
		}
		load(b, string(rune('a'+i%2))+"100")
	}
	if b.holds(1) {
		t.Error("there is room for a bundle too many")
	}
	b.flush()
	if !b.holds(maxBundles) {
		t.Error("it is not empty after it went")
	}
	c := p.counts
	if c.sent.Load() != 2*maxPackets+maxBundles || c.batched.Load() != c.sent.Load() || c.flushes.Load() != 3 ||
		c.bundles.Load() != 2*maxPackets/maxSegments+maxBundles {
		t.Errorf("counted %d sent, %d batched in %d bundles by %d flushes", c.sent.Load(), c.batched.Load(), c.bundles.Load(), c.flushes.Load())
	}
}

// A batch of nothing but holes once filled up for good, and whoever built next was beyond its end.
func TestHolesAloneDoNotFillABatch(t *testing.T) {
	p, b := newPost(maxSegments)
	for range 3 * maxPackets {
		if !b.holds(1) {
			b.flush()
		}
		_ = b.room(0)
		b.skip()
	}
	b.flush()
	load(b, "a9")
	b.flush()
	if !slices.Equal(p.went, []string{"[a9]"}) || p.counts.batched.Load() != 1 {
		t.Errorf("went as %v, %d counted", p.went, p.counts.batched.Load())
	}
}

func TestAPartOfABatchGoesAtATime(t *testing.T) {
	p, b := newPost(maxSegments)
	p.script = []answer{{took: 1}, {took: 2}, {took: all}}
	load(b, "a9 a9 b9 c9 d9 d8")
	b.flush()
	if want := []string{"[a9+9]", "[b9 c9]", "[d9+8]"}; !slices.Equal(p.went, want) || p.counts.sent.Load() != 6 {
		t.Errorf("went as %v, %d counted, want %v", p.went, p.counts.sent.Load(), want)
	}
}

func TestTheDestinationsWithoutSegmentationAreBounded(t *testing.T) {
	p, b := newPost(maxSegments)
	refused := errors.New("refused")
	p.judging = func(error) verdict { return singly }
	for i := range maxUnsegmented + 10 {
		p.script = []answer{{err: refused}}
		to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 1}), uint16(i+1)) //nolint:gosec // a few thousand
		b.commit(9, to)
		b.flush()
		if _, known := b.unsegmented[to]; !known || len(b.unsegmented) > maxUnsegmented {
			t.Fatalf("destination %d: known %v, of %d", i, known, len(b.unsegmented))
		}
	}
	if n := p.counts.unsegmented.Load(); n != maxUnsegmented+10 {
		t.Errorf("%d were counted", n)
	}
}

func TestASenderWithNothingBetterSendsOneByOne(t *testing.T) {
	sent := &letters{}
	counts := &socketCounts{}
	b := newBatch(&scatterer{socket: sent}, 1, counts)
	load(b, "a9 a9 - b8 a7")
	b.flush()
	if want := []string{"a9", "a9", "b8", "a7"}; !slices.Equal(sent.went, want) {
		t.Errorf("went as %v, want %v", sent.went, want)
	}
	if n := counts.sent.Load(); n != 0 {
		t.Errorf("the batch counts %d packets that the socket has counted", n)
	}
	if counts.writeErrors.Load() != 0 || counts.dropped.Load() != 0 {
		t.Error("errors were counted")
	}
}

// letters is a socket that takes datagrams one by one, and counts them itself.
type letters struct{ went []string }

func (l *letters) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	l.went = append(l.went, fmt.Sprintf("%s%d", nameOf(to), len(b)))
	for _, c := range b {
		if string(c) != nameOf(to) {
			l.went = append(l.went, "with the bytes of another")
			break
		}
	}
	return len(b), nil
}
