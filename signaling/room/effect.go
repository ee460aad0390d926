package room

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// SessionID names a socket; given by the server, never used twice.
type SessionID uint64

// effect is what the machine wants done: event, reply, disconnect or save.
//
//sumtype:decl
type effect interface{ effect() }

// event goes to members, to each with the next number of their own.
type event struct {
	to      []address
	message message.ServerMessage
}

type address struct {
	session SessionID
	seq     uint64
}

// reply answers one request.
type reply struct {
	session SessionID
	re      uint64
	message message.ServerMessage
}

// disconnect closes a socket after everything before has been sent.
type disconnect struct {
	session SessionID
	code    message.CloseCode
	reason  string
}

// save is for the store, in order.
type save struct{ record record }

func (event) effect()      {}
func (reply) effect()      {}
func (disconnect) effect() {}
func (save) effect()       {}

// record is something that the writer puts into the store.
//
//sumtype:decl
type record interface{ record() }

type (
	// connected: a participant is in the meeting through a new socket.
	connected struct {
		participant string
		session     SessionID
		at          time.Time
	}
	// parted: the socket is gone; the participant has left too unless another socket took over or the server stops.
	parted struct {
		participant string
		session     SessionID
		left        bool
		at          time.Time
	}
	renamed struct {
		participant, name string
		at                time.Time
	}
	// said carries the room's number; the store may know the message already under another.
	said struct{ message store.Message }
	// closed: nobody is in the occurrence any more, or it was ended for everybody.
	closed struct {
		ended bool
		at    time.Time
	}
)

func (connected) record() {}
func (parted) record()    {}
func (renamed) record()   {}
func (said) record()      {}
func (closed) record()    {}
