package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// writer puts a room's records into the store, one after the other and in order. While the database is away it
// tries again and again; the room does not notice.
type writer struct {
	cfg     Config
	records *store.Store
	meeting Meeting
	log     *slog.Logger

	// sessions are the rows of sockets that are open; they belong to run.
	sessions map[SessionID]string

	mu       sync.Mutex
	queue    []record
	finished bool
	// wake has a token when the queue has changed.
	wake chan struct{}
}

func newWriter(cfg Config, records *store.Store, meeting Meeting, log *slog.Logger) *writer {
	return &writer{
		cfg: cfg, records: records, meeting: meeting, log: log,
		sessions: map[SessionID]string{}, wake: make(chan struct{}, 1),
	}
}

// maxQueued records wait for the database at most; chat is bounded by the machine, and what else is said of a meeting
// whose database is away for so long is lost.
const maxQueued = 100_000

// put queues a record and returns at once.
func (w *writer) put(r record) {
	w.mu.Lock()
	if _, isChat := chatNumber(r); len(w.queue) < maxQueued || isChat {
		w.queue = append(w.queue, r)
	}
	w.mu.Unlock()
	w.signal()
}

// finish lets run return when the queue is empty.
func (w *writer) finish() {
	w.mu.Lock()
	w.finished = true
	w.mu.Unlock()
	w.signal()
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// left is the number of records that wait.
func (w *writer) left() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.queue)
}

// next returns the oldest record without taking it away.
func (w *writer) next() (r record, ok, finished bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return nil, false, w.finished
	}
	return w.queue[0], true, false
}

func (w *writer) drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue[0] = nil
	w.queue = w.queue[1:]
}

// outcome is what became of a record of the chat that the room waits for.
type outcome struct {
	record record
	number uint64
	failed error
	// truth is what the store has of a message that the room doubts, nil if there is no such message.
	truth *Truth
}

// chatNumber is the message that a record of the chat is about.
func chatNumber(r record) (number uint64, isChat bool) {
	switch r := r.(type) {
	case said:
		return r.message.Number, true
	case edited:
		return r.number, true
	case struck:
		return r.number, true
	case reacted:
		return r.number, true
	case doubted:
		return r.number, true
	default:
		return 0, false
	}
}

// run stores until it is finished or ctx ends; stored is told of each record of the chat.
func (w *writer) run(ctx context.Context, stored func(outcome)) {
	for {
		r, ok, finished := w.next()
		switch {
		case finished:
			return
		case !ok:
			select {
			case <-w.wake:
			case <-ctx.Done():
				return
			}
		default:
			out := outcome{record: r}
			out.truth, out.failed = w.keepTrying(ctx, r)
			if ctx.Err() != nil && out.failed != nil {
				return
			}
			if out.failed != nil {
				w.log.Error("record not stored", "record", fmt.Sprintf("%T", r), "error", out.failed)
			}
			w.drop()
			if number, isChat := chatNumber(r); isChat {
				out.number = number
				stored(out)
			}
		}
	}
}

// keepTrying stores one record, or reads one; only what can never succeed is an error, or the end of ctx.
func (w *writer) keepTrying(ctx context.Context, r record) (truth *Truth, err error) {
	wait := w.cfg.RetryFirst
	for attempt := 1; ; attempt++ {
		if doubt, asks := r.(doubted); asks {
			truth, err = w.truth(ctx, doubt.number)
		} else {
			err = w.store(ctx, r)
		}
		if err == nil || isFinal(err) {
			return truth, err
		}
		if attempt == 1 {
			w.log.Warn("database away, trying again", "error", err)
		}
		if ctx.Err() != nil {
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		}
		wait = min(2*wait, w.cfg.RetryMost)
	}
}

// truth reads a message, nil if there is none.
func (w *writer) truth(ctx context.Context, number uint64) (*Truth, error) {
	row, err := w.records.MessageByNumber(ctx, w.meeting.ID, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	reactions, err := w.records.ReactionsTo(ctx, w.meeting.ID, []uint64{number})
	if err != nil {
		return nil, err
	}
	return &Truth{Message: row, Reactions: reactions[number]}, nil
}

// isFinal says that the database has understood and refuses.
func isFinal(err error) bool {
	return errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrTaken) ||
		errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrInvalid)
}

func (w *writer) store(ctx context.Context, r record) error {
	if w.records == nil {
		return nil // the room of a connection test
	}
	switch r := r.(type) {
	case connected:
		return w.connected(ctx, r)
	case parted:
		return w.parted(ctx, r)
	case renamed:
		return w.records.RenameParticipant(ctx, r.participant, r.name, r.at)
	case said:
		row := r.message
		return w.records.AddMessage(ctx, &row)
	case waits:
		return w.records.SetParticipantStatus(ctx, r.participant, store.StatusWaiting, r.at)
	case removed:
		return w.records.RemoveParticipant(ctx, r.participant, r.removed, r.at)
	case sentBack:
		return w.records.SendBack(ctx, r.participant, r.back, r.at)
	case stands:
		return w.records.DecideStanding(ctx, r.participant, string(r.role), r.override, r.by, r.at)
	case configured:
		c := r.settings
		return w.records.SetMeetingSettings(ctx, w.meeting.ID, c.Lobby, c.Locked, string(c.ChatHistory), denied(c.Permissions), r.at)
	case audited:
		return w.records.AddAuditEvent(ctx, &store.AuditEvent{
			Actor: r.actor, Action: r.action, Target: r.target, MeetingID: w.meeting.ID, Result: "ok", At: r.at,
		})
	case edited:
		return w.records.EditMessage(ctx, w.meeting.ID, r.number, r.text, r.at)
	case struck:
		return w.records.DeleteMessage(ctx, w.meeting.ID, r.number, r.at)
	case reacted:
		return w.records.SetReaction(ctx, store.Reaction{
			MeetingID: w.meeting.ID, Number: r.number, ParticipantID: r.participant, Emoji: r.emoji,
		}, r.on, r.at)
	case closed:
		if r.ended {
			return w.records.EndMeeting(ctx, w.meeting.ID, r.at)
		}
		return w.records.CloseOccurrence(ctx, w.meeting.Occurrence, r.at)
	default:
		return fmt.Errorf("%w: a record of type %T", store.ErrInvalid, r)
	}
}

func (w *writer) connected(ctx context.Context, r connected) error {
	row, err := w.records.JoinMeeting(ctx, r.participant, r.at)
	if err != nil {
		return err
	}
	w.sessions[r.session] = row.ID
	return nil
}

func (w *writer) parted(ctx context.Context, r parted) error {
	if row, ok := w.sessions[r.session]; ok {
		if err := w.records.EndSession(ctx, row, r.at, r.quality); err != nil {
			return err
		}
		delete(w.sessions, r.session)
	}
	if !r.left {
		return nil
	}
	why := string(r.reason)
	if why == "" {
		why = store.ReasonEnded
	}
	return w.records.LeaveMeeting(ctx, r.participant, why, r.at)
}
