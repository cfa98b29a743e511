#!/usr/bin/env bash
# Builds every fuzz target and runs each for a short while (FUZZ_RUNS inputs, default 20,000).
# A crash leaves its input in tests/fuzz/artifacts and ends with an error.
set -euo pipefail
cd "$(dirname "$0")/../tests/fuzz"
runs="${FUZZ_RUNS:-20000}"
export CARGO_TARGET_DIR=../../target
cargo build --locked
mkdir -p artifacts
for source in fuzz_targets/*.rs; do
  target="$(basename "$source" .rs)"
  scratch="$(mktemp -d)"
  echo "fuzz $target: $runs inputs"
  "$CARGO_TARGET_DIR/debug/$target" -runs="$runs" -max_len=4096 -timeout=20 -artifact_prefix=artifacts/ \
    "$scratch" 2>&1 | tail -n 2
  rm -rf "$scratch"
done
