package message

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of single fields.
const (
	MaxSDP       = 160 << 10
	MaxUpLines   = 16
	MaxDownLines = 96
	// MaxWarm is the largest page.
	MaxWarm      = 49
	MaxText      = 4 << 10
	MaxNameRunes = 64
	MaxNameBytes = 256
	MaxPage      = 100
	// MaxAdmitted people in one moderation:admit or moderation:deny.
	MaxAdmitted = 100
	// MaxSpotlight participants shown large to all.
	MaxSpotlight = 6
	// MaxWaitingText is the length of the message to the lobby in bytes.
	MaxWaitingText = 1 << 10
	maxCandidate   = 1 << 10
	maxHeight      = 8192
	maxPriority    = 255
	maxFreezes     = 10_000
	// maxMeasured bounds what is measured in milliseconds: one hour.
	maxMeasured = 3_600_000
	maxID       = 64
)

// faults gathers what is wrong with the fields of one message.
type faults struct {
	code   Code
	fields map[string]string
}

func (f *faults) add(field, sentence string) { f.addAs(BadMessage, field, sentence) }

func (f *faults) addAs(code Code, field, sentence string) {
	if f.fields == nil {
		f.code, f.fields = code, map[string]string{}
	}
	if _, ok := f.fields[field]; !ok {
		f.fields[field] = sentence
	}
}

func (f *faults) need(ok bool, field, sentence string) {
	if !ok {
		f.add(field, sentence)
	}
}

func (MeetingJoin) check(*faults)            {}
func (MeetingLeave) check(*faults)           {}
func (MeetingEnd) check(*faults)             {}
func (Ping) check(*faults)                   {}
func (ParticipantToggleAudio) check(*faults) {}
func (ParticipantToggleVideo) check(*faults) {}
func (ParticipantRaiseHand) check(*faults)   {}
func (MeetingResume) check(*faults)          {}

func (m WebRTCOffer) check(f *faults) {
	if len(m.SDP) > MaxSDP {
		f.addAs(TooLarge, "sdp", fmt.Sprintf("at most %d bytes", MaxSDP))
	}
	f.need(m.SDP != "", "sdp", "required")
	switch m.PC {
	case Up:
		f.need(len(m.Slots) == 0, "slots", "only with pc down")
		m.checkSources(f)
	case Down:
		f.need(len(m.Sources) == 0, "sources", "only with pc up")
		m.checkSlots(f)
	default:
		f.add("pc", "up or down")
	}
}

func (m WebRTCOffer) checkSources(f *faults) {
	f.need(len(m.Sources) > 0 && len(m.Sources) <= MaxUpLines, "sources", fmt.Sprintf("1 to %d", MaxUpLines))
	mids, sources := map[string]bool{}, map[Source]bool{}
	for i, s := range m.Sources {
		field := fmt.Sprintf("sources[%d].", i)
		f.need(ValidID(s.MID), field+"mid", "1 to 64 letters, digits, - or _")
		f.need(!mids[s.MID], field+"mid", "comes twice")
		f.need(s.Source.valid(), field+"source", "not a source")
		f.need(!sources[s.Source], field+"source", "comes twice")
		mids[s.MID], sources[s.Source] = true, true
	}
}

func (m WebRTCOffer) checkSlots(f *faults) {
	f.need(len(m.Slots) > 0 && len(m.Slots) <= MaxDownLines, "slots", fmt.Sprintf("1 to %d", MaxDownLines))
	mids := map[string]bool{}
	for i, s := range m.Slots {
		field := fmt.Sprintf("slots[%d].", i)
		f.need(ValidID(s.MID), field+"mid", "1 to 64 letters, digits, - or _")
		f.need(!mids[s.MID], field+"mid", "comes twice")
		f.need(s.Kind.valid(), field+"kind", "not a kind of slot")
		mids[s.MID] = true
	}
}

func (m WebRTCICECandidate) check(f *faults) {
	f.need(m.PC == Up || m.PC == Down, "pc", "up or down")
	f.need(len(m.Candidate) <= maxCandidate, "candidate", fmt.Sprintf("at most %d bytes", maxCandidate))
}

func (m PublicationSet) check(f *faults) {
	f.need(m.Source.valid(), "source", "not a source")
}

func (m ParticipantRename) check(f *faults) {
	_, err := CleanName(m.Name)
	f.need(err == nil, "name", fmt.Sprintf("1 to %d visible characters", MaxNameRunes))
}

func (m ParticipantReact) check(f *faults) { m.Emoji.check(f, "emoji") }

func (m SlotsWish) check(f *faults) {
	f.need(len(m.Wishes) <= MaxDownLines, "wishes", fmt.Sprintf("at most %d", MaxDownLines))
	mids := map[string]bool{}
	for i, w := range m.Wishes {
		field := fmt.Sprintf("wishes[%d].", i)
		f.need(ValidID(w.MID), field+"mid", "1 to 64 letters, digits, - or _")
		f.need(!mids[w.MID], field+"mid", "comes twice")
		f.need(w.Participant == "" || ValidID(w.Participant), field+"participant", "not an id")
		f.need(w.Source.valid(), field+"source", "not a source")
		f.need(w.Height >= 0 && w.Height <= maxHeight, field+"height", fmt.Sprintf("0 to %d", maxHeight))
		f.need(w.Priority >= 0 && w.Priority <= maxPriority, field+"priority", fmt.Sprintf("0 to %d", maxPriority))
		mids[w.MID] = true
	}
	f.need(len(m.Warm) <= MaxWarm, "warm", fmt.Sprintf("at most %d", MaxWarm))
	warm := map[WarmWish]bool{}
	for i, w := range m.Warm {
		field := fmt.Sprintf("warm[%d].", i)
		f.need(ValidID(w.Participant), field+"participant", "not an id")
		f.need(w.Source == Camera || w.Source == Screen, field+"source", "camera or screen")
		f.need(!warm[w], field+"participant", "comes twice")
		warm[w] = true
	}
}

func (m StatsReport) check(f *faults) {
	f.need(len(m.Slots) <= MaxDownLines, "slots", fmt.Sprintf("at most %d", MaxDownLines))
	mids := map[string]bool{}
	for i, s := range m.Slots {
		field := fmt.Sprintf("slots[%d].", i)
		f.need(ValidID(s.MID), field+"mid", "1 to 64 letters, digits, - or _")
		f.need(!mids[s.MID], field+"mid", "comes twice")
		f.need(s.Height >= 0 && s.Height <= maxHeight, field+"height", fmt.Sprintf("0 to %d", maxHeight))
		f.need(s.Freezes >= 0 && s.Freezes <= maxFreezes, field+"freezes", fmt.Sprintf("0 to %d", maxFreezes))
		f.need(s.Frozen >= 0 && s.Frozen <= maxMeasured, field+"frozen", fmt.Sprintf("0 to %d", maxMeasured))
		f.need(s.JitterBuffer >= 0 && s.JitterBuffer <= maxMeasured, field+"jitterBuffer", fmt.Sprintf("0 to %d", maxMeasured))
		mids[s.MID] = true
	}
}

func (s Source) valid() bool {
	return s == Camera || s == Microphone || s == Screen || s == ScreenAudio
}

func (k SlotKind) valid() bool {
	return k == AudioSlot || k == VideoSlot || k == ScreenSlot || k == ScreenAudioSlot
}

// ValidID says whether text is 1 to 64 of [A-Za-z0-9_-].
func ValidID(text string) bool {
	if text == "" || len(text) > maxID {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// CleanName returns a display name in normal form C without space around it, or an error if it is empty, too
// long or has characters that show as nothing or turn the text around.
func CleanName(name string) (string, error) {
	name = strings.TrimSpace(norm.NFC.String(name))
	switch {
	case name == "":
		return "", Refuse(BadMessage, "The name is empty.")
	case utf8.RuneCountInString(name) > MaxNameRunes || len(name) > MaxNameBytes:
		return "", Refuse(BadMessage, "The name is too long.")
	case strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError ||
			r == '\u2028' || r == '\u2029' || r == '\ufeff'
	}):
		return "", Refuse(BadMessage, "The name has characters that cannot be shown.")
	case !strings.ContainsFunc(name, visible):
		return "", Refuse(BadMessage, "The name has nothing to see in it.")
	}
	return name, nil
}

// visible says whether a character shows, as the REST API does of names.
func visible(r rune) bool {
	// The Hangul fillers and the blank Braille pattern are letters and symbols that show nothing.
	blank := r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || r == '\u2800'
	return !blank && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsPunct(r) || unicode.IsSymbol(r))
}
