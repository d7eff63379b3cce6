#!/usr/bin/env python3
"""Times shapely's coverage_is_valid on a town's cells: one JSON line of processor time. Called by the bench `check`.

    python scripts/oracles/coverage.py …/data/l/cells_5000 20

The cells lie as raw arrays: rings end to end (.xy.f64), cut at the offsets (.off.u32).
"""
import json
import sys
import time

import numpy as np
import shapely

stem, times = sys.argv[1], int(sys.argv[2])
xy = np.fromfile(stem + ".xy.f64").reshape(-1, 2)
off = np.fromfile(stem + ".off.u32", np.uint32).astype(np.int64)
n = len(off) - 1
cells = shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (off, np.arange(n + 1, dtype=np.int64)))
spent = []
for _ in range(times + 1):
    start = time.process_time()
    valid = bool(shapely.coverage_is_valid(cells))
    spent.append((time.process_time() - start) * 1e3)
    if not valid:
        sys.exit("shapely finds the coverage invalid")
spent = np.array(spent[1:])
print(json.dumps({
    "what": f"shapely {shapely.__version__} coverage_is_valid (GEOS {shapely.geos_version_string})",
    "cells": n,
    "vertices": int(shapely.get_num_coordinates(cells).sum()),
    "n": times,
    "median_ms": round(float(np.median(spent)), 2),
    "p99_ms": round(float(np.percentile(spent, 99)), 2),
}))
