package sfutest

import (
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/egress"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

const (
	// transportCC is the id of the header extension on a path.
	transportCC = 9
	// feedbackEvery is the time between two feedbacks, as browsers give them.
	feedbackEvery = 50 * time.Millisecond
	feedbackSize  = 80 // bytes, about
)

// Path is the way from the server to a viewer and back: packets take their time on it or are lost, and the viewer
// says which arrived. It needs the virtual time of testing/synctest.
type Path struct {
	mu       sync.Mutex
	viewer   *Downstream
	down, up *link.Link
	recorder *twcc.Recorder
	sent     []Passage
	arrived  []Passage
	players  []*Player
	stop     chan struct{}
	done     sync.WaitGroup
}

// Passage is one packet that was sent on a path, or arrived.
type Passage struct {
	At      time.Time
	Line    *Slot
	Header  rtp.Header
	Size    int // bytes on the wire
	Padding bool
	Begins  []byte // the first bytes of the payload
}

// begins is how many: a codec's descriptor, and whether a key frame starts.
const begins = 16

// Through has everything that the server sends to d take this path. Call it before Open, and Close at the end.
func (d *Downstream) Through(down, up *link.Link) *Path {
	p := &Path{viewer: d, down: down, up: up, recorder: twcc.NewRecorder(1), stop: make(chan struct{})}
	d.mu.Lock()
	for _, slot := range d.slots {
		slot.Line.TransportCC = transportCC
		slot.path = p
	}
	d.mu.Unlock()
	p.done.Go(p.answer)
	return p
}

// Close ends the viewer's feedback.
func (p *Path) Close() {
	close(p.stop)
	p.done.Wait()
}

// Change gives the way to the viewer another plan from now on.
func (p *Path) Change(plan link.Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down.Change(time.Now(), plan)
}

// Sent returns what the server sent since then.
func (p *Path) Sent(since time.Time) []Passage { return p.later(&p.sent, since) }

// Arrived returns what reached the viewer since then.
func (p *Path) Arrived(since time.Time) []Passage { return p.later(&p.arrived, since) }

func (p *Path) later(list *[]Passage, since time.Time) []Passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(*list); i > 0; i-- {
		if (*list)[i-1].At.Before(since) {
			return append([]Passage(nil), (*list)[i:]...)
		}
	}
	return append([]Passage(nil), *list...)
}

func (p *Path) send(line *Slot, header *rtp.Header, payload []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	size := header.MarshalSize() + len(payload) + int(header.PaddingSize) + egress.Overhead - onlyHeader
	passage := Passage{At: now, Line: line, Header: header.Clone(), Size: size, Padding: header.Padding}
	passage.Begins = append(passage.Begins, payload[:min(begins, len(payload))]...)
	p.sent = append(p.sent, passage)
	for _, at := range p.down.Send(now, size) {
		time.AfterFunc(at.Sub(now), func() { p.receive(passage) })
	}
}

// onlyHeader is what Overhead counts of the RTP header itself, extensions included.
const onlyHeader = 12 + 4 + 4 + 4

func (p *Path) receive(passage Passage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	passage.At = time.Now()
	p.arrived = append(p.arrived, passage)
	if number := passage.Header.GetExtension(transportCC); len(number) == 2 {
		p.recorder.Record(passage.Header.SSRC, uint16(number[0])<<8|uint16(number[1]), passage.At.UnixMicro())
	}
	for _, player := range p.players {
		player.arrive(passage)
	}
}

func (p *Path) answer() {
	ticker := time.NewTicker(feedbackEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-ticker.C:
			p.feedback(now)
		}
	}
}

func (p *Path) feedback(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, player := range p.players {
		player.ask(now)
	}
	for _, packet := range p.recorder.BuildFeedbackPacket() {
		feedback, ok := packet.(*rtcp.TransportLayerCC)
		if !ok {
			continue
		}
		p.back(now, feedbackSize, func() { p.viewer.Egress.Feedback(time.Now(), feedback) })
	}
}

// back sends something to the server.
func (p *Path) back(now time.Time, size int, arrive func()) {
	for _, at := range p.up.Send(now, size) {
		time.AfterFunc(at.Sub(now), arrive)
	}
}
