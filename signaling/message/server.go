package message

import "time"

// ServerMessage is one of the messages that the server may send.
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

// MeetingJoined is the snapshot that answers meeting:join, or comes unasked to somebody who waited in the lobby. It
// replaces everything that the client knew.
type MeetingJoined struct {
	Self         string        `json:"self"`
	Meeting      Meeting       `json:"meeting"`
	Participants []Participant `json:"participants"`
	// Hands are the participants with raised hands, first raised first.
	Hands []string `json:"hands"`
	// CalledOn is who has the word, if anybody was called on.
	CalledOn string   `json:"calledOn,omitempty"`
	Speakers []string `json:"speakers"`
	// Chat is the newest page, oldest first. MoreChat says that chat:history has older ones.
	Chat     []ChatMessage `json:"chat"`
	MoreChat bool          `json:"moreChat"`
	// Permissions are the receiver's own.
	Permissions Permissions `json:"permissions"`
	// Overrides are what differs from the default, by participant. Hosts and co-hosts only.
	Overrides map[string]Override `json:"overrides,omitempty"`
	// Waiting are those in the lobby, WaitingMessage what they are told. Hosts and co-hosts only.
	Waiting        []WaitingPerson `json:"waiting,omitempty"`
	WaitingMessage string          `json:"waitingMessage,omitempty"`
	// Seq of the last event that the snapshot holds already; the next one has Seq + 1.
	Seq uint64 `json:"seq"`
	// ResumeWithin is how many seconds the place is kept when the connection is lost.
	ResumeWithin int `json:"resumeWithin"`
	// Ticket lets this client come back without the REST API, as "resume.<ticket>". A new one comes with each answer to
	// meeting:join and meeting:resume; only the last is good. Empty where there is no new one, as after the lobby.
	Ticket string `json:"ticket"`
}

// MeetingResumed answers meeting:resume: nothing was lost. The events missed follow, each with its seq.
type MeetingResumed struct {
	// Missed is how many events follow.
	Missed int    `json:"missed"`
	Ticket string `json:"ticket"`
}

// MeetingWaiting answers meeting:join for somebody who has to wait in the lobby, and comes again when the message
// changes. Until meeting:joined only participant:rename, meeting:leave and ping may be sent.
type MeetingWaiting struct {
	Self  string `json:"self"`
	Code  string `json:"code"`
	Title string `json:"title"`
	// Message of a host to those who wait.
	Message string `json:"message,omitempty"`
	// Ticket as in meeting:joined; who comes back with it waits in the same place. Empty where there is no new one.
	Ticket string `json:"ticket"`
}

// MeetingEnded says that the meeting is over; the socket closes after it.
type MeetingEnded struct {
	// By is the participant who ended it, empty if the server did.
	By string `json:"by,omitempty"`
}

// MeetingUpdated carries the meeting's record and settings after a change.
type MeetingUpdated struct {
	Meeting Meeting `json:"meeting"`
}

// MeetingAnnounced carries what whoever runs the server tells everybody in the meeting.
type MeetingAnnounced struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// WebRTCAnswer answers webrtc:offer.
type WebRTCAnswer struct {
	PC  Direction `json:"pc"`
	SDP string    `json:"sdp"`
}

// WebRTCICEServers are what both connections use from now on, in place of those that the REST API named. It comes to who
// was let in from the lobby, where nobody is told of relays.
type WebRTCICEServers struct {
	Servers []ICEServer `json:"servers"`
}

// ICEServer is one entry of a browser's RTCConfiguration.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// ParticipantJoined says that somebody came in.
type ParticipantJoined struct {
	Participant Participant `json:"participant"`
}

// LeftReason says how somebody went.
type LeftReason string

const (
	// LeftByChoice is for who left.
	LeftByChoice LeftReason = "left"
	// LeftLost is for a connection that did not come back in time.
	LeftLost LeftReason = "lost"
	// LeftRemoved is for who was removed by a host.
	LeftRemoved LeftReason = "removed"
	// LeftToLobby is for who was sent back to the lobby.
	LeftToLobby LeftReason = "to-lobby"
)

// ParticipantLeft says that somebody is gone.
type ParticipantLeft struct {
	ID     string     `json:"id"`
	Reason LeftReason `json:"reason"`
}

// ParticipantUpdated replaces what is known of a participant: name, role, publications, mute state, connection.
type ParticipantUpdated struct {
	Participant Participant `json:"participant"`
}

// HandsChanged replaces the queue of raised hands, first raised first.
type HandsChanged struct {
	Hands []string `json:"hands"`
	// CalledOn is who has the word, if anybody was called on.
	CalledOn string `json:"calledOn,omitempty"`
}

// Reaction is one of somebody.
type Reaction struct {
	Participant string `json:"participant"`
	Emoji       Emoji  `json:"emoji"`
}

// ReactionCount is how often a reaction came.
type ReactionCount struct {
	Emoji Emoji `json:"emoji"`
	Count int   `json:"count"`
}

// ReactionsBurst has the reactions of the last quarter of a second. It has no seq.
type ReactionsBurst struct {
	// Reactions one by one, as long as they are few.
	Reactions []Reaction `json:"reactions"`
	// Counts of all the others, when more than 20 a second come.
	Counts []ReactionCount `json:"counts,omitempty"`
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

func (OK) serverMessage() string                 { return "ok" }
func (Pong) serverMessage() string               { return "pong" }
func (Error) serverMessage() string              { return "error" }
func (MeetingJoined) serverMessage() string      { return "meeting:joined" }
func (MeetingResumed) serverMessage() string     { return "meeting:resumed" }
func (MeetingWaiting) serverMessage() string     { return "meeting:waiting" }
func (ReactionsBurst) serverMessage() string     { return "reactions:burst" }
func (MeetingEnded) serverMessage() string       { return "meeting:ended" }
func (MeetingUpdated) serverMessage() string     { return "meeting:updated" }
func (MeetingAnnounced) serverMessage() string   { return "meeting:announced" }
func (WebRTCAnswer) serverMessage() string       { return "webrtc:answer" }
func (WebRTCICEServers) serverMessage() string   { return "webrtc:ice-servers" }
func (ParticipantJoined) serverMessage() string  { return "participant:joined" }
func (ParticipantLeft) serverMessage() string    { return "participant:left" }
func (ParticipantUpdated) serverMessage() string { return "participant:updated" }
func (HandsChanged) serverMessage() string       { return "hands:changed" }
func (SpeakersChanged) serverMessage() string    { return "speakers:changed" }
func (SlotsAssigned) serverMessage() string      { return "slots:assigned" }
func (LayersWanted) serverMessage() string       { return "layers:wanted" }
func (SlotsClock) serverMessage() string         { return "slots:clock" }
func (QualityChanged) serverMessage() string     { return "quality:changed" }
