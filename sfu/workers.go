package sfu

// workers run the loops of peers, which have something to do once a second or so. A goroutine begins with a small stack, and
// to enlarge it takes longer than most turns of a loop; so a few that are done wait for the next.
type workers struct {
	waiting chan looper // to one that waits
	places  chan struct{}
	stop    chan struct{}
}

// looper is a peer to them.
type looper interface {
	// loop does what is to be done, and returns when there is nothing left.
	loop()
}

// mostWaiting is how many wait at most: they are kept for loops that run one after the other.
const mostWaiting = 4

func newWorkers() workers {
	return workers{waiting: make(chan looper), places: make(chan struct{}, mostWaiting), stop: make(chan struct{})}
}

// run has a peer's loop run on a goroutine of its own.
func (w *workers) run(p looper) {
	select {
	case w.waiting <- p:
	default:
		go w.work(p)
	}
}

func (w *workers) work(p looper) {
	for {
		p.loop()
		select {
		case w.places <- struct{}{}:
		default:
			return
		}
		select {
		case p = <-w.waiting:
			<-w.places
		case <-w.stop:
			return
		}
	}
}

// close ends those that wait.
func (w *workers) close() { close(w.stop) }
