package room

import "time"

// Break asks the room for something that panics.
func (r *Room) Break() error {
	return r.ask(func(time.Time, *machine) error { panic("a fault") })
}
