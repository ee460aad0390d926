package assign

// Publication is one source of a participant.
type Publication struct {
	Number      uint32
	Participant string
	Source      uint8
	Live        bool // media may be forwarded
}

// Slot is one m-line of the peer's downstream.
type Slot struct {
	MID  string
	Kind uint8
}

// Wish is what the client wants in a slot.
type Wish struct {
	MID         string
	Participant string
	Speaker     bool // whoever speaks, rather than Participant
	Source      uint8
	Height      int
	Priority    int
}

// Assign maps slots to publications.
func Assign(self string, slots []Slot, wishes []Wish, before map[string]uint32, publications []Publication, loudest []uint32, speakers []string) map[string]uint32 {
	return map[string]uint32{}
}
