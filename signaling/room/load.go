package room

import (
	"context"
	"time"
)

// Load is how many are in a room, and what waits there.
type Load struct {
	Code      string    `json:"code"`
	StartedAt time.Time `json:"startedAt"`
	// Participants have their place, Reconnecting of them no connection; Waiting are in the lobby.
	Participants int `json:"participants"`
	Reconnecting int `json:"reconnecting"`
	Waiting      int `json:"waiting"`
	// Unstored chat messages are shown already and not in the database; QueuedWrites are records of every kind.
	Unstored     int `json:"unstored"`
	QueuedWrites int `json:"queuedWrites"`
}

// Load counts what the room has to do; false if it has ended or does not answer while ctx lasts: then the records that wait are
// all that is known.
func (r *Room) Load(ctx context.Context) (Load, bool) {
	known := Load{Code: r.meeting.Code, StartedAt: r.meeting.StartedAt, QueuedWrites: r.writer.left()}
	load := known
	req := request{answer: make(chan error, 1), do: func(_ time.Time, m *machine) error {
		load.Participants, load.Waiting, load.Unstored = len(m.order), len(m.lobby.line), m.chat.unstored
		for _, who := range m.order {
			if who.away() {
				load.Reconnecting++
			}
		}
		return nil
	}}
	select {
	case r.requests <- req:
	case <-r.ended:
		return known, false
	case <-ctx.Done():
		return known, false
	}
	select {
	case err := <-req.answer:
		return load, err == nil
	case <-ctx.Done():
		return known, false
	}
}
