package room

import (
	"strings"

	"github.com/plenum-meet/plenum/signaling/message"
)

// everything is what hosts and co-hosts may do.
var everything = message.Permissions{
	Unmute: true, Camera: true, Share: true, Chat: true, PrivateChat: true, Reactions: true, Rename: true,
}

// effective is what somebody may do: as host all of it, else what was set for them, else the meeting's default.
func effective(role message.Role, standard message.Permissions, differs message.Override) message.Permissions {
	if moderates(role) {
		return everything
	}
	for _, p := range permissions {
		if own := *p.differs(&differs); own != nil {
			*p.standard(&standard) = *own
		}
	}
	return standard
}

// moderates says whether a role may do to others what package message calls moderation.
func moderates(role message.Role) bool { return role == message.Host || role == message.CoHost }

// mayTouch says whether one may moderate another: a co-host never a host.
func mayTouch(by, whom message.Role) bool {
	return by == message.Host || by == message.CoHost && whom != message.Host
}

// mayGive says whether one may turn another from one role into another. Only a host makes hosts.
func mayGive(by, from, to message.Role) bool { return mayTouch(by, from) && mayTouch(by, to) }

// permission is one column of the matrix.
type permission struct {
	name     message.Permission
	standard func(*message.Permissions) *bool
	differs  func(*message.Override) **bool
}

// permissions are all columns.
var permissions = []permission{
	{message.MayUnmute, func(p *message.Permissions) *bool { return &p.Unmute }, func(o *message.Override) **bool { return &o.Unmute }},
	{message.MayCamera, func(p *message.Permissions) *bool { return &p.Camera }, func(o *message.Override) **bool { return &o.Camera }},
	{message.MayShare, func(p *message.Permissions) *bool { return &p.Share }, func(o *message.Override) **bool { return &o.Share }},
	{message.MayChat, func(p *message.Permissions) *bool { return &p.Chat }, func(o *message.Override) **bool { return &o.Chat }},
	{message.MayPrivateChat, func(p *message.Permissions) *bool { return &p.PrivateChat }, func(o *message.Override) **bool { return &o.PrivateChat }},
	{message.MayReact, func(p *message.Permissions) *bool { return &p.Reactions }, func(o *message.Override) **bool { return &o.Reactions }},
	{message.MayRename, func(p *message.Permissions) *bool { return &p.Rename }, func(o *message.Override) **bool { return &o.Rename }},
}

// change puts what a host wants to change over what there was.
func change(old, with message.Override) message.Override {
	for _, p := range permissions {
		if v := *p.differs(&with); v != nil {
			*p.differs(&old) = v
		}
	}
	return old
}

// denied writes a default for the store: the names of what is not allowed, with commas between.
func denied(standard message.Permissions) string {
	var names []string
	for _, p := range permissions {
		if !*p.standard(&standard) {
			names = append(names, string(p.name))
		}
	}
	return strings.Join(names, ",")
}

// allowedWithout reads denied.
func allowedWithout(text string) message.Permissions {
	out := everything
	for name := range strings.SplitSeq(text, ",") {
		for _, p := range permissions {
			if string(p.name) == name {
				*p.standard(&out) = false
			}
		}
	}
	return out
}

// written writes an override for the store, as "unmute=0,share=1".
func written(o message.Override) string {
	var parts []string
	for _, p := range permissions {
		if v := *p.differs(&o); v != nil {
			digit := "=0"
			if *v {
				digit = "=1"
			}
			parts = append(parts, string(p.name)+digit)
		}
	}
	return strings.Join(parts, ",")
}

// read is written backwards; what it does not know it leaves out.
func read(text string) (o message.Override) {
	for part := range strings.SplitSeq(text, ",") {
		name, digit, _ := strings.Cut(part, "=")
		for _, p := range permissions {
			if string(p.name) == name {
				*p.differs(&o) = new(digit == "1")
			}
		}
	}
	return o
}
