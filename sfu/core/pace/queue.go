package pace

// waiting is an entry in a queue.
type waiting[T any] struct {
	Entry[T]
	frame uint64 // video: number of its frame in its lane
	key   bool   // the whole frame is a key frame
}

// queue is a ring that grows and keeps its size.
type queue[T any] struct {
	ring  []waiting[T] // length is a power of two
	first uint
	count uint
}

func (q *queue[T]) len() int { return int(q.count) }

func (q *queue[T]) at(i uint) *waiting[T] { return &q.ring[(q.first+i)&uint(len(q.ring)-1)] }

func (q *queue[T]) push(w waiting[T]) {
	if q.count == uint(len(q.ring)) {
		grown := make([]waiting[T], max(16, 2*len(q.ring)))
		for i := range q.count {
			grown[i] = *q.at(i)
		}
		q.ring, q.first = grown, 0
	}
	q.count++
	*q.at(q.count - 1) = w
}

func (q *queue[T]) pop() waiting[T] {
	w := *q.at(0)
	*q.at(0) = waiting[T]{} // the item belongs to somebody else now
	q.first++
	q.count--
	return w
}

// remove takes out the entries that gone reports, and keeps the order of the others.
func (q *queue[T]) remove(gone func(*waiting[T]) bool) {
	kept := uint(0)
	for i := range q.count {
		w := *q.at(i)
		if gone(&w) {
			continue
		}
		*q.at(kept) = w
		kept++
	}
	for i := kept; i < q.count; i++ {
		*q.at(i) = waiting[T]{}
	}
	q.count = kept
}
