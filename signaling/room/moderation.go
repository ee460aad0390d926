package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// host finds who moderates.
func (m *machine) host(session SessionID) (*member, error) {
	who, err := m.of(session)
	if err == nil && !moderates(who.role) {
		return nil, message.Refuse(message.Forbidden, "Only hosts and co-hosts can do that.")
	}
	return who, err
}

// over finds who moderates and whom; a participant who is not in the room and one of another room look alike.
func (m *machine) overWhom(session SessionID, target string) (by, whom *member, err error) {
	if by, err = m.host(session); err != nil {
		return nil, nil, err
	}
	whom, ok := m.members[target]
	if !ok {
		return nil, nil, errNobody
	}
	if !mayTouch(by.role, whom.role) {
		return nil, nil, message.Refuse(message.Forbidden, "A co-host cannot do that to a host.")
	}
	return by, whom, nil
}

// notify tells somebody what was done to them.
func (m *machine) notify(whom *member, kind message.NoticeKind, by *member) {
	notice := message.ModerationNotice{Kind: kind}
	if by != nil {
		notice.By = by.id
	}
	if kind == message.NoticeRole {
		notice.Role = whom.role
	}
	m.tellOnly(notice, whom)
}

// stopping is how somebody is kept from sending something.
type stopping struct {
	action string // in the audit log
	notice message.NoticeKind
	forbid message.Override // if they are to stay so
	// stop reports whether there was anything to stop.
	stop func(now time.Time, whom, by *member) bool
}

func (m *machine) halt(now time.Time, session SessionID, target string, hard bool, s *stopping) error {
	by, whom, err := m.overWhom(session, target)
	if err != nil {
		return err
	}
	m.audit(now, by, hardly(s.action, hard), whom.id)
	if s.stop(now, whom, by) {
		m.notify(whom, s.notice, by)
	}
	if hard {
		m.override(now, whom, s.forbid)
	}
	return nil
}

func (m *machine) moderateMute(now time.Time, session SessionID, what message.ModerationMute) error {
	if what.Participant == "" {
		return m.muteAll(now, session, what.Hard)
	}
	return m.halt(now, session, what.Participant, what.Hard, &stopping{
		action: "room_mute", notice: message.NoticeMuted, forbid: message.Override{Unmute: new(false)},
		stop: func(now time.Time, whom, by *member) bool { return m.hush(now, whom, message.Microphone, by) },
	})
}

func (m *machine) muteAll(now time.Time, session SessionID, hard bool) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	m.audit(now, by, hardly("room_mute_all", hard), "")
	for _, whom := range m.order {
		if whom != by && !moderates(whom.role) && m.hush(now, whom, message.Microphone, by) {
			m.notify(whom, message.NoticeMuted, by)
		}
	}
	if !hard {
		return nil
	}
	for _, whom := range m.order {
		if whom.override.Unmute != nil && *whom.override.Unmute {
			whom.override.Unmute = nil
			m.tellOverride(now, whom)
		}
	}
	standard := m.meeting.Settings.Permissions
	standard.Unmute = false
	m.setStandard(now, standard)
	return nil
}

func hardly(action string, hard bool) string {
	if hard {
		return action + "_hard"
	}
	return action
}

func (m *machine) askUnmute(now time.Time, session SessionID, target string) error {
	by, whom, err := m.overWhom(session, target)
	if err != nil {
		return err
	}
	m.audit(now, by, "room_ask_unmute", whom.id)
	m.letSpeak(now, whom)
	m.notify(whom, message.NoticeAskUnmute, by)
	return nil
}

// letSpeak allows somebody to unmute who may not.
func (m *machine) letSpeak(now time.Time, whom *member) {
	if !whom.permissions.Unmute {
		m.override(now, whom, message.Override{Unmute: new(true)})
	}
}

func (m *machine) stopVideo(now time.Time, session SessionID, what message.ModerationStopVideo) error {
	return m.halt(now, session, what.Participant, what.Hard, &stopping{
		action: "room_stop_video", notice: message.NoticeVideoStopped, forbid: message.Override{Camera: new(false)},
		stop: func(now time.Time, whom, by *member) bool { return m.hush(now, whom, message.Camera, by) },
	})
}

func (m *machine) stopShare(now time.Time, session SessionID, what message.ModerationStopShare) error {
	return m.halt(now, session, what.Participant, what.Hard, &stopping{
		action: "room_stop_share", notice: message.NoticeShareStopped, forbid: message.Override{Share: new(false)},
		stop: func(now time.Time, whom, _ *member) bool { return m.endShare(now, whom) },
	})
}

func (m *machine) endShare(now time.Time, whom *member) bool {
	sharing := whom.live[message.Screen] || whom.live[message.ScreenAudio]
	if sharing {
		m.setLive(now, whom, message.Screen, false)
		m.setLive(now, whom, message.ScreenAudio, false)
		m.enforce(whom, message.Screen, message.ScreenAudio)
	}
	return sharing
}

func (m *machine) moderateRemove(now time.Time, session SessionID, target string) error {
	by, whom, err := m.overWhom(session, target)
	if err != nil {
		return err
	}
	if whom == by {
		return message.Refuse(message.Forbidden, "To go yourself, leave.")
	}
	m.audit(now, by, "room_remove", whom.id)
	m.bar(now, by, barred{id: whom.id, user: whom.user, device: whom.device})
	return nil
}

// takeOut ends the stay of somebody whom a host removes.
func (m *machine) takeOut(now time.Time, whom, by *member) {
	m.notify(whom, message.NoticeRemoved, by)
	m.tickets[whom.id] = ""
	m.effects = append(m.effects, disconnect{session: whom.session, code: message.CloseRemoved, reason: "removed by a host"})
	m.remove(now, whom, message.LeftRemoved)
}

func (m *machine) moderateLock(now time.Time, session SessionID, locked bool) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	if m.meeting.Settings.Locked == locked {
		return nil
	}
	action := "room_unlock"
	if locked {
		action = "room_lock"
	}
	m.audit(now, by, action, "")
	next := m.meeting.Settings
	next.Locked = locked
	m.set(now, next)
	return nil
}

func (m *machine) moderateSettings(now time.Time, session SessionID, what message.ModerationSettings) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	next := m.meeting.Settings
	if what.Lobby != nil {
		next.Lobby = *what.Lobby
	}
	if what.ChatHistory != nil {
		next.ChatHistory = *what.ChatHistory
	}
	if next != m.meeting.Settings {
		m.audit(now, by, "room_settings", "")
		m.set(now, next)
	}
	return nil
}

// set keeps and tells settings that a host has changed; the permissions stay as they are.
func (m *machine) set(now time.Time, next Settings) {
	m.meeting.Settings = next
	m.effects = append(m.effects, save{configured{settings: next, at: now}})
	m.tellMeeting()
}

// configure takes settings that were changed by the REST API and are stored already.
func (m *machine) configure(now time.Time, next Settings) {
	next.Locked = m.meeting.Settings.Locked
	if next == m.meeting.Settings {
		return
	}
	m.meeting.Settings = next
	m.tellMeeting()
	m.settleAll(now)
}

func (m *machine) moderatePermissions(now time.Time, session SessionID, what message.ModerationPermissions) error {
	if what.Participant == "" {
		by, err := m.host(session)
		if err != nil {
			return err
		}
		m.audit(now, by, "room_permissions", "")
		m.setStandard(now, effective(message.Member, m.meeting.Settings.Permissions, what.Permissions))
		return nil
	}
	by, whom, err := m.overWhom(session, what.Participant)
	if err != nil {
		return err
	}
	m.audit(now, by, "room_permissions", whom.id)
	if what.Reset {
		whom.override = message.Override{}
	}
	m.override(now, whom, what.Permissions)
	return nil
}

// setStandard changes what everybody may do by default.
func (m *machine) setStandard(now time.Time, standard message.Permissions) {
	if standard == m.meeting.Settings.Permissions {
		return
	}
	next := m.meeting.Settings
	next.Permissions = standard
	m.set(now, next)
	m.settleAll(now)
}

func (m *machine) settleAll(now time.Time) {
	for _, who := range m.order {
		m.settle(now, who)
	}
}

// override changes what one may do against the default.
func (m *machine) override(now time.Time, whom *member, with message.Override) {
	whom.override = change(whom.override, with)
	m.tellOverride(now, whom)
}

func (m *machine) tellOverride(now time.Time, whom *member) {
	m.decided(whom)
	m.effects = append(m.effects, save{stands{participant: whom.id, role: whom.role, override: written(whom.override), at: now}})
	m.tellModerators(message.OverridesChanged{Participant: whom.id, Override: whom.override})
	m.settle(now, whom)
}

// settle makes what a member may do true: what they lose they lose at once.
func (m *machine) settle(now time.Time, who *member) {
	was := who.permissions
	who.permissions = effective(who.role, m.meeting.Settings.Permissions, who.override)
	if was == who.permissions {
		return
	}
	m.tellOnly(message.PermissionsChanged{Permissions: who.permissions}, who)
	if was.Unmute != who.permissions.Unmute || was.Camera != who.permissions.Camera || was.Share != who.permissions.Share {
		m.enforce(who, sources...)
	}
	if !who.permissions.Unmute && m.setMuted(now, who, message.Microphone, true) {
		m.notify(who, message.NoticeMuted, nil)
	}
	if !who.permissions.Camera && m.setMuted(now, who, message.Camera, true) {
		m.notify(who, message.NoticeVideoStopped, nil)
	}
	if !who.permissions.Share && m.endShare(now, who) {
		m.notify(who, message.NoticeShareStopped, nil)
	}
}

// overrides are those of everybody who has some.
func (m *machine) overrides() map[string]message.Override {
	out := map[string]message.Override{}
	for _, who := range m.order {
		if who.override != (message.Override{}) {
			out[who.id] = who.override
		}
	}
	return out
}

func (m *machine) moderateSpotlight(now time.Time, session SessionID, list []string) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	for _, id := range list {
		if _, ok := m.members[id]; !ok {
			return errNobody
		}
	}
	if slices.Equal(list, m.spotlight) {
		return nil
	}
	m.audit(now, by, "room_spotlight", "")
	m.spotlight = slices.Clone(list)
	m.tellMeeting()
	return nil
}
