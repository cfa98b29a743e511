#!/bin/sh
# Builds and runs the load client: `run.sh assize --rooms 35 --people 6 --record --seconds 20`.
# Server and client get a scheduling group of their own, so that other programs of this machine
# disturb the delays less; that needs root and is left out without it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
house=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$house/target}
export CARGO_TARGET_DIR="$target"
[ -n "${PREBUILT:-}" ] || {
  (cd "$house" && cargo build --release --locked --quiet)
  (cd "$here" && cargo build --release --locked --quiet --features rivals)
}
group='echo -15 2>/dev/null >/proc/self/autogroup || true; exec "$@"'
kind=$1
shift
case $kind in
  assize | churn | lecture) set -- "$kind" --binary "$target/release/assize" "$@" ;;
  str0m | rtc) set -- forwarder --binary "$target/release/$kind-forwarder" "$@" ;;
  *) set -- "$kind" "$@" ;;
esac
if [ "$kind" = janus ]; then
  # Janus needs an address on a device that is not loopback: both ends of a pair in a namespace.
  exec unshare -n sh -c 'ip link set lo up
    ip link add load-a type veth peer name load-b
    ip addr add 127.0.1.1/32 dev load-a
    ip link set load-a up && ip link set load-b up
    exec "$@"' sh setsid -w sh -c "$group" sh "$target/release/capacity" "$@"
fi
exec setsid -w sh -c "$group" sh "$target/release/capacity" "$@"
