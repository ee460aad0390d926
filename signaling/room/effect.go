package room

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// SessionID names a socket; given by the server, never used twice.
type SessionID uint64

// effect is what the machine wants done.
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

// place says whether a socket's participant is in the meeting or in the lobby, where there is no media.
type place struct {
	session SessionID
	inside  bool
}

// enforce has the media server forward what holds for these sources, whatever the client does.
type enforce struct {
	session SessionID
	states  []SourceState
}

// inherit gives the media of one socket to the next one of the same participant; the old one closes.
type inherit struct{ from, to SessionID }

// save is for the store, in order.
type save struct{ record record }

func (event) effect()      {}
func (reply) effect()      {}
func (disconnect) effect() {}
func (place) effect()      {}
func (enforce) effect()    {}
func (inherit) effect()    {}
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
		reason      message.LeftReason // of having left; empty where the meeting has ended, or of who only waited
		at          time.Time
		quality     store.Quality
	}
	// waits: the participant is in the lobby.
	waits struct {
		participant string
		at          time.Time
	}
	// removed: a host took the participant out, or forgave.
	removed struct {
		participant string
		removed     bool
		at          time.Time
	}
	// sentBack: a host sent the participant back to the lobby, or they are in again.
	sentBack struct {
		participant string
		back        bool
		at          time.Time
	}
	// stands: role and rights of a participant have changed, by whom if it is known.
	stands struct {
		participant string
		role        message.Role
		override    string
		by          string
		at          time.Time
	}
	configured struct {
		settings Settings
		at       time.Time
	}
	audited struct {
		actor, action, target string
		at                    time.Time
	}
	renamed struct {
		participant, name string
		at                time.Time
	}
	// said carries the room's number; the store may know the message already under another.
	said   struct{ message store.Message }
	edited struct {
		number uint64
		text   string
		at     time.Time
	}
	// struck: a message was deleted.
	struck struct {
		number uint64
		at     time.Time
	}
	reacted struct {
		number             uint64
		participant, emoji string
		on                 bool
		at                 time.Time
	}
	// doubted: a change of a message failed, and the room asks what is stored.
	doubted struct{ number uint64 }
	// closed: nobody is in the occurrence any more, or it was ended for everybody.
	closed struct {
		ended bool
		at    time.Time
	}
)

func (connected) record()  {}
func (parted) record()     {}
func (renamed) record()    {}
func (said) record()       {}
func (closed) record()     {}
func (waits) record()      {}
func (removed) record()    {}
func (sentBack) record()   {}
func (stands) record()     {}
func (configured) record() {}
func (audited) record()    {}
func (edited) record()     {}
func (struck) record()     {}
func (reacted) record()    {}
func (doubted) record()    {}
