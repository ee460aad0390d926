package message

import "time"

// ChatSend says something to everybody or to one person. The reply "ok" comes after the message is stored.
type ChatSend struct {
	// ClientID is made by the client, 1 to 64 of [A-Za-z0-9_-]; a retry with the same one makes no second message.
	ClientID string `json:"clientId"`
	Text     string `json:"text"`
	// To is the participant of a private message; only they and the sender ever get it.
	To string `json:"to,omitempty"`
	// ReplyTo is the number of the message that this one answers. A private one can only be answered privately.
	ReplyTo uint64 `json:"replyTo,omitempty"`
}

// ChatEdit changes the text of an own message. The answer comes when that is stored, as with the two below; where it never
// will be, it is a conflict, and chat:updated has for everybody what is.
type ChatEdit struct {
	Number uint64 `json:"number"`
	Text   string `json:"text"`
}

// ChatDelete takes away the text of an own message; hosts and co-hosts may do so with any that they see.
type ChatDelete struct {
	Number uint64 `json:"number"`
}

// ChatReact puts the sender's reaction under a message or takes it away.
type ChatReact struct {
	Number uint64 `json:"number"`
	Emoji  Emoji  `json:"emoji"`
	On     bool   `json:"on"`
}

// ChatTyping says that the sender is writing; once in three seconds while it is so.
type ChatTyping struct {
	// To is the participant of a private message; empty for everybody.
	To string `json:"to,omitempty"`
}

// ChatHistoryRequest asks for a page of messages before a number, newest page first. It holds what the sender may
// see: no private messages of others, and from before they came what the meeting's chatHistory allows.
type ChatHistoryRequest struct {
	// Before is exclusive; 0 means from the newest.
	Before uint64 `json:"before,omitempty"`
	// Limit from 1 to 100; 0 means 50.
	Limit int `json:"limit,omitempty"`
}

// ChatReaction is one emoji under a message.
type ChatReaction struct {
	Emoji Emoji `json:"emoji"`
	// By are the participants, first reaction first.
	By []string `json:"by"`
}

// ChatMessage is one line of the chat.
type ChatMessage struct {
	// Number is given by the room: unique in the meeting, and the order that everybody sees. Private messages of others
	// leave gaps.
	Number   uint64    `json:"number"`
	ClientID string    `json:"clientId"`
	Sender   string    `json:"sender"`
	Name     string    `json:"name"`
	Text     string    `json:"text"`
	SentAt   time.Time `json:"sentAt"`
	// Stored is false until the message is committed; chat:updated follows.
	Stored bool `json:"stored"`
	// To is the recipient of a private message, ToName their name when it was sent.
	To     string `json:"to,omitempty"`
	ToName string `json:"toName,omitempty"`
	// ReplyTo is the number of the message that this one answers; it may not be in the reader's sight.
	ReplyTo uint64 `json:"replyTo,omitempty"`
	// EditedAt is when the text was last changed.
	EditedAt *time.Time `json:"editedAt,omitempty"`
	// Deleted says that the text was taken away; it is empty.
	Deleted   bool           `json:"deleted,omitempty"`
	Reactions []ChatReaction `json:"reactions,omitempty"`
}

// ChatUpdated says that a message is stored now, or has changed.
type ChatUpdated struct {
	Number uint64 `json:"number"`
	Stored bool   `json:"stored"`
	// Message replaces the line, if it is there: it was edited, deleted or reacted to.
	Message *ChatMessage `json:"message,omitempty"`
}

// ChatHistory answers chat:history, oldest first.
type ChatHistory struct {
	Messages []ChatMessage `json:"messages"`
	// More is true if there are older messages.
	More bool `json:"more"`
}

// ChatIsTyping says that somebody is writing; it is good for five seconds. It has no seq.
type ChatIsTyping struct {
	Participant string `json:"participant"`
	// Private says that they write to the receiver alone.
	Private bool `json:"private,omitempty"`
}

func (ChatSend) clientMessage() string           { return "chat:message" }
func (ChatEdit) clientMessage() string           { return "chat:edit" }
func (ChatDelete) clientMessage() string         { return "chat:delete" }
func (ChatReact) clientMessage() string          { return "chat:react" }
func (ChatTyping) clientMessage() string         { return "chat:typing" }
func (ChatHistoryRequest) clientMessage() string { return "chat:history" }

func (ChatMessage) serverMessage() string  { return "chat:message" }
func (ChatUpdated) serverMessage() string  { return "chat:updated" }
func (ChatHistory) serverMessage() string  { return "chat:history" }
func (ChatIsTyping) serverMessage() string { return "chat:typing" }
