#!/usr/bin/env bash
# Publishes into a meeting and plays it with GStreamer's webrtcbin, a WebRTC of other hands, and fails if the picture and the
# tone that went in do not come out decoded: as VP8, as H.264, and by Debian's whip-client, whose WHIP is of other hands too.
# The gst-launch line of deploy/docs/streams.md is run as well. On Debian and Ubuntu, as root or with sudo, it installs what
# is missing.
#   whip-gstreamer.sh PLENUM
# PLENUM is the server's binary (`task whip:gstreamer` makes it).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
plenum=$1

needs() {
  pkg-config --exists gstreamer-webrtc-1.0 gstreamer-sdp-1.0 2>/dev/null &&
    command -v gcc curl gst-inspect-1.0 whip-client >/dev/null &&
    for element in webrtcbin vp8enc opusenc rtpvp8pay videotestsrc openh264enc openh264dec; do gst-inspect-1.0 --exists "$element" || return 1; done
}
packages=(gcc libc6-dev pkg-config curl gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-nice simple-whip-client libgstreamer1.0-dev libgstreamer-plugins-bad1.0-dev)
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

# passes NAME [h264] plays what the rest of the words publish, and fails if it does not come out, or if it does not end.
failed=
passes() {
  local name=$1 codec=$2 played=0
  shift 2
  echo "$name: publishing by WHIP"
  : >"$work/publish"
  "$@" >"$work/publish" 2>&1 &
  local publisher=$!
  for _ in $(seq 600); do
    ! grep -q 'Connection connected\|^connected' "$work/publish" || break
    sleep 0.1
  done
  echo "$name: playing by WHEP"
  "$work/client" play "$base/whep/$code" "$out" 6 ${codec:+"$codec"} || played=1
  kill -INT "$publisher" 2>/dev/null || true
  local published=0
  wait "$publisher" || published=$?
  # Who is told to stop by a signal may say so.
  if [ "$played" != 0 ] || { [ "$published" != 0 ] && [ "$published" -lt 128 ]; }; then
    failed=1
    cat "$work/publish"
  fi
}

passes VP8 '' "$work/client" publish "$base/whip/$code" "$in" 16
passes H.264 h264 "$work/client" publish "$base/whip/$code" "$in" 16 h264

# Debian's whip-client is linked with libsoup 2.4 and, by way of gupnp below libnice, with libsoup 3, which end a process that
# has both. Nobody needs gupnp here: it gets an empty one.
mkdir "$work/lib"
nice=$(ldd "$(command -v gst-inspect-1.0)" /usr/lib/*/libgstwebrtcnice-1.0.so.0 2>/dev/null | sed -n 's/.*\(libgupnp-igd[^ ]*\) =>.*/\1/p' | head -1)
echo 'void *gupnp_simple_igd_thread_new(void) { return 0; } unsigned long gupnp_simple_igd_get_type(void) { return 0; }
void gupnp_simple_igd_add_port(void) {} void gupnp_simple_igd_remove_port_local(void) {}' |
  gcc -shared -fPIC -Wl,-soname,"${nice:=libgupnp-igd-1.0.so.4}" -x c -o "$work/lib/$nice" -
passes whip-client '' env LD_LIBRARY_PATH="$work/lib" whip-client -o -l 6 -u "$base/whip/$code" -t "$in" \
  -A 'audiotestsrc is-live=true ! audioconvert ! opusenc ! rtpopuspay pt=111 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111' \
  -V 'videotestsrc is-live=true ! videoconvert ! vp8enc deadline=1 keyframe-max-dist=60 ! rtpvp8pay pt=96 ! application/x-rtp,media=video,encoding-name=VP8,payload=96'
# It trickles its candidates by PATCH, and says so when one is refused.
if grep -qi 'trickle.*[45][0-9][0-9]' "$work/publish" || ! grep -q 'Sending candidates: end-of-candidates' "$work/publish"; then
  echo "whip-client: its candidates were not taken" >&2
  failed=1
fi

# Where there is no whipsink, what the page has before it is at least a pipeline that runs.
line=$(sed -n '/^gst-launch-1.0 whipsink/,/[^\\]$/p' "$here/../docs/streams.md")
gst-inspect-1.0 --exists whipsink || line=${line/whipsink name=out whip-endpoint=\"\$URL\" auth-token=\"\$TOKEN\"/webrtcbin name=out}
[[ $line == gst-launch* ]] || { echo "The page has no line of gst-launch." >&2; failed=1; }
echo "Running: $line"
ran=0
URL="$base/whip/$code" TOKEN="$in" timeout -s INT 10 bash -c "$line" >"$work/launch" 2>&1 || ran=$?
if [ "$ran" != 124 ] && [ "$ran" != 0 ] && [ "$ran" != 130 ] || grep -qi 'erroneous pipeline' "$work/launch"; then
  cat "$work/launch" >&2
  failed=1
fi

ended=$(grep -c 'msg="stream ended".*reason=left' "$work/log" || true)
if [ "$ended" -lt 6 ]; then
  echo "$ended streams have ended of their own, of 6." >&2
  failed=1
fi
if [ -n "$failed" ]; then
  echo "The server's log:" >&2
  cat "$work/log" >&2
  exit 1
fi
