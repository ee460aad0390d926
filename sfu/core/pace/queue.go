package pace

// waiting is an entry in a queue.
type waiting[T any] struct {
	Entry[T]
	frame uint64 // video: number of its frame in its lane
	order uint64 // in which it came, among all
	key   bool   // the whole frame is a key frame
	gap   bool   // what came right before it in its lane was dropped
	next  int32  // in its queue, 0 is none
}

// pool is the memory of all queues of a pacer. It grows and keeps its size.
type pool[T any] struct {
	nodes []waiting[T] // from 1 on
	free  int32        // first node that is not in use, 0 is none
}

// queue is a list in a pool.
type queue struct {
	first, last int32 // 0 is none
}

func (q *pool[T]) at(i int32) *waiting[T] { return &q.nodes[i] }

// push appends a node to a queue and returns it, to be filled. Nodes move at the next push.
func (q *pool[T]) push(to *queue) *waiting[T] {
	i := q.free
	if i == 0 {
		if len(q.nodes) == 0 {
			q.nodes = make([]waiting[T], 1, 16)
		}
		q.nodes = append(q.nodes, waiting[T]{})
		i = int32(len(q.nodes) - 1) //nolint:gosec // bounded by what may wait
	} else {
		q.free = q.nodes[i].next
		q.nodes[i].next = 0
	}
	if to.first == 0 {
		to.first = i
	} else {
		q.nodes[to.last].next = i
	}
	to.last = i
	return &q.nodes[i]
}

// pop takes the first node out of a queue that has one. It is valid until the next push.
func (q *pool[T]) pop(from *queue) *waiting[T] {
	i := from.first
	if from.first = q.nodes[i].next; from.first == 0 {
		from.last = 0
	}
	q.release(i)
	return &q.nodes[i]
}

func (q *pool[T]) release(i int32) {
	q.nodes[i].next, q.free = q.free, i
}

// remove takes out the nodes that gone reports, and keeps the order of the others.
func (q *pool[T]) remove(from *queue, gone func(*waiting[T]) bool) {
	before := int32(0)
	for i := from.first; i != 0; {
		w := &q.nodes[i]
		next := w.next
		if !gone(w) {
			before, i = i, next
			continue
		}
		if before == 0 {
			from.first = next
		} else {
			q.nodes[before].next = next
		}
		if next == 0 {
			from.last = before
		}
		*w = waiting[T]{} // the item belongs to somebody else now
		q.release(i)
		i = next
	}
}
