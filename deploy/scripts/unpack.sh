#!/usr/bin/env bash
# Sees to it that programs of Debian are at hand without installing them: what is missing is downloaded with what it needs, and
# unpacked. No service starts by it. Takes Debian or Ubuntu, unless they are all installed.
#   unpack.sh DIRECTORY PROGRAM=PACKAGE…
# Prints nothing when all is well; the programs are in PATH, /usr/sbin or the same folders below DIRECTORY.
set -euo pipefail
directory=$1
shift

missing=()
for each in "$@"; do
  program=${each%%=*}
  PATH=$PATH:/usr/sbin:/usr/local/sbin:$directory/usr/bin:$directory/usr/sbin command -v "$program" >/dev/null || missing+=("${each#*=}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "Install ${missing[*]} (names of Debian packages)." >&2; exit 1; }
mkdir -p "$directory/archives/partial" "$directory/lists/partial"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
own=(-o "Dir::Cache::archives=$directory/archives" -o Debug::NoLocking=1)
fetch() {
  apt-get "${own[@]}" "$@" install -q -y --no-install-recommends --download-only "${missing[@]}" </dev/null >"$log" 2>&1
}
echo "Downloading ${missing[*]}"
if ! fetch; then
  # The lists of packages may be missing or old, and are fetched beside the system's.
  lists=(-o "Dir::State::lists=$directory/lists")
  apt-get "${own[@]}" "${lists[@]}" update -q >"$log" 2>&1 && fetch "${lists[@]}" ||
    { tail -n 10 "$log" >&2; echo "apt-get could not download ${missing[*]}." >&2; exit 1; }
fi
for archive in "$directory"/archives/*.deb; do
  dpkg -x "$archive" "$directory"
done
