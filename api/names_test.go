package api_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fieldNames of a failure, in order.
func fieldNames(a answer) string {
	return strings.Join(slices.Sorted(maps.Keys(a.failure().Fields)), " ")
}

// address makes one of many.
func address(i int) string {
	return fmt.Sprintf("203.0.%d.%d", 113+i/250, 1+i%250)
}
