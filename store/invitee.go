package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Invitee is somebody with an account who is asked to come to a meeting.
type Invitee struct {
	ID        string
	MeetingID string
	UserID    string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

// AddInvitee stores i and fills in its id and time; who is invited already stays so.
func (s *Store) AddInvitee(ctx context.Context, i *Invitee) error {
	i.CreatedAt = stamp(i.CreatedAt)
	fillID(&i.ID, i.CreatedAt)
	err := s.run(ctx, "add invitee", func(ctx context.Context) error {
		return gorm.G[Invitee](s.db).Create(ctx, i)
	})
	if errors.Is(err, ErrTaken) {
		return nil
	}
	return err
}

// InviteesOf lists who is invited to a meeting, in the order they were; 1000 at most.
func (s *Store) InviteesOf(ctx context.Context, meetingID string) ([]Invitee, error) {
	return find(ctx, s, "invitees of meeting "+meetingID, func(ctx context.Context) ([]Invitee, error) {
		return gorm.G[Invitee](s.db).Where("meeting_id = ?", meetingID).Order("id").Limit(1000).Find(ctx)
	})
}

// InvitedTo says to which of the meetings the user is invited.
func (s *Store) InvitedTo(ctx context.Context, userID string, meetingIDs []string) (map[string]bool, error) {
	rows, err := find(ctx, s, "invitations of user "+userID, func(ctx context.Context) ([]Invitee, error) {
		return gorm.G[Invitee](s.db).Where("user_id = ? AND meeting_id IN ?", userID, meetingIDs).Find(ctx)
	})
	invited := make(map[string]bool, len(rows))
	for _, r := range rows {
		invited[r.MeetingID] = true
	}
	return invited, err
}

// RemoveInvitee takes an invitation back. ErrNotFound if there is none.
func (s *Store) RemoveInvitee(ctx context.Context, meetingID, userID string) error {
	return s.run(ctx, "remove invitee", func(ctx context.Context) error {
		n, err := gorm.G[Invitee](s.db).Where("meeting_id = ? AND user_id = ?", meetingID, userID).Delete(ctx)
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
}
