#!/usr/bin/env bash
# bench-whole.sh BINARY [SCENARIO…]: play load tests against a fresh server, one after the other, and print the figures
# side by side. Server and bots are processes of their own; only the server's time is counted. Nothing else should run.
set -euo pipefail

plenum=$1
shift
scenarios=("$@")
if [ ${#scenarios[@]} -eq 0 ]; then
	scenarios=(bench-webinar bench-meeting bench-audio)
fi

work=$(mktemp -d)
server=
finish() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$work"
}
trap finish EXIT

reports=()
failed=0
for scenario in "${scenarios[@]}"; do
	name=$(basename "$scenario" .yaml)
	data=$work/data-$name
	# The meeting is made here, so that the server hashes no password: that takes more memory than many viewers.
	code=$("$plenum" seed --data "$data" | sed -n 's/.*has the code //p')
	"$plenum" serve --data "$data" --listen 127.0.0.1:0 --admin-listen off --media-port 0 --media-address 127.0.0.1 \
		--guest-joins 10000 --log-level warn >"$work/$name.out" 2>"$work/$name.err" &
	server=$!
	for _ in $(seq 100); do
		url=$(sed -n 's/.*open \(http:[^ ]*\).*/\1/p' "$work/$name.out")
		if [ -n "$url" ] || ! kill -0 "$server" 2>/dev/null; then break; fi
		sleep 0.1
	done
	if [ -z "$url" ]; then
		echo "bench-whole: the server did not start:" >&2
		cat "$work/$name.err" >&2
		exit 1
	fi
	echo "$scenario" >&2
	"$plenum" loadtest "$scenario" --server "$url" --meeting "$code" --pid "$server" --json "$work/$name.json" >"$work/$name.table" || failed=$?
	if [ "$failed" -ne 0 ]; then
		cat "$work/$name.table"
	fi
	if [ -f "$work/$name.json" ]; then
		reports+=("$work/$name.json")
	fi
	kill "$server"
	wait "$server" 2>/dev/null || true
	server=
done
"$plenum" loadtest compare "${reports[@]}"
exit "$failed"
