#!/bin/sh
# Opens the window: on FILE, or on a copy of the sample map. Without a display the same work is done on the
# command line, and the picture is written beside the map.
set -eu
[ $# -gt 0 ] && file=$(realpath -- "$1")
cd "$(dirname "$0")"
scripts/setup.sh
getu() { cargo run --release --locked --quiet -- "$@"; }

if [ -z "${file-}" ]; then
    folder=$(mktemp -d "${TMPDIR:-/tmp}/getu-sample-XXXXXX")
    file="$folder/neighbourhood.gpkg"
    echo "Building (the first time takes some minutes) … 正在编译（首次需要几分钟）…" >&2
    cargo build --release --locked
    getu sample neighbourhood "$file"
fi
if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
    getu "$file"
    exit
fi

echo "No display was found (DISPLAY and WAYLAND_DISPLAY are empty), so the main job runs on the command line." >&2
echo "没有找到显示器，以下在命令行完成主要工作。" >&2
if [ -n "${folder-}" ]; then
    getu edit "$file" sample-maps/neighbourhood.edits.jsonl
fi
getu check "$file" || true
getu stats "$file"
# Beside the sample; of a file of yours in a folder of its own, so that nothing of yours is overwritten.
picture="${folder-$(mktemp -d "${TMPDIR:-/tmp}/getu-picture-XXXXXX")}/$(basename "${file%.gpkg}").png"
getu render "$file" "$picture" --size 1600x1000
echo "$file"
echo "$picture"
