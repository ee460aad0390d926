package message

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Emojis are the reactions that there are.
var Emojis = []Emoji{ThumbsUp, Heart, Clapping, Laughing, Party, Surprised, Sad, Thinking, ThumbsDown, Thanks}

func (e Emoji) check(f *faults, field string) {
	f.need(slices.Contains(Emojis, e), field, "not one of the reactions")
}

func (m ChatSend) check(f *faults) {
	f.need(ValidID(m.ClientID), "clientId", "1 to 64 letters, digits, - or _")
	f.text("text", m.Text, MaxText)
	f.need(m.To == "" || ValidID(m.To), "to", "not an id")
}

func (m ChatEdit) check(f *faults) {
	f.need(m.Number > 0, "number", "required")
	f.text("text", m.Text, MaxText)
}

func (m ChatDelete) check(f *faults) { f.need(m.Number > 0, "number", "required") }

func (m ChatReact) check(f *faults) {
	f.need(m.Number > 0, "number", "required")
	m.Emoji.check(f, "emoji")
}

func (m ChatTyping) check(f *faults) { f.need(m.To == "" || ValidID(m.To), "to", "not an id") }

func (m ChatHistoryRequest) check(f *faults) {
	f.need(m.Limit >= 0 && m.Limit <= MaxPage, "limit", fmt.Sprintf("0 to %d", MaxPage))
}

// text is what people write to each other: some of it visible, all of it harmless to a terminal.
func (f *faults) text(field, text string, most int) {
	if len(text) > most {
		f.addAs(TooLarge, field, fmt.Sprintf("at most %d bytes", most))
	}
	f.need(strings.TrimSpace(text) != "", field, "required")
	f.need(!strings.ContainsFunc(text, isControl), field, "no control characters")
}

// isControl says whether a character has no place in chat text.
func isControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || turnsText(r)
}

// turnsText says whether a character sets the direction of all that follows it, the lines of others too.
func turnsText(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
