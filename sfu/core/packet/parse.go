package packet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// Extensions are the header extension ids that one peer's SDP negotiated; 0 is not negotiated.
type Extensions struct {
	MID, RID, RepairedRID, AudioLevel, TransportCC   uint8
	Dependency, Allocation, CaptureTime, Orientation uint8
}

// Raw is what one decrypted RTP packet says (RFC 3550 §5.1).
type Raw struct {
	SSRC           SSRC
	PayloadType    uint8
	Codec          codec.Kind // of the payload type, as negotiated: set by the transport, not by Parse
	SequenceNumber uint16
	Timestamp      uint32
	Marker         bool
	Payload        []byte // aliases the input, without padding
	Padding        int    // bytes of padding that were cut off
	MID            string
	RID            string
	RepairedRID    string
	Level          uint8 // -dBov
	Voice          bool
	HasLevel       bool
	TransportCC    uint16
	HasTransportCC bool
	Dependency     []byte // dependency descriptor, aliases the input
	Allocation     []byte // video layers allocation, aliases the input
	CaptureTime    uint64 // abs-capture-time, NTP 32.32; 0 if absent
	Rotation       uint8  // video-orientation byte
	HasRotation    bool
}

// Why a packet was refused. It is weather: count it and go on.
var (
	ErrShort     = errors.New("packet is too short")
	ErrVersion   = errors.New("RTP version is not 2")
	ErrExtension = errors.New("header extension is malformed")
	ErrPadding   = errors.New("padding is malformed")
)

const (
	fixedHeader     = 12
	oneByteProfile  = 0xBEDE
	twoByteProfile  = 0x1000 // the low four bits are free (RFC 8285 §4.3)
	maxExtensionTag = 32     // bytes of a MID or RID we accept
)

// Parse reads one decrypted RTP packet. It keeps nothing of raw but Payload, Dependency and Allocation, which
// alias it, and allocates only for MID, RID and RepairedRID where they are present.
func Parse(raw []byte, ext Extensions) (Raw, error) {
	if len(raw) < fixedHeader {
		return Raw{}, fmt.Errorf("reading the header: %w", ErrShort)
	}
	if raw[0]>>6 != 2 {
		return Raw{}, ErrVersion
	}
	r := Raw{
		Marker:         raw[1]&0x80 != 0,
		PayloadType:    raw[1] & 0x7f,
		SequenceNumber: binary.BigEndian.Uint16(raw[2:]),
		Timestamp:      binary.BigEndian.Uint32(raw[4:]),
		SSRC:           SSRC(binary.BigEndian.Uint32(raw[8:])),
	}
	body := raw[fixedHeader:]

	csrc := int(raw[0]&0x0f) * 4
	if len(body) < csrc {
		return Raw{}, fmt.Errorf("skipping contributing sources: %w", ErrShort)
	}
	body = body[csrc:]

	if raw[0]&0x10 != 0 {
		if len(body) < 4 {
			return Raw{}, fmt.Errorf("reading the extension header: %w", ErrShort)
		}
		profile := binary.BigEndian.Uint16(body)
		size := int(binary.BigEndian.Uint16(body[2:])) * 4
		body = body[4:]
		if len(body) < size {
			return Raw{}, fmt.Errorf("reading %d bytes of extensions: %w", size, ErrShort)
		}
		if err := r.readExtensions(profile, body[:size], ext); err != nil {
			return Raw{}, err
		}
		body = body[size:]
	}

	if raw[0]&0x20 != 0 {
		if len(body) == 0 {
			return Raw{}, ErrPadding
		}
		// The last byte counts itself, so 0 is as wrong as more than there is.
		r.Padding = int(body[len(body)-1])
		if r.Padding == 0 || r.Padding > len(body) {
			return Raw{}, ErrPadding
		}
		body = body[:len(body)-r.Padding]
	}
	r.Payload = body
	return r, nil
}

// readExtensions walks the elements of both forms (RFC 8285 §4.2, §4.3). Other profiles are skipped.
func (r *Raw) readExtensions(profile uint16, data []byte, ext Extensions) error {
	oneByte := profile == oneByteProfile
	if !oneByte && profile&0xfff0 != twoByteProfile {
		return nil
	}
	for len(data) > 0 {
		if data[0] == 0 { // padding between elements, in both forms
			data = data[1:]
			continue
		}
		var id uint8
		var size, header int
		if oneByte {
			id, size, header = data[0]>>4, int(data[0]&0x0f)+1, 1
			if id == 15 { // reserved: stop here
				return nil
			}
		} else {
			if len(data) < 2 {
				return ErrExtension
			}
			id, size, header = data[0], int(data[1]), 2
		}
		if len(data) < header+size {
			return ErrExtension
		}
		if id != 0 { // in the one-byte form 0 may come with a length: skip it
			if err := r.readExtension(id, data[header:header+size], ext); err != nil {
				return err
			}
		}
		data = data[header+size:]
	}
	return nil
}

func (r *Raw) readExtension(id uint8, value []byte, ext Extensions) error {
	switch id {
	case ext.TransportCC:
		if len(value) < 2 {
			return ErrExtension
		}
		r.TransportCC, r.HasTransportCC = binary.BigEndian.Uint16(value), true
	case ext.AudioLevel:
		if len(value) < 1 {
			return ErrExtension
		}
		r.Level, r.Voice, r.HasLevel = value[0]&0x7f, value[0]&0x80 != 0, true
	case ext.Dependency:
		r.Dependency = value
	case ext.Allocation:
		r.Allocation = value
	case ext.CaptureTime:
		if len(value) < 8 {
			return ErrExtension
		}
		r.CaptureTime = binary.BigEndian.Uint64(value)
	case ext.Orientation:
		if len(value) < 1 {
			return ErrExtension
		}
		r.Rotation, r.HasRotation = value[0], true
	case ext.MID, ext.RID, ext.RepairedRID:
		if len(value) > maxExtensionTag {
			return ErrExtension
		}
		r.readTag(id, string(value), ext)
	}
	return nil
}

func (r *Raw) readTag(id uint8, value string, ext Extensions) {
	switch id {
	case ext.MID:
		r.MID = value
	case ext.RID:
		r.RID = value
	case ext.RepairedRID:
		r.RepairedRID = value
	}
}
