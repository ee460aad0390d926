package client

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/message"
)

// resendable is how many packets of a layer are kept for resends: about two seconds of a large one.
const resendable = 512

// encoding is one RTP stream that we send: an audio source, or one layer of a video source. pion binds it; after
// that the upstream's goroutine owns it.
type encoding struct {
	source   message.Source
	audio    bool
	mimeType string
	clock    uint32
	layer    int
	rid      string
	stream   string // msid
	bound    chan struct{}

	// Set by Bind, before bound is closed.
	writer    webrtc.TrackLocalWriter
	ssrc, rtx uint32
	payload   uint8
	rtxType   uint8
	ids       extensionIDs

	lose        func(layer int, sequence uint16) bool // Track.Lose
	mid         string
	origin      uint32 // added to the feed's timestamps
	sequence    uint16
	rtxSequence uint16
	kept        [resendable]kept
	announced   bool // the server has reported on this stream, so it knows which it is
	packets     uint32
	octets      uint32
	last        uint32 // RTP timestamp of the newest frame
	lastSent    time.Time
	reportDue   time.Time
}

type kept struct {
	header  rtp.Header
	payload []byte
	level   uint8
}

// extensionIDs are the negotiated header extensions, 0 where there is none.
type extensionIDs struct {
	mid, rid, repaired, level, transport uint8
}

func newEncoding(t Track, layer int, stream string) *encoding {
	var seed [8]byte
	_, _ = rand.Read(seed[:]) // never fails
	e := &encoding{
		source: t.Source, audio: t.audio(), mimeType: t.mimeType(), clock: t.clock(), lose: t.Lose, layer: layer, stream: stream, bound: make(chan struct{}),
		origin: binary.BigEndian.Uint32(seed[:]), sequence: binary.BigEndian.Uint16(seed[4:]),
		rtxSequence: binary.BigEndian.Uint16(seed[6:]),
	}
	if len(t.RIDs) > 1 {
		e.rid = t.RIDs[layer]
	}
	return e
}

// ID, RID, StreamID, Kind, Bind and Unbind make an encoding a webrtc.TrackLocal.

// ID is the same for all layers of a source, as pion demands.
func (e *encoding) ID() string { return string(e.source) }

// RID is empty for a stream that is not simulcast.
func (e *encoding) RID() string { return e.rid }

// StreamID is the media stream's id in the SDP.
func (e *encoding) StreamID() string { return e.stream }

// Kind is audio or video.
func (e *encoding) Kind() webrtc.RTPCodecType {
	if e.audio {
		return webrtc.RTPCodecTypeAudio
	}
	return webrtc.RTPCodecTypeVideo
}

// Bind learns what was negotiated.
func (e *encoding) Bind(t webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	var chosen webrtc.RTPCodecParameters
	for _, c := range t.CodecParameters() {
		if c.MimeType == e.mimeType {
			chosen = c
			break
		}
	}
	for _, c := range t.CodecParameters() {
		if c.MimeType == webrtc.MimeTypeRTX && c.SDPFmtpLine == fmt.Sprintf("apt=%d", chosen.PayloadType) {
			e.rtxType = uint8(c.PayloadType)
		}
	}
	if chosen.MimeType == "" {
		return chosen, webrtc.ErrUnsupportedCodec
	}
	for _, x := range t.HeaderExtensions() {
		switch x.URI {
		case sdp.SDESMidURI:
			e.ids.mid = uint8(x.ID)
		case sdp.SDESRTPStreamIDURI:
			e.ids.rid = uint8(x.ID)
		case sdp.SDESRepairRTPStreamIDURI:
			e.ids.repaired = uint8(x.ID)
		case sdp.AudioLevelURI:
			e.ids.level = uint8(x.ID)
		case sdp.TransportCCURI:
			e.ids.transport = uint8(x.ID)
		}
	}
	e.writer, e.payload = t.WriteStream(), uint8(chosen.PayloadType)
	e.ssrc, e.rtx = uint32(t.SSRC()), uint32(t.SSRCRetransmission())
	close(e.bound)
	return chosen, nil
}

// Unbind has nothing to undo.
func (e *encoding) Unbind(webrtc.TrackLocalContext) error { return nil }

// send numbers a frame's payloads and writes them. transport is the connection's transport-wide counter.
func (e *encoding) send(now time.Time, f Frame, transport *uint16) (sent int) {
	e.last, e.lastSent = e.origin+f.Timestamp, now
	for i, payload := range f.Payloads {
		h := rtp.Header{
			Version: 2, PayloadType: e.payload, SSRC: e.ssrc, SequenceNumber: e.sequence, Timestamp: e.last,
			Marker: !e.audio && i == len(f.Payloads)-1,
		}
		e.sequence++
		e.kept[h.SequenceNumber%resendable] = kept{header: h, payload: payload, level: f.Level}
		e.packets++
		e.octets += uint32(len(payload))
		if e.lose != nil && e.lose(e.layer, h.SequenceNumber) {
			// A lost packet has used up its number, as on a real network.
			*transport++
			continue
		}
		if i >= len(f.Payloads)-f.Stamped {
			writeStamp(payload, e.layer, time.Now())
		}
		if e.write(h, payload, f.Level, transport) {
			sent++
		}
	}
	return sent
}

// resend answers a NACK: by RTX if there is any, else by the same packet again.
func (e *encoding) resend(sequence uint16, transport *uint16) bool {
	k := e.kept[sequence%resendable]
	if k.payload == nil || k.header.SequenceNumber != sequence {
		return false
	}
	if e.rtx == 0 || e.rtxType == 0 {
		return e.write(k.header, k.payload, k.level, transport)
	}
	h := k.header
	h.SSRC, h.PayloadType, h.SequenceNumber = e.rtx, e.rtxType, e.rtxSequence
	e.rtxSequence++
	payload := binary.BigEndian.AppendUint16(make([]byte, 0, len(k.payload)+2), sequence)
	return e.write(h, append(payload, k.payload...), k.level, transport)
}

func (e *encoding) write(h rtp.Header, payload []byte, level uint8, transport *uint16) bool {
	repair := h.SSRC == e.rtx && e.rtx != 0
	// An extension that does not fit its element was negotiated wrongly; the packet goes out without it.
	if !e.announced || repair {
		e.extend(&h, e.ids.mid, []byte(e.mid))
	}
	switch {
	case e.rid == "":
	case repair:
		e.extend(&h, e.ids.repaired, []byte(e.rid))
	case !e.announced:
		e.extend(&h, e.ids.rid, []byte(e.rid))
	}
	if e.audio {
		e.extend(&h, e.ids.level, []byte{level & 0x7f})
	}
	e.extend(&h, e.ids.transport, binary.BigEndian.AppendUint16(nil, *transport))
	*transport++
	_, err := e.writer.WriteRTP(&h, payload)
	return err == nil
}

func (e *encoding) extend(h *rtp.Header, id uint8, value []byte) {
	if id != 0 && len(value) > 0 {
		_ = h.SetExtension(id, value)
	}
}

// report is the sender report of this stream, nil while nothing was sent.
func (e *encoding) report(now time.Time) *rtcp.SenderReport {
	if e.packets == 0 {
		return nil
	}
	since := uint32(now.Sub(e.lastSent).Seconds() * float64(e.clock))
	return &rtcp.SenderReport{
		SSRC: e.ssrc, NTPTime: ntp(now), RTPTime: e.last + since, PacketCount: e.packets, OctetCount: e.octets,
	}
}

// ntp is a time as 32.32 bit seconds since 1900 (RFC 3550 §4).
func ntp(t time.Time) uint64 {
	const from1900to1970 = 2208988800
	nanoseconds := uint64(t.UnixNano())
	seconds := nanoseconds / 1e9
	return (seconds+from1900to1970)<<32 | (nanoseconds%1e9)<<32/1e9
}
