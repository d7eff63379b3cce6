#!/bin/sh
# Runs everything that must hold: format, lints, the kernel without window and PROJ, then all tests.
set -eu
cd "$(dirname "$0")"
scripts/setup.sh
cargo fetch --locked # all of them, also those of other systems: their licences are checked
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
cargo clippy --locked --all-targets --no-default-features -- -D warnings
cargo test --locked --no-default-features --lib
cargo test --locked
