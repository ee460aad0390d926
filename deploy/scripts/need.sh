#!/usr/bin/env bash
# Checks what cannot be installed from here: Go and Node. One clear sentence each.
#   need.sh go node
set -euo pipefail

fail() {
  echo "$*" >&2
  exit 1
}

# at_least 20.19 20.20.2: is the second version the first or newer?
at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

need_go() {
  local wanted found
  wanted=$(awk '$1 == "go" { print $2; exit }' go.mod)
  command -v go >/dev/null || fail "Go is not installed: Plenum needs Go $wanted or newer."
  found=$(go env GOVERSION)
  found=${found#go}
  at_least "$wanted" "${found%%[- ]*}" || fail "Go $found is too old: Plenum needs Go $wanted or newer."
}

need_node() {
  local wanted=20.19.0 found
  command -v node >/dev/null || fail "Node.js is not installed: the web client needs Node $wanted or newer, with npm."
  command -v npm >/dev/null || fail "npm is not installed: the web client needs it beside Node; most packages of Node bring it along."
  found=$(node --version)
  found=${found#v}
  at_least "$wanted" "$found" || fail "Node $found is too old: the web client needs Node $wanted or newer."
  # The build tools leave out what lies between.
  if at_least 21.0.0 "$found" && ! at_least 22.12.0 "$found"; then
    fail "Node $found cannot build the web client: it needs Node 20 from $wanted on, or 22.12.0 or newer."
  fi
}

for what in "$@"; do
  case $what in
    go) need_go ;;
    node) need_node ;;
    *) fail "need.sh knows go and node, not $what." ;;
  esac
done
