#!/bin/sh
# Runs the same loads against Assize and what it is compared with, one after the other, and prints
# the table of ratios: `compare.sh` or `compare.sh "35 6" "20 5"`. Rows go to $ROWS as well.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rows=${ROWS:-$(mktemp)}
servers=${SERVERS:-assize str0m rtc janus}
seconds=${SECONDS_EACH:-12}
[ $# -gt 0 ] || set -- "5 5" "10 5" "20 5"
for load in "$@"; do
  rooms=${load% *}
  people=${load#* }
  for server in $servers; do
    # One that does not bear the load leaves a row out; the others still count.
    "$here/run.sh" "$server" --rooms "$rooms" --people "$people" --seconds "$seconds" >>"$rows" ||
      echo "$server did not finish $rooms x $people" >&2
    PREBUILT=1
    export PREBUILT
  done
done
"${CARGO_TARGET_DIR:-$here/../../target}/release/capacity" table <"$rows"
