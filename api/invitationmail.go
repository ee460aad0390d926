package api

import (
	"context"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

// mayMail reports why no mail can be sent to an address; nil for none.
func (s *Server) mayMail(c echo.Context, address string) error {
	if address == "" {
		return nil
	}
	if s.post == nil {
		return errNoMail
	}
	if wait, ok := s.limits.mail.take(s.now(), identityOf(c).user); !ok {
		return tooMany(wait)
	}
	return nil
}

// mailInvitees writes to people with an account, as far as the host may send mail, and says to whom.
func (s *Server) mailInvitees(c echo.Context, m store.Meeting, invited []store.User) (mailed []string, err error) {
	mailed = []string{}
	if s.post == nil || len(invited) == 0 {
		return mailed, nil
	}
	host, err := s.hostName(c.Request().Context(), m)
	if err != nil {
		return nil, err
	}
	for _, u := range invited {
		// They are invited all the same, and find the meeting on their dashboard.
		if _, ok := s.limits.mail.take(s.now(), identityOf(c).user); !ok {
			break
		}
		s.post.put(s.invitationMail(wordsFor(c, u.Language), u.Email, u.Name, m, host, s.publicOrigin+"/m/"+m.Code))
		mailed = append(mailed, u.Email)
	}
	return mailed, nil
}

// mailLink sends an invitation link to whoever has the address.
func (s *Server) mailLink(c echo.Context, m store.Meeting, address, token string) error {
	host, err := s.hostName(c.Request().Context(), m)
	if err != nil {
		return err
	}
	s.post.put(s.invitationMail(wordsFor(c), address, "", m, host, s.publicOrigin+"/m/"+m.Code+"#i="+token))
	return nil
}

// hostName is empty for an account that is no more.
func (s *Server) hostName(ctx context.Context, m store.Meeting) (string, error) {
	host, err := s.store.UserByID(ctx, m.HostID)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return host.Name, err
}

// invitationMail asks somebody to come. The link is made from the configuration: one made from the request would lead where
// its Host header says.
func (s *Server) invitationMail(w words, to, name string, m store.Meeting, host, link string) Mail {
	if host == "" {
		host = w.say("somebody")
	}
	hello := w.say("helloStranger")
	if name != "" {
		hello = w.say("hello", "name", name)
	}
	text := hello + "\n\n" + w.say("invitation.text", "host", host, "title", m.Title) + "\n\n"
	mail := Mail{To: to, Subject: w.say("invitation.subject", "title", m.Title)}
	if plan, ok := scheduleOf(m); ok {
		text += dateOf(w, plan, m, s.now()) + "\n\n"
		mail.Calendar, mail.CalendarName = iCalendar(m, host, link, s.now()), "meeting-"+m.Code+".ics"
	}
	mail.Text = text + w.say("invitation.enter") + "\n\n" + link + "\n"
	return mail
}

// dateOf says when the meeting is, by the clock of its own time zone.
func dateOf(w words, plan schedule, m store.Meeting, now time.Time) string {
	at := plan.first
	if next, ok := plan.next(now); ok {
		at = next.In(plan.first.Location())
	}
	key := "invitation.once"
	if m.Recurrence != "" {
		key = "invitation.again"
	}
	return w.say(key, "date", w.date(at, m.TimeZone))
}
