#!/usr/bin/env bash
# One stage of a long run: says its name, shows and keeps its output, says how long it took.
#   stage.sh begin                     forget the stages of the last run
#   stage.sh run "Web build" COMMAND…  run one that the others need: if it fails, so does the script
#   stage.sh try "Go tests" COMMAND…   run one that the others can do without: its failure is noted for the verdict
#   stage.sh verdict                   fail if any has failed
#   stage.sh end                       the stages with their times, and what each test runner said at its end
set -uo pipefail
logs=${PLENUM_STAGES:-.tmp/stages}

run() {
  local title=$1 name began code took
  shift
  name=$(echo "$title" | tr 'A-Z ' 'a-z-')
  mkdir -p "$logs"
  printf '\n==> %s\n' "$title"
  began=$(date +%s)
  "$@" 2>&1 | tee "$logs/$name.log"
  code=${PIPESTATUS[0]}
  took=$(($(date +%s) - began))
  if [ "$code" -eq 0 ]; then
    printf '<== %s: %d s\n' "$title" "$took"
    printf '%6d s  ok      %s\n' "$took" "$title" >>"$logs/times"
  else
    printf '<== %s: failed after %d s\n' "$title" "$took"
    printf '%6d s  failed  %s\n' "$took" "$title" >>"$logs/times"
  fi
  return "$code"
}

# The closing lines of go test, vitest and playwright, found by their form.
summary() {
  local log=$1
  sed $'s/\x1b\\[[0-9;]*m//g' "$log" | grep -E \
    -e '^(ok|FAIL|---[ ]FAIL:|panic:)[[:space:]]' \
    -e '^[[:space:]]*(Test Files|Tests)[[:space:]]+[0-9]' \
    -e '^[[:space:]]*[0-9]+ (passed|failed|flaky|skipped|did not run)'
}

end() {
  [ -f "$logs/times" ] || exit 0
  printf '\n==> Summary\n'
  local name
  for name in go-tests web-unit-tests browser-tests; do
    [ -f "$logs/$name.log" ] || continue
    printf '%s:\n' "$name"
    summary "$logs/$name.log"
  done
  cat "$logs/times"
  awk '{ sum += $1 } END { printf "%6d s  in all\n", sum }' "$logs/times"
}

case ${1:-} in
  begin) rm -rf "$logs" ;;
  run) shift && run "$@" ;;
  try)
    shift
    run "$@" || true
    ;;
  verdict)
    if grep -q ' failed ' "$logs/times"; then
      echo "Failed: $(sed -n 's/.* failed *//p' "$logs/times" | paste -s -d , | sed 's/,/, /g')" >&2
      exit 1
    fi
    ;;
  end) end ;;
  *)
    echo "stage.sh knows begin, run, try, verdict and end." >&2
    exit 2
    ;;
esac
