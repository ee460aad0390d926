package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Invitation is a link into a meeting.
type Invitation struct {
	ID        string
	MeetingID string
	Role      string // COHOST or PARTICIPANT
	SkipLobby bool
	Hash      []byte // unique; the token itself is not stored
	NotBefore *time.Time
	ExpiresAt *time.Time
	MaxUses   *int // nil for no limit
	Uses      int
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	RevokedAt *time.Time
	Stream    string // publish or play, for a stream that speaks HTTP alone; empty for people
	Name      string // that others see of the stream
}

// Good says whether one can come in by the invitation.
func (i Invitation) Good(now time.Time) bool {
	return i.Open(now) && (i.MaxUses == nil || i.Uses < *i.MaxUses)
}

// Open says whether the invitation holds for those who have used it: it may be used up, but neither over nor revoked.
func (i Invitation) Open(now time.Time) bool {
	return i.RevokedAt == nil && (i.NotBefore == nil || !now.Before(*i.NotBefore)) && (i.ExpiresAt == nil || now.Before(*i.ExpiresAt))
}

// AddInvitation stores i and fills in its id and times. ErrNotFound if there is no such meeting.
func (s *Store) AddInvitation(ctx context.Context, i *Invitation) error {
	i.CreatedAt = stamp(i.CreatedAt)
	stampAll(i.NotBefore, i.ExpiresAt)
	fillID(&i.ID, i.CreatedAt)
	return s.run(ctx, "add invitation", func(ctx context.Context) error {
		return gorm.G[Invitation](s.db).Create(ctx, i)
	})
}

// InvitationsOf lists the invitations to a meeting, newest first; 200 at most.
func (s *Store) InvitationsOf(ctx context.Context, meetingID string) ([]Invitation, error) {
	return find(ctx, s, "invitations to meeting "+meetingID, func(ctx context.Context) ([]Invitation, error) {
		return gorm.G[Invitation](s.db).Where("meeting_id = ?", meetingID).Order("id DESC").Limit(200).Find(ctx)
	})
}

// InvitationByHash finds an invitation to a meeting, good or not.
func (s *Store) InvitationByHash(ctx context.Context, meetingID string, hash []byte) (Invitation, error) {
	return find(ctx, s, "invitation by hash", func(ctx context.Context) (Invitation, error) {
		return gorm.G[Invitation](s.db).Where("meeting_id = ? AND hash = ?", meetingID, hash).Take(ctx)
	})
}

// UseInvitation counts one use. It is false if the invitation is not good any more: of many who take the last use at once
// one gets it.
func (s *Store) UseInvitation(ctx context.Context, id string, now time.Time) (used bool, err error) {
	now = stamp(now)
	err = s.run(ctx, "use invitation "+id, func(ctx context.Context) error {
		done := s.db.WithContext(ctx).Model(&Invitation{}).
			Where(`id = ? AND revoked_at IS NULL AND (max_uses IS NULL OR uses < max_uses)
				AND (not_before IS NULL OR not_before <= ?) AND (expires_at IS NULL OR expires_at > ?)`, id, now, now).
			Updates(map[string]any{"uses": gorm.Expr("uses + 1")})
		used = done.RowsAffected == 1
		return done.Error
	})
	return used && err == nil, err
}

// RevokeInvitation ends an invitation to a meeting; the first time counts. ErrNotFound if there is none.
func (s *Store) RevokeInvitation(ctx context.Context, meetingID, id string, now time.Time) error {
	return s.change(ctx, "revoke invitation "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Invitation{}).Where("id = ? AND meeting_id = ?", id, meetingID).
			Updates(map[string]any{"revoked_at": gorm.Expr("COALESCE(revoked_at, ?)", stamp(now))})
	})
}
