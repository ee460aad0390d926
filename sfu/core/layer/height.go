package layer

// ForHeight returns the lowest layer that is nearly as tall as wished (90 %), else the
// tallest. heights holds each layer's height in pixels as its key frames told, lowest
// layer first; 0 is unknown: such a layer is taken only if no known one is tall enough.
func ForHeight(wished int, heights []int) int8 {
	best, unknown := -1, -1
	for i, h := range heights {
		switch {
		case h == 0:
			unknown = i
		case h*10 >= wished*9:
			return int8(i)
		default:
			best = i
		}
	}
	return int8(max(best, unknown, 0))
}
