package room

import (
	"testing"

	"github.com/plenum-meet/plenum/signaling/message"
)

// Every permission, with every default and every override, for every role.
func TestEffectivePermissions(t *testing.T) {
	yes, no := new(true), new(false)
	for _, p := range permissions {
		for _, c := range []struct {
			role     message.Role
			standard bool
			own      *bool
			want     bool
		}{
			{message.Member, true, nil, true},
			{message.Member, false, nil, false},
			{message.Member, true, no, false},
			{message.Member, false, yes, true},
			{message.Member, true, yes, true},
			{message.Member, false, no, false},
			{message.CoHost, false, nil, true},
			{message.CoHost, false, no, true},
			{message.Host, false, nil, true},
			{message.Host, false, no, true},
		} {
			var standard message.Permissions
			var differs message.Override
			*p.standard(&standard), *p.differs(&differs) = c.standard, c.own
			got := effective(c.role, standard, differs)
			if *p.standard(&got) != c.want {
				t.Errorf("%s as %s, default %v, own %v: %v", p.name, c.role, c.standard, c.own, !c.want)
			}
			// One permission is no other.
			for _, other := range permissions {
				if other.name != p.name && *other.standard(&got) != moderates(c.role) {
					t.Errorf("%s changes %s", p.name, other.name)
				}
			}
		}
	}
}

func TestWhoMayDoWhatToWhom(t *testing.T) {
	roles := []message.Role{message.Host, message.CoHost, message.Member}
	touch := map[message.Role][3]bool{ //          host   co-host member
		message.Host:   {true, true, true},
		message.CoHost: {false, true, true},
		message.Member: {false, false, false},
	}
	for by, may := range touch {
		for i, whom := range roles {
			if got := mayTouch(by, whom); got != may[i] {
				t.Errorf("%s moderates %s: %v", by, whom, got)
			}
			for j, to := range roles {
				// From what they may touch into what they may touch: a co-host makes no host and unmakes none.
				if got := mayGive(by, whom, to); got != (may[i] && may[j]) {
					t.Errorf("%s makes %s a %s: %v", by, whom, to, got)
				}
			}
		}
	}
}

func TestRightsAreReadAsTheyWereWritten(t *testing.T) {
	for bits := range 1 << len(permissions) {
		var standard message.Permissions
		var own message.Override
		for i, p := range permissions {
			*p.standard(&standard) = bits&(1<<i) != 0
			switch (bits >> i) & 3 {
			case 1:
				*p.differs(&own) = new(true)
			case 2:
				*p.differs(&own) = new(false)
			}
		}
		if got := allowedWithout(denied(standard)); got != standard {
			t.Fatalf("%+v is read as %+v", standard, got)
		}
		if got := read(written(own)); written(got) != written(own) {
			t.Fatalf("%q is read as %q", written(own), written(got))
		}
	}
	// What a later version wrote does no harm.
	if got := allowedWithout("fly,chat"); got.Chat || !got.Unmute {
		t.Errorf("read %+v", got)
	}
	if got := read("fly=1,chat=0"); got.Chat == nil || *got.Chat || got.Unmute != nil {
		t.Errorf("read %+v", got)
	}
}

// What nobody allowed is not forwarded, whatever came before: for each source and permission.
func TestMayPublish(t *testing.T) {
	for source, p := range map[message.Source]message.Permissions{
		message.Microphone: {Unmute: true}, message.Camera: {Camera: true}, message.Screen: {Share: true}, message.ScreenAudio: {Share: true},
	} {
		for other := range map[message.Source]bool{message.Microphone: true, message.Camera: true, message.Screen: true, message.ScreenAudio: true} {
			want := other == source || p.Share && (other == message.Screen || other == message.ScreenAudio)
			if got := mayPublish(p, other); got != want {
				t.Errorf("%+v allows %s: %v", p, other, got)
			}
		}
	}
	if mayPublish(everything, "nose") {
		t.Error("a source that there is not may be published")
	}
}
