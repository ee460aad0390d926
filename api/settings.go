package api

import (
	"slices"
	"strings"

	"github.com/plenum-meet/plenum/store"
)

type settingsRequest struct {
	Lobby       *bool               `json:"lobby"`
	ChatHistory *string             `json:"chatHistory"`
	Permissions *permissionsRequest `json:"permissions"`
}

type permissionsRequest struct {
	Unmute      *bool `json:"unmute"`
	Camera      *bool `json:"camera"`
	Share       *bool `json:"share"`
	Chat        *bool `json:"chat"`
	PrivateChat *bool `json:"privateChat"`
	Reactions   *bool `json:"reactions"`
	Rename      *bool `json:"rename"`
}

type settingsJSON struct {
	Lobby       bool            `json:"lobby"`
	ChatHistory string          `json:"chatHistory"`
	Permissions permissionsJSON `json:"permissions"`
}

type permissionsJSON struct {
	Unmute      bool `json:"unmute"`
	Camera      bool `json:"camera"`
	Share       bool `json:"share"`
	Chat        bool `json:"chat"`
	PrivateChat bool `json:"privateChat"`
	Reactions   bool `json:"reactions"`
	Rename      bool `json:"rename"`
}

// named are the permissions by the names that the record has for those denied.
func (p *permissionsRequest) named() map[string]*bool {
	return map[string]*bool{
		"unmute": p.Unmute, "camera": p.Camera, "share": p.Share, "chat": p.Chat, "privateChat": p.PrivateChat,
		"reactions": p.Reactions, "rename": p.Rename,
	}
}

// settings checks what a host wishes and puts it into the record.
func (c *checks) settings(in *settingsRequest, m *store.Meeting) {
	if in == nil {
		return
	}
	if in.Lobby != nil {
		m.Lobby = *in.Lobby
	}
	if in.ChatHistory != nil {
		m.ChatHistory = *in.ChatHistory
		if !slices.Contains([]string{store.HistoryAll, store.HistoryJoined, store.HistoryNone}, m.ChatHistory) {
			c.wrong("settings.chatHistory", "is all, joined or none")
		}
	}
	if in.Permissions == nil {
		return
	}
	denied := deniedOf(*m)
	for name, may := range in.Permissions.named() {
		if may != nil {
			denied[name] = !*may
		}
	}
	var names []string
	for name, is := range denied {
		if is {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	m.Denied = strings.Join(names, ",")
}

func deniedOf(m store.Meeting) map[string]bool {
	denied := map[string]bool{}
	for name := range strings.SplitSeq(m.Denied, ",") {
		if name != "" {
			denied[name] = true
		}
	}
	return denied
}

func renderSettings(m store.Meeting) *settingsJSON {
	denied := deniedOf(m)
	return &settingsJSON{Lobby: m.Lobby, ChatHistory: m.ChatHistory, Permissions: permissionsJSON{
		Unmute: !denied["unmute"], Camera: !denied["camera"], Share: !denied["share"], Chat: !denied["chat"],
		PrivateChat: !denied["privateChat"], Reactions: !denied["reactions"], Rename: !denied["rename"],
	}}
}
