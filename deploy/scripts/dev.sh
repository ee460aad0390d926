#!/usr/bin/env bash
# Development: the server, built and started anew at each change of Go or SQL, beside vite with its hot reload.
# Ctrl-C ends both.
set -euo pipefail

mkdir -p .tmp
# As the other tasks compile, so that what they have compiled serves here too.
export CGO_ENABLED=0 GOFLAGS=-trimpath
stamp=.tmp/dev.stamp
binary=.tmp/plenum-dev
server=
web=

finish() {
  trap '' INT TERM
  stop_server
  [ -z "$web" ] || kill "$web" 2>/dev/null || true
  wait || true
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}

changed() {
  [ -n "$(find . -path ./webclient/node_modules -prune -o -path ./.git -prune -o \
    \( -name '*.go' -o -name '*.sql' -o -name go.mod \) -newer "$stamp" -print -quit)" ]
}

# Exec, so that the id is vite's own and not that of an npm around it.
(cd webclient && exec node node_modules/vite/bin/vite.js --clearScreen false) &
web=$!

while kill -0 "$web" 2>/dev/null; do
  touch "$stamp"
  # The old server goes on while the new one is built, and stays if that fails.
  if go build -o "$binary.next" ./cmd/plenum; then
    stop_server
    mv "$binary.next" "$binary"
    "$binary" serve --log-level debug --origin http://localhost:5173 "$@" &
    server=$!
  fi
  until changed; do
    kill -0 "$web" 2>/dev/null || break
    sleep 0.5
  done
done
