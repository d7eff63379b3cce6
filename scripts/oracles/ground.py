#!/usr/bin/env python3
"""Asks Shapely, and PostGIS where PGHOST is set, what they make of the ground in project files; exit 1 where they object.

    python scripts/oracles/ground.py DIR

Of every .gpkg in DIR: each cell, community and outline is valid; cells do not overlap and share every vertex
(coverage_is_valid), communities likewise; the area of the union of the cells is the sum of their areas and what the
file says, and none of it lies beyond the outline. `ground.sh` runs it with a PostGIS of its own. Needs shapely.
"""
import glob
import os
import sqlite3
import subprocess
import sys

import numpy as np
import shapely

TABLES = ("cells_grid_1", "cells_grid_0", "outline_grid")
HEADER = 8 + 32  # of a GeoPackage blob with an envelope of four numbers


def near(a, b):
    """Equal but for what floats lose on coordinates of millions of metres."""
    return abs(a - b) <= 1e-3 + 1e-11 * max(abs(a), abs(b))


def rows(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        for t in TABLES:
            found = db.execute(f'SELECT code, geom, area_m2 FROM "{t}" WHERE geom IS NOT NULL').fetchall()
            yield t, [(code, bytes(geom)[HEADER:], area) for code, geom, area in found]


def misfits(parts):
    """Edges that coverage_is_valid objects to, but those it is known to be wrong about.

    Where a hole touches its own ring in a node, GEOS looks at the hole alone and takes an edge of a third polygon that
    leaves from there for one inside: such an edge is let pass if no two polygons have any ground in common.
    """
    if not len(parts) or shapely.coverage_is_valid(parts):
        return []
    touched = set()
    for part in parts:
        seen = set()
        for ring in shapely.get_rings(part):
            places = set(map(tuple, shapely.get_coordinates(ring)))
            touched |= seen & places
            seen |= places
    left, right = shapely.STRtree(parts).query(parts, predicate="intersects")
    over = [(i, j) for i, j in zip(left, right) if i < j and shapely.relate_pattern(parts[i], parts[j], "T********")]
    edges = shapely.get_parts(shapely.coverage_invalid_edges(parts))
    edges = [e for e in edges if not e.is_empty and not touched & set(map(tuple, shapely.get_coordinates(e)))]
    return [e.wkt for e in edges] + [parts[i].representative_point().wkt for i, _ in over]


def by_shapely(path, said):
    ground = {}
    for table, found in rows(path):
        shapes = np.array(shapely.from_wkb([wkb for _, wkb, _ in found])) if found else np.array([])
        for (code, _, area), shape in zip(found, shapes):
            if not shapely.is_valid(shape):
                said.append(f"{path} {table} {code}: {shapely.is_valid_reason(shape)}")
            if not near(shape.area, area):
                said.append(f"{path} {table} {code}: area {shape.area}, the file says {area}")
        parts = shapely.get_parts(shapes) if len(shapes) else shapes
        said += [f"{path} {table}: no valid coverage at {at}" for at in misfits(parts)]
        union = shapely.union_all(shapes) if len(shapes) else shapely.Polygon()
        if not near(union.area, sum(a for _, _, a in found)):
            said.append(f"{path} {table}: union {union.area}, sum {sum(a for _, _, a in found)}")
        ground[table] = union
    for table in TABLES[:2]:
        beyond = shapely.difference(ground[table], ground["outline_grid"]).area
        if not near(ground["outline_grid"].area + beyond, ground["outline_grid"].area):
            said.append(f"{path} {table}: {beyond} m² beyond the outline")


def psql(text):
    run = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1"], input=text, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return run.stdout.splitlines()


def by_postgis(paths, said):
    psql("CREATE EXTENSION IF NOT EXISTS postgis; DROP TABLE IF EXISTS ground;"
         " CREATE TABLE ground (file text, layer text, code text, area float8, geom geometry);")
    for path in paths:
        lines = [f"{os.path.basename(path)}\t{t}\t{code}\t{area!r}\t{wkb.hex()}"
                 for t, found in rows(path) for code, wkb, area in found]
        psql("COPY ground FROM stdin;\n" + "\n".join(lines) + "\n\\.\n")
    said += [f"PostGIS: {line}" for line in psql(
        "SELECT file, layer, code, ST_IsValidReason(geom) FROM ground WHERE NOT ST_IsValid(geom);")]
    said += [f"PostGIS: sum, union: {line}" for line in psql(
        "SELECT * FROM (SELECT file, layer, sum(area) s, ST_Area(ST_Union(geom)) u FROM ground GROUP BY 1, 2) x"
        " WHERE abs(s - u) > 1e-3 + 1e-11 * s;")]
    return psql("SELECT 'PostGIS ' || PostGIS_Lib_Version() || ', ' || count(*) || ' polygons' FROM ground;")[0]


def main():
    paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.gpkg")))
    if not paths:
        sys.exit(f"no .gpkg in {sys.argv[1]}")
    said = []
    for path in paths:
        by_shapely(path, said)
    print(f"Shapely {shapely.__version__} (GEOS {shapely.geos_version_string}): {len(paths)} files")
    if os.environ.get("PGHOST"):
        print(by_postgis(paths, said))
    else:
        print("skipped: PostGIS: PGHOST is not set")
    print("\n".join(said) or "no objection")
    sys.exit(bool(said))


main()
