package client

import (
	"context"
	"fmt"

	"github.com/plenum-meet/plenum/signaling/message"
)

// Join enters the meeting and returns its state.
func (c *Client) Join(ctx context.Context) (message.MeetingJoined, error) {
	return askFor[message.MeetingJoined](ctx, c, message.MeetingJoin{})
}

// Wish replaces what the video, screen and screen sound slots are to show.
func (c *Client) Wish(ctx context.Context, wishes ...message.SlotWish) error {
	_, err := c.Request(ctx, message.SlotsWish{Wishes: wishes})
	return err
}

// Chat says something to everybody and returns when it is stored. The same id again makes no second message.
func (c *Client) Chat(ctx context.Context, id, text string) error {
	_, err := c.Request(ctx, message.ChatSend{ClientID: id, Text: text})
	return err
}

// History asks for at most limit messages before a number, 0 for the newest.
func (c *Client) History(ctx context.Context, before uint64, limit int) (message.ChatHistory, error) {
	return askFor[message.ChatHistory](ctx, c, message.ChatHistoryRequest{Before: before, Limit: limit})
}

// RaiseHand raises or lowers the own hand.
func (c *Client) RaiseHand(ctx context.Context, up bool) error {
	_, err := c.Request(ctx, message.ParticipantRaiseHand{Raised: up})
	return err
}

// Rename changes the own name for this meeting.
func (c *Client) Rename(ctx context.Context, name string) error {
	_, err := c.Request(ctx, message.ParticipantRename{Name: name})
	return err
}

// Mute stops the own microphone or camera, or lets it go on, here and for everybody else.
func (c *Client) Mute(ctx context.Context, source message.Source, muted bool) error {
	var m message.ClientMessage
	switch source {
	case message.Microphone:
		m = message.ParticipantToggleAudio{Muted: muted}
	case message.Camera:
		m = message.ParticipantToggleVideo{Muted: muted}
	default:
		return fmt.Errorf("mute %s: only microphone and camera can be muted", source)
	}
	// Silent before the others are told, heard only after: nobody hears what is sent by somebody shown as muted.
	if muted {
		c.pause(source, true)
	}
	_, err := c.Request(ctx, m)
	if err == nil && !muted {
		c.pause(source, false)
	}
	return err
}

// End ends the meeting for everybody. Hosts only.
func (c *Client) End(ctx context.Context) error {
	_, err := c.Request(ctx, message.MeetingEnd{})
	return err
}

// Leave leaves for good, then closes the client.
func (c *Client) Leave(ctx context.Context) error {
	_, err := c.Request(ctx, message.MeetingLeave{})
	c.Close()
	return err
}

func (c *Client) pause(source message.Source, paused bool) {
	c.media.Lock()
	up := c.up
	c.media.Unlock()
	if up != nil {
		up.pause(source, paused)
	}
}

// askFor is Request for a reply of one kind.
func askFor[M message.ServerMessage](ctx context.Context, c *Client, m message.ClientMessage) (M, error) {
	var none M
	answer, err := c.Request(ctx, m)
	if err != nil {
		return none, err
	}
	reply, ok := answer.(M)
	if !ok {
		return none, fmt.Errorf("the server answered %T where %T was expected", answer, none)
	}
	return reply, nil
}
