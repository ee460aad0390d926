package message

import "time"

// ServerMessage is one of the messages that the server may send: the types of this file.
//
//sumtype:decl
type ServerMessage interface {
	serverMessage() string
}

// OK answers a request that needs no other answer.
type OK struct{}

// Pong answers a ping.
type Pong struct{}

// Error answers a request that failed. Fields names what was wrong with which field, if any.
type Error struct {
	Code    Code              `json:"code"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"`
	// RetryAfter in seconds, when the request was refused for coming too often.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// Role of a participant.
type Role string

// The roles of a participant.
const (
	Host   Role = "HOST"
	Member Role = "PARTICIPANT"
)

// Publication is one camera, microphone or screen as others see it in the roster.
type Publication struct {
	// Number is unique in the room; media carries it as CSRC.
	Number uint32 `json:"number"`
	Source Source `json:"source"`
	Muted  bool   `json:"muted"`
}

// Participant is a person in the room.
type Participant struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Role         Role          `json:"role"`
	Guest        bool          `json:"guest"`
	JoinedAt     time.Time     `json:"joinedAt"`
	Publications []Publication `json:"publications"`
}

// Meeting is what those inside see of the meeting's record.
type Meeting struct {
	Code  string `json:"code"`
	Title string `json:"title"`
}

// ChatMessage is one line of the chat.
type ChatMessage struct {
	// Number is given by the room: unique in the meeting, and the order that everybody sees.
	Number   uint64    `json:"number"`
	ClientID string    `json:"clientId"`
	Sender   string    `json:"sender"`
	Name     string    `json:"name"`
	Text     string    `json:"text"`
	SentAt   time.Time `json:"sentAt"`
	// Stored is false until the message is committed; chat:updated follows.
	Stored bool `json:"stored"`
}

// MeetingJoined is the snapshot that answers meeting:join.
type MeetingJoined struct {
	Self         string        `json:"self"`
	Meeting      Meeting       `json:"meeting"`
	Participants []Participant `json:"participants"`
	// Hands are the participants with raised hands, first raised first.
	Hands    []string `json:"hands"`
	Speakers []string `json:"speakers"`
	// Chat is the newest page, oldest first.
	Chat []ChatMessage `json:"chat"`
	// Ticket lets this client come back without the REST API, as "resume.<ticket>". A new one comes with each join.
	Ticket string `json:"ticket"`
}

// MeetingEnded says that the meeting is over; the socket closes after it.
type MeetingEnded struct {
	// By is the participant who ended it, empty if the server did.
	By string `json:"by,omitempty"`
}

// MeetingUpdated carries the meeting's record after a change.
type MeetingUpdated struct {
	Meeting Meeting `json:"meeting"`
}

// WebRTCAnswer answers webrtc:offer.
type WebRTCAnswer struct {
	PC  Direction `json:"pc"`
	SDP string    `json:"sdp"`
}

// ParticipantJoined says that somebody came in.
type ParticipantJoined struct {
	Participant Participant `json:"participant"`
}

// ParticipantLeft says that somebody is gone.
type ParticipantLeft struct {
	ID string `json:"id"`
}

// ParticipantUpdated replaces what is known of a participant: name, publications, mute state.
type ParticipantUpdated struct {
	Participant Participant `json:"participant"`
}

// HandsChanged replaces the queue of raised hands, first raised first.
type HandsChanged struct {
	Hands []string `json:"hands"`
}

// SpeakersChanged lists the active speaker and the ones before, latest first.
type SpeakersChanged struct {
	Speakers []string `json:"speakers"`
	// Speaking are the participants heard at this moment.
	Speaking []string `json:"speaking"`
}

// SlotAssignment says whose publication a slot carries.
type SlotAssignment struct {
	MID string `json:"mid"`
	// Number of the publication, 0 for an empty slot.
	Number      uint32 `json:"number"`
	Participant string `json:"participant,omitempty"`
	Source      Source `json:"source,omitempty"`
}

// SlotsAssigned replaces the whole map of slots.
type SlotsAssigned struct {
	// Version rises with each change.
	Version uint64           `json:"version"`
	Slots   []SlotAssignment `json:"slots"`
}

// Codec of a video publication.
type Codec string

// The codecs of video.
const (
	VP8  Codec = "VP8"
	H264 Codec = "H264"
	VP9  Codec = "VP9"
	AV1  Codec = "AV1"
)

// LayersWanted tells a publisher what somebody watches of a source. Nobody misses what is left out meanwhile.
type LayersWanted struct {
	Source Source `json:"source"`
	// Codec that every receiver can decode; left out for sound and while nobody receives.
	Codec Codec `json:"codec,omitempty"`
	// Layers says for each encoding or spatial layer, lowest first, whether it is wanted. What is beyond the end is not
	// wanted; an empty list is a pause.
	Layers []bool `json:"layers"`
}

// SlotClock relates a slot's RTP timestamps to the server's wall clock.
type SlotClock struct {
	MID string `json:"mid"`
	// NTP is the time at which the slot's timestamp was RTP, in milliseconds since 1970, with microseconds.
	NTP float64 `json:"ntp"`
	RTP uint32  `json:"rtp"`
}

// SlotsClock has the clocks of slots that changed source or whose clock was set anew; the others go on.
type SlotsClock struct {
	Clocks []SlotClock `json:"clocks"`
}

// SlotQuality explains what one slot shows, and why it is not more.
type SlotQuality struct {
	MID string `json:"mid"`
	// Height that is sent, 0 for none.
	Height int `json:"height"`
	// Reason in words, empty if the wish is met.
	Reason string `json:"reason"`
	// Paused says that nothing is sent for want of bandwidth.
	Paused bool `json:"paused"`
}

// QualityChanged says how good the directions of this participant are, and the others' way up: 0 is bad, 100 is good.
type QualityChanged struct {
	Up   int `json:"up"`
	Down int `json:"down"`
	// Estimate of what the downstream connection carries, in bit/s; 0 while it is not known.
	Estimate int64         `json:"estimate"`
	Slots    []SlotQuality `json:"slots"`
	// Others are the scores of the other participants' upstream, by participant.
	Others map[string]int `json:"others"`
}

// ChatUpdated says that a message is stored now.
type ChatUpdated struct {
	Number uint64 `json:"number"`
	Stored bool   `json:"stored"`
}

// ChatHistory answers chat:history, oldest first.
type ChatHistory struct {
	Messages []ChatMessage `json:"messages"`
	// More is true if there are older messages.
	More bool `json:"more"`
}

func (OK) serverMessage() string                 { return "ok" }
func (Pong) serverMessage() string               { return "pong" }
func (Error) serverMessage() string              { return "error" }
func (MeetingJoined) serverMessage() string      { return "meeting:joined" }
func (MeetingEnded) serverMessage() string       { return "meeting:ended" }
func (MeetingUpdated) serverMessage() string     { return "meeting:updated" }
func (WebRTCAnswer) serverMessage() string       { return "webrtc:answer" }
func (ParticipantJoined) serverMessage() string  { return "participant:joined" }
func (ParticipantLeft) serverMessage() string    { return "participant:left" }
func (ParticipantUpdated) serverMessage() string { return "participant:updated" }
func (HandsChanged) serverMessage() string       { return "hands:changed" }
func (SpeakersChanged) serverMessage() string    { return "speakers:changed" }
func (SlotsAssigned) serverMessage() string      { return "slots:assigned" }
func (LayersWanted) serverMessage() string       { return "layers:wanted" }
func (SlotsClock) serverMessage() string         { return "slots:clock" }
func (QualityChanged) serverMessage() string     { return "quality:changed" }
func (ChatMessage) serverMessage() string        { return "chat:message" }
func (ChatUpdated) serverMessage() string        { return "chat:updated" }
func (ChatHistory) serverMessage() string        { return "chat:history" }
