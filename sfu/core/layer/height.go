package layer

// tallest is what the top layer of a publication is taken to be until its key frames tell.
const tallest = 720

// ForHeight returns the lowest layer that is nearly as tall as wished (90 %), else the
// tallest. heights holds each layer's height in pixels as its key frames told, lowest
// layer first; 0 is unknown: such a layer is taken to be twice as tall as the one below.
func ForHeight(wished int, heights []int) int8 {
	for i := range heights {
		if guess(heights, i)*10 >= wished*9 {
			return int8(i)
		}
	}
	return int8(max(len(heights)-1, 0))
}

// guess is the height of layer i, from the nearest layer whose height is known.
func guess(heights []int, i int) int {
	for below := i; below >= 0; below-- {
		if heights[below] > 0 {
			return heights[below] << (i - below)
		}
	}
	for above := i + 1; above < len(heights); above++ {
		if heights[above] > 0 {
			return heights[above] >> (above - i)
		}
	}
	return tallest >> (len(heights) - 1 - i)
}
