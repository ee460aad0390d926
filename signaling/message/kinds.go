package message

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Right is what the sender must be for a message to be looked at. The room decides the rest.
type Right uint8

const (
	// Anybody whose handshake was accepted.
	Anybody Right = iota
	// Present have joined or wait in the lobby.
	Present
	// Members have joined.
	Members
	// Moderators have joined and are host or co-host.
	Moderators
	// Hosts have joined and are host.
	Hosts
)

// Rate is a class of messages that share one limit.
type Rate uint8

const (
	// AnyRate has only the limit over all messages.
	AnyRate Rate = iota
	// ChatRate is for what people type.
	ChatRate
	// OfferRate is for what costs the media server a negotiation.
	OfferRate
	// ToggleRate is for switches and what asks the store.
	ToggleRate
	// HandRate is for hands.
	HandRate
	// ReactRate is for reactions.
	ReactRate
	// TypingRate is for who is writing.
	TypingRate
	// ModerationRate is for what hosts do.
	ModerationRate
	// StatsRate is for what clients report by themselves.
	StatsRate
	// Rates is the number of classes.
	Rates
)

// Kind is what the server knows of a type of client message before it looks inside.
type Kind struct {
	Type  string
	Right Right
	Rate  Rate
	// MaxSize of the whole message in bytes.
	MaxSize int

	decode func(json.RawMessage) (ClientMessage, error)
}

const (
	small = 4 << 10
	// medium leaves room for 4 KiB of text in which every byte is escaped.
	medium = 32 << 10
)

// kinds is the one table of what a client may send.
var kinds = table(
	kind(MeetingJoin.check, Anybody, AnyRate, small),
	kind(MeetingResume.check, Anybody, AnyRate, small),
	kind(MeetingLeave.check, Present, AnyRate, small),
	kind(MeetingEnd.check, Hosts, AnyRate, small),
	kind(Ping.check, Anybody, AnyRate, small),
	kind(WebRTCOffer.check, Members, OfferRate, MaxSize),
	kind(WebRTCICECandidate.check, Members, AnyRate, small),
	kind(PublicationSet.check, Members, ToggleRate, small),
	kind(ParticipantToggleAudio.check, Members, ToggleRate, small),
	kind(ParticipantToggleVideo.check, Members, ToggleRate, small),
	kind(ParticipantRename.check, Present, ToggleRate, small),
	kind(ParticipantRaiseHand.check, Members, HandRate, small),
	kind(ParticipantReact.check, Members, ReactRate, small),
	kind(SlotsWish.check, Members, AnyRate, medium),
	kind(StatsReport.check, Members, StatsRate, medium),
	kind(ChatSend.check, Members, ChatRate, medium),
	kind(ChatEdit.check, Members, ChatRate, medium),
	kind(ChatDelete.check, Members, ChatRate, small),
	kind(ChatReact.check, Members, ReactRate, small),
	kind(ChatTyping.check, Members, TypingRate, small),
	kind(ChatHistoryRequest.check, Members, ToggleRate, small),
	kind(ModerationMute.check, Moderators, ModerationRate, small),
	kind(ModerationAskUnmute.check, Moderators, ModerationRate, small),
	kind(ModerationStopVideo.check, Moderators, ModerationRate, small),
	kind(ModerationStopShare.check, Moderators, ModerationRate, small),
	kind(ModerationRemove.check, Moderators, ModerationRate, small),
	kind(ModerationForgive.check, Moderators, ModerationRate, small),
	kind(ModerationAdmit.check, Moderators, ModerationRate, medium),
	kind(ModerationDeny.check, Moderators, ModerationRate, medium),
	kind(ModerationSendToLobby.check, Moderators, ModerationRate, small),
	kind(ModerationMessageWaiting.check, Moderators, ModerationRate, small),
	kind(ModerationLock.check, Moderators, ModerationRate, small),
	kind(ModerationSettings.check, Moderators, ModerationRate, small),
	kind(ModerationRole.check, Moderators, ModerationRate, small),
	kind(ModerationPermissions.check, Moderators, ModerationRate, small),
	kind(ModerationLowerHands.check, Moderators, ModerationRate, small),
	kind(ModerationCallOn.check, Moderators, ModerationRate, small),
	kind(ModerationSpotlight.check, Moderators, ModerationRate, small),
)

// fieldNames are all names that may be a key of a client's message.
var fieldNames = names()

func kind[M ClientMessage](check func(M, *faults), right Right, rate Rate, maxSize int) Kind {
	var zero M
	return Kind{
		Type: zero.clientMessage(), Right: right, Rate: rate, MaxSize: maxSize,
		decode: func(raw json.RawMessage) (ClientMessage, error) {
			var m M
			if err := strictly(raw, &m); err != nil {
				return nil, Refuse(BadMessage, "The data of "+m.clientMessage()+" is not as it should be.")
			}
			var f faults
			check(m, &f)
			if f.fields != nil {
				return nil, Error{Code: f.code, Message: "A field is not as it should be.", Fields: f.fields}
			}
			return m, nil
		},
	}
}

func table(list ...Kind) map[string]Kind {
	out := make(map[string]Kind, len(list))
	for _, k := range list {
		out[k.Type] = k
	}
	return out
}

func names() map[string]bool {
	out := map[string]bool{}
	collect(reflect.TypeFor[clientEnvelope](), out)
	for _, m := range clientMessages {
		collect(reflect.TypeOf(m), out)
	}
	return out
}

func collect(t reflect.Type, out map[string]bool) {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		collect(t.Elem(), out)
	case reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			out[name] = true
			collect(t.Field(i).Type, out)
		}
	default:
	}
}

// clientMessages and serverMessages are the closed sets of both directions.
var (
	clientMessages = []ClientMessage{
		MeetingJoin{},
		MeetingResume{},
		MeetingLeave{},
		MeetingEnd{},
		Ping{},
		WebRTCOffer{},
		WebRTCICECandidate{},
		PublicationSet{},
		ParticipantToggleAudio{},
		ParticipantToggleVideo{},
		ParticipantRename{},
		ParticipantRaiseHand{},
		ParticipantReact{},
		SlotsWish{},
		StatsReport{},
		ChatSend{},
		ChatEdit{},
		ChatDelete{},
		ChatReact{},
		ChatTyping{},
		ChatHistoryRequest{},
		ModerationMute{},
		ModerationAskUnmute{},
		ModerationStopVideo{},
		ModerationStopShare{},
		ModerationRemove{},
		ModerationForgive{},
		ModerationAdmit{},
		ModerationDeny{},
		ModerationSendToLobby{},
		ModerationMessageWaiting{},
		ModerationLock{},
		ModerationSettings{},
		ModerationRole{},
		ModerationPermissions{},
		ModerationLowerHands{},
		ModerationCallOn{},
		ModerationSpotlight{},
	}
	serverMessages = []ServerMessage{
		OK{},
		Pong{},
		Error{},
		MeetingJoined{},
		MeetingResumed{},
		MeetingWaiting{},
		MeetingEnded{},
		MeetingUpdated{},
		MeetingAnnounced{},
		WebRTCAnswer{},
		WebRTCICEServers{},
		ParticipantJoined{},
		ParticipantLeft{},
		ParticipantUpdated{},
		HandsChanged{},
		ReactionsBurst{},
		SpeakersChanged{},
		SlotsAssigned{},
		LayersWanted{},
		SlotsClock{},
		QualityChanged{},
		ChatMessage{},
		ChatUpdated{},
		ChatHistory{},
		ChatIsTyping{},
		ModerationNotice{},
		PermissionsChanged{},
		OverridesChanged{},
		LobbyChanged{},
	}
)

// Types lists every type that a client may send, in alphabetical order.
func Types() []string { return slices.Sorted(maps.Keys(kinds)) }
