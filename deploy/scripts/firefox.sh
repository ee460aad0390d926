#!/usr/bin/env bash
# Prints the path of the Firefox that the browser tests drive.
set -euo pipefail

if [ -n "${FIREFOX_PATH:-}" ]; then
  [ -x "$FIREFOX_PATH" ] || {
    echo "FIREFOX_PATH names $FIREFOX_PATH, which cannot be run." >&2
    exit 1
  }
  echo "$FIREFOX_PATH"
  exit
fi

for name in firefox-esr firefox; do
  # Ubuntu's firefox is a script that asks for a snap: only a browser that answers counts.
  if path=$(command -v "$name") && "$path" --version >/dev/null 2>&1; then
    echo "$path"
    exit
  fi
done
echo "No Firefox was found: install one (on Debian firefox-esr), or set FIREFOX_PATH." >&2
exit 1
