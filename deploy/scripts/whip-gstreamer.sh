#!/usr/bin/env bash
# Publishes into a meeting and plays it with GStreamer's webrtcbin, a WebRTC of other hands, and fails if the picture and the
# tone that went in do not come out decoded. On Debian and Ubuntu, as root or with sudo, it installs what is missing.
#   whip-gstreamer.sh PLENUM
# PLENUM is the server's binary (`task whip:gstreamer` makes it).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
plenum=$1

needs() {
  pkg-config --exists gstreamer-webrtc-1.0 gstreamer-sdp-1.0 2>/dev/null &&
    command -v gcc curl gst-inspect-1.0 >/dev/null &&
    for element in webrtcbin vp8enc opusenc rtpvp8pay videotestsrc; do gst-inspect-1.0 --exists "$element" || return 1; done
}
packages=(gcc libc6-dev pkg-config curl gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-nice libgstreamer1.0-dev libgstreamer-plugins-bad1.0-dev)
if ! needs; then
  command -v apt-get >/dev/null || { echo "Install GStreamer with webrtcbin, its headers, gcc and curl (on Debian: ${packages[*]})." >&2; exit 1; }
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  echo "Installing GStreamer (170 MB)"
  "${as_root[@]}" apt-get update -q >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}" >/dev/null
  needs || { echo "GStreamer was installed, but lacks webrtcbin or one of its elements." >&2; exit 1; }
fi

work=$(mktemp -d) server=
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$work"
}
trap finish EXIT
read -ra flags <<<"$(pkg-config --cflags --libs gstreamer-webrtc-1.0 gstreamer-sdp-1.0)"
gcc -O1 -Wall -Werror -o "$work/client" "$here/whip-gstreamer.c" "${flags[@]}"

"$plenum" serve --data "$work/data" --listen 127.0.0.1:0 --admin-listen off --media-port 0 --media-address 127.0.0.1 >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  base=$(sed -n 's/^Plenum is ready: open //p' "$work/out")
  [ -z "$base" ] || break
  sleep 0.1
done
[ -n "${base:-}" ] || { cat "$work/log" >&2; exit 1; }

# field NAME reads one value of JSON without a parser of it: our answers have no quotes in these.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
post() { curl -sf -H 'Content-Type: application/json' ${token:+-H "Authorization: Bearer $token"} -d "$2" "$base$1"; }
token=
token=$(post /api/auth/register '{"email":"host@plenum.example","password":"a long enough password","name":"Host"}' | field accessToken)
code=$(post /api/meetings '{"title":"GStreamer"}' | field code)
in=$(post "/api/meetings/$code/streams" '{"kind":"publish","name":"Stage"}' | field token)
out=$(post "/api/meetings/$code/streams" '{"kind":"play","name":"Hall"}' | field token)

echo "Publishing by WHIP"
"$work/client" publish "$base/whip/$code" "$in" 30 >"$work/publish" 2>&1 &
publisher=$!
for _ in $(seq 600); do
  ! grep -q connected "$work/publish" || break
  sleep 0.1
done
echo "Playing by WHEP"
played=0
"$work/client" play "$base/whep/$code" "$out" 8 || played=$?
published=0
wait "$publisher" || published=$?
cat "$work/publish"
if [ "$played" != 0 ] || [ "$published" != 0 ]; then
  echo "The server's log:" >&2
  cat "$work/log" >&2
  exit 1
fi
