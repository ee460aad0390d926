package message

import "time"

// Role of a participant.
type Role string

const (
	// Host may do everything; there is at least one while anybody may be one.
	Host Role = "HOST"
	// CoHost helps the host, and takes over if nobody is host any more.
	CoHost Role = "COHOST"
	// Member may do what the permissions say.
	Member Role = "PARTICIPANT"
)

// Permission is one thing that hosts allow or do not allow.
type Permission string

const (
	// MayUnmute is the right to switch the own microphone on. Who loses it is muted.
	MayUnmute Permission = "unmute"
	// MayCamera is the right to switch the own camera on. Who loses it is stopped.
	MayCamera Permission = "camera"
	// MayShare is the right to share a screen. Whose screen is on loses it with the right.
	MayShare Permission = "share"
	// MayChat is the right to write to everybody.
	MayChat Permission = "chat"
	// MayPrivateChat is the right to write to one person; writing to a host is always allowed to who may chat.
	MayPrivateChat Permission = "privateChat"
	// MayReact is the right to send reactions.
	MayReact Permission = "reactions"
	// MayRename is the right to change the own name.
	MayRename Permission = "rename"
)

// Permissions say what somebody may do. Hosts and co-hosts may do all of it, whatever the meeting's default is.
type Permissions struct {
	Unmute      bool `json:"unmute"`
	Camera      bool `json:"camera"`
	Share       bool `json:"share"`
	Chat        bool `json:"chat"`
	PrivateChat bool `json:"privateChat"`
	Reactions   bool `json:"reactions"`
	Rename      bool `json:"rename"`
}

// Override is what differs from the meeting's default. What is left out does not.
type Override struct {
	Unmute      *bool `json:"unmute,omitempty"`
	Camera      *bool `json:"camera,omitempty"`
	Share       *bool `json:"share,omitempty"`
	Chat        *bool `json:"chat,omitempty"`
	PrivateChat *bool `json:"privateChat,omitempty"`
	Reactions   *bool `json:"reactions,omitempty"`
	Rename      *bool `json:"rename,omitempty"`
}

// ChatHistoryFor says what of the chat somebody sees who comes in late.
type ChatHistoryFor string

const (
	// HistoryAll is everything ever said in the meeting.
	HistoryAll ChatHistoryFor = "all"
	// HistoryJoined is what was said since they first came in. Hosts see everything.
	HistoryJoined ChatHistoryFor = "joined"
	// HistoryNone is nothing from before the snapshot. Hosts see everything.
	HistoryNone ChatHistoryFor = "none"
)

// Publication is one camera, microphone or screen as others see it in the roster.
type Publication struct {
	// Number is unique in the room; media carries it as CSRC.
	Number uint32 `json:"number"`
	Source Source `json:"source"`
	Muted  bool   `json:"muted"`
}

// ParticipantKind tells what a participant is who is nobody.
type ParticipantKind string

const (
	// StreamKind publishes for whoever sent it, as a camera on a stage does.
	StreamKind ParticipantKind = "stream"
	// ViewerKind plays the meeting somewhere else. It is shown, so that nobody is watched unseen.
	ViewerKind ParticipantKind = "viewer"
)

// Participant is a person in the room, or a stream.
type Participant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Kind is left out for a person.
	Kind         ParticipantKind `json:"kind,omitempty"`
	Role         Role            `json:"role"`
	Guest        bool            `json:"guest"`
	JoinedAt     time.Time       `json:"joinedAt"`
	Publications []Publication   `json:"publications"`
	// Reconnecting says that the connection is lost and may come back; the place is kept.
	Reconnecting bool `json:"reconnecting,omitempty"`
}

// Meeting is what those inside see of the meeting and its settings.
type Meeting struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	// Locked lets nobody new in.
	Locked bool `json:"locked"`
	// Lobby has newcomers wait until a host admits them.
	Lobby bool `json:"lobby"`
	// ChatHistory is what late joiners see of the chat.
	ChatHistory ChatHistoryFor `json:"chatHistory"`
	// Permissions are the default for everybody but hosts and co-hosts.
	Permissions Permissions `json:"permissions"`
	// Spotlight are the participants shown large to all, in order.
	Spotlight []string  `json:"spotlight"`
	StartedAt time.Time `json:"startedAt"`
}

// WaitingPerson is somebody in the lobby.
type WaitingPerson struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Guest bool      `json:"guest"`
	Since time.Time `json:"since"`
}

// Emoji is a reaction.
type Emoji string

// The reactions that there are.
const (
	ThumbsUp   Emoji = "👍"
	Heart      Emoji = "❤️"
	Clapping   Emoji = "👏"
	Laughing   Emoji = "😂"
	Party      Emoji = "🎉"
	Surprised  Emoji = "😮"
	Sad        Emoji = "😢"
	Thinking   Emoji = "🤔"
	ThumbsDown Emoji = "👎"
	Thanks     Emoji = "🙏"
)
