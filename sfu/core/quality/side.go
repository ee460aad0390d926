package quality

// Grade is a score in words.
type Grade uint8

// The grades.
const (
	Good Grade = iota
	Fair
	Poor
	Lost
)

// GradeOf returns the grade of a score.
func GradeOf(score int) Grade {
	switch {
	case score >= good:
		return Good
	case score >= poor:
		return Fair
	case score >= lost:
		return Poor
	}
	return Lost
}

// String returns the grade for people.
func (g Grade) String() string {
	switch g {
	case Good:
		return "good"
	case Fair:
		return "fair"
	case Poor:
		return "poor"
	case Lost:
		return "lost"
	}
	return "unknown"
}

// Side says whose connection is bad when a picture or a voice is.
type Side uint8

// The sides.
const (
	Neither Side = iota
	Yours
	Theirs
	Both
)

// String returns the verdict for people, empty if there is nothing to say.
func (s Side) String() string {
	switch s {
	case Neither:
		return ""
	case Yours:
		return "your connection"
	case Theirs:
		return "their connection"
	case Both:
		return "both connections"
	}
	return "unknown"
}

const apart = 25 // points by which one side is clearly the worse

// Blame says which side is bad: yours is the score of the viewer's downstream, theirs that of
// the publisher's upstream.
func Blame(yours, theirs int) Side {
	switch {
	case yours >= good && theirs >= good:
		return Neither
	case theirs >= good || yours+apart <= theirs:
		return Yours
	case yours >= good || theirs+apart <= yours:
		return Theirs
	}
	return Both
}
