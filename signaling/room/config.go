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
		EmptyFor:        30 * time.Second,
		RetryFirst:      50 * time.Millisecond,
		RetryMost:       time.Second,
	}
}

// Validate says what is wrong with the configuration.
func (c Config) Validate() error {
	if c.MaxParticipants <= 0 || c.MaxUnstored <= 0 || c.HistoryPage <= 0 {
		return errors.New("room: every limit must be positive")
	}
	if c.UpdateEvery <= 0 || c.EmptyFor < 0 || c.RetryFirst <= 0 || c.RetryMost < c.RetryFirst {
		return errors.New("room: every time must be positive and the longest retry no shorter than the first")
	}
	return nil
}
