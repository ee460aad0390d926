package estimate

// State says what decides the rate at present.
type State uint8

// The states.
const (
	Starting State = iota
	Steady
	Overuse
	Underuse
	LossLimited
	AppLimited
	Unanswered
	Competing
)

// String explains the state in words that a reader of the debug page understands.
func (s State) String() string {
	switch s {
	case Starting:
		return "starting: little is known of the link yet"
	case Steady:
		return "steady: nothing queues, the rate rises slowly"
	case Overuse:
		return "overuse: packets queue on the way, the rate was lowered"
	case Underuse:
		return "underuse: the queue drains, the rate is held"
	case LossLimited:
		return "loss-limited: loss grows with the rate"
	case AppLimited:
		return "app-limited: we send less than the link carries"
	case Unanswered:
		return "unanswered: no feedback for what is sent"
	case Competing:
		return "competing: another flow fills the queue whatever we send"
	}
	return "unknown"
}
