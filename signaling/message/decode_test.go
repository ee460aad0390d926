package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// samples has one good message of each type.
var samples = []ClientMessage{
	MeetingJoin{},
	MeetingResume{Seq: 12},
	MeetingLeave{},
	MeetingEnd{},
	Ping{},
	WebRTCOffer{PC: Up, SDP: "v=0", Sources: []UpSource{{MID: "0", Source: Camera}, {MID: "1", Source: Microphone}}},
	WebRTCICECandidate{PC: Down, Candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host"},
	PublicationSet{Source: Screen, Live: true},
	ParticipantToggleAudio{Muted: true},
	ParticipantToggleVideo{},
	ParticipantRename{Name: "Grace"},
	ParticipantRaiseHand{Raised: true, Restore: true},
	ParticipantReact{Emoji: Heart},
	SlotsWish{Wishes: []SlotWish{{MID: "4", Participant: SpeakerWish, Source: Camera, Height: 360, Priority: 9}}, Warm: []WarmWish{{Participant: "p2", Source: Camera}, {Participant: "p2", Source: Screen}}, DataSaver: true, AudioOnly: true},
	StatsReport{Slots: []SlotReport{{MID: "4", Height: 360, Freezes: 2, Frozen: 1250, JitterBuffer: 80}}},
	ChatSend{ClientID: "a-1_B", Text: "first line\nsecond", To: "p2", ReplyTo: 11},
	ChatEdit{Number: 12, Text: "better"},
	ChatDelete{Number: 12},
	ChatReact{Number: 12, Emoji: ThumbsUp, On: true},
	ChatTyping{To: "p2"},
	ChatHistoryRequest{Before: 12, Limit: 100},
	ModerationMute{Hard: true},
	ModerationAskUnmute{Participant: "p2"},
	ModerationStopVideo{Participant: "p2", Hard: true},
	ModerationStopShare{Participant: "p2"},
	ModerationRemove{Participant: "p2"},
	ModerationForgive{Participant: "p2"},
	ModerationAdmit{Participants: []string{"p2", "p3"}},
	ModerationDeny{All: true},
	ModerationSendToLobby{Participant: "p2"},
	ModerationMessageWaiting{Text: "Five minutes"},
	ModerationLock{Locked: true},
	ModerationSettings{Lobby: new(true), ChatHistory: new(HistoryJoined)},
	ModerationRole{Participant: "p2", Role: CoHost},
	ModerationPermissions{Participant: "p2", Permissions: Override{Unmute: new(false), Share: new(true)}, Reset: true},
	ModerationLowerHands{Participant: "p2"},
	ModerationCallOn{},
	ModerationSpotlight{Participants: []string{"p2"}},
}

func TestEveryTypeHasItsEntryAndItsSample(t *testing.T) {
	if len(kinds) != len(clientMessages) || len(samples) != len(clientMessages) {
		t.Fatalf("%d entries, %d samples, %d types", len(kinds), len(samples), len(clientMessages))
	}
	for i, m := range clientMessages {
		kind, ok := kinds[m.clientMessage()]
		if !ok || kind.Type != m.clientMessage() || kind.MaxSize == 0 || kind.decode == nil || kind.Rate >= Rates {
			t.Errorf("%T: entry %+v", m, kind)
		}
		if reflect.TypeOf(samples[i]) != reflect.TypeOf(m) {
			t.Errorf("sample %d is a %T, not a %T", i, samples[i], m)
		}
	}
}

func TestWhatIsEncodedIsDecoded(t *testing.T) {
	for _, want := range samples {
		raw, err := EncodeRequest(7, want)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Decode(raw)
		if err != nil || in.ID != 7 || !reflect.DeepEqual(in.Message, want) {
			t.Errorf("%s: %+v, %v", raw, in, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	text := func(n int) string { return strings.Repeat("a", n) }
	offer := func(data string) string { return `{"v":1,"id":7,"type":"webrtc:offer","data":` + data + `}` }
	wish := func(data string) string { return `{"v":1,"id":7,"type":"slots:wish","data":{"wishes":[` + data + `]}}` }
	warm := func(data string) string {
		return `{"v":1,"id":7,"type":"slots:wish","data":{"wishes":[],"warm":[` + data + `]}}`
	}
	page := make([]string, MaxWarm+1)
	for i := range page {
		page[i] = fmt.Sprintf(`{"participant":"p%d","source":"camera"}`, i)
	}
	chat := func(id, said string) string {
		return fmt.Sprintf(`{"v":1,"id":7,"type":"chat:message","data":{"clientId":%q,"text":%q}}`, id, said)
	}
	report := func(data string) string {
		return `{"v":1,"id":7,"type":"stats:report","data":{"slots":[` + data + `]}}`
	}
	named := func(name string) string {
		return `{"v":1,"id":7,"type":"participant:rename","data":{"name":"` + name + `"}}`
	}
	for name, c := range map[string]struct {
		raw   string
		code  Code
		field string
	}{
		"nothing":                   {"", BadMessage, ""},
		"not JSON":                  {"hello", BadMessage, ""},
		"an array":                  {"[]", BadMessage, ""},
		"a number":                  {"7", BadMessage, ""},
		"cut off":                   {`{"v":1,"type":"ping"`, BadMessage, ""},
		"not UTF-8":                 {"{\"v\":1,\"type\":\"\xff\"}", BadMessage, ""},
		"two values":                {`{"v":1,"type":"ping"}{}`, BadMessage, ""},
		"trailing text":             {`{"v":1,"type":"ping"} x`, BadMessage, ""},
		"not a number":              {`{"v":NaN,"type":"ping"}`, BadMessage, ""},
		"an infinite number":        {`{"v":1e999,"type":"ping"}`, BadMessage, ""},
		"a key twice":               {`{"v":1,"id":7,"type":"ping","type":"meeting:end"}`, BadMessage, ""},
		"a key twice in the data":   {`{"v":1,"type":"participant:toggle-audio","data":{"muted":true,"muted":false}}`, BadMessage, ""},
		"a key in another case":     {`{"v":1,"Type":"ping"}`, BadMessage, ""},
		"an escaped key twice":      {`{"v":1,"type":"ping","t\u0079pe":"meeting:end"}`, BadMessage, ""},
		"an unknown envelope field": {`{"v":1,"type":"ping","admin":true}`, BadMessage, ""},
		"a server's field":          {`{"v":1,"type":"ping","seq":4}`, BadMessage, ""},
		"another message's field":   {`{"v":1,"type":"ping","data":{"muted":true}}`, BadMessage, ""},
		"too deep":                  {`{"v":1,"type":"ping","data":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, BadMessage, ""},
		"a long array":              {`{"v":1,"type":"ping","data":[` + strings.Repeat("0,", 300) + `0]}`, BadMessage, ""},
		"no version":                {`{"type":"ping"}`, BadMessage, ""},
		"another version":           {`{"v":2,"type":"ping"}`, BadMessage, ""},
		"a negative id":             {`{"v":1,"id":-1,"type":"ping"}`, BadMessage, ""},
		"a text as id":              {`{"v":1,"id":"7","type":"ping"}`, BadMessage, ""},
		"no type":                   {`{"v":1,"id":7}`, UnknownType, ""},
		"an unknown type":           {`{"v":1,"id":7,"type":"meeting:explode","data":{}}`, UnknownType, ""},
		"a server's type":           {`{"v":1,"id":7,"type":"meeting:joined","data":{}}`, UnknownType, ""},
		"too large for anything":    {`{"v":1,"type":"` + text(MaxSize) + `"}`, TooLarge, ""},
		"too large for its type":    {`{"v":1,"id":7,"type":"participant:rename","data":{"name":"` + text(small) + `"}}`, TooLarge, ""},
		"a wrong kind of value":     {`{"v":1,"type":"participant:toggle-audio","data":{"muted":"yes"}}`, BadMessage, ""},
		"an offer of no direction":  {offer(`{"pc":"sideways","sdp":"v=0"}`), BadMessage, "pc"},
		"an offer without SDP":      {offer(`{"pc":"up","sdp":"","sources":[{"mid":"0","source":"camera"}]}`), BadMessage, "sdp"},
		"an offer too large":        {offer(`{"pc":"up","sdp":"` + text(MaxSDP+1) + `","sources":[{"mid":"0","source":"camera"}]}`), TooLarge, "sdp"},
		"an offer without sources":  {offer(`{"pc":"up","sdp":"v=0"}`), BadMessage, "sources"},
		"an offer of two cameras":   {offer(`{"pc":"up","sdp":"v=0","sources":[{"mid":"0","source":"camera"},{"mid":"1","source":"camera"}]}`), BadMessage, "sources[1].source"},
		"an offer of one line twice": {
			offer(`{"pc":"down","sdp":"v=0","slots":[{"mid":"0","kind":"audio"},{"mid":"0","kind":"video"}]}`), BadMessage, "slots[1].mid",
		},
		"slots on the way up":      {offer(`{"pc":"up","sdp":"v=0","sources":[{"mid":"0","source":"camera"}],"slots":[{"mid":"1","kind":"audio"}]}`), BadMessage, "slots"},
		"a slot of no kind":        {offer(`{"pc":"down","sdp":"v=0","slots":[{"mid":"0","kind":"smell"}]}`), BadMessage, "slots[0].kind"},
		"a wish for no slot":       {wish(`{"mid":"","participant":"","source":"camera","height":0}`), BadMessage, "wishes[0].mid"},
		"a wish of a wrong id":     {wish(`{"mid":"0","participant":"../x","source":"camera","height":0}`), BadMessage, "wishes[0].participant"},
		"a wish without end":       {wish(`{"mid":"0","participant":"","source":"camera","height":100000}`), BadMessage, "wishes[0].height"},
		"a wish below nothing":     {wish(`{"mid":"0","participant":"","source":"camera","height":-1}`), BadMessage, "wishes[0].height"},
		"two wishes for a slot":    {wish(`{"mid":"0","participant":"","source":"camera","height":0},{"mid":"0","participant":"","source":"camera","height":0}`), BadMessage, "wishes[1].mid"},
		"a page beyond a page":     {warm(strings.Join(page, ",")), BadMessage, "warm"},
		"a page of nobody":         {warm(`{"participant":"","source":"camera"}`), BadMessage, "warm[0].participant"},
		"a page of a wrong id":     {warm(`{"participant":"a b","source":"camera"}`), BadMessage, "warm[0].participant"},
		"a page of sounds":         {warm(page[0] + `,{"participant":"a","source":"microphone"}`), BadMessage, "warm[1].source"},
		"one twice on a page":      {warm(page[0] + "," + page[0]), BadMessage, "warm[1].participant"},
		"a page with heights":      {warm(`{"participant":"a","source":"camera","height":9}`), BadMessage, ""},
		"a report of no slot":      {report(`{"mid":"","height":1}`), BadMessage, "slots[0].mid"},
		"a slot reported twice":    {report(`{"mid":"0"},{"mid":"0"}`), BadMessage, "slots[1].mid"},
		"a report below nothing":   {report(`{"mid":"0","freezes":-1}`), BadMessage, "slots[0].freezes"},
		"a freeze without end":     {report(`{"mid":"0","frozen":3600001}`), BadMessage, "slots[0].frozen"},
		"a report too tall":        {report(`{"mid":"0","height":8193}`), BadMessage, "slots[0].height"},
		"a buffer without end":     {report(`{"mid":"0","jitterBuffer":1e9}`), BadMessage, ""},
		"a saver that is no bool":  {`{"v":1,"id":7,"type":"slots:wish","data":{"wishes":[],"dataSaver":1}}`, BadMessage, ""},
		"a chat without id":        {chat("", "hello"), BadMessage, "clientId"},
		"a chat with a long id":    {chat(text(65), "hello"), BadMessage, "clientId"},
		"a chat with a bad id":     {chat("a b", "hello"), BadMessage, "clientId"},
		"an empty chat":            {chat("a", " \n "), BadMessage, "text"},
		"a long chat":              {chat("a", text(MaxText+1)), TooLarge, "text"},
		"a chat that rings":        {`{"v":1,"id":7,"type":"chat:message","data":{"clientId":"a","text":"ring \u0007"}}`, BadMessage, "text"},
		"an empty name":            {named("  "), BadMessage, "name"},
		"a long name":              {named(text(65)), BadMessage, "name"},
		"a name turned around":     {named(`a\u202eb`), BadMessage, "name"},
		"a name with controls":     {named(`a\u0007b`), BadMessage, "name"},
		"a page too long":          {`{"v":1,"id":7,"type":"chat:history","data":{"limit":101}}`, BadMessage, "limit"},
		"a page below nothing":     {`{"v":1,"id":7,"type":"chat:history","data":{"limit":-1}}`, BadMessage, "limit"},
		"a number below nothing":   {`{"v":1,"id":7,"type":"chat:history","data":{"before":-1}}`, BadMessage, ""},
		"a long candidate":         {`{"v":1,"type":"webrtc:ice-candidate","data":{"pc":"up","candidate":"` + text(maxCandidate+1) + `"}}`, BadMessage, "candidate"},
		"a reaction unheard of":    {`{"v":1,"type":"participant:react","data":{"emoji":"🦖"}}`, BadMessage, "emoji"},
		"a reaction of markup":     {`{"v":1,"type":"chat:react","data":{"number":1,"on":true,"emoji":"<b>"}}`, BadMessage, "emoji"},
		"a reaction to nothing":    {`{"v":1,"type":"chat:react","data":{"on":true,"emoji":"👍"}}`, BadMessage, "number"},
		"an edit to nothing":       {`{"v":1,"type":"chat:edit","data":{"number":1,"text":" "}}`, BadMessage, "text"},
		"an edit of nothing":       {`{"v":1,"type":"chat:edit","data":{"text":"a"}}`, BadMessage, "number"},
		"a long edit":              {`{"v":1,"type":"chat:edit","data":{"number":1,"text":"` + text(MaxText+1) + `"}}`, TooLarge, "text"},
		"nothing to delete":        {`{"v":1,"type":"chat:delete"}`, BadMessage, "number"},
		"a whisper to nobody":      {`{"v":1,"type":"chat:message","data":{"clientId":"a","text":"a","to":"a b"}}`, BadMessage, "to"},
		"typing to nobody":         {`{"v":1,"type":"chat:typing","data":{"to":"*"}}`, BadMessage, "to"},
		"muting nobody":            {`{"v":1,"type":"moderation:mute","data":{"participant":"*"}}`, BadMessage, "participant"},
		"asking nobody":            {`{"v":1,"type":"moderation:ask-unmute"}`, BadMessage, "participant"},
		"removing nobody":          {`{"v":1,"type":"moderation:remove"}`, BadMessage, "participant"},
		"admitting nobody":         {`{"v":1,"type":"moderation:admit"}`, BadMessage, "participants"},
		"admitting all and some":   {`{"v":1,"type":"moderation:admit","data":{"all":true,"participants":["a"]}}`, BadMessage, "participants"},
		"admitting one twice":      {`{"v":1,"type":"moderation:admit","data":{"participants":["a","a"]}}`, BadMessage, "participants[1]"},
		"denying a crowd":          {`{"v":1,"type":"moderation:deny","data":{"participants":["` + strings.Repeat(`a","`, 100) + `b"]}}`, BadMessage, "participants"},
		"a sermon to the lobby":    {`{"v":1,"type":"moderation:message-waiting","data":{"text":"` + text(MaxWaitingText+1) + `"}}`, TooLarge, "text"},
		"no setting":               {`{"v":1,"type":"moderation:settings"}`, BadMessage, "lobby"},
		"a history for some":       {`{"v":1,"type":"moderation:settings","data":{"chatHistory":"some"}}`, BadMessage, "chatHistory"},
		"a role unheard of":        {`{"v":1,"type":"moderation:role","data":{"participant":"a","role":"KING"}}`, BadMessage, "role"},
		"a permission unheard of":  {`{"v":1,"type":"moderation:permissions","data":{"permissions":{"fly":true}}}`, BadMessage, ""},
		"a permission between":     {`{"v":1,"type":"moderation:permissions","data":{"permissions":{"chat":1}}}`, BadMessage, ""},
		"no default to go back to": {`{"v":1,"type":"moderation:permissions","data":{"permissions":{},"reset":true}}`, BadMessage, "reset"},
		"seven in the light":       {`{"v":1,"type":"moderation:spotlight","data":{"participants":["a","b","c","d","e","f","g"]}}`, BadMessage, "participants"},
		"a sequence below nothing": {`{"v":1,"type":"meeting:resume","data":{"seq":-1}}`, BadMessage, ""},
		"an unknown source":        {`{"v":1,"type":"publication:set","data":{"source":"nose","live":true}}`, BadMessage, "source"},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := Decode([]byte(c.raw))
			refused, ok := errors.AsType[Error](err)
			if !ok || refused.Code != c.code || in.Message != nil {
				t.Fatalf("%+v, %v", in, err)
			}
			if _, named := refused.Fields[c.field]; c.field != "" && !named {
				t.Fatalf("fields %v do not name %s", refused.Fields, c.field)
			}
			if strings.Contains(c.raw, `"id":7`) && in.ID != 7 {
				t.Fatalf("the id was lost: %d", in.ID)
			}
		})
	}
}

func TestDepthIsCountedExactly(t *testing.T) {
	nested := func(depth int) []byte {
		return []byte(`{"data":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + `}`)
	}
	if err := checkForm(nested(maxDepth)); err != nil {
		t.Errorf("depth %d: %v", maxDepth, err)
	}
	if err := checkForm(nested(maxDepth + 1)); err == nil {
		t.Errorf("depth %d passes", maxDepth+1)
	}
}

func TestAnEmptyMessageNeedsNoData(t *testing.T) {
	in, err := Decode([]byte(`{"v":1,"id":3,"type":"meeting:join"}`))
	if _, ok := in.Message.(MeetingJoin); err != nil || !ok || in.ID != 3 {
		t.Fatalf("%+v, %v", in, err)
	}
}

func TestCleanName(t *testing.T) {
	for _, c := range []struct{ in, want string }{{" Grace ", "Grace"}, {"Ame\u0301lie", "Am\u00e9lie"}, {"李雷", "李雷"}} {
		if got, err := CleanName(c.in); err != nil || got != c.want {
			t.Errorf("%q: %q, %v", c.in, got, err)
		}
	}
}

func TestEncodedOnceForEverybody(t *testing.T) {
	e := Encode(ParticipantLeft{ID: "p1", Reason: LeftByChoice})
	for _, c := range []struct {
		re, seq uint64
		want    string
	}{
		{0, 0, `{"v":1,"type":"participant:left","data":{"id":"p1","reason":"left"}}`},
		{7, 0, `{"v":1,"re":7,"type":"participant:left","data":{"id":"p1","reason":"left"}}`},
		{0, 42, `{"v":1,"seq":42,"type":"participant:left","data":{"id":"p1","reason":"left"}}`},
	} {
		if got := string(e.Append(nil, c.re, c.seq)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestClientsInGoReadEveryServerMessage(t *testing.T) {
	for _, m := range serverMessages {
		envelope, got, err := DecodeServer(Encode(m).Append(nil, 1, 2))
		if err != nil || reflect.TypeOf(got) != reflect.TypeOf(m) || envelope.Re != 1 || envelope.Seq != 2 {
			t.Errorf("%T: %+v %+v %v", m, envelope, got, err)
		}
	}
	if _, got, err := DecodeServer([]byte(`{"v":1,"type":"from:the-future","data":{}}`)); got != nil || err != nil {
		t.Errorf("an unknown type: %v, %v", got, err)
	}
}

// What passes is understood in the same way when it is written again, and nothing breaks the decoder.
func FuzzDecode(f *testing.F) {
	for _, m := range samples {
		raw, err := EncodeRequest(1, m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, raw := range []string{
		`{"v":1,"type":"ping","type":"meeting:end"}`, `{"v":1,"type":"ping"} {}`, `{"v":1,"id":18446744073709551615,"type":"ping"}`,
		`{"v":1,"type":"ping","data":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}`, `{"v":1.0,"type":"ping"}`, "\ufeff{}", `{"":{"":{}}}`,
		`{"v":1,"type":"participant:rename","data":{"name":"\ud800"}}`, `{"v":1,"type":"slots:wish","data":{"wishes":[],"warm":[]}}`,
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := Decode(raw)
		if err != nil {
			if _, ok := errors.AsType[Error](err); !ok || in.Message != nil {
				t.Fatalf("refused with %v and %+v", err, in)
			}
			return
		}
		again, err := EncodeRequest(in.ID, in.Message)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > in.Kind.MaxSize {
			return
		}
		back, err := Decode(again)
		if err != nil || !reflect.DeepEqual(in.Message, back.Message) || in.ID != back.ID {
			t.Fatalf("%s became %s: %v", raw, again, err)
		}
		var generic map[string]any
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&generic); err != nil {
			t.Fatalf("passed, but is no JSON: %v", err)
		}
	})
}

func TestNamesAreAsTheRESTAPIHasThem(t *testing.T) {
	for _, name := range []string{"\u3164", "\u2800", "\u200b", "a\u2028b", "a\ufeffb", "a\u202eb", "a\u2066b"} {
		if got, err := CleanName(name); err == nil {
			t.Errorf("%q is a name: %q", name, got)
		}
	}
}

func TestTextDoesNotTurnWhatFollows(t *testing.T) {
	for _, r := range "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" {
		for _, m := range []ClientMessage{
			ChatSend{ClientID: "c", Text: "a" + string(r)},
			ChatEdit{Number: 1, Text: "a" + string(r)},
			ModerationMessageWaiting{Text: "a" + string(r)},
		} {
			var f faults
			m.(interface{ check(*faults) }).check(&f)
			if f.fields["text"] == "" {
				t.Errorf("%T with %U passes", m, r)
			}
		}
	}
	// The marks of a direction are part of writing Arabic and Hebrew.
	var f faults
	ChatSend{ClientID: "c", Text: "a\u200fb"}.check(&f)
	if f.fields != nil {
		t.Errorf("refused: %v", f.fields)
	}
}
