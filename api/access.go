package api

import (
	"context"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

// meetingOf finds the meeting of the path. Who guesses codes is slowed down; who knows one is not.
func (s *Server) meetingOf(c echo.Context) (store.Meeting, error) {
	limit, key := s.limits.codeAddress, networkOf(c.RealIP())
	if who := identityOf(c); who.known() {
		limit, key = s.limits.codeAccount, who.user
	}
	if wait, ok := limit.free(s.now(), key); !ok {
		return store.Meeting{}, tooMany(wait)
	}
	code, ok := parseCode(c.Param("code"))
	if ok {
		m, err := s.store.MeetingByCode(c.Request().Context(), code)
		if !errors.Is(err, store.ErrNotFound) {
			return m, err
		}
	}
	limit.spend(s.now(), key)
	s.missed(c.Request().Context())
	return store.Meeting{}, errNoMeeting
}

func (s *Server) missed(ctx context.Context) {
	if _, ok := s.limits.codeNode.take(s.now(), ""); ok {
		return
	}
	if _, ok := s.limits.codeAlarm.take(s.now(), ""); ok {
		s.log.Warn("many wrong meeting codes: somebody is guessing")
	}
	timer := time.NewTimer(missDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// reach says whether a user, "" for a guest, may see or do something of a meeting.
type reach func(ctx context.Context, m store.Meeting, user string) (bool, error)

// hostedMeeting is meetingOf for what only the host may do.
func (s *Server) hostedMeeting(c echo.Context, action string) (store.Meeting, error) {
	return s.meetingWithin(c, action, func(_ context.Context, m store.Meeting, user string) (bool, error) {
		return m.HostID == user, nil
	})
}

// sharedMeeting is meetingOf for what is seen by the host and by those who took part.
func (s *Server) sharedMeeting(c echo.Context, action string) (store.Meeting, error) {
	return s.meetingWithin(c, action, s.isMember)
}

// visibleMeeting is sharedMeeting for what those who are invited see too.
func (s *Server) visibleMeeting(c echo.Context, action string) (store.Meeting, error) {
	return s.meetingWithin(c, action, func(ctx context.Context, m store.Meeting, user string) (bool, error) {
		if member, err := s.isMember(ctx, m, user); member || err != nil {
			return member, err
		}
		return s.isInvited(ctx, m, user)
	})
}

// meetingWithin is meetingOf for those whom it is within reach of. To others the meeting does not exist.
func (s *Server) meetingWithin(c echo.Context, action string, may reach) (store.Meeting, error) {
	m, err := s.meetingOf(c)
	if err != nil {
		return m, err
	}
	ok, err := may(c.Request().Context(), m, identityOf(c).user)
	if err != nil {
		return m, err
	}
	if !ok {
		s.auditRefusal(c, event{action: action, target: m.ID, meeting: m.ID})
		return store.Meeting{}, errNoMeeting
	}
	return m, nil
}

func (s *Server) isInvited(ctx context.Context, m store.Meeting, user string) (bool, error) {
	if user == "" {
		return false, nil
	}
	invited, err := s.store.InvitedTo(ctx, user, []string{m.ID})
	return invited[m.ID], err
}

func (s *Server) isMember(ctx context.Context, m store.Meeting, user string) (bool, error) {
	if user == "" || user == m.HostID {
		return user != "", nil
	}
	took, err := s.store.TookPart(ctx, m.ID, user)
	if !took || err != nil {
		return false, err
	}
	// What goes on behind the door is not for those whom a host has put outside.
	out, err := s.store.SentOut(ctx, m.ID, user)
	return !out, err
}
