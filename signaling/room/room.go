package room

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// Outbox is where a member's messages go. Its methods never block.
type Outbox interface {
	// Send puts a message in line: an answer to request re, or event seq. It is false if the socket is finished,
	// for instance because it reads too slowly: the participant has lost the connection.
	Send(re, seq uint64, m message.Encoded) bool
	// Finish closes the socket when everything before has been written, and ends the participant's media at once.
	Finish(code message.CloseCode, reason string)
	// Place says whether the participant is in the meeting or waits in the lobby, where there is no media.
	Place(inside bool)
	// Enforce has the media server do what holds for some sources from now on.
	Enforce(states []SourceState)
	// Inherit takes over the media of the participant's socket before, and closes that one if it is still there.
	Inherit(from Outbox)
	// Quality is what was measured on the connection so far.
	Quality() store.Quality
}

// Room is one meeting while it is alive. Its methods may be called from any goroutine; they wait for the
// room's loop, which waits for nobody.
type Room struct {
	cfg     Config
	meeting Meeting
	machine *machine
	writer  *writer
	log     *slog.Logger

	requests chan request
	stopping chan struct{}
	// ended is closed when the loop takes no more requests, done when everything is stored too.
	ended, done chan struct{}

	// outboxes and finished belong to the loop; the latter are sockets that took no message.
	outboxes map[SessionID]Outbox
	finished []SessionID
}

type request struct {
	do     func(now time.Time, m *machine) error
	answer chan error
}

// Open reads what a room needs from the store. The room lives while Run runs.
func Open(ctx context.Context, now time.Time, cfg Config, records *store.Store, meetingID, occurrence string, log *slog.Logger) (*Room, error) {
	meeting, past, err := load(ctx, cfg, records, meetingID, occurrence)
	if err != nil {
		return nil, err
	}
	log = log.With("room", meeting.Code)
	return &Room{
		cfg: cfg, meeting: meeting, machine: newMachine(now, cfg, meeting, past), log: log,
		writer:   newWriter(cfg, records, meeting, log),
		requests: make(chan request), stopping: make(chan struct{}, 1),
		ended: make(chan struct{}), done: make(chan struct{}),
		outboxes: map[SessionID]Outbox{},
	}, nil
}

// OpenTest makes a room that nothing is stored of, and that ends by itself: for a client that tries its connection. Its
// occurrence is called as its code.
func OpenTest(now time.Time, cfg Config, code string, life time.Duration, log *slog.Logger) *Room {
	meeting := Meeting{
		ID: code, Code: code, Occurrence: code, StartedAt: now, EndsAt: now.Add(life),
		Settings: Settings{ChatHistory: message.HistoryNone, Permissions: everything},
	}
	meeting.Settings.Permissions.Chat, meeting.Settings.Permissions.PrivateChat = false, false
	cfg.MaxParticipants, cfg.ResumeFor = 2, 0
	log = log.With("room", code)
	return &Room{
		cfg: cfg, meeting: meeting, machine: newMachine(now, cfg, meeting, history{}), log: log,
		writer:   newWriter(cfg, nil, meeting, log),
		requests: make(chan request), stopping: make(chan struct{}, 1),
		ended: make(chan struct{}), done: make(chan struct{}),
		outboxes: map[SessionID]Outbox{},
	}
}

// Run is the room's loop. It returns when the meeting is over and everything is stored, or when ctx ends.
func (r *Room) Run(ctx context.Context) {
	defer close(r.done)
	stored := make(chan struct{})
	go func() {
		defer close(stored)
		r.writer.run(ctx, r.report)
	}()
	r.log.Info("room opened", "occurrence", r.meeting.Occurrence)
	r.loop()
	close(r.ended)
	r.writer.finish()
	<-stored
	r.log.Info("room closed", "unstored", r.writer.left())
}

func (r *Room) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !r.machine.over {
		timer.Stop()
		if at, ok := r.machine.deadline(); ok {
			timer.Reset(time.Until(at))
		}
		select {
		case req := <-r.requests:
			req.answer <- r.turn(req)
		case <-timer.C:
			r.machine.wake(time.Now())
		case <-r.stopping:
			r.machine.stop(time.Now())
		}
		r.act(r.machine.take())
	}
}

// turn runs one request; what breaks in it ends the request, not the room.
func (r *Room) turn(req request) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			r.log.Error("request broke", "fault", fault, "stack", string(debug.Stack()))
			err = message.Refuse(message.Internal, "Something went wrong in the server.")
		}
	}()
	return req.do(time.Now(), r.machine)
}

// act does what the machine decided, and what follows from sockets that turn out to be finished.
func (r *Room) act(effects []effect) {
	for len(effects) > 0 {
		r.measure(effects)
		for _, e := range effects {
			r.actOn(e)
		}
		for _, session := range r.finished {
			r.lose(time.Now(), session)
		}
		r.finished = nil
		effects = r.machine.take()
	}
}

// lose forgets a socket that is gone, unless its media is kept for the one that follows.
func (r *Room) lose(now time.Time, session SessionID) bool {
	kept := r.machine.lose(now, session)
	if !kept {
		delete(r.outboxes, session)
	}
	return kept
}

// measure puts what was measured on a connection into the record of its end.
func (r *Room) measure(effects []effect) {
	for i, e := range effects {
		s, ok := e.(save)
		if !ok {
			continue
		}
		if end, ok := s.record.(parted); ok {
			if out, ok := r.outboxes[end.session]; ok {
				end.quality = out.Quality()
				effects[i] = save{end}
			}
		}
	}
}

func (r *Room) actOn(e effect) {
	switch e := e.(type) {
	case event:
		encoded := message.Encode(e.message)
		for _, to := range e.to {
			r.send(to.session, 0, to.seq, encoded)
		}
	case reply:
		r.send(e.session, e.re, 0, message.Encode(e.message))
	case disconnect:
		if out, ok := r.outboxes[e.session]; ok {
			out.Finish(e.code, e.reason)
			delete(r.outboxes, e.session)
		}
	case place:
		if out, ok := r.outboxes[e.session]; ok {
			out.Place(e.inside)
		}
	case enforce:
		if out, ok := r.outboxes[e.session]; ok {
			out.Enforce(e.states)
		}
	case inherit:
		if before, ok := r.outboxes[e.from]; ok {
			r.outboxes[e.to].Inherit(before)
			delete(r.outboxes, e.from)
		}
	case save:
		r.writer.put(e.record)
	}
}

func (r *Room) send(session SessionID, re, seq uint64, m message.Encoded) {
	if out, ok := r.outboxes[session]; ok && !out.Send(re, seq, m) {
		r.finished = append(r.finished, session)
	}
}

// ask has the loop run something and waits for its answer.
func (r *Room) ask(do func(now time.Time, m *machine) error) error {
	req := request{do: do, answer: make(chan error, 1)}
	select {
	case r.requests <- req:
		return <-req.answer
	case <-r.ended:
		return errEnded
	}
}

// report tells the loop what became of a message, or of a change of one.
func (r *Room) report(o outcome) {
	_ = r.ask(func(_ time.Time, m *machine) error {
		switch o.record.(type) {
		case said:
			m.stored(o.number, o.failed)
		case doubted:
			m.learned(o.number, o.truth)
		default:
			m.settled(o.number, o.failed)
		}
		return nil
	})
}

// Stop ends the room because the server stops; the meeting goes on in the store.
func (r *Room) Stop() {
	select {
	case r.stopping <- struct{}{}:
	default:
	}
}

// Ended is closed when the room takes no more requests, Done when everything of it is stored too.
func (r *Room) Ended() <-chan struct{} { return r.ended }

// Done is closed when Run has returned.
func (r *Room) Done() <-chan struct{} { return r.done }

// Meeting is what the room was opened with.
func (r *Room) Meeting() Meeting { return r.meeting }

// load reads the meeting, its running occurrence and the end of its chat.
func load(ctx context.Context, cfg Config, records *store.Store, meetingID, occurrence string) (Meeting, history, error) {
	row, err := records.MeetingByID(ctx, meetingID)
	if err != nil {
		return Meeting{}, history{}, fmt.Errorf("opening a room: %w", err)
	}
	held, err := records.OccurrenceByID(ctx, occurrence)
	if err != nil {
		return Meeting{}, history{}, fmt.Errorf("opening a room: %w", err)
	}
	if held.EndedAt != nil || held.MeetingID != meetingID {
		return Meeting{}, history{}, errEnded
	}
	var past history
	if past.page, past.more, err = records.LatestMessages(ctx, meetingID, cfg.HistoryPage); err != nil {
		return Meeting{}, history{}, fmt.Errorf("opening a room: %w", err)
	}
	var numbers []uint64
	for _, m := range past.page {
		numbers = append(numbers, m.Number)
		past.last = m.Number
	}
	if past.reactions, err = records.ReactionsTo(ctx, meetingID, numbers); err != nil {
		return Meeting{}, history{}, fmt.Errorf("opening a room: %w", err)
	}
	if past.standing, err = records.ParticipantsWithStanding(ctx, occurrence); err != nil {
		return Meeting{}, history{}, fmt.Errorf("opening a room: %w", err)
	}
	return Meeting{
		ID: row.ID, Code: row.Code, Title: row.Title, Occurrence: held.ID, StartedAt: held.StartedAt, Settings: SettingsOf(row),
	}, past, nil
}

// SettingsOf are those of a meeting's record.
func SettingsOf(row store.Meeting) Settings {
	return Settings{
		Lobby: row.Lobby, Locked: row.Locked, ChatHistory: message.ChatHistoryFor(row.ChatHistory),
		Permissions: allowedWithout(row.Denied),
	}
}

// recall takes over what the store knows of the occurrence: what hosts decided before a restart holds.
func (m *machine) recall(past history) {
	for _, row := range past.standing {
		known := &standing{
			role: message.Role(row.Role), override: read(row.Overrides), sentBack: row.SentBack, demoted: row.Demoted,
			admitted: row.JoinedAt != nil && !row.SentBack,
		}
		if row.UserID != nil {
			known.user = *row.UserID
		}
		if row.JoinedAt != nil {
			known.since = *row.JoinedAt
		}
		m.known[row.ID] = known
		// The latest decision comes first.
		if _, later := m.devices[row.Device]; !later && row.Device != "" && row.DecidedAt != nil {
			m.devices[row.Device] = known
		}
		if row.RemovedAt != nil {
			m.barred = append(m.barred, barred{id: row.ID, user: known.user, device: row.Device})
		}
	}
}
