package script

import "strings"

// rule stands between the commands of a block and what came of them.
const rule = "----\n"

// Play has each command of a scenario done, and returns the scenario with what do returned in place of what was written
// below the commands. Blocks are separated by an empty line; empty commands and comments are not done.
func Play(text string, do func(command string) string) string {
	var out strings.Builder
	for i, block := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		if i > 0 {
			out.WriteString("\n")
		}
		commands, _, _ := strings.Cut(block+"\n", rule)
		out.WriteString(strings.TrimRight(commands, "\n") + "\n" + rule)
		for line := range strings.Lines(commands) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				out.WriteString(do(line))
			}
		}
	}
	return out.String()
}
