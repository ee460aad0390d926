#!/usr/bin/env bash
# Runs every fuzz target of the tree for a while. What one finds stays as a seed under testdata/fuzz.
#   fuzz.sh 10s
set -euo pipefail
time=${1:?"how long per target, for example 10s"}

found=0
while IFS=: read -r file target; do
  found=$((found + 1))
  printf '\n==> %s in %s\n' "$target" "$(dirname "$file")"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$(dirname "$file")"
done < <(git ls-files '*_test.go' | xargs grep -Ho '^func Fuzz[A-Za-z0-9_]*' | sed 's/func //' | sort)

if [ "$found" -eq 0 ]; then
  echo "No fuzz target was found." >&2
  exit 1
fi
