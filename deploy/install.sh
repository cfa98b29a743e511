#!/usr/bin/env bash
# Installs the Debian packages that building (`build`) or testing (`tests`) needs and that are
# missing, and three Python packages. Says what it installs; does nothing when all is there.
set -euo pipefail

case "${1:-}" in
  build) packages=(build-essential cmake ffmpeg fonts-noto-cjk poppler-utils) ;;
  tests) packages=(build-essential cmake chromium firefox-esr ffmpeg fonts-noto-cjk faketime iproute2 nftables poppler-utils procps python3-venv
    python3-gst-1.0 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
    gstreamer1.0-nice ceph-mon ceph-osd radosgw curl) ;;
  *) echo "usage: $0 build|tests" >&2; exit 2 ;;
esac

for program in cargo node npm; do
  command -v "$program" >/dev/null || { echo "Missing: $program. Install Rust (rustup) and Node.js 20 first." >&2; exit 2; }
done

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# aiortc, for devices without a page: the one of Debian 12 does not shake hands with this server.
devices="$(dirname "$0")/../tests/devices/.venv"
if [ "$1" = tests ] && [ ! -e "$devices/installed" ]; then
  echo "Installing: aiortc"
  /usr/bin/python3 -m venv "$devices"
  "$devices/bin/pip" install -q --disable-pip-version-check aiortc==1.16.0
  touch "$devices/installed"
fi

# A recogniser of speech with its English model, and sherpa-onnx with what makes it a model, for the tests
# of what is heard.
speech="$(dirname "$0")/../tests/speech/.venv"
if [ "$1" = tests ] && [ ! -e "$speech/installed-2" ]; then
  echo "Installing: pocketsphinx, sherpa-onnx"
  /usr/bin/python3 -m venv "$speech"
  "$speech/bin/pip" install -q --disable-pip-version-check pocketsphinx==5.1.1 websockets==17.4 \
    sherpa-onnx-bin==2.0.1 sherpa-onnx-core==2.0.1 onnx==1.23.2
  touch "$speech/installed-2"
fi
