#!/bin/sh
# Runs ground.py on a folder of project files with Shapely and with a PostGIS started for it alone, removed afterwards.
#
#   GETU_EDITS=4000 GETU_DUMP=/tmp/dump cargo test --release --no-default-features --lib store::tests::walk
#   PYTHON=…/venv/bin/python scripts/oracles/ground.sh /tmp/dump
#
# Needs Debian's postgresql and postgresql-15-postgis-3 (or another version) and a Python with shapely. Root lends the
# server to the user `postgres`, which a server must not run as root.
set -eu
here=$(dirname "$0")
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
dir=$(mktemp -d)
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as="runuser -u postgres --"
fi
cd "$dir"
end() {
    $as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap end EXIT
$as "$bin/initdb" -D "$dir/data" -A trust -U oracle >/dev/null
# No port is opened: only a socket in the folder.
$as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-c listen_addresses='' -k $dir -c fsync=off" start >/dev/null
cd - >/dev/null
PGHOST=$dir PGUSER=oracle PGDATABASE=postgres "${PYTHON:-python3}" "$here/ground.py" "$1"
