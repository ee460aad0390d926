package layer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// described is a filter and a scalable stream with dependency descriptors, two packets to a frame.
type described struct {
	t       *testing.T
	f       Filter
	now     time.Time
	seq     packet.Seq
	pattern *dependency.Pattern
	inForce *dependency.Structure
	active  *uint32 // announced with each frame
	held    []*packet.Packet
	hold    string // frames that the network keeps back: "S1T0 S2T0"
}

func newDescribed(t *testing.T, mode dependency.Mode, spatial, temporal int, target packet.Layer) *described {
	t.Helper()
	d := &described{t: t, f: NewFilter(), now: time.Unix(1000, 0), seq: 100, pattern: dependency.NewPattern(mode, spatial, temporal)}
	d.f.Prepare()
	d.f.SetTarget(target, false)
	d.f.Begin(codec.AV1)
	return d
}

func (d *described) packets(f dependency.Frame, timestamp packet.Timestamp, top bool) (out []*packet.Packet) {
	for part := range 2 {
		w := f
		w.First, w.Last, w.Attach = part == 0, part == 1, f.Attach && part == 0
		if d.active != nil {
			w.HasActive, w.Active = true, *d.active
		}
		says, err := dependency.Parse(d.pattern.Structure().Append(nil, w), d.inForce)
		if err != nil {
			d.t.Fatal(err)
		}
		if says.Attached {
			d.inForce = says.Structure
		}
		d.seq++
		out = append(out, &packet.Packet{
			Seq: d.seq, Timestamp: timestamp, Payload: []byte{0}, Marker: top && part == 1, Dependency: &says,
			Descriptor: codec.Descriptor{Start: part == 0, Key: says.Attached},
		})
	}
	return out
}

// plays one picture and says what becomes of each frame: "S0T0 S1T0* S2T0-" has the marker on S1 and S2 dropped.
func (d *described) plays(key bool) string {
	d.t.Helper()
	d.now = d.now.Add(33 * ms)
	timestamp := packet.Timestamp(d.seq+1) * 1000
	frames := d.pattern.Picture(key)
	var said []string
	for i, f := range frames {
		spatial, temporal := d.pattern.Layer(f)
		name := fmt.Sprintf("S%dT%d", spatial, temporal)
		packets := d.packets(f, timestamp, i == len(frames)-1)
		if strings.Contains(d.hold, name) {
			d.held = append(d.held, packets...)
			continue
		}
		said = append(said, name+d.takes(packets, true))
	}
	return strings.Join(said, " ")
}

func (d *described) takes(packets []*packet.Packet, newest bool) (mark string) {
	d.t.Helper()
	for i, p := range packets {
		v := d.f.Take(d.now, p, newest, false)
		switch {
		case v.Decision != Forward:
			if i > 0 && mark == "" {
				d.t.Errorf("packets of one frame differ: %+v", v)
			}
			mark = map[Decision]string{
				AboveTarget: "-", DependsOnDropped: "!", WaitsForKeyFrame: "?", Discarded: "~", Late: "<",
			}[v.Decision]
		case mark != "":
			d.t.Errorf("packets of one frame differ: %+v", v)
		default:
			d.f.Sent(p)
			if v.Marker {
				mark = "*"
			}
		}
	}
	return mark
}

func (d *described) expect(key bool, want string) {
	d.t.Helper()
	if got := d.plays(key); got != want {
		d.t.Errorf("got  %s\nwant %s", got, want)
	}
}

// loses plays a picture some of whose frames do not come.
func (d *described) loses(frames, want string) {
	d.t.Helper()
	d.hold = frames
	d.expect(false, want)
	d.hold = ""
}

// begun is a full SVC stream of which the key picture went out.
func begun(t *testing.T, spatial, temporal int, target packet.Layer, want string) *described {
	t.Helper()
	d := newDescribed(t, dependency.Full, spatial, temporal, target)
	d.expect(true, want)
	return d
}

func (d *described) hungry(want bool) {
	d.t.Helper()
	if got := d.f.Hungry(); got != want {
		d.t.Errorf("asks for a key frame: %v", got)
	}
}

func at(spatial, temporal int8) packet.Layer {
	return packet.Layer{Spatial: spatial, Temporal: temporal}
}

func TestFullSVC(t *testing.T) {
	d := begun(t, 3, 2, at(2, All), "S0T0 S1T0 S2T0*")
	d.expect(false, "S0T1 S1T1 S2T1*")
	d.f.SetTarget(at(1, 0), false)
	d.expect(false, "S0T0 S1T0* S2T0-")
	d.hungry(false) // down at any picture
	d.expect(false, "S0T1- S1T1- S2T1-")
	d.f.SetTarget(at(2, All), false)
	d.hungry(true) // up in space by a key picture
	d.expect(false, "S0T0 S1T0* S2T0-")
	d.expect(false, "S0T1 S1T1* S2T1-") // up in time at once
	d.expect(true, "S0T0 S1T0 S2T0*")
	d.hungry(false)
}

func TestKSVC(t *testing.T) {
	d := newDescribed(t, dependency.KeyOnly, 3, 1, at(2, All))
	d.expect(true, "S0T0 S1T0 S2T0*")
	d.expect(false, "S0T0- S1T0- S2T0*")
	d.f.SetTarget(at(0, All), false)
	d.expect(false, "S0T0- S1T0- S2T0*") // what layer 0 needs did not go out
	d.hungry(true)
	d.expect(true, "S0T0* S1T0- S2T0-")
	d.expect(false, "S0T0* S1T0- S2T0-")
	d.hungry(false)
	d.f.SetTarget(at(2, All), false)
	d.expect(true, "S0T0 S1T0 S2T0*")
	d.expect(false, "S0T0- S1T0- S2T0*")
	d.f.SetTarget(at(0, All), true)
	d.expect(false, "S0T0? S1T0? S2T0?") // cut
	d.hungry(true)
	d.expect(true, "S0T0* S1T0- S2T0-")
}

func TestTemporalLayersJoinWhereNothingDroppedIsNeeded(t *testing.T) {
	d := begun(t, 1, 3, at(0, 0), "S0T0*")
	d.expect(false, "S0T2-")
	d.expect(false, "S0T1-")
	d.f.SetTarget(at(0, All), false)
	d.expect(false, "S0T2-") // it refers to the T1 that was dropped
	d.expect(false, "S0T0*")
	d.expect(false, "S0T2*")
	d.expect(false, "S0T1*")
	d.expect(false, "S0T2*")
}

// Where the layers of a picture do without each other, those below the one that is shown do not go out.
func TestTemporalLayersJoinWhereTheLowerLayersAreNotShown(t *testing.T) {
	for _, mode := range []dependency.Mode{dependency.Full, dependency.KeyOnly} {
		for spatial := range int8(3) {
			d := newDescribed(t, mode, 3, 3, at(spatial, 127))
			d.plays(true)
			d.f.SetTarget(at(spatial, 0), false)
			for range 8 {
				d.plays(false)
			}
			if got := d.f.Layer(); got != at(spatial, 0) {
				t.Errorf("mode %d, S%d: %+v with the target T0", mode, spatial, got)
			}
			d.f.SetTarget(at(spatial, 127), false)
			for range 4 {
				if said := d.plays(false); strings.Contains(said, "!") {
					t.Errorf("mode %d, S%d: %s", mode, spatial, said)
				}
			}
			if got := d.f.Layer(); got != at(spatial, 2) {
				t.Errorf("mode %d, S%d: %+v four pictures after the target T2", mode, spatial, got)
			}
		}
	}
}

func TestALostFrameOfAChainIsWaitedForThenGivenUp(t *testing.T) {
	d := begun(t, 2, 1, at(1, All), "S0T0 S1T0*")
	d.loses("S1T0", "S0T0")
	d.expect(false, "S0T0 S1T0*") // it may still come
	d.hungry(false)
	d.now = d.now.Add(repairMost)
	d.expect(false, "S0T0* S1T0-") // better a low layer than one with a hole
	d.hungry(true)
	d.expect(true, "S0T0 S1T0*")
}

func TestALateFrameHealsItsChain(t *testing.T) {
	d := begun(t, 2, 1, at(1, All), "S0T0 S1T0*")
	d.loses("S1T0", "S0T0")
	d.expect(false, "S0T0 S1T0*")
	if mark := d.takes(d.held, false); mark != "*" {
		t.Errorf("the late frame: %q", mark)
	}
	d.now = d.now.Add(repairMost)
	d.expect(false, "S0T0 S1T0*")
	d.hungry(false)
}

func TestTheLowestLayerGoesOnWithAHole(t *testing.T) {
	d := begun(t, 1, 1, at(0, All), "S0T0*")
	d.loses("S0T0", "")
	d.expect(false, "S0T0*")
	d.now = d.now.Add(repairMost)
	d.expect(false, "S0T0*") // the viewer's decoder copes, or asks
	d.hungry(true)
}

func TestHalfAFrameIsNoFrame(t *testing.T) {
	d := begun(t, 2, 1, at(1, All), "S0T0 S1T0*")
	d.now = d.now.Add(33 * ms)
	for i, f := range d.pattern.Picture(false) {
		packets := d.packets(f, packet.Timestamp(d.seq+1)*1000, i == 1)
		if i == 1 {
			packets = packets[1:] // its first packet is lost
		}
		d.takes(packets, true)
	}
	d.expect(false, "S0T0 S1T0*")
	d.now = d.now.Add(repairMost)
	d.expect(false, "S0T0* S1T0-")
}

func TestWhatTheNextPictureDoesWithoutGoesFirstUnderCongestion(t *testing.T) {
	d := begun(t, 2, 2, at(1, All), "S0T0 S1T0*")
	d.f.SetCongested(true)
	d.expect(false, "S0T1~ S1T1!")
	d.expect(false, "S0T0 S1T0*")
	d.f.SetCongested(false)
	d.expect(false, "S0T1 S1T1*")
}

// TestThePayloadTellsTooWhatNothingNeeds holds for browsers, whose descriptors of VP8 call nothing discardable.
func TestThePayloadTellsTooWhatNothingNeeds(t *testing.T) {
	d := newDescribed(t, dependency.Full, 1, 1, at(0, All))
	d.f.Begin(codec.VP8)
	d.expect(true, "S0T0*")
	d.f.SetCongested(true)
	p := d.packets(d.pattern.Picture(false)[0], packet.Timestamp(d.seq+1)*1000, true)
	for _, q := range p {
		q.Payload, q.Descriptor = []byte{vp8NonReference}, codec.Descriptor{HasTID: true, TID: 2}
	}
	if mark := d.takes(p, true); mark != "~" {
		t.Errorf("got %q", mark)
	}
}

func TestInactiveTargetsAreNotChosen(t *testing.T) {
	d := newDescribed(t, dependency.Full, 3, 1, at(2, All))
	low := d.pattern.Structure().Within(1, All)
	d.active = &low
	d.expect(true, "S0T0 S1T0* S2T0-")
	d.hungry(false)
	all := d.pattern.Structure().All()
	d.active = &all
	d.expect(false, "S0T0 S1T0* S2T0-")
	d.hungry(true)
	d.expect(true, "S0T0 S1T0 S2T0*")
}

func TestALayerThatIsAnnouncedButNeverComesIsNotWaitedFor(t *testing.T) {
	d := newDescribed(t, dependency.KeyOnly, 2, 1, at(1, All))
	d.hold = "S1T0"
	d.expect(true, "S0T0")
	for range absence {
		d.expect(false, "S0T0-")
	}
	d.plays(false)
	d.hungry(true)
	d.expect(true, "S0T0*")
	d.expect(false, "S0T0*")
}

func TestAnotherStructureBeginsAtItsKeyPicture(t *testing.T) {
	d := begun(t, 2, 1, at(1, All), "S0T0 S1T0*")
	d.loses("S0T0 S1T0", "")
	late := d.held
	d.pattern = dependency.NewPattern(dependency.Full, 3, 1)
	for range 40 {
		d.pattern.Picture(false) // its numbers are ahead of those before
	}
	d.f.SetTarget(at(2, All), false)
	d.expect(true, "S0T0 S1T0 S2T0*")
	if mark := d.takes(late, false); mark != "<" {
		t.Errorf("a frame of the structure before: %q", mark)
	}
	d.expect(false, "S0T0 S1T0 S2T0*")
}

func TestAV1WithoutItsDescriptorsWaitsForAKeyFrame(t *testing.T) {
	d := begun(t, 2, 1, at(1, All), "S0T0 S1T0*")
	bare := func(key bool) Decision {
		d.seq++
		p := &packet.Packet{Seq: d.seq, Timestamp: packet.Timestamp(d.seq) * 1000, Payload: []byte{0}, Descriptor: codec.Descriptor{Key: key}}
		return d.f.Take(d.now, p, true, false).Decision
	}
	if got := bare(false); got != WaitsForKeyFrame {
		t.Errorf("decision %d", got)
	}
	d.hungry(true)
	if bare(true) != Forward || bare(false) != Forward {
		t.Error("does not go on at the key frame")
	}
	d.hungry(false)
	d.expect(true, "S0T0 S1T0*") // they are back
}

func TestALateStructureStartsNothing(t *testing.T) {
	d := newDescribed(t, dependency.Full, 1, 1, at(0, All))
	late := d.packets(d.pattern.Picture(true)[0], 1000, true)[0]
	d.seq++
	bare := &packet.Packet{Seq: d.seq, Timestamp: 2000, Payload: []byte{0}, Descriptor: codec.Descriptor{Key: true}}
	if v := d.f.Take(d.now, bare, true, false); v.Decision != Forward {
		t.Fatalf("got %+v", v)
	}
	d.f.Take(d.now, late, false, false)
	next := d.packets(d.pattern.Picture(false)[0], 3000, true)[0]
	if v := d.f.Take(d.now, next, true, false); v.Decision != Forward || v.Describe {
		t.Errorf("goes on by a structure of the past: %+v", v)
	}
}

func TestWhatTheReceiverIsTold(t *testing.T) {
	d := newDescribed(t, dependency.Full, 3, 2, at(1, 0))
	frames := d.pattern.Picture(true)
	v := d.f.Take(d.now, d.packets(frames[0], 1000, false)[0], true, false)
	if want := d.pattern.Structure().Within(1, 0); !v.Describe || v.Active != want {
		t.Errorf("active %b, want %b (%v)", v.Active, want, v.Describe)
	}
	// A slot that did not begin where the structure came cannot pass descriptors on.
	d.f.Begin(codec.AV1)
	v = d.f.Take(d.now, d.packets(frames[1], 1000, false)[0], true, false)
	if v.Decision != Forward || v.Describe {
		t.Errorf("got %+v", v)
	}
}

func TestWhatIsShownNoMoreIsLetGoOf(t *testing.T) {
	for name, end := range map[string]func(*Filter){"nothing": (*Filter).End, "a source without descriptors": func(f *Filter) { f.Begin(codec.VP8) }} {
		d := begun(t, 3, 1, at(2, All), "S0T0 S1T0 S2T0*")
		for range 300 {
			d.plays(false)
		}
		end(&d.f)
		for i := range d.f.frames.frames {
			if d.f.frames.frames[i].says != nil {
				t.Fatalf("%s is shown, and frame %d holds its packet", name, i)
			}
		}
	}
}
