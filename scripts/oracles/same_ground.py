#!/usr/bin/env python3
"""Compares two GeoJSON files of polygons by a property: how far the ground of each pair differs.

    same_ground.py A.geojson KEY_A B.geojson KEY_B METRES_PER_UNIT

Prints how many pairs there are, the sum of the areas in one and not the other, and the largest such area over the
perimeter, in metres: what a border lies off on average. Needs shapely.
"""
import json
import sys

from shapely import make_valid
from shapely.geometry import shape


def load(path, key):
    features = json.load(open(path))["features"]
    return {str(f["properties"][key]): make_valid(shape(f["geometry"])) for f in features}


def main():
    a_path, a_key, b_path, b_key, metres = sys.argv[1:]
    a, b, m = load(a_path, a_key), load(b_path, b_key), float(metres)
    pairs = [(a[k].symmetric_difference(b[k]).area * m * m, b[k].length * m, k) for k in b if k in a]
    area, perimeter, code = max(pairs, key=lambda p: p[0] / p[1])
    print(f"{len(pairs)} pairs of {len(a)} and {len(b)}; {sum(p[0] for p in pairs):.3f} m² in one only; "
          f"most off {code}: {area:.3f} m² on {perimeter:.1f} m of border, {1000 * area / perimeter:.3f} mm")


if __name__ == "__main__":
    main()
