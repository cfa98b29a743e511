#!/usr/bin/env bash
# Installs the Debian packages that building (`build`) or testing (`tests`) needs and that are
# missing. Says what it installs; does nothing when all is there.
set -euo pipefail

case "${1:-}" in
  build) packages=(build-essential cmake) ;;
  tests) packages=(build-essential cmake chromium firefox-esr ffmpeg fonts-noto-cjk iproute2 nftables procps) ;;
  *) echo "usage: $0 build|tests" >&2; exit 2 ;;
esac

for program in cargo node npm; do
  command -v "$program" >/dev/null || { echo "Missing: $program. Install Rust (rustup) and Node.js 20 first." >&2; exit 2; }
done

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing: ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
