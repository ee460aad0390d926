package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"
)

type adminStreamCommand struct {
	Create adminStreamCreate `cmd:"" help:"Let a studio publish into a meeting by WHIP, or a player play it by WHEP."`
	List   adminStreamList   `cmd:"" help:"List who was let into a meeting."`
	Revoke adminStreamRevoke `cmd:"" help:"Take that back, and end what runs by it."`
}

func streamPath(code string, more ...string) string {
	path := "/api/admin/meetings/" + url.PathEscape(code) + "/streams"
	for _, part := range more {
		path += "/" + url.PathEscape(part)
	}
	return path
}

type adminStreamCreate struct {
	adminRoom

	Name        string        `arg:"" help:"What others see in the meeting."`
	Kind        string        `enum:"publish,play" default:"publish" placeholder:"KIND" help:"publish brings pictures and sound in, play takes them out. Default: ${default}."`
	Participant string        `placeholder:"ID" help:"Whom alone it may play. Default: anybody."`
	Lobby       bool          `help:"It is refused while others wait in the lobby."`
	For         time.Duration `placeholder:"TIME" help:"How long it is good, as 2h; seven days at most. Default: twelve hours."`
}

// Run prints where the stream goes, and the token.
func (c adminStreamCreate) Run(ctx context.Context, to terminal) error {
	in := map[string]any{"kind": c.Kind, "name": c.Name, "skipLobby": !c.Lobby}
	if c.Participant != "" {
		in["participant"] = c.Participant
	}
	if c.For != 0 {
		in["expiresAt"] = time.Now().Add(c.For).UTC()
	}
	var out struct {
		Invitation struct {
			ID        string     `json:"id"`
			ExpiresAt *time.Time `json:"expiresAt"`
		} `json:"invitation"`
		URL   string `json:"url"`
		Token string `json:"token"`
	}
	text, err := c.call(ctx, http.MethodPost, streamPath(c.Code), in, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintf(table, "ID\t%s\nURL\t%s\nTOKEN\t%s\nUNTIL\t%s\n", out.Invitation.ID, out.URL, out.Token, when(out.Invitation.ExpiresAt, ""))
	})
}

type adminStreamList struct{ adminRoom }

func (c adminStreamList) Run(ctx context.Context, to terminal) error {
	var out struct {
		Streams []struct {
			ID        string     `json:"id"`
			Stream    string     `json:"stream"`
			Name      string     `json:"name"`
			Uses      int        `json:"uses"`
			ExpiresAt *time.Time `json:"expiresAt"`
			Good      bool       `json:"good"`
		} `json:"streams"`
	}
	text, err := c.call(ctx, http.MethodGet, streamPath(c.Code), nil, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "ID\tKIND\tNAME\tUSES\tUNTIL\tGOOD")
		for _, s := range out.Streams {
			fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n", s.ID, s.Stream, s.Name, s.Uses, when(s.ExpiresAt, ""), yes(s.Good))
		}
	})
}

type adminStreamRevoke struct {
	adminRoom

	ID string `arg:"" name:"id" help:"The stream, as the list has them."`
}

func (c adminStreamRevoke) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodDelete, streamPath(c.Code, c.ID), nil, "%s has ended.", c.ID)
}
