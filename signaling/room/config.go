package room

import (
	"errors"
	"time"
)

// Config of every room on a node.
type Config struct {
	// MaxParticipants in one room.
	MaxParticipants int
	// MaxUnstored chat messages that wait for the database.
	MaxUnstored int
	// HistoryPage is how many chat messages a newcomer gets at once.
	HistoryPage int
	// UpdateEvery is the shortest time between two participant:updated of one participant.
	UpdateEvery time.Duration
	// MaxKnown participants of one occurrence, those who have left too.
	MaxKnown int
	// MaxWaiting people in the lobby, and MaxWaitingTogether of them from one address.
	MaxWaiting, MaxWaitingTogether int
	// MaxShares of a screen at the same time.
	MaxShares int
	// MaxEvents that are kept for those who lost the connection.
	MaxEvents int
	// ResumeFor is how long the place of somebody who lost the connection is kept; 0 for not at all.
	ResumeFor time.Duration
	// FreshFor is how long a page that was loaded anew has to publish again what it did.
	FreshFor time.Duration
	// HostGrace is how long a meeting whose host is lost waits before a co-host takes over.
	HostGrace time.Duration
	// SpeaksFor is how long somebody has to speak for their hand to go down, UndoFor how long it may go back to its place.
	SpeaksFor, UndoFor time.Duration
	// EmptyFor is how long a room waits for somebody to come back when the last one has lost the connection.
	EmptyFor time.Duration
	// RetryFirst and RetryMost are the first and the longest wait before the database is tried again.
	RetryFirst, RetryMost time.Duration
}

// Default has the figures of the protocol.
func Default() Config {
	return Config{
		MaxParticipants: 2000,
		MaxUnstored:     1000,
		HistoryPage:     50,
		UpdateEvery:     250 * time.Millisecond,
		MaxKnown:        20_000,
		MaxWaiting:      100,
		// An office or a class may well be behind one address.
		MaxWaitingTogether: 50,
		MaxShares:          8,
		MaxEvents:          1000,
		ResumeFor:          20 * time.Second,
		FreshFor:           10 * time.Second,
		HostGrace:          time.Minute,
		SpeaksFor:          3 * time.Second,
		UndoFor:            10 * time.Second,
		EmptyFor:           30 * time.Second,
		RetryFirst:         50 * time.Millisecond,
		RetryMost:          time.Second,
	}
}

// Validate says what is wrong with the configuration.
func (c Config) Validate() error {
	if c.MaxParticipants <= 0 || c.MaxUnstored <= 0 || c.HistoryPage <= 0 || c.MaxKnown < c.MaxParticipants ||
		c.MaxWaiting <= 0 || c.MaxWaitingTogether <= 0 || c.MaxShares <= 0 || c.MaxEvents <= 0 {
		return errors.New("room: every limit must be positive")
	}
	if c.ResumeFor < 0 || c.ResumeFor > 10*time.Minute || c.FreshFor <= 0 || c.HostGrace < 0 || c.SpeaksFor <= 0 || c.UndoFor <= 0 {
		return errors.New("room: the resume window is at most ten minutes, and no other time may be negative or zero")
	}
	if c.UpdateEvery <= 0 || c.EmptyFor < 0 || c.RetryFirst <= 0 || c.RetryMost < c.RetryFirst {
		return errors.New("room: every time must be positive and the longest retry no shorter than the first")
	}
	return nil
}
