#!/usr/bin/env python3
"""Opens a project of ours in QGIS itself and says what QGIS sees; exit 1 where that is not what we wrote.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 scripts/oracles/in_qgis.py GETU FILE.gpkg [FILE.gpkg ...]

GETU is our program. Needs Debian's qgis and python3-qgis. Checked of every feature table: QGIS loads it, its CRS is
the project's, its count is that of sqlite's own table, every geometry is valid by QGIS and by GEOS, and features can
be edited in an edit buffer that is then rolled back. Of the whole: the counts of buildings, cells and so on are those
of `getu info --json`.
"""
import json
import os
import sqlite3
import subprocess
import sys

from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsVectorLayer, QgsWkbTypes, Qgis


def tables(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT c.table_name, s.organization, s.organization_coordsys_id, s.definition"
            " FROM gpkg_contents c JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id"
            " WHERE c.data_type = 'features' ORDER BY 1"
        ).fetchall()
        return [(t, f"{o}:{i}", d, db.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0]) for t, o, i, d in rows]


def check(getu, path):
    faults = []
    seen = {}
    for name, code, definition, count in tables(path):
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        if not layer.isValid():
            faults.append(f"{name}: QGIS does not load it")
            continue
        bad = [f.id() for f in layer.getFeatures() if f.hasGeometry() and not f.geometry().isGeosValid()]
        n = sum(1 for _ in layer.getFeatures())
        seen[name] = n
        crs = layer.crs()
        wanted = QgsCoordinateReferenceSystem(code) if code.startswith("EPSG") else None
        if not crs.isValid():
            faults.append(f"{name}: no CRS")
        elif wanted is not None and crs != wanted:
            faults.append(f"{name}: CRS {crs.authid()}, not {code}")
        if n != count:
            faults.append(f"{name}: {n} features, not {count}")
        if bad:
            faults.append(f"{name}: {len(bad)} invalid, the first has fid {bad[0]}")
        extent = layer.extent()
        if n and extent.isEmpty() and layer.geometryType() != 0:
            faults.append(f"{name}: empty extent")
        kind = QgsWkbTypes.displayString(layer.wkbType())
        print(f"  {name:24} {n:8}  {kind:14} {crs.authid() or crs.description() or crs.toProj()}")
        if n and layer.startEditing():
            first = next(layer.getFeatures())
            if not layer.deleteFeature(first.id()):
                faults.append(f"{name}: cannot be edited")
            layer.rollBack()
    counts = json.loads(subprocess.run([getu, "info", path, "--json"], check=True, capture_output=True).stdout)["counts"]
    for kind in ("buildings", "courtyards", "facilities", "incidents"):
        if seen.get(kind, 0) != counts[kind]:
            faults.append(f"{kind}: QGIS counts {seen.get(kind, 0)}, getu {counts[kind]}")
    print(f"  getu counts {counts}")
    return faults


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    print("QGIS", Qgis.QGIS_VERSION)
    wrong = 0
    for path in sys.argv[2:]:
        print(path)
        for fault in check(sys.argv[1], os.path.abspath(path)):
            wrong += 1
            print("  FAULT", fault)
    app.exitQgis()
    print("clean" if not wrong else f"{wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
