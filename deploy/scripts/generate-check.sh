#!/usr/bin/env bash
# Generates everything anew and fails if that changes the tree: a committed file is then not what its source says.
#   generate-check.sh COMMAND…
set -euo pipefail

state() {
  git status --porcelain
  git diff
}

before=$(state)
"$@"
after=$(state)
if [ "$before" != "$after" ]; then
  diff <(echo "$before") <(echo "$after") || true
  echo "Generated files differ from their source: run 'task generate' and commit the result." >&2
  exit 1
fi
