package egress

import "net/netip"

const (
	// stride is the room of one packet in the arena: a full payload, header, extensions and tag, in whole cache lines.
	stride = 1728
	// maxPackets and maxBundles bound what leaves in one call.
	maxPackets = 512
	maxBundles = 64
	// fewPackets are sent before the next peer is worked for: 150 kB, so that the kernel finds what it copies, and the
	// cipher the room for what comes next, in the processor's second cache.
	fewPackets = 128
	// maxSegments bounds the burst that one bundle makes on the way; more gains little.
	maxSegments = 16
	// maxUnsegmented bounds the destinations that are known to take no segmentation.
	maxUnsegmented = 4096
)

// bundle is some packets of the arena, one after the other, that the kernel takes as one message and cuts apart (UDP
// GSO): all are as long as the first, but the last may be shorter.
type bundle struct {
	to      netip.AddrPort
	first   int // packet
	packets int
	bytes   int
	segment int // length of the first
	closed  bool
}

// sender is the socket as a batch sees it.
type sender interface {
	// send hands bundles to the kernel and returns how many it took, at least one unless there is an error: that of the
	// first that it did not take.
	send(b *Batch, bundles []bundle) (int, error)
	// single sends one packet, and counts what becomes of it.
	single(packet []byte, to netip.AddrPort)
	// wait gives the kernel a moment to make room.
	wait()
	// judge says what an error of send asks for.
	judge(err error) verdict
}

// verdict is what is to be done with the bundle at fault.
type verdict uint8

const (
	skip      verdict = iota // it is that receiver's affair
	singly                   // this destination's packets go one by one from now on
	never                    // this kernel cuts nothing
	congested                // the kernel has no room
)

// Batch gathers packets and sends them in one call. Its owner is a shard. Packets are built and encrypted where they
// leave from: nothing is copied.
type Batch struct {
	out     sender
	arena   []byte
	sizes   [maxPackets]int
	packets int
	bundles [maxBundles]bundle
	used    int
	// most packets in one bundle: 1 where the kernel does not cut.
	most        int
	unsegmented map[netip.AddrPort]struct{}
	counts      *socketCounts
}

func newBatch(out sender, most int, counts *socketCounts) *Batch {
	return &Batch{
		out: out, arena: make([]byte, maxPackets*stride), most: most, unsegmented: map[netip.AddrPort]struct{}{}, counts: counts,
	}
}

// holds reports whether there is room for so many more packets, whatever bundles they make.
func (b *Batch) holds(n int) bool { return b.packets+n <= maxPackets && b.used+n <= maxBundles }

// makeRoom has a peer's packets begin in a batch that holds them all, so that no bundle is cut in two.
func (b *Batch) makeRoom() {
	if b != nil && (b.packets >= fewPackets || !b.holds(maxDepartures)) {
		b.flush()
	}
}

// room is where the packet after n others that are not committed yet is to be built.
func (b *Batch) room(n int) []byte {
	at := (b.packets + n) * stride
	return b.arena[at : at+stride : at+stride]
}

// packet of the batch.
func (b *Batch) packet(i int) []byte { return b.arena[i*stride:][:b.sizes[i]] }

// commit takes the next packet, of n bytes, into the batch.
func (b *Batch) commit(n int, to netip.AddrPort) {
	i := b.packets
	b.sizes[i] = n
	b.packets++
	if b.used > 0 {
		last := &b.bundles[b.used-1]
		if !last.closed && n <= last.segment && last.to == to && last.packets < b.most {
			last.packets++
			last.bytes += n
			last.closed = n < last.segment
			return
		}
	}
	_, closed := b.unsegmented[to]
	b.bundles[b.used] = bundle{to: to, first: i, packets: 1, bytes: n, segment: n, closed: closed}
	b.used++
}

// skip leaves out the next packet, whose room stays unused.
func (b *Batch) skip() {
	b.packets++
	if b.used > 0 {
		b.bundles[b.used-1].closed = true
	}
}

// flush sends what was committed and empties the batch. Nothing may be built beyond it.
func (b *Batch) flush() {
	if b.used == 0 {
		b.packets = 0 // what was skipped
		return
	}
	b.counts.flushes.Add(1)
	b.counts.bundles.Add(uint64(b.used)) //nolint:gosec // 64 at most
	b.counts.batched.Add(b.packetsOf(0, b.used))
	waited := false
	for from := 0; from < b.used; {
		sent, err := b.out.send(b, b.bundles[from:b.used])
		b.counts.sent.Add(b.packetsOf(from, from+sent))
		from += sent
		if err == nil {
			continue
		}
		failed := &b.bundles[from]
		switch b.out.judge(err) {
		case skip:
			b.counts.writeErrors.Add(uint64(failed.packets)) //nolint:gosec // 16 at most
			from++
		case singly:
			b.unsegment(failed)
			from++
		case never:
			if b.most > 1 {
				b.counts.refused.CompareAndSwap(0, refusedSegments)
			} else {
				b.counts.refused.Store(refusedAll)
			}
			b.most = 1
			for ; from < b.used; from++ {
				b.scatter(&b.bundles[from])
			}
		case congested:
			if waited {
				// A receiver asks again for what matters to it.
				b.counts.dropped.Add(b.packetsOf(from, b.used))
				from = b.used
				break
			}
			waited = true
			b.out.wait()
		}
	}
	b.packets, b.used = 0, 0
}

// unsegment sends a bundle's packets one by one, and those to come to its destination.
func (b *Batch) unsegment(failed *bundle) {
	if len(b.unsegmented) >= maxUnsegmented {
		clear(b.unsegmented)
	}
	b.unsegmented[failed.to] = struct{}{}
	b.counts.unsegmented.Add(1)
	b.scatter(failed)
}

func (b *Batch) scatter(whole *bundle) {
	for i := range whole.packets {
		b.out.single(b.packet(whole.first+i), whole.to)
	}
}

// packetsOf counts the packets of some bundles.
func (b *Batch) packetsOf(from, to int) (packets uint64) {
	for i := range b.bundles[from:to] {
		packets += uint64(b.bundles[from+i].packets) //nolint:gosec // 16 at most
	}
	return packets
}
