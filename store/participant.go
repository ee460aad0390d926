package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// The roles and statuses of a participant.
const (
	RoleHost        = "HOST"
	RoleCoHost      = "COHOST"
	RoleParticipant = "PARTICIPANT"

	StatusInvited = "INVITED"
	StatusWaiting = "WAITING"
	StatusJoined  = "JOINED"
	StatusLeft    = "LEFT"
)

// Participant is a person in one occurrence of a meeting.
type Participant struct {
	ID           string
	OccurrenceID string
	MeetingID    string
	UserID       *string // nil for a guest
	Name         string
	Role         string
	Status       string
	Guest        bool
	Overrides    string     // what they may do against the meeting's default, as package room writes it
	Device       string     // a hash of what the browser keeps; empty for the host
	InvitationID *string    // the link of which they have used up one use; nil for who came without
	Demoted      bool       // a host made them a participant who had been more: no link raises them again
	SentBack     bool       // a host sent them back to the lobby, and has not let them in again
	DecidedAt    *time.Time // when a host last decided something of them that lasts: their role, their rights, the lobby
	JoinedAt     *time.Time // when first in the meeting; nil for one who was only invited or waited
	LeftAt       *time.Time // nil while in the meeting
	RemovedAt    *time.Time // when a host took them out of this occurrence, for as long as it lasts
	CreatedAt    time.Time  `gorm:"autoCreateTime:false"`
	UpdatedAt    time.Time  `gorm:"autoUpdateTime:false"`
}

// AddParticipant stores p and fills in its id and times. A user who comes back in the same occurrence gets the stored row, with the new name;
// one who is JOINED or WAITING stays so, else the given status counts; the stored role stays unless a link raises it, and the link unless another is given.
// ErrNotFound if there is no such occurrence.
func (s *Store) AddParticipant(ctx context.Context, p *Participant) error {
	p.CreatedAt = stamp(p.CreatedAt)
	p.UpdatedAt = p.CreatedAt
	fillID(&p.ID, p.CreatedAt)
	if p.Status == StatusJoined {
		joined := p.CreatedAt
		p.JoinedAt = &joined
	}
	return s.InTx(ctx, func(tx *Store) error {
		added := *p
		err := tx.run(ctx, "add participant", func(ctx context.Context) error {
			return gorm.G[Participant](tx.db).Create(ctx, &added)
		})
		if err == nil || !errors.Is(err, ErrTaken) || p.UserID == nil {
			return err
		}
		return tx.comeBack(ctx, p)
	})
}

func (s *Store) comeBack(ctx context.Context, p *Participant) error {
	stored, err := find(ctx, s, "participant of user "+*p.UserID, func(ctx context.Context) (Participant, error) {
		return gorm.G[Participant](s.db).Where("occurrence_id = ? AND user_id = ?", p.OccurrenceID, *p.UserID).Take(ctx)
	})
	if err != nil {
		return err
	}
	status, now := p.Status, p.CreatedAt
	if stored.Status == StatusJoined || stored.Status == StatusWaiting {
		status = stored.Status
	}
	if err := s.RenameParticipant(ctx, stored.ID, p.Name, now); err != nil {
		return err
	}
	if err := s.SetParticipantStatus(ctx, stored.ID, status, now); err != nil {
		return err
	}
	if p.InvitationID != nil && p.Role == RoleCoHost && stored.Role == RoleParticipant && !stored.Demoted && !stored.SentBack {
		if err := s.SetParticipantStanding(ctx, stored.ID, RoleCoHost, stored.Overrides, now); err != nil {
			return err
		}
	}
	if err := s.comeBy(ctx, stored.ID, p.InvitationID, p.Device); err != nil {
		return err
	}
	*p, err = s.ParticipantByID(ctx, stored.ID)
	return err
}

// comeBy stores by which link and from which device somebody came back, where there is one.
func (s *Store) comeBy(ctx context.Context, id string, invitationID *string, device string) error {
	return s.change(ctx, "set way in of participant "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Participant{}).Where("id = ?", id).Updates(map[string]any{
			"invitation_id": gorm.Expr("COALESCE(?, invitation_id)", invitationID),
			"device":        gorm.Expr("COALESCE(NULLIF(?, ''), device)", device),
		})
	})
}

// ParticipantByID finds a participant.
func (s *Store) ParticipantByID(ctx context.Context, id string) (Participant, error) {
	return find(ctx, s, "participant "+id, func(ctx context.Context) (Participant, error) {
		return gorm.G[Participant](s.db).Where("id = ?", id).Take(ctx)
	})
}

// SetParticipantStatus stores where the participant stands, and when they first joined or last left.
func (s *Store) SetParticipantStatus(ctx context.Context, id, status string, now time.Time) error {
	now = stamp(now)
	columns := map[string]any{"status": status, "updated_at": now}
	switch status {
	case StatusJoined:
		columns["joined_at"] = gorm.Expr("COALESCE(joined_at, ?)", now)
		columns["left_at"] = nil
	case StatusLeft:
		columns["left_at"] = gorm.Expr(leftAt, now)
	}
	return s.change(ctx, "set status of participant "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Participant{}).Where("id = ?", id).Updates(columns)
	})
}

// leftAt keeps when somebody was sent back to the lobby: that they give up waiting there is no second leaving. It looks at the
// status as it was; MySQL sets columns in the order written, which is that of their names.
const leftAt = "CASE WHEN status = 'WAITING' AND left_at IS NOT NULL THEN left_at ELSE ? END"

// RenameParticipant stores the name that others see.
func (s *Store) RenameParticipant(ctx context.Context, id, name string, now time.Time) error {
	return s.change(ctx, "rename participant "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Participant{}).Where("id = ?", id).
			Updates(map[string]any{"name": name, "updated_at": stamp(now)})
	})
}

// SetParticipantStanding stores the role and what differs from the meeting's default.
func (s *Store) SetParticipantStanding(ctx context.Context, id, role, overrides string, now time.Time) error {
	return s.change(ctx, "set standing of participant "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Participant{}).Where("id = ?", id).
			Updates(map[string]any{
				"demoted": gorm.Expr(demoted, role), "role": role, "overrides": overrides, "decided_at": stamp(now), "updated_at": stamp(now),
			})
	})
}

// demoted looks at the role as it was; MySQL sets columns in the order written, which is that of their names.
const demoted = "CASE WHEN ? = 'PARTICIPANT' THEN demoted OR role <> 'PARTICIPANT' ELSE FALSE END"

// RemoveParticipant stores that a host took somebody out of the occurrence, or lets them come back.
func (s *Store) RemoveParticipant(ctx context.Context, id string, removed bool, now time.Time) error {
	columns := map[string]any{"removed_at": nil, "updated_at": stamp(now)}
	if removed {
		columns["removed_at"] = stamp(now)
	}
	return s.change(ctx, "remove participant "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Participant{}).Where("id = ?", id).Updates(columns)
	})
}

// SendBack stores that a host sent somebody back to the lobby. Let in again they are whoever they came as: with them all of
// the same device.
func (s *Store) SendBack(ctx context.Context, id string, back bool, now time.Time) error {
	columns := map[string]any{"sent_back": back, "decided_at": stamp(now), "updated_at": stamp(now)}
	if back {
		return s.change(ctx, "send back participant "+id, func(db *gorm.DB) *gorm.DB {
			return db.Model(&Participant{}).Where("id = ?", id).Updates(columns)
		})
	}
	return s.InTx(ctx, func(tx *Store) error {
		who, err := tx.ParticipantByID(ctx, id)
		if err != nil {
			return err
		}
		if who.Device != "" {
			err := tx.run(ctx, "let in device of participant "+id, func(ctx context.Context) error {
				return tx.db.WithContext(ctx).Model(&Participant{}).
					Where("occurrence_id = ? AND device = ? AND sent_back = ?", who.OccurrenceID, who.Device, true).
					Updates(map[string]any{"sent_back": false, "updated_at": stamp(now)}).Error
			})
			if err != nil {
				return err
			}
		}
		return tx.change(ctx, "let in participant "+id, func(db *gorm.DB) *gorm.DB {
			return db.Model(&Participant{}).Where("id = ?", id).Updates(columns)
		})
	})
}

// ParticipantsWithStanding lists those of an occurrence whom a room must know before it is told: who is more than a
// participant, or was removed, or whom a host has decided something else of. The latest decision comes first; 1000 at most.
func (s *Store) ParticipantsWithStanding(ctx context.Context, occurrenceID string) ([]Participant, error) {
	return find(ctx, s, "standing in occurrence "+occurrenceID, func(ctx context.Context) ([]Participant, error) {
		return gorm.G[Participant](s.db).
			Where("occurrence_id = ? AND (role <> 'PARTICIPANT' OR removed_at IS NOT NULL OR decided_at IS NOT NULL)", occurrenceID).
			Order("COALESCE(decided_at, removed_at, created_at) DESC, id DESC").Limit(1000).Find(ctx)
	})
}

// WasRemoved is true if somebody with this account or on this device, of whichever kind they were, was taken out of the occurrence.
func (s *Store) WasRemoved(ctx context.Context, occurrenceID string, userID *string, device string) (bool, error) {
	found, err := find(ctx, s, "removed from occurrence "+occurrenceID, func(ctx context.Context) ([]Participant, error) {
		question := gorm.G[Participant](s.db).Where("occurrence_id = ? AND removed_at IS NOT NULL", occurrenceID)
		switch {
		case userID != nil:
			question = question.Where("user_id = ? OR (? <> '' AND device = ?)", *userID, device, device)
		case device != "":
			question = question.Where("device = ?", device)
		default:
			return nil, nil
		}
		return question.Limit(1).Find(ctx)
	})
	return len(found) == 1, err
}

// IsIn is true if somebody with this account, or on this device without one, has a place in the occurrence already.
func (s *Store) IsIn(ctx context.Context, occurrenceID string, userID *string, device string) (bool, error) {
	return s.holds(ctx, gorm.G[Participant](s.db).Where("occurrence_id = ?", occurrenceID), userID, device)
}

// CameBy is true if somebody with this account, or on this device without one, has used the invitation in the occurrence.
func (s *Store) CameBy(ctx context.Context, occurrenceID, invitationID string, userID *string, device string) (bool, error) {
	places := gorm.G[Participant](s.db).Where("occurrence_id = ? AND invitation_id = ?", occurrenceID, invitationID)
	return s.holds(ctx, places, userID, device)
}

// WasDemoted is true if a host took a higher role from somebody with this account, or on this device without one.
func (s *Store) WasDemoted(ctx context.Context, occurrenceID string, userID *string, device string) (bool, error) {
	places := gorm.G[Participant](s.db).Where("occurrence_id = ? AND demoted = ?", occurrenceID, true)
	return s.holds(ctx, places, userID, device)
}

// WasSentBack is true while a host has somebody with this account, or on this device without one, wait in the lobby.
func (s *Store) WasSentBack(ctx context.Context, occurrenceID string, userID *string, device string) (bool, error) {
	places := gorm.G[Participant](s.db).Where("occurrence_id = ? AND sent_back = ?", occurrenceID, true)
	return s.holds(ctx, places, userID, device)
}

// holds is true if one of the places is that of the account, or without one that of a guest on the device.
func (s *Store) holds(ctx context.Context, places gorm.ChainInterface[Participant], userID *string, device string) (bool, error) {
	found, err := find(ctx, s, "place in an occurrence", func(ctx context.Context) ([]Participant, error) {
		switch {
		case userID != nil:
			places = places.Where("user_id = ?", *userID)
		case device != "":
			places = places.Where("device = ? AND user_id IS NULL", device)
		default:
			return nil, nil
		}
		return places.Limit(1).Find(ctx)
	})
	return len(found) == 1, err
}

// ParticipantsIn lists those of one occurrence who have been in it, in the order they came, limit at most.
func (s *Store) ParticipantsIn(ctx context.Context, occurrenceID string, limit int) ([]Participant, error) {
	return find(ctx, s, "participants of occurrence "+occurrenceID, func(ctx context.Context) ([]Participant, error) {
		return gorm.G[Participant](s.db).Where("occurrence_id = ? AND joined_at IS NOT NULL", occurrenceID).
			Order("id").Limit(limit).Find(ctx)
	})
}

// ParticipantsOf lists those of all occurrences of a meeting, in the order they came: who has been in it, or with everybody those
// too who waited, were refused or never came. It begins behind the participant whose id is after,
// or with the first if that is empty. next is the cursor of the following page, empty at the end.
func (s *Store) ParticipantsOf(ctx context.Context, meetingID, after string, limit int, everybody bool) (page []Participant, next string, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "participants of meeting "+meetingID, func(ctx context.Context) ([]Participant, error) {
		question := gorm.G[Participant](s.db).Where("meeting_id = ? AND id > ?", meetingID, after)
		if !everybody {
			question = question.Where("joined_at IS NOT NULL")
		}
		return question.Order("id").Limit(limit + 1).Find(ctx)
	})
	page, more := cut(page, limit)
	if more {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// TookPart is true if the user has ever been in the meeting; having waited or been invited is not enough.
func (s *Store) TookPart(ctx context.Context, meetingID, userID string) (bool, error) {
	found, err := find(ctx, s, "part of user "+userID, func(ctx context.Context) ([]Participant, error) {
		return gorm.G[Participant](s.db).Where("meeting_id = ? AND user_id = ? AND joined_at IS NOT NULL", meetingID, userID).Limit(1).Find(ctx)
	})
	return len(found) == 1, err
}

// SentOut is true while a host has the user out of the occurrence that is running: removed, or sent back to the lobby.
func (s *Store) SentOut(ctx context.Context, meetingID, userID string) (bool, error) {
	found, err := find(ctx, s, "removal of user "+userID, func(ctx context.Context) ([]Participant, error) {
		return gorm.G[Participant](s.db).
			Where(`user_id = ? AND (removed_at IS NOT NULL OR sent_back = ? OR status = 'WAITING' AND joined_at IS NOT NULL)
				AND occurrence_id IN (SELECT id FROM occurrences WHERE meeting_id = ? AND running = ?)`, userID, true, meetingID, true).
			Limit(1).Find(ctx)
	})
	return len(found) == 1, err
}

const participantCounts = `SELECT meeting_id, COUNT(DISTINCT COALESCE(user_id, id)) AS people FROM participants
	WHERE meeting_id IN ? AND joined_at IS NOT NULL GROUP BY meeting_id`

// ParticipantCounts says how many people have been in each of the meetings, by meeting id; a user counts once, a guest each time.
func (s *Store) ParticipantCounts(ctx context.Context, meetingIDs []string) (map[string]int, error) {
	type count struct {
		MeetingID string
		People    int
	}
	counts, err := find(ctx, s, "count participants", func(ctx context.Context) ([]count, error) {
		return gorm.G[count](s.db).Raw(participantCounts, meetingIDs).Find(ctx)
	})
	people := make(map[string]int, len(counts))
	for _, c := range counts {
		people[c.MeetingID] = c.People
	}
	return people, err
}
