package message

// What hosts and co-hosts may send. A co-host cannot do any of it to a host. The server enforces all of it at once,
// in the media too; nothing depends on the client that it is aimed at.

// ModerationMute mutes one participant, or everybody but hosts, co-hosts and the sender.
type ModerationMute struct {
	// Participant to mute; empty for all.
	Participant string `json:"participant,omitempty"`
	// Hard takes the permission to unmute too: of the one, or by the meeting's default of all.
	Hard bool `json:"hard,omitempty"`
}

// ModerationAskUnmute asks somebody to switch the microphone on, and allows it to who may not.
type ModerationAskUnmute struct {
	Participant string `json:"participant"`
}

// ModerationStopVideo switches somebody's camera off.
type ModerationStopVideo struct {
	Participant string `json:"participant"`
	// Hard takes the permission too.
	Hard bool `json:"hard,omitempty"`
}

// ModerationStopShare ends what somebody shares, the sound too.
type ModerationStopShare struct {
	Participant string `json:"participant"`
	// Hard takes the permission too.
	Hard bool `json:"hard,omitempty"`
}

// ModerationRemove takes somebody out and keeps them out as long as this occurrence of the meeting lasts.
type ModerationRemove struct {
	Participant string `json:"participant"`
}

// ModerationForgive lets somebody who was removed, or denied in the lobby, come back by the way that everybody comes.
type ModerationForgive struct {
	Participant string `json:"participant"`
}

// ModerationAdmit lets people in the lobby come in.
type ModerationAdmit struct {
	// Participants to admit, 100 at most; empty with All.
	Participants []string `json:"participants,omitempty"`
	All          bool     `json:"all,omitempty"`
}

// ModerationDeny sends people in the lobby away.
type ModerationDeny struct {
	// Participants to deny, 100 at most; empty with All.
	Participants []string `json:"participants,omitempty"`
	All          bool     `json:"all,omitempty"`
}

// ModerationSendToLobby puts somebody back into the lobby.
type ModerationSendToLobby struct {
	Participant string `json:"participant"`
}

// ModerationMessageWaiting tells those in the lobby something; who comes later sees it too. Empty takes it away.
type ModerationMessageWaiting struct {
	Text string `json:"text"`
}

// ModerationLock lets nobody new in, or lets people in again. Who was in may come back.
type ModerationLock struct {
	Locked bool `json:"locked"`
}

// ModerationSettings changes settings of the meeting. What is left out stays.
type ModerationSettings struct {
	// Lobby on or off. Off admits nobody who waits already.
	Lobby       *bool           `json:"lobby,omitempty"`
	ChatHistory *ChatHistoryFor `json:"chatHistory,omitempty"`
}

// ModerationRole makes somebody co-host or takes that back. Host hands the meeting over: the sender, who must be host,
// becomes co-host.
type ModerationRole struct {
	Participant string `json:"participant"`
	Role        Role   `json:"role"`
}

// ModerationPermissions changes the meeting's default, or what differs from it for one participant.
type ModerationPermissions struct {
	// Participant whose permissions change; empty for the default of all.
	Participant string `json:"participant,omitempty"`
	// Permissions to change. What is left out stays as it is.
	Permissions Override `json:"permissions"`
	// Reset drops everything that differed before. Only with a participant.
	Reset bool `json:"reset,omitempty"`
}

// ModerationLowerHands lowers one hand or all.
type ModerationLowerHands struct {
	// Participant whose hand goes down; empty for all.
	Participant string `json:"participant,omitempty"`
}

// ModerationCallOn gives the word to somebody whose hand is up, and asks them to unmute.
type ModerationCallOn struct {
	// Participant to call on; empty for the first in line.
	Participant string `json:"participant,omitempty"`
}

// ModerationSpotlight shows participants large to all, 6 at most, in place of those before.
type ModerationSpotlight struct {
	Participants []string `json:"participants"`
}

// NoticeKind says what has been done to the receiver, or is asked of them.
type NoticeKind string

const (
	// NoticeMuted is for a microphone that was muted.
	NoticeMuted NoticeKind = "muted"
	// NoticeAskUnmute asks to switch the microphone on; it may be done now.
	NoticeAskUnmute NoticeKind = "ask-unmute"
	// NoticeVideoStopped is for a camera that was switched off.
	NoticeVideoStopped NoticeKind = "video-stopped"
	// NoticeShareStopped is for a share that was ended.
	NoticeShareStopped NoticeKind = "share-stopped"
	// NoticeRemoved is the last message before the socket closes: out, for this occurrence.
	NoticeRemoved NoticeKind = "removed"
	// NoticeDenied is the last message before the socket of somebody in the lobby closes.
	NoticeDenied NoticeKind = "denied"
	// NoticeToLobby says that the receiver waits from now on; meeting:waiting follows.
	NoticeToLobby NoticeKind = "to-lobby"
	// NoticeRole says that the receiver's role has changed.
	NoticeRole NoticeKind = "role"
	// NoticeCalledOn says that the receiver has the word.
	NoticeCalledOn NoticeKind = "called-on"
	// NoticeHandLowered says that the receiver's hand went down: by a host, or because they spoke. In the second case
	// participant:raise-hand with restore takes it back within ten seconds.
	NoticeHandLowered NoticeKind = "hand-lowered"
)

// ModerationNotice tells a participant what was done to them.
type ModerationNotice struct {
	Kind NoticeKind `json:"kind"`
	// By is the participant who did it; empty if the server did.
	By string `json:"by,omitempty"`
	// Role is the new one, with kind role.
	Role Role `json:"role,omitempty"`
}

// PermissionsChanged says what the receiver may do from now on.
type PermissionsChanged struct {
	Permissions Permissions `json:"permissions"`
}

// OverridesChanged tells hosts and co-hosts what differs from the default for one participant now.
type OverridesChanged struct {
	Participant string   `json:"participant"`
	Override    Override `json:"override"`
}

// LobbyChanged tells hosts and co-hosts who waits, the longest first. It replaces the list before.
type LobbyChanged struct {
	Waiting []WaitingPerson `json:"waiting"`
	// Message is what those who wait are told.
	Message string `json:"message,omitempty"`
}

func (ModerationMute) clientMessage() string           { return "moderation:mute" }
func (ModerationAskUnmute) clientMessage() string      { return "moderation:ask-unmute" }
func (ModerationStopVideo) clientMessage() string      { return "moderation:stop-video" }
func (ModerationStopShare) clientMessage() string      { return "moderation:stop-share" }
func (ModerationRemove) clientMessage() string         { return "moderation:remove" }
func (ModerationForgive) clientMessage() string        { return "moderation:forgive" }
func (ModerationAdmit) clientMessage() string          { return "moderation:admit" }
func (ModerationDeny) clientMessage() string           { return "moderation:deny" }
func (ModerationSendToLobby) clientMessage() string    { return "moderation:send-to-lobby" }
func (ModerationMessageWaiting) clientMessage() string { return "moderation:message-waiting" }
func (ModerationLock) clientMessage() string           { return "moderation:lock" }
func (ModerationSettings) clientMessage() string       { return "moderation:settings" }
func (ModerationRole) clientMessage() string           { return "moderation:role" }
func (ModerationPermissions) clientMessage() string    { return "moderation:permissions" }
func (ModerationLowerHands) clientMessage() string     { return "moderation:lower-hands" }
func (ModerationCallOn) clientMessage() string         { return "moderation:call-on" }
func (ModerationSpotlight) clientMessage() string      { return "moderation:spotlight" }

func (ModerationNotice) serverMessage() string   { return "moderation:notice" }
func (PermissionsChanged) serverMessage() string { return "permissions:changed" }
func (OverridesChanged) serverMessage() string   { return "permissions:overridden" }
func (LobbyChanged) serverMessage() string       { return "lobby:changed" }
