#!/usr/bin/env bash
# bench-compare.sh REV [ROUNDS]: measures another revision and the files as they are in turns (A B A B), and prints both
# side by side. The difference is to be believed where it is larger than that of the floor and of the seal.
set -euo pipefail

revision=${1:?bench-compare.sh REV [ROUNDS]}
rounds=${2:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/plenum-compare.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir "$work/tree"
git archive "$revision" | tar -x -C "$work/tree"
for package in egress core/forward; do
  (cd "$work/tree" && go test -c -o "$work/before-$(basename $package)" "./sfu/$package")
  go test -c -o "$work/after-$(basename $package)" "./sfu/$package"
done
for round in $(seq "$rounds"); do
  for which in before after; do
    echo "Round $round of $rounds, $which" >&2
    {
      "$work/$which-forward" -test.run '^$' -test.bench '^BenchmarkForward$' -test.benchtime 1x
      EGRESS_TEST="$work/$which-egress" bash deploy/scripts/bench-egress.sh
    } >>"$work/$which.txt"
  done
done
go run ./deploy/benchtable -compare "$work/before.txt" "$work/after.txt"
