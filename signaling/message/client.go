package message

// ClientMessage is one of the messages that a client may send.
//
//sumtype:decl
type ClientMessage interface {
	clientMessage() string
}

// Direction names one of a participant's two PeerConnections.
type Direction string

const (
	// Up is the connection on which the participant publishes.
	Up Direction = "up"
	// Down is the connection whose slots the participant receives through.
	Down Direction = "down"
)

// Source is what a publication shows or carries.
type Source string

// The sources of a participant.
const (
	Camera      Source = "camera"
	Microphone  Source = "microphone"
	Screen      Source = "screen"
	ScreenAudio Source = "screen-audio"
)

// SlotKind says what a downstream m-line is kept for.
type SlotKind string

const (
	// AudioSlot is filled by the server with the loudest microphones.
	AudioSlot SlotKind = "audio"
	// VideoSlot shows the camera that the client wishes for.
	VideoSlot SlotKind = "video"
	// ScreenSlot shows the screen share that the client wishes for.
	ScreenSlot SlotKind = "screen"
	// ScreenAudioSlot carries the sound of a screen share that the client wishes for.
	ScreenAudioSlot SlotKind = "screen-audio"
)

// MeetingJoin enters the room that the credential of the handshake names. It comes first. The answer is meeting:joined,
// or meeting:waiting in the lobby; there meeting:joined comes unasked once a host admits.
type MeetingJoin struct{}

// MeetingResume comes first in place of meeting:join on a socket that was opened with a session ticket: the participant
// was in the meeting and lost the connection. Within the resume window everything is as it was: mute state, hand, media
// connections. The answer is meeting:resumed, followed by the events that were missed; or meeting:joined, a snapshot,
// where these are not known any more or the client asks for it, and where the window is over.
type MeetingResume struct {
	// Seq of the last event that the client has; 0 asks for a snapshot, as a page does that was loaded anew.
	Seq uint64 `json:"seq,omitempty"`
}

// MeetingLeave leaves for good; the server closes the socket after its reply.
type MeetingLeave struct{}

// MeetingEnd ends the meeting for everybody. The host only.
type MeetingEnd struct{}

// Ping asks for a pong: browsers cannot send protocol pings.
type Ping struct{}

// UpSource says what an m-line of the upstream offer carries.
type UpSource struct {
	MID    string `json:"mid"`
	Source Source `json:"source"`
}

// DownSlot says what an m-line of the downstream offer is kept for.
type DownSlot struct {
	MID  string   `json:"mid"`
	Kind SlotKind `json:"kind"`
}

// WebRTCOffer carries the client's SDP offer for one of its connections.
type WebRTCOffer struct {
	PC  Direction `json:"pc"`
	SDP string    `json:"sdp"`
	// Sources is required with pc "up": one entry for each m-line.
	Sources []UpSource `json:"sources,omitempty"`
	// Slots is required with pc "down": one entry for each m-line.
	Slots []DownSlot `json:"slots,omitempty"`
}

// WebRTCICECandidate is accepted for the sake of clients that trickle; the server learns addresses from
// the client's own connectivity checks and ignores it.
type WebRTCICECandidate struct {
	PC        Direction `json:"pc"`
	Candidate string    `json:"candidate"`
}

// PublicationSet says that a source is live or has ended.
type PublicationSet struct {
	Source Source `json:"source"`
	Live   bool   `json:"live"`
}

// ParticipantToggleAudio mutes or unmutes the sender's own microphone.
type ParticipantToggleAudio struct {
	Muted bool `json:"muted"`
}

// ParticipantToggleVideo switches the sender's own camera off or on.
type ParticipantToggleVideo struct {
	Muted bool `json:"muted"`
}

// ParticipantRename changes the sender's display name for this meeting.
type ParticipantRename struct {
	Name string `json:"name"`
}

// ParticipantRaiseHand raises or lowers the sender's hand.
type ParticipantRaiseHand struct {
	Raised bool `json:"raised"`
	// Restore puts a hand that the server lowered because its owner spoke back to where it was in the line, within ten
	// seconds; later it goes to the end.
	Restore bool `json:"restore,omitempty"`
}

// ParticipantReact shows a reaction to everybody for a moment.
type ParticipantReact struct {
	Emoji Emoji `json:"emoji"`
}

// SlotWish says what the client wants to see in one slot.
type SlotWish struct {
	// MID is the slot's m-line.
	MID string `json:"mid"`
	// Participant whose Source is wanted; "speaker" follows the active speaker; empty empties the slot.
	Participant string `json:"participant"`
	Source      Source `json:"source"`
	// Height of the tile in device pixels; the layer is chosen by it.
	Height int `json:"height"`
	// Priority from 0 (first to give way) to 255.
	Priority int `json:"priority,omitempty"`
}

// SpeakerWish is the Participant of a wish that follows the active speaker.
const SpeakerWish = "speaker"

// WarmWish names a picture of the page to come.
type WarmWish struct {
	Participant string `json:"participant"`
	// Source is camera or screen.
	Source Source `json:"source"`
}

// SlotsWish replaces the wishes for all video, screen and screen sound slots.
type SlotsWish struct {
	Wishes []SlotWish `json:"wishes"`
	// Warm are pictures that are to be at hand when the page is turned: their smallest layer comes to the server and is
	// kept there, and nothing of them is sent on. At most a page, 49.
	Warm []WarmWish `json:"warm,omitzero"`
	// DataSaver asks for small pictures only, whatever the tiles' heights.
	DataSaver bool `json:"dataSaver,omitempty"`
	// AudioOnly asks for no pictures at all.
	AudioOnly bool `json:"audioOnly,omitempty"`
}

// SlotReport is what the client measured in one slot since its last report.
type SlotReport struct {
	MID string `json:"mid"`
	// Height of the decoded picture in pixels, 0 for none.
	Height int `json:"height,omitempty"`
	// Freezes of the picture, and how many milliseconds they lasted together.
	Freezes int `json:"freezes,omitempty"`
	Frozen  int `json:"frozen,omitempty"`
	// JitterBuffer is the mean delay of the jitter buffer in milliseconds.
	JitterBuffer int `json:"jitterBuffer,omitempty"`
}

// StatsReport says what the client measured; once in ten seconds is enough.
type StatsReport struct {
	Slots []SlotReport `json:"slots"`
}

func (MeetingJoin) clientMessage() string            { return "meeting:join" }
func (MeetingResume) clientMessage() string          { return "meeting:resume" }
func (ParticipantReact) clientMessage() string       { return "participant:react" }
func (MeetingLeave) clientMessage() string           { return "meeting:leave" }
func (MeetingEnd) clientMessage() string             { return "meeting:end" }
func (Ping) clientMessage() string                   { return "ping" }
func (WebRTCOffer) clientMessage() string            { return "webrtc:offer" }
func (WebRTCICECandidate) clientMessage() string     { return "webrtc:ice-candidate" }
func (PublicationSet) clientMessage() string         { return "publication:set" }
func (ParticipantToggleAudio) clientMessage() string { return "participant:toggle-audio" }
func (ParticipantToggleVideo) clientMessage() string { return "participant:toggle-video" }
func (ParticipantRename) clientMessage() string      { return "participant:rename" }
func (ParticipantRaiseHand) clientMessage() string   { return "participant:raise-hand" }
func (SlotsWish) clientMessage() string              { return "slots:wish" }
func (StatsReport) clientMessage() string            { return "stats:report" }
