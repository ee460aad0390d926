package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestStandingIsKeptAndRemovalLastsForTheOccurrence(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		ada, grace, alan := w.user("ada"), w.user("grace"), w.user("alan")
		o := w.occurrence(w.meeting(ada, "code-1", epoch))
		helper := w.participant(o, &grace, store.StatusJoined, epoch)
		w.participant(o, &alan, store.StatusJoined, epoch)
		guest := store.Participant{
			OccurrenceID: o.ID, MeetingID: o.MeetingID, Name: "Gus", Role: store.RoleParticipant, Status: store.StatusJoined,
			Guest: true, Device: "device-1", CreatedAt: epoch.Add(time.Second),
		}
		w.must(w.AddParticipant(ctx, &guest))
		w.must(w.SetParticipantStanding(ctx, helper.ID, store.RoleCoHost, "chat=0", epoch))
		w.must(w.RemoveParticipant(ctx, guest.ID, true, epoch))

		rows, err := w.ParticipantsWithStanding(ctx, o.ID)
		w.must(err)
		if len(rows) != 2 || rows[1].Role != store.RoleCoHost || rows[1].Overrides != "chat=0" || rows[0].RemovedAt == nil {
			w.Errorf("standing is %+v", rows)
		}
		for _, c := range []struct {
			user   *string
			device string
			want   bool
		}{{nil, "device-1", true}, {nil, "device-2", false}, {nil, "", false}, {&alan.ID, "device-1", true}, {&alan.ID, "", false}, {&alan.ID, "device-2", false}} {
			if got, err := w.WasRemoved(ctx, o.ID, c.user, c.device); err != nil || got != c.want {
				w.Errorf("%v %q removed: %v, %v", c.user, c.device, got, err)
			}
		}
		w.must(w.RemoveParticipant(ctx, guest.ID, false, epoch))
		if got, err := w.WasRemoved(ctx, o.ID, nil, "device-1"); err != nil || got {
			w.Errorf("forgiven, but removed: %v, %v", got, err)
		}
		// An account that was removed is known by its device too, the last one it came from.
		for _, device := range []string{"device-3", "device-4", ""} {
			back := store.Participant{OccurrenceID: o.ID, MeetingID: o.MeetingID, UserID: &alan.ID, Name: "Alan", Role: store.RoleParticipant, Status: store.StatusInvited, Device: device, CreatedAt: epoch}
			w.must(w.AddParticipant(ctx, &back))
			w.must(w.RemoveParticipant(ctx, back.ID, true, epoch))
		}
		for device, want := range map[string]bool{"device-4": true, "device-5": false, "": false} {
			if got, err := w.WasRemoved(ctx, o.ID, nil, device); err != nil || got != want {
				w.Errorf("a guest on %q removed: %v, %v", device, got, err)
			}
		}
		// A co-host who comes back is one still.
		again := store.Participant{OccurrenceID: o.ID, MeetingID: o.MeetingID, UserID: &grace.ID, Name: "Grace", Role: store.RoleParticipant, Status: store.StatusInvited, CreatedAt: epoch}
		if w.must(w.AddParticipant(ctx, &again)); again.Role != store.RoleCoHost {
			w.Errorf("came back as %s", again.Role)
		}
	})
}

// What a host decided last of a device is what counts of it, whichever of its guests it was.
func TestDecisionsOfHostsAreKeptInTheirOrder(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		ada, alan := w.user("ada"), w.user("alan")
		o := w.occurrence(w.meeting(ada, "code-1", epoch))
		come := func(user *string, device string) store.Participant {
			p := store.Participant{
				OccurrenceID: o.ID, MeetingID: o.MeetingID, UserID: user, Name: "Gus", Role: store.RoleParticipant,
				Status: store.StatusJoined, Guest: user == nil, Device: device, CreatedAt: epoch,
			}
			w.must(w.AddParticipant(ctx, &p))
			return p
		}
		first, second, other := come(nil, "device-1"), come(nil, "device-1"), come(&alan.ID, "device-2")
		come(nil, "device-3") // of whom nobody has decided anything
		at := func(minutes int) time.Time { return epoch.Add(time.Duration(minutes) * time.Minute) }
		w.must(w.SendBack(ctx, first.ID, true, at(1)))
		w.must(w.SendBack(ctx, second.ID, true, at(2)))
		w.must(w.SetParticipantStanding(ctx, other.ID, store.RoleCoHost, "", at(3)))
		w.must(w.SetParticipantStanding(ctx, other.ID, store.RoleParticipant, "", at(4)))
		w.must(w.SetParticipantStatus(ctx, first.ID, store.StatusLeft, at(5)))

		standing := func() []store.Participant {
			w.Helper()
			rows, err := w.ParticipantsWithStanding(ctx, o.ID)
			w.must(err)
			return rows
		}
		rows := standing()
		if len(rows) != 3 || rows[0].ID != other.ID || !rows[0].Demoted || rows[1].ID != second.ID || !rows[1].SentBack ||
			rows[2].ID != first.ID || !rows[2].SentBack || !rows[2].DecidedAt.Equal(at(1)) {
			w.Errorf("standing is %+v", rows)
		}
		sentBack := func(user *string, device string, want bool) {
			w.Helper()
			if got, err := w.WasSentBack(ctx, o.ID, user, device); err != nil || got != want {
				w.Errorf("%v %q waits: %v, %v", user, device, got, err)
			}
		}
		sentBack(nil, "device-1", true)
		sentBack(nil, "device-3", false)
		sentBack(&alan.ID, "device-1", false)

		// Let in by one of their names they are let in by all.
		w.must(w.SendBack(ctx, first.ID, false, at(6)))
		sentBack(nil, "device-1", false)
		if rows := standing(); rows[0].ID != first.ID || rows[0].SentBack {
			w.Errorf("standing is %+v", rows)
		}
		// An account that gives up waiting is out all the same, and no link makes a co-host of it.
		w.must(w.SendBack(ctx, other.ID, true, at(7)))
		w.must(w.SetParticipantStatus(ctx, other.ID, store.StatusLeft, at(8)))
		if out, err := w.SentOut(ctx, o.MeetingID, alan.ID); err != nil || !out {
			w.Errorf("who left the lobby is out: %v, %v", out, err)
		}
		if err := w.SendBack(ctx, "nobody", false, at(9)); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("letting nobody in: %v", err)
		}
	})
}

func TestSettingsOfAMeetingAndTheLockThatGoesWithTheOccurrence(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		m := w.meeting(w.user("ada"), "code-1", epoch)
		if m.ChatHistory != store.HistoryAll || m.Lobby {
			w.Errorf("a new meeting is %+v", m)
		}
		starts, over := epoch.Add(time.Hour), epoch.Add(2*time.Hour)
		m.Title, m.StartsAt, m.OverAt, m.Minutes, m.TimeZone, m.Recurrence = "Other", &starts, &over, 60, "Europe/Berlin", "FREQ=DAILY;COUNT=1"
		w.must(w.UpdateMeeting(ctx, &m))
		o := w.occurrence(m)
		w.must(w.SetMeetingSettings(ctx, m.ID, true, true, store.HistoryNone, "unmute,share", epoch))
		got, err := w.MeetingByID(ctx, m.ID)
		w.must(err)
		if !got.Locked || !got.Lobby || got.ChatHistory != store.HistoryNone || got.Denied != "unmute,share" || got.StartsAt == nil ||
			!got.StartsAt.Equal(starts) || !got.OverAt.Equal(over) || got.Recurrence != m.Recurrence || got.TimeZone != m.TimeZone {
			w.Errorf("stored %+v", got)
		}
		w.must(w.CloseOccurrence(ctx, o.ID, epoch))
		if got, err = w.MeetingByID(ctx, m.ID); err != nil || got.Locked || !got.Lobby {
			w.Errorf("after the occurrence %+v, %v", got, err)
		}
		if err := w.SetMeetingSettings(ctx, m.ID, true, false, "some", "", epoch); !errors.Is(err, store.ErrInvalid) {
			w.Errorf("a history for some: %v", err)
		}
	})
}

func TestListsOfADashboard(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		ada, grace := w.user("ada"), w.user("grace")
		soon, later, gone := epoch.Add(time.Hour), epoch.Add(48*time.Hour), epoch.Add(-time.Hour)
		make := func(code string, starts, over *time.Time) store.Meeting {
			m := store.Meeting{Code: code, Title: code, HostID: ada.ID, StartsAt: starts, OverAt: over, CreatedAt: epoch}
			w.must(w.CreateMeeting(ctx, &m))
			return m
		}
		make("later", &later, nil)
		make("soon", &soon, &later)
		make("gone", &gone, &gone)
		held := make("held", nil, nil)
		o := w.occurrence(held)
		w.must(w.CloseOccurrence(ctx, o.ID, epoch))
		running := make("running", nil, nil)
		w.occurrence(running)
		codes := func(list []store.Meeting, err error) (out []string) {
			w.must(err)
			for _, m := range list {
				out = append(out, m.Code)
			}
			return out
		}
		if got := codes(w.UpcomingOf(ctx, ada.ID, epoch)); !slices.Equal(got, []string{"soon", "later"}) {
			w.Errorf("upcoming %v", got)
		}
		if got := codes(w.LiveOf(ctx, ada.ID)); !slices.Equal(got, []string{"running"}) {
			w.Errorf("live %v", got)
		}
		past, next, err := w.PastOf(ctx, ada.ID, "", 10)
		if got := codes(past, err); !slices.Equal(got, []string{"held"}) || next != "" {
			w.Errorf("past %v, %q", got, next)
		}
		last, err := w.LastHeld(ctx, []string{held.ID, running.ID})
		if w.must(err); !last[held.ID].Equal(o.StartedAt) || len(last) != 2 {
			w.Errorf("last held %v", last)
		}

		// Invited people see it too, until it is taken back.
		w.must(w.AddInvitee(ctx, &store.Invitee{MeetingID: running.ID, UserID: grace.ID}))
		w.must(w.AddInvitee(ctx, &store.Invitee{MeetingID: running.ID, UserID: grace.ID}))
		if got := codes(w.LiveOf(ctx, grace.ID)); !slices.Equal(got, []string{"running"}) {
			w.Errorf("live for the invited %v", got)
		}
		if invited, err := w.InvitedTo(ctx, grace.ID, []string{held.ID, running.ID}); err != nil || len(invited) != 1 {
			w.Errorf("invited to %v, %v", invited, err)
		}
		w.must(w.RemoveInvitee(ctx, running.ID, grace.ID))
		if all, _, err := w.MeetingsOf(ctx, grace.ID, "", 10); err != nil || len(all) != 0 {
			w.Errorf("all of the uninvited: %v, %v", all, err)
		}
		if list, err := w.InviteesOf(ctx, running.ID); err != nil || len(list) != 0 {
			w.Errorf("invitees %v, %v", list, err)
		}
	})
}

func TestAnInvitationIsUsedNoMoreThanItMayBe(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		m := w.meeting(w.user("ada"), "code-1", epoch)
		three, later := 3, epoch.Add(time.Hour)
		i := store.Invitation{MeetingID: m.ID, Role: store.RoleCoHost, SkipLobby: true, Hash: []byte("h1"), NotBefore: &epoch, ExpiresAt: &later, MaxUses: &three, CreatedAt: epoch}
		w.must(w.AddInvitation(ctx, &i))
		used := make([]bool, 10)
		atOnce(10, func(n int) {
			var err error
			if used[n], err = w.UseInvitation(ctx, i.ID, epoch); err != nil {
				w.Error(err)
			}
		})
		n := 0
		for _, u := range used {
			if u {
				n++
			}
		}
		got, err := w.InvitationByHash(ctx, m.ID, []byte("h1"))
		if w.must(err); n != 3 || got.Uses != 3 || got.Good(epoch) {
			w.Errorf("%d of 3 uses given, stored %+v", n, got)
		}
		if _, err := w.InvitationByHash(ctx, "other", []byte("h1")); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("of another meeting: %v", err)
		}
		open := store.Invitation{MeetingID: m.ID, Role: store.RoleParticipant, Hash: []byte("h2"), ExpiresAt: &later, CreatedAt: epoch.Add(time.Second)}
		w.must(w.AddInvitation(ctx, &open))
		for at, want := range map[time.Time]bool{epoch: true, later: false} {
			if ok, err := w.UseInvitation(ctx, open.ID, at); err != nil || ok != want {
				w.Errorf("at %v used: %v, %v", at, ok, err)
			}
		}
		w.must(w.RevokeInvitation(ctx, m.ID, open.ID, epoch))
		if ok, err := w.UseInvitation(ctx, open.ID, epoch); err != nil || ok {
			w.Errorf("revoked, but used: %v, %v", ok, err)
		}
		if list, err := w.InvitationsOf(ctx, m.ID); err != nil || len(list) != 2 || list[0].RevokedAt == nil {
			w.Errorf("invitations %+v, %v", list, err)
		}
	})
}

func TestWhoWasDemotedIsKnownUntilTheyArePromoted(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		ada, grace := w.user("ada"), w.user("grace")
		o := w.occurrence(w.meeting(ada, "code-1", epoch))
		p := w.participant(o, &grace, store.StatusJoined, epoch)
		for _, step := range []struct {
			role, overrides string
			want            bool
		}{
			{store.RoleParticipant, "chat=0", false},
			{store.RoleCoHost, "", false},
			{store.RoleParticipant, "", true},
			{store.RoleParticipant, "chat=0", true},
			{store.RoleCoHost, "", false},
			{store.RoleHost, "", false},
			{store.RoleCoHost, "", false},
		} {
			w.must(w.SetParticipantStanding(ctx, p.ID, step.role, step.overrides, epoch))
			if got, err := w.WasDemoted(ctx, o.ID, &grace.ID, ""); err != nil || got != step.want {
				w.Errorf("after %+v: %v, %v", step, got, err)
			}
		}
	})
}

func TestWhoCameByAnInvitationIsKnown(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		ada, grace := w.user("ada"), w.user("grace")
		m := w.meeting(ada, "code-1", epoch)
		o := w.occurrence(m)
		add := func(hash string) store.Invitation {
			i := store.Invitation{MeetingID: m.ID, Role: store.RoleCoHost, Hash: []byte(hash), CreatedAt: epoch}
			w.must(w.AddInvitation(ctx, &i))
			return i
		}
		link, other := add("h1"), add("h2")
		came := func(i store.Invitation, userID *string, device string) bool {
			w.Helper()
			got, err := w.CameBy(ctx, o.ID, i.ID, userID, device)
			w.must(err)
			return got
		}
		w.participant(o, &grace, store.StatusInvited, epoch)
		guest := store.Participant{
			OccurrenceID: o.ID, MeetingID: m.ID, Name: "Gus", Role: store.RoleParticipant, Status: store.StatusInvited, Guest: true,
			Device: "device-1", InvitationID: &link.ID, CreatedAt: epoch,
		}
		w.must(w.AddParticipant(ctx, &guest))
		if came(link, &grace.ID, "") || !came(link, nil, "device-1") || came(other, nil, "device-1") || came(link, nil, "device-2") || came(link, nil, "") {
			w.Error("a place alone counts as a use of the link, or a use is not known")
		}
		// An account keeps one row: the link is written into it, and stays when it comes back without.
		for _, by := range []*string{&link.ID, nil} {
			back := store.Participant{OccurrenceID: o.ID, MeetingID: m.ID, UserID: &grace.ID, Name: "Grace", Role: store.RoleParticipant, Status: store.StatusInvited, InvitationID: by}
			w.must(w.AddParticipant(ctx, &back))
			if back.InvitationID == nil || *back.InvitationID != link.ID || !came(link, &grace.ID, "") {
				w.Errorf("came back as %+v", back)
			}
		}
		// The link goes, who came by it stays.
		w.remove("DELETE FROM invitations WHERE id = ?", link.ID)
		if row, err := w.ParticipantByID(ctx, guest.ID); err != nil || row.InvitationID != nil {
			w.Errorf("afterwards %+v, %v", row, err)
		}
	})
}

func TestAResetIsGoodOnceAndOnlyTheLastOne(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		u := w.user("ada")
		end := epoch.Add(30 * time.Minute)
		add := func(hash string) store.PasswordReset {
			r := store.PasswordReset{UserID: u.ID, Hash: []byte(hash), CreatedAt: epoch, ExpiresAt: end}
			w.must(w.AddPasswordReset(ctx, &r))
			return r
		}
		add("first")
		second := add("second")
		find := func(hash string, at time.Time) error {
			_, err := w.PasswordResetByHash(ctx, []byte(hash), at)
			return err
		}
		if find("first", epoch) == nil || find("second", end) == nil || find("second", epoch) != nil {
			w.Error("the wrong one is good")
		}
		done := make([]error, 5)
		atOnce(5, func(n int) { done[n] = w.UsePasswordReset(ctx, second.ID, epoch) })
		n := 0
		for _, err := range done {
			if err == nil {
				n++
			} else if !errors.Is(err, store.ErrNotFound) {
				w.Error(err)
			}
		}
		if n != 1 || find("second", epoch) == nil {
			w.Errorf("used %d times", n)
		}
	})
}

func TestSignInsAreListedAndEndTogether(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		u := w.user("ada")
		first := w.token(u, nil, "a1")
		if used, err := w.UseRefreshToken(ctx, first.ID, epoch); err != nil || !used {
			w.Fatal(used, err)
		}
		w.token(u, &first, "a2")
		other := w.token(u, nil, "b1")
		list, err := w.SignIns(ctx, u.ID, epoch)
		if w.must(err); len(list) != 2 {
			w.Fatalf("signed in %+v", list)
		}
		families, err := w.RevokeSignIns(ctx, u.ID, first.FamilyID, epoch)
		if w.must(err); !slices.Equal(families, []string{other.FamilyID}) {
			w.Errorf("ended %v", families)
		}
		if families, err = w.RevokeSignIns(ctx, u.ID, "", epoch); err != nil || !slices.Equal(families, []string{first.FamilyID}) {
			w.Errorf("ended %v, %v", families, err)
		}
		if list, err = w.SignIns(ctx, u.ID, epoch); err != nil || len(list) != 0 {
			w.Errorf("still signed in %+v, %v", list, err)
		}
		if began, ok := store.FamilyBegan(first.FamilyID); !ok || began.After(time.Now()) {
			w.Errorf("began %v %v", began, ok)
		}
		if _, ok := store.FamilyBegan("x"); ok {
			w.Error("a family of no id began")
		}
	})
}
