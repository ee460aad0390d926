package metrics

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// query is what an expression of PromQL asks for. It is read as far as names go: brackets have to match, functions to be known,
// and every metric and label is found.
type query struct {
	metrics []selector
	groups  []string // labels of by, without, on, ignoring and group_left
}

// selector is one metric with its matchers.
type selector struct {
	name     string
	matchers []matcher
}

type matcher struct{ label, op, value string }

var (
	tokens = regexp.MustCompile(`^(?:\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9][0-9.]*(?:e[+-]?[0-9]+)?|\[[^\]]*\]|=~|!~|!=|==|>=|<=|[-+*/%^<>=(){},])`)
	ranges = regexp.MustCompile(`^\[(?:[0-9]+[smhd]|\$__rate_interval)\]$`)
	word   = regexp.MustCompile(`^[a-zA-Z_:]`)

	functions  = []string{"rate", "increase", "histogram_quantile", "avg_over_time"}
	aggregates = []string{"sum", "max", "min", "avg", "count"}
	groupings  = []string{"by", "without", "on", "ignoring", "group_left", "group_right"}
	operators  = []string{"and", "or", "unless", "bool"}
)

func parseQuery(text string) (q query, err error) {
	list, err := tokenize(text)
	if err != nil {
		return q, err
	}
	var open []string
	for i := 0; i < len(list); i++ {
		token, next := list[i], ""
		if i+1 < len(list) {
			next = list[i+1]
		}
		switch {
		case token == "(":
			open = append(open, token)
		case token == ")":
			if len(open) == 0 {
				return q, fmt.Errorf("a ) too many in %q", text)
			}
			open = open[:len(open)-1]
		case strings.HasPrefix(token, "["):
			if !ranges.MatchString(token) {
				return q, fmt.Errorf("%s is no range, in %q", token, text)
			}
		case !word.MatchString(token), slices.Contains(operators, token):
		case slices.Contains(groupings, token):
			labels, n, err := labelList(list[i+1:])
			if err != nil {
				return q, fmt.Errorf("after %s in %q: %w", token, text, err)
			}
			q.groups, i = append(q.groups, labels...), i+n
		case slices.Contains(aggregates, token), slices.Contains(functions, token):
			if next != "(" && !slices.Contains(groupings, next) {
				return q, fmt.Errorf("%s wants something in brackets, in %q", token, text)
			}
		case next == "(":
			return q, fmt.Errorf("no function is called %s, in %q", token, text)
		default:
			s := selector{name: token}
			if next == "{" {
				var n int
				if s.matchers, n, err = matcherList(list[i+1:]); err != nil {
					return q, fmt.Errorf("after %s in %q: %w", token, text, err)
				}
				i += n
			}
			q.metrics = append(q.metrics, s)
		}
	}
	if len(open) > 0 {
		return q, fmt.Errorf("a ( too many in %q", text)
	}
	return q, nil
}

func tokenize(text string) (list []string, err error) {
	for rest := text; rest != ""; {
		token := tokens.FindString(rest)
		if token == "" {
			return nil, fmt.Errorf("%q makes no sense, in %q", rest, text)
		}
		rest = rest[len(token):]
		if strings.TrimSpace(token) != "" {
			list = append(list, token)
		}
	}
	return list, nil
}

// labelList reads "(a, b)" and says how many tokens that were.
func labelList(list []string) (labels []string, n int, err error) {
	end := slices.Index(list, ")")
	if len(list) == 0 || list[0] != "(" || end < 0 {
		return nil, 0, fmt.Errorf("no list of labels")
	}
	for i, token := range list[1:end] {
		if comma := i%2 == 1; comma != (token == ",") || !comma && !word.MatchString(token) {
			return nil, 0, fmt.Errorf("%q in a list of labels", token)
		}
		if token != "," {
			labels = append(labels, token)
		}
	}
	return labels, end + 1, nil
}

// matcherList reads "{a="b", c=~"d"}" and says how many tokens that were.
func matcherList(list []string) (matchers []matcher, n int, err error) {
	end := slices.Index(list, "}")
	if end < 0 || end%4 != 0 {
		return nil, 0, fmt.Errorf("no list of matchers")
	}
	for at := 1; at < end; at += 4 {
		m := matcher{label: list[at], op: list[at+1], value: strings.Trim(list[at+2], `"'`)}
		if !word.MatchString(m.label) || !slices.Contains([]string{"=", "!=", "=~", "!~"}, m.op) || !strings.ContainsAny(list[at+2][:1], `"'`) {
			return nil, 0, fmt.Errorf("%s %s %s is no matcher", m.label, m.op, list[at+2])
		}
		if at+3 < end && list[at+3] != "," {
			return nil, 0, fmt.Errorf("%q between matchers", list[at+3])
		}
		matchers = append(matchers, m)
	}
	return matchers, end + 1, nil
}
