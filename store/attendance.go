package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// JoinMeeting stores that a participant is connected, and announces it if they were not in the meeting yet; the first one starts it.
func (s *Store) JoinMeeting(ctx context.Context, participantID string, now time.Time) (session ParticipantSession, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		before, err := tx.lockParticipant(ctx, participantID)
		if err != nil {
			return err
		}
		to, err := tx.audience(ctx)
		if err != nil {
			return err
		}
		var events []Event
		if before.Status != StatusJoined && to.wants(EventMeetingStarted, EventParticipantJoined) {
			if events, err = tx.arrival(ctx, before, now); err != nil {
				return err
			}
		}
		if err := tx.SetParticipantStatus(ctx, participantID, StatusJoined, now); err != nil {
			return err
		}
		if session, err = tx.StartSession(ctx, participantID, now); err != nil {
			return err
		}
		return tx.announce(ctx, to, events...)
	})
	return session, err
}

// lockParticipant has others who change the participant wait, so that each change is told once.
func (s *Store) lockParticipant(ctx context.Context, id string) (Participant, error) {
	return find(ctx, s, "participant "+id, func(ctx context.Context) (Participant, error) {
		return gorm.G[Participant](s.db, clause.Locking{Strength: "UPDATE"}).Where("id = ?", id).Take(ctx)
	})
}

func (s *Store) arrival(ctx context.Context, p Participant, now time.Time) ([]Event, error) {
	meeting, err := s.eventMeeting(ctx, p.OccurrenceID)
	if err != nil {
		return nil, err
	}
	began, err := s.hasBegun(ctx, p.OccurrenceID)
	if err != nil {
		return nil, err
	}
	joined := newEvent(EventParticipantJoined, now, meeting)
	joined.Participant = eventParticipant(p)
	if began {
		return []Event{joined}, nil
	}
	return []Event{newEvent(EventMeetingStarted, now, meeting), joined}, nil
}

// hasBegun says whether anybody has been in the occurrence; one that was only opened did not take place.
func (s *Store) hasBegun(ctx context.Context, occurrenceID string) (bool, error) {
	first, err := s.ParticipantsIn(ctx, occurrenceID, 1)
	return len(first) > 0, err
}

// LeaveMeeting stores that a participant is out, and announces why if they were in: that somebody gives up waiting is no event.
func (s *Store) LeaveMeeting(ctx context.Context, participantID, reason string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		before, err := tx.lockParticipant(ctx, participantID)
		if err != nil {
			return err
		}
		if err := tx.SetParticipantStatus(ctx, participantID, StatusLeft, now); err != nil || before.Status != StatusJoined {
			return err
		}
		return tx.announceLeft(ctx, before.OccurrenceID, []Participant{before}, reason, now)
	})
}

func (s *Store) announceLeft(ctx context.Context, occurrenceID string, them []Participant, reason string, now time.Time) error {
	to, err := s.audience(ctx)
	if err != nil || !to.wants(EventParticipantLeft) || len(them) == 0 {
		return err
	}
	meeting, err := s.eventMeeting(ctx, occurrenceID)
	if err != nil {
		return err
	}
	var events []Event
	for _, p := range them {
		left := newEvent(EventParticipantLeft, now, meeting)
		left.Participant, left.Reason = eventParticipant(p), reason
		events = append(events, left)
	}
	return s.announce(ctx, to, events...)
}

// mostAnnounced is how many deliveries one transaction of leaveInParts stores: others wait for a transaction in SQLite, and a large
// one does not end in time.
const mostAnnounced = batch

// leaveInParts has those who are in an occurrence leave before it is closed, if anybody is to be told: in transactions that are small
// however many there are, and however many are told. Who has left is not told again when it is tried again.
func (s *Store) leaveInParts(ctx context.Context, o Occurrence, reason string, now time.Time) error {
	for more := o.EndedAt == nil; more; {
		err := s.InTx(ctx, func(tx *Store) (err error) {
			more, err = tx.leavePart(ctx, o.ID, reason, now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// leavePart is one of the transactions; more says that there may be another.
func (s *Store) leavePart(ctx context.Context, occurrenceID, reason string, now time.Time) (more bool, err error) {
	to, err := s.audience(ctx)
	if err != nil || !to.wants(EventParticipantLeft) {
		return false, err
	}
	some := max(1, mostAnnounced/len(to))
	inside, err := s.inside(ctx, occurrenceID, some)
	if err != nil || len(inside) == 0 {
		return false, err
	}
	if err := s.announceLeft(ctx, occurrenceID, inside, whyLeft(reason), now); err != nil {
		return false, err
	}
	ids := make([]string, len(inside))
	for i, p := range inside {
		ids[i] = p.ID
	}
	err = s.run(ctx, "leave occurrence "+occurrenceID, func(ctx context.Context) error {
		db := s.db.WithContext(ctx)
		err := db.Model(&ParticipantSession{}).Where("participant_id IN ? AND left_at IS NULL", ids).Updates(map[string]any{"left_at": now}).Error
		if err != nil {
			return err
		}
		return db.Model(&Participant{}).Where("id IN ?", ids).
			Updates(map[string]any{"status": StatusLeft, "left_at": now, "updated_at": now}).Error
	})
	return len(inside) == some, err
}

// inside are those in an occurrence, so many at most; others who change them wait.
func (s *Store) inside(ctx context.Context, occurrenceID string, most int) ([]Participant, error) {
	return find(ctx, s, "those in occurrence "+occurrenceID, func(ctx context.Context) ([]Participant, error) {
		return gorm.G[Participant](s.db, clause.Locking{Strength: "UPDATE"}).
			Where("occurrence_id = ? AND status = ?", occurrenceID, StatusJoined).Order("id").Limit(most).Find(ctx)
	})
}

// whyLeft is why those have left who were in an occurrence that ended.
func whyLeft(ended string) string {
	if ended == ReasonEnded {
		return ReasonEnded
	}
	return ReasonLost // in one that has ended for want of anybody
}

// announceEnd tells that an occurrence is over, and before that of those who came in after leaveInParts. It comes before these are stored.
func (s *Store) announceEnd(ctx context.Context, o Occurrence, reason string, now time.Time) error {
	to, err := s.audience(ctx)
	if err != nil || o.EndedAt != nil || !to.wants(EventParticipantLeft, EventMeetingEnded) {
		return err
	}
	if began, err := s.hasBegun(ctx, o.ID); err != nil || !began {
		return err
	}
	for more := to.wants(EventParticipantLeft); more; {
		if more, err = s.leavePart(ctx, o.ID, reason, now); err != nil {
			return err
		}
	}
	meeting, err := s.eventMeeting(ctx, o.ID)
	if err != nil {
		return err
	}
	ended := newEvent(EventMeetingEnded, now, meeting)
	ended.Reason = reason
	return s.announce(ctx, to, ended)
}

// DecideStanding stores what a host, or by empty the room itself, has decided of a participant's role and rights, and announces what
// of it is new.
func (s *Store) DecideStanding(ctx context.Context, participantID, role, overrides, by string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		before, err := tx.lockParticipant(ctx, participantID)
		if err != nil {
			return err
		}
		if err := tx.SetParticipantStanding(ctx, participantID, role, overrides, now); err != nil {
			return err
		}
		to, err := tx.audience(ctx)
		if err != nil || !to.wants(EventRoleChanged, EventPermissionsChanged) {
			return err
		}
		meeting, err := tx.eventMeeting(ctx, before.OccurrenceID)
		if err != nil {
			return err
		}
		after := before
		after.Role, after.Overrides = role, overrides
		changed := func(kind string) Event {
			e := newEvent(kind, now, meeting)
			e.Participant, e.By = eventParticipant(after), by
			return e
		}
		var events []Event
		if role != before.Role {
			e := changed(EventRoleChanged)
			e.Before = before.Role
			events = append(events, e)
		}
		if overrides != before.Overrides {
			events = append(events, changed(EventPermissionsChanged))
		}
		return tx.announce(ctx, to, events...)
	})
}
