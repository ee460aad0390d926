package signaling

import (
	"errors"
	"slices"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
)

// ErrNobody says that there is no such participant in the meeting.
var ErrNobody = errors.New("there is no such participant in the meeting")

// Override is what somebody may do against a meeting's default; what is left out stays as it is.
type Override = message.Override

// Overview is a live meeting as whoever runs the server sees it.
type Overview = room.Overview

// Overviews lists the rooms that are alive on this node, in the order in which they began. Connection tests are none.
func (s *Server) Overviews() []Overview {
	s.mu.Lock()
	var alive []*room.Room
	for _, live := range s.rooms {
		if live.room != nil {
			alive = append(alive, live.room)
		}
	}
	s.mu.Unlock()
	var out []Overview
	for _, r := range alive {
		if o, ok := r.Overview(); ok {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Overview) int {
		if order := a.Meeting.StartedAt.Compare(b.Meeting.StartedAt); order != 0 {
			return order
		}
		if a.Meeting.Code < b.Meeting.Code {
			return -1
		}
		return 1
	})
	return out
}

// Overview shows one room; false if it is not alive here.
func (s *Server) Overview(code string) (Overview, bool) {
	live, ok := s.live(code)
	if !ok {
		return Overview{}, false
	}
	return live.Overview()
}

// Announce tells everybody in a meeting something.
func (s *Server) Announce(code, text string) error {
	live, ok := s.live(code)
	if !ok || live.Announce(text) != nil {
		return ErrNotLive
	}
	return nil
}

// Mute mutes a participant, or everybody but hosts and co-hosts if that is empty. Hard takes the permission to unmute too.
func (s *Server) Mute(code, participant string, hard bool) error {
	return s.operate(code, message.ModerationMute{Participant: participant, Hard: hard})
}

// StopVideo switches a participant's camera off. Hard takes the permission too.
func (s *Server) StopVideo(code, participant string, hard bool) error {
	return s.operate(code, message.ModerationStopVideo{Participant: participant, Hard: hard})
}

// StopShare ends what a participant shares. Hard takes the permission too.
func (s *Server) StopShare(code, participant string, hard bool) error {
	return s.operate(code, message.ModerationStopShare{Participant: participant, Hard: hard})
}

// Remove takes a participant out for as long as this occurrence of the meeting lasts.
func (s *Server) Remove(code, participant string) error {
	return s.operate(code, message.ModerationRemove{Participant: participant})
}

// Lock lets nobody new in, or lets people in again.
func (s *Server) Lock(code string, locked bool) error {
	return s.operate(code, message.ModerationLock{Locked: locked})
}

// Permit changes what a participant may do, or everybody by default if that is empty. Reset drops what differed before.
func (s *Server) Permit(code, participant string, permissions Override, reset bool) error {
	return s.operate(code, message.ModerationPermissions{Participant: participant, Permissions: permissions, Reset: reset})
}

func (s *Server) operate(code string, what message.ClientMessage) error {
	live, ok := s.live(code)
	if !ok {
		return ErrNotLive
	}
	err := live.Operate(what)
	if refused, is := errors.AsType[message.Error](err); is {
		switch refused.Code {
		case message.NotFound:
			return ErrNobody
		case message.EndedMeeting:
			return ErrNotLive
		default:
		}
	}
	return err
}
