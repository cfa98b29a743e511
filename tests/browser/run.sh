#!/usr/bin/env bash
# Runs the browser tests (or one named file without its ending) in a network namespace of their own:
# 198.51.100.1 on a veth pair whose two ends both lie inside, so that nothing leaves it and Firefox,
# which never offers loopback addresses, has one to offer.
set -euo pipefail
cd "$(dirname "$0")"
[ -d node_modules/puppeteer-core ] || npm ci

name="assize-$$"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" ip netns add "$name"
trap '"${as_root[@]}" ip netns del "$name"' EXIT
inside=("${as_root[@]}" ip netns exec "$name")
"${inside[@]}" ip link set lo up
"${inside[@]}" ip link add court0 type veth peer name court1
# Without link-local IPv6, whose address becomes valid only seconds later: browsers take that for a
# change of network.
"${inside[@]}" ip link set court0 addrgenmode none
"${inside[@]}" ip link set court1 addrgenmode none
"${inside[@]}" ip addr add 198.51.100.1/24 dev court0
"${inside[@]}" ip link set court0 up
"${inside[@]}" ip link set court1 up
"${inside[@]}" ip route add default via 198.51.100.2 dev court0

file="${1:-hearing}.test.mjs"
# What is looked at or measured by hand is no test.
[ -e "$file" ] || file="$1.mjs"
if [[ "$file" == *.test.mjs ]]; then
  "${inside[@]}" env "PATH=$PATH" "HOME=$HOME" node --test --test-concurrency=1 "$file"
else
  "${inside[@]}" env "PATH=$PATH" "HOME=$HOME" node "$file" "${@:2}"
fi
