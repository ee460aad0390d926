package transport

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	maxSDP      = 160 << 10 // bytes
	maxSDPLines = 6000
	maxUpLines  = 16 // m-lines
	maxDown     = 96
)

// offer is a client's SDP after our checks.
type offer struct {
	text    string // without the client's candidates
	session uint64
	parsed  sdp.SessionDescription
}

// readOffer refuses what cannot be answered, before pion keeps anything of it.
func readOffer(text string, maxLines int) (*offer, error) {
	switch {
	case len(text) > maxSDP:
		return nil, fmt.Errorf("%w: it is longer than %d bytes", sfu.ErrBadOffer, maxSDP)
	case strings.Count(text, "\n") > maxSDPLines:
		return nil, fmt.Errorf("%w: it has more than %d lines", sfu.ErrBadOffer, maxSDPLines)
	}
	o := &offer{text: withoutCandidates(text)}
	if err := o.parsed.UnmarshalString(o.text); err != nil {
		return nil, fmt.Errorf("%w: it is no SDP", sfu.ErrBadOffer)
	}
	o.session = o.parsed.Origin.SessionID
	if n := len(o.parsed.MediaDescriptions); n == 0 || n > maxLines {
		return nil, fmt.Errorf("%w: it has %d m-lines, 1 to %d are allowed", sfu.ErrBadOffer, n, maxLines)
	}
	if o.namesCandidates() {
		return nil, fmt.Errorf("%w: a candidate is hidden in it", sfu.ErrBadOffer)
	}
	seen := map[string]bool{}
	for _, media := range o.parsed.MediaDescriptions {
		mid := attribute(media, "mid")
		if mid == "" || len(mid) > 16 || seen[mid] {
			return nil, fmt.Errorf("%w: each m-line needs a mid of its own", sfu.ErrBadOffer)
		}
		seen[mid] = true
		if name := media.MediaName.Media; name != "audio" && name != "video" {
			return nil, fmt.Errorf("%w: an m-line is neither audio nor video", sfu.ErrBadOffer)
		}
	}
	return o, nil
}

// withoutCandidates keeps the agent from checking addresses that the client names: its own checks show where it is.
func withoutCandidates(text string) string {
	var kept strings.Builder
	kept.Grow(len(text))
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "a=candidate:") && !strings.HasPrefix(line, "a=end-of-candidates") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// namesCandidates finds what withoutCandidates did not see as a line: the parser ends lines at a bare CR too.
func (o *offer) namesCandidates() bool {
	if _, ok := o.parsed.Attribute("candidate"); ok {
		return true
	}
	return slices.ContainsFunc(o.parsed.MediaDescriptions, func(media *sdp.MediaDescription) bool {
		_, ok := media.Attribute("candidate")
		return ok
	})
}

// codecs are those of a transceiver that its m-line offers, in the order of the offer.
func (o *offer) codecs(transceiver *webrtc.RTPTransceiver) ([]webrtc.RTPCodecParameters, error) {
	var formats []string
	for _, media := range o.parsed.MediaDescriptions {
		if attribute(media, "mid") == transceiver.Mid() {
			formats = media.MediaName.Formats
		}
	}
	place := func(c webrtc.RTPCodecParameters) int { return slices.Index(formats, strconv.Itoa(int(c.PayloadType))) }
	codecs := slices.DeleteFunc(slices.Clone(transceiver.Receiver().GetParameters().Codecs),
		func(c webrtc.RTPCodecParameters) bool { return place(c) < 0 || !forwarded(c) })
	known := func(c webrtc.RTPCodecParameters) bool { return codec.KindOf(c.MimeType) != codec.Unknown } // not RTX
	if !slices.ContainsFunc(codecs, known) {
		return nil, fmt.Errorf("%w: no codec in common on m-line %s", sfu.ErrBadOffer, transceiver.Mid())
	}
	slices.SortStableFunc(codecs, func(a, b webrtc.RTPCodecParameters) int { return place(a) - place(b) })
	return codecs, nil
}

func attribute(media *sdp.MediaDescription, key string) string {
	value, _ := media.Attribute(key)
	return value
}

// line is what was negotiated for one upstream m-line.
type line struct {
	mid        string
	codecs     map[uint8]codec.Kind
	repairs    map[uint8]uint8 // payload types of RTX, and what they repeat
	nack       bool            // the client repeats what is asked for
	extensions packet.Extensions
	rids       []string
	ssrc       uint32 // declared, 0 if streams name themselves by RID
	repairSSRC uint32
}

// readLines joins what the offer declares (streams) with what the answer grants (codecs and extensions).
func readLines(offer, answer *sdp.SessionDescription) ([]line, error) {
	granted := map[string]*sdp.MediaDescription{}
	for _, media := range answer.MediaDescriptions {
		granted[attribute(media, "mid")] = media
	}
	lines := make([]line, 0, len(offer.MediaDescriptions))
	for _, media := range offer.MediaDescriptions {
		mid := attribute(media, "mid")
		grant := granted[mid]
		if grant == nil || grant.MediaName.Port.Value == 0 {
			return nil, fmt.Errorf("%w: no codec in common on m-line %s", sfu.ErrBadOffer, mid)
		}
		l := line{mid: mid, codecs: map[uint8]codec.Kind{}, repairs: map[uint8]uint8{}}
		l.readGrant(grant)
		l.readStreams(media)
		if len(l.codecs) == 0 {
			return nil, fmt.Errorf("%w: no codec in common on m-line %s", sfu.ErrBadOffer, mid)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (l *line) readGrant(media *sdp.MediaDescription) {
	for _, a := range media.Attributes {
		switch a.Key {
		case "rtpmap":
			payload, rest, _ := strings.Cut(a.Value, " ")
			name, _, _ := strings.Cut(rest, "/")
			number, err := strconv.ParseUint(payload, 10, 7)
			if err != nil {
				continue
			}
			if kind := codec.KindOf(media.MediaName.Media + "/" + name); kind != codec.Unknown {
				l.codecs[uint8(number)] = kind
			}
		case "fmtp":
			payload, parameters, _ := strings.Cut(a.Value, " ")
			number, err := strconv.ParseUint(payload, 10, 7)
			if original, ok := repeated(parameters); ok && err == nil {
				l.repairs[uint8(number)] = original
			}
		case "rtcp-fb":
			_, feedback, _ := strings.Cut(a.Value, " ")
			l.nack = l.nack || feedback == "nack"
		case "extmap":
			l.readExtension(a.Value)
		}
	}
}

// parameter is one of a codec's format parameters, empty if it has none of that name.
func parameter(line, name string) string {
	for each := range strings.SplitSeq(line, ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(each), name+"="); ok {
			return value
		}
	}
	return ""
}

// repeated is the payload type that an RTX codec repeats (RFC 4588 §8.6).
func repeated(line string) (uint8, bool) {
	number, err := strconv.ParseUint(parameter(line, "apt"), 10, 7)
	return uint8(number), err == nil
}

func (l *line) readExtension(value string) {
	number, uri, _ := strings.Cut(value, " ")
	number, _, _ = strings.Cut(number, "/")
	id, err := strconv.ParseUint(number, 10, 8)
	if err != nil {
		return
	}
	uri, _, _ = strings.Cut(uri, " ")
	switch uri {
	case sdp.SDESMidURI:
		l.extensions.MID = uint8(id)
	case sdp.SDESRTPStreamIDURI:
		l.extensions.RID = uint8(id)
	case sdp.SDESRepairRTPStreamIDURI:
		l.extensions.RepairedRID = uint8(id)
	case sdp.TransportCCURI:
		l.extensions.TransportCC = uint8(id)
	case sdp.AudioLevelURI:
		l.extensions.AudioLevel = uint8(id)
	case dependencyURI:
		l.extensions.Dependency = uint8(id)
	case allocationURI:
		l.extensions.Allocation = uint8(id)
	case captureTimeURI:
		l.extensions.CaptureTime = uint8(id)
	case orientationURI:
		l.extensions.Orientation = uint8(id)
	}
}

func (l *line) readStreams(media *sdp.MediaDescription) {
	for _, a := range media.Attributes {
		switch a.Key {
		case "rid":
			if rid, direction, _ := strings.Cut(a.Value, " "); strings.HasPrefix(direction, "send") {
				l.rids = append(l.rids, rid)
			}
		case "ssrc-group":
			fields := strings.Fields(a.Value)
			if len(fields) == 3 && fields[0] == "FID" {
				l.ssrc, l.repairSSRC = parseSSRC(fields[1]), parseSSRC(fields[2])
			}
		case "ssrc":
			if number, _, _ := strings.Cut(a.Value, " "); l.ssrc == 0 {
				l.ssrc = parseSSRC(number)
			}
		}
	}
	if len(l.rids) > 0 {
		l.ssrc, l.repairSSRC = 0, 0
	}
}

func parseSSRC(text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// answerOffer has pion apply an offer and gives the answer with our candidates. prepare runs between the two.
func answerOffer(pc *webrtc.PeerConnection, o *offer, prepare func() error) (string, error) {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.text}); err != nil {
		return "", fmt.Errorf("%w: %w", sfu.ErrBadOffer, err)
	}
	if err := prepare(); err != nil {
		return "", err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", sfu.ErrBadOffer, err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("%w: %w", sfu.ErrBadOffer, err)
	}
	// Host candidates of the muxes are there at once; nothing is asked of the network.
	<-gathered
	return withoutLegacy(pc.LocalDescription().SDP), nil
}

// withoutLegacy leaves out what pion says a second time of each SSRC for browsers of long ago: a=msid has it already.
func withoutLegacy(text string) string {
	var kept strings.Builder
	kept.Grow(len(text))
	for line := range strings.Lines(text) {
		if ssrc, ok := strings.CutPrefix(line, "a=ssrc:"); ok {
			_, attribute, _ := strings.Cut(ssrc, " ")
			name, _, _ := strings.Cut(attribute, ":")
			if name == "msid" || name == "mslabel" || name == "label" {
				continue
			}
		}
		kept.WriteString(line)
	}
	return kept.String()
}
