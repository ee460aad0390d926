package transport

import (
	"io"
	"sync"
	"time"

	"github.com/pion/transport/v5/packetio"

	"github.com/plenum-meet/plenum/sfu"
)

const (
	// maxStreams bounds the SSRCs of one connection over its life: pion keeps state for each until it closes.
	maxStreams = 1024
	// maxUnknownStreams bounds those that nobody announced.
	maxUnknownStreams = 64
)

// taker handles what arrives on one connection, on the connection's own reader.
type taker interface {
	rtp(now time.Time, ssrc uint32, packet []byte)
	rtcp(now time.Time, ssrc uint32, packet []byte)
	connected()
	ended(reason string)
	panicked(cause any)
}

// recovered ends one connection whose packet we could not handle, and nobody else's.
func recovered(t taker) {
	if cause := recover(); cause != nil {
		t.panicked(cause)
	}
}

// buffers stand where pion would queue packets for somebody to read. Nothing is queued: Write is the way in.
type buffers struct {
	taker taker

	mu    sync.Mutex // guards seen
	seen  map[uint32]struct{}
	known map[uint32]struct{}
	over  bool
}

func newBuffers(taker taker) *buffers {
	return &buffers{taker: taker, seen: map[uint32]struct{}{}, known: map[uint32]struct{}{}}
}

// get is the BufferFactory of one connection: it is called once per SSRC and kind.
func (b *buffers) get(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	if !b.admit(ssrc) {
		return dropBuffer{}
	}
	if kind == packetio.RTCPBufferPacket {
		return rtcpBuffer{taker: b.taker, ssrc: ssrc}
	}
	return rtpBuffer{taker: b.taker, ssrc: ssrc}
}

// admit counts an SSRC, and reports whether the connection has not brought too many of them.
func (b *buffers) admit(ssrc uint32) bool {
	b.mu.Lock()
	b.seen[ssrc] = struct{}{}
	over := !b.over && (len(b.seen) > maxStreams || len(b.seen)-len(b.known) > maxUnknownStreams)
	b.over = b.over || over
	dropping := b.over
	b.mu.Unlock()
	if over {
		b.taker.ended(sfu.ReasonTooManyStreams)
	}
	return !dropping
}

// announce says that an SSRC is one that was negotiated or bound.
func (b *buffers) announce(ssrc uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen[ssrc] = struct{}{}
	b.known[ssrc] = struct{}{}
}

// dropBuffer takes and forgets. Reading from any of our buffers ends at once, so that pion leaves no goroutine there.
type dropBuffer struct{}

func (dropBuffer) Read([]byte) (int, error)    { return 0, io.EOF }
func (dropBuffer) Write(p []byte) (int, error) { return len(p), nil }
func (dropBuffer) Close() error                { return nil }

type rtpBuffer struct {
	dropBuffer
	taker taker
	ssrc  uint32
}

// Write is called by pion with one decrypted packet; the bytes are pion's again afterwards.
func (b rtpBuffer) Write(p []byte) (int, error) {
	defer recovered(b.taker)
	b.taker.rtp(time.Now(), b.ssrc, p)
	return len(p), nil
}

type rtcpBuffer struct {
	dropBuffer
	taker taker
	ssrc  uint32
}

// Write is called once for each SSRC that an RTCP packet is addressed to.
func (b rtcpBuffer) Write(p []byte) (int, error) {
	defer recovered(b.taker)
	b.taker.rtcp(time.Now(), b.ssrc, p)
	return len(p), nil
}
