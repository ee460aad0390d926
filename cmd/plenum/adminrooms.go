package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"
)

type adminRoomsCommand struct {
	List   adminRoomsList   `cmd:"" help:"List the meetings that take place now."`
	Close  adminRoomsClose  `cmd:"" help:"End a meeting for everybody. It can be held again."`
	Lock   adminRoomsLock   `cmd:"" help:"Let nobody new in."`
	Unlock adminRoomsUnlock `cmd:"" help:"Let people in again."`
}

type adminParticipantsCommand struct {
	List   adminParticipantsList   `cmd:"" help:"List who is in a meeting."`
	Mute   adminParticipantsMute   `cmd:"" help:"Mute somebody, or everybody but hosts and co-hosts."`
	Remove adminParticipantsRemove `cmd:"" help:"Take somebody out, for as long as this meeting lasts."`
	Permit adminParticipantsPermit `cmd:"" help:"Change what somebody, or everybody by default, may do."`
}

type adminRoomsList struct{ adminServer }

func (c adminRoomsList) Run(ctx context.Context, to terminal) error {
	var out struct {
		Rooms []struct {
			Code         string    `json:"code"`
			Title        string    `json:"title"`
			StartedAt    time.Time `json:"startedAt"`
			Locked       bool      `json:"locked"`
			Participants int       `json:"participants"`
			Waiting      int       `json:"waiting"`
		} `json:"rooms"`
	}
	text, err := c.call(ctx, http.MethodGet, "/api/admin/rooms", nil, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "CODE\tPEOPLE\tWAITING\tSINCE\tLOCKED\tTITLE")
		for _, r := range out.Rooms {
			fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\t%s\n", r.Code, r.Participants, r.Waiting, when(&r.StartedAt, ""), yes(r.Locked), r.Title)
		}
	})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "-"
}

// adminRoom is one meeting.
type adminRoom struct {
	adminServer

	Code string `arg:"" help:"Code of the meeting."`
}

type (
	adminRoomsClose  struct{ adminRoom }
	adminRoomsLock   struct{ adminRoom }
	adminRoomsUnlock struct{ adminRoom }
)

func (c adminRoomsClose) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodPost, roomPath(c.Code, "close"), nil, "The meeting %s has ended.", c.Code)
}

func (c adminRoomsLock) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodPatch, roomPath(c.Code), map[string]bool{"locked": true}, "The meeting %s is locked.", c.Code)
}

func (c adminRoomsUnlock) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodPatch, roomPath(c.Code), map[string]bool{"locked": false}, "The meeting %s is open.", c.Code)
}

type adminParticipantsList struct{ adminRoom }

func (c adminParticipantsList) Run(ctx context.Context, to terminal) error {
	var out struct {
		Room struct {
			People []struct {
				ID       string    `json:"id"`
				Name     string    `json:"name"`
				Role     string    `json:"role"`
				Guest    bool      `json:"guest"`
				JoinedAt time.Time `json:"joinedAt"`
				Sources  []struct {
					Source string `json:"source"`
					Muted  bool   `json:"muted"`
				} `json:"sources"`
			} `json:"people"`
		} `json:"room"`
	}
	text, err := c.call(ctx, http.MethodGet, roomPath(c.Code), nil, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "ID\tNAME\tROLE\tGUEST\tSINCE\tSENDS")
		for _, p := range out.Room.People {
			var sends []string
			for _, s := range p.Sources {
				if s.Muted {
					s.Source += " (muted)"
				}
				sends = append(sends, s.Source)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Name, p.Role, yes(p.Guest), when(&p.JoinedAt, ""), strings.Join(sends, ", "))
		}
	})
}

type adminParticipantsMute struct {
	adminRoom

	ID     string `arg:"" optional:"" name:"id" help:"The participant. Without one: everybody but hosts and co-hosts."`
	Source string `enum:"microphone,camera,screen" default:"microphone" placeholder:"SOURCE" help:"What to stop: microphone, camera or screen. Default: ${default}."`
	Hard   bool   `help:"They may not switch it on again."`
}

func (c adminParticipantsMute) Run(ctx context.Context, to terminal) error {
	if c.ID != "" {
		return c.done(ctx, to, http.MethodPost, roomPath(c.Code, "participants", c.ID, "mute"), map[string]any{"source": c.Source, "hard": c.Hard},
			"%s's %s is off.", c.ID, c.Source)
	}
	if c.Source != "microphone" {
		return errors.New("everybody at once can only be muted: name a participant to stop a camera or a share")
	}
	return c.done(ctx, to, http.MethodPost, roomPath(c.Code, "mute"), map[string]bool{"hard": c.Hard}, "Everybody but the hosts is muted.")
}

type adminParticipantsRemove struct {
	adminRoom

	ID string `arg:"" name:"id" help:"The participant, as the list has them."`
}

func (c adminParticipantsRemove) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodDelete, roomPath(c.Code, "participants", c.ID), nil, "%s is out.", c.ID)
}

type adminParticipantsPermit struct {
	adminRoom

	ID    string   `arg:"" optional:"" name:"id" help:"The participant. Without one: the meeting's default."`
	Allow []string `placeholder:"WHAT" help:"What they may do: unmute, camera, share, chat, privateChat, reactions, rename. Several with commas between."`
	Deny  []string `placeholder:"WHAT" help:"What they may not do; as with --allow."`
	Reset bool     `help:"Drop what differed from the meeting's default before. Only with a participant."`
}

func (c adminParticipantsPermit) Run(ctx context.Context, to terminal) error {
	permissions := map[string]bool{}
	for _, name := range c.Allow {
		permissions[name] = true
	}
	for _, name := range c.Deny {
		if permissions[name] {
			return fmt.Errorf("%s is both allowed and denied", name)
		}
		permissions[name] = false
	}
	if c.ID != "" {
		return c.done(ctx, to, http.MethodPatch, roomPath(c.Code, "participants", c.ID), map[string]any{"permissions": permissions, "reset": c.Reset},
			"What %s may do is changed.", c.ID)
	}
	if c.Reset {
		return errors.New("--reset needs a participant")
	}
	return c.done(ctx, to, http.MethodPatch, roomPath(c.Code), map[string]any{"permissions": permissions}, "What everybody may do is changed.")
}

type adminAnnounceCommand struct {
	adminServer

	Text string `arg:"" help:"One line, shown to everybody for a few seconds."`
	Room string `placeholder:"CODE" help:"The meeting. Default: all that take place now."`
}

func (c adminAnnounceCommand) Run(ctx context.Context, to terminal) error {
	in := map[string]string{"text": c.Text}
	if c.Room != "" {
		return c.done(ctx, to, http.MethodPost, roomPath(c.Room, "announce"), in, "Everybody in %s sees it.", c.Room)
	}
	var out struct {
		Rooms int `json:"rooms"`
	}
	text, err := c.call(ctx, http.MethodPost, "/api/admin/announce", in, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) { fmt.Fprintf(table, "Said in %d meetings.\n", out.Rooms) })
}
