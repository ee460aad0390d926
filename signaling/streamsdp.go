package signaling

import (
	"errors"
	"slices"
	"strings"
)

// What WHIP and WHEP ask of an offer beyond what the media server checks, and what they change of it before the media server
// sees it: a client that speaks HTTP alone takes one answer, and nobody can ask it for another codec later.

// maxCandidates that a fragment may bring; more are no honest client's.
const maxCandidates = 64

var (
	errNoSDP      = errors.New("it is no SDP")
	errNoFragment = errors.New("it is no SDP fragment")
)

// mLine is one m-line of an offer.
type mLine struct {
	media     string // audio, video, application
	mid       string
	direction string // sendonly, recvonly, sendrecv, inactive
}

// readStreamOffer lists the m-lines of an offer.
func readStreamOffer(text string) ([]mLine, error) {
	if !strings.HasPrefix(text, "v=0") {
		return nil, errNoSDP
	}
	var lines []mLine
	standard := "sendrecv"
	for line := range sdpLines(text) {
		if media, ok := strings.CutPrefix(line, "m="); ok {
			name, _, _ := strings.Cut(media, " ")
			lines = append(lines, mLine{media: name, direction: standard})
			continue
		}
		attribute, ok := strings.CutPrefix(line, "a=")
		if !ok {
			continue
		}
		switch attribute {
		case "sendonly", "recvonly", "sendrecv", "inactive":
			if len(lines) == 0 {
				standard = attribute
			} else {
				lines[len(lines)-1].direction = attribute
			}
		}
		if mid, ok := strings.CutPrefix(attribute, "mid:"); ok && len(lines) > 0 {
			lines[len(lines)-1].mid = mid
		}
	}
	if len(lines) == 0 {
		return nil, errNoSDP
	}
	return lines, nil
}

// sdpLines are the lines of SDP without their ends.
func sdpLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if !yield(strings.TrimRight(line, "\r\n")) {
				return
			}
		}
	}
}

// eachLine rewrites SDP line by line, and leaves out what becomes empty.
func eachLine(text string, change func(line string) string) string {
	var out strings.Builder
	out.Grow(len(text))
	for line := range sdpLines(text) {
		if line = change(line); line != "" {
			out.WriteString(line + "\r\n")
		}
	}
	return out.String()
}

// receiveOnly is an offer whose m-lines do not send: what a player sends is for nobody.
func receiveOnly(text string) string {
	return eachLine(text, func(line string) string {
		switch {
		case line == "a=sendrecv", line == "a=recvonly":
			return ""
		case strings.HasPrefix(line, "a=mid:"):
			return line + "\r\na=recvonly"
		}
		return line
	})
}

// muxedOnly says of each m-line that RTP and RTCP share a port, without a way back (RFC 9725 §4.4.1).
func muxedOnly(answer string) string {
	return eachLine(answer, func(line string) string {
		switch line {
		case "a=rtcp-mux":
			return line + "\r\na=rtcp-mux-only"
		case "a=rtcp-mux-only":
			return ""
		}
		return line
	})
}

// oneStream puts what a player gets into one media stream, as players expect that show what they are given first. All slots
// are on the server's clock, so that nobody's picture waits for another's voice.
func oneStream(answer string) string {
	stream := ""
	return eachLine(answer, func(line string) string {
		id, ok := strings.CutPrefix(line, "a=msid:")
		first, track, whole := strings.Cut(id, " ")
		if !ok || !whole {
			return line
		}
		if stream == "" {
			stream = first
		}
		return "a=msid:" + stream + " " + track
	})
}

// codecRank puts first what every browser decodes: a stream cannot be asked to change its codec when somebody comes in who
// does not decode it. What is no codec of pictures comes last.
func codecRank(name string) int {
	switch strings.ToUpper(name) {
	case "VP8", "H264":
		return 0
	case "VP9":
		return 1
	case "AV1":
		return 2
	}
	return 3
}

// decodableFirst puts the payload types of m=video in the order of codecRank, the client's among equals.
func decodableFirst(text string) string {
	codecs := map[string]int{}
	for line := range sdpLines(text) {
		if value, ok := strings.CutPrefix(line, "a=rtpmap:"); ok {
			payload, rest, _ := strings.Cut(value, " ")
			name, _, _ := strings.Cut(rest, "/")
			codecs[payload] = codecRank(name)
		}
	}
	return eachLine(text, func(line string) string {
		fields := strings.Fields(line)
		if !strings.HasPrefix(line, "m=video ") || len(fields) < 4 {
			return line
		}
		rank := func(payload string) int {
			if r, ok := codecs[payload]; ok {
				return r
			}
			return codecRank("")
		}
		slices.SortStableFunc(fields[3:], func(a, b string) int { return rank(a) - rank(b) })
		return strings.Join(fields, " ")
	})
}

// maxLayers is how many encodings of one picture the media server takes.
const maxLayers = 3

// layerNames are what encodings are called by those who give them names, smallest first.
var layerNames = [][]string{{"q", "h", "f"}, {"l", "m", "h"}, {"lo", "mid", "hi"}, {"low", "mid", "high"}, {"low", "medium", "high"}}

// smallFirst puts the encodings of simulcast into the order that the media server expects, that of browsers: from small to
// large. Of more than it takes the largest stays and the smallest ones: an answer need not take all (RFC 8853 §5.3.2).
func smallFirst(text string) string {
	var layers []string
	for line := range sdpLines(text) {
		if layer, ok := sentLayer(line); ok {
			layers = append(layers, layer)
		}
	}
	if len(layers) < 2 {
		return text
	}
	layers = bySize(layers)
	if largest := len(layers) - 1; largest >= maxLayers {
		layers = append(layers[:maxLayers-1], layers[largest])
	}
	return eachLine(text, func(line string) string {
		if _, ok := sentLayer(line); !ok {
			return line
		}
		if len(layers) == 0 {
			return ""
		}
		line = "a=rid:" + layers[0]
		layers = layers[1:]
		return line
	})
}

// sentLayer is what a line says of an encoding that the client sends, with its name first.
func sentLayer(line string) (string, bool) {
	layer, ok := strings.CutPrefix(line, "a=rid:")
	_, direction, _ := strings.Cut(layer, " ")
	return layer, ok && strings.HasPrefix(direction, "send")
}

// bySize knows the usual names. Numbered encodings are those of studio software, and begin with the largest, as RFC 8853 §5.2
// has the preferred one first. All others stay as they are.
func bySize(layers []string) []string {
	name := func(layer string) string {
		name, _, _ := strings.Cut(layer, " ")
		return name
	}
	if !slices.ContainsFunc(layers, func(layer string) bool { return strings.Trim(name(layer), "0123456789") != "" }) {
		slices.Reverse(layers)
		return layers
	}
	for _, names := range layerNames {
		if !slices.ContainsFunc(layers, func(layer string) bool { return !slices.Contains(names, name(layer)) }) {
			slices.SortStableFunc(layers, func(a, b string) int { return slices.Index(names, name(a)) - slices.Index(names, name(b)) })
			return layers
		}
	}
	return layers
}

// credentials are what names one ICE session of one side.
type credentials struct{ ufrag, password string }

func (c credentials) valid() bool {
	return len(c.ufrag) >= 4 && len(c.ufrag) <= 256 && len(c.password) >= 22 && len(c.password) <= 256 &&
		iceChars(c.ufrag) && iceChars(c.password)
}

// iceChars checks RFC 8839 §5.4.
func iceChars(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '/'
	})
}

// credentialsOf are the first that stand in SDP or a fragment of it: bundled m-lines share them.
func credentialsOf(text string) (c credentials) {
	for line := range sdpLines(text) {
		if value, ok := strings.CutPrefix(line, "a=ice-ufrag:"); ok && c.ufrag == "" {
			c.ufrag = value
		}
		if value, ok := strings.CutPrefix(line, "a=ice-pwd:"); ok && c.password == "" {
			c.password = value
		}
	}
	return c
}

// withCredentials is an offer as the client would make it to begin ICE anew.
func withCredentials(offer string, c credentials) string {
	return eachLine(offer, func(line string) string {
		switch {
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			return "a=ice-ufrag:" + c.ufrag
		case strings.HasPrefix(line, "a=ice-pwd:"):
			return "a=ice-pwd:" + c.password
		}
		return line
	})
}

// readFragment checks an SDP fragment (RFC 8840 §9) and returns the credentials in it, empty if it has none. Its candidates
// are not used: the client's own checks show where it is.
func readFragment(text string) (credentials, error) {
	candidates := 0
	for line := range sdpLines(text) {
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != '=' || (line[0] != 'a' && line[0] != 'm') {
			return credentials{}, errNoFragment
		}
		if value, ok := strings.CutPrefix(line, "a=candidate:"); ok {
			candidates++
			if len(strings.Fields(value)) < 8 || candidates > maxCandidates {
				return credentials{}, errNoFragment
			}
		}
	}
	c := credentialsOf(text)
	if c != (credentials{}) && !c.valid() {
		return credentials{}, errNoFragment
	}
	if c == (credentials{}) && candidates == 0 && !strings.Contains(text, "a=end-of-candidates") {
		return credentials{}, errNoFragment
	}
	return c, nil
}

// fragmentOf is what an answer says of ICE, in the form of RFC 8840 §9: of the first m-line, for the others are bundled with it.
func fragmentOf(answer string) string {
	var out, session strings.Builder
	inside := 0
	for line := range sdpLines(answer) {
		if strings.HasPrefix(line, "m=") {
			if inside++; inside > 1 {
				break
			}
			out.WriteString(line + "\r\n")
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "a="), ":")
		switch name {
		case "group", "ice-lite", "ice-options":
			session.WriteString(line + "\r\n")
		case "mid", "ice-ufrag", "ice-pwd", "candidate", "end-of-candidates":
			if inside == 1 {
				out.WriteString(line + "\r\n")
			}
		}
	}
	return session.String() + out.String()
}
