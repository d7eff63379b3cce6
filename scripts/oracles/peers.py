#!/usr/bin/env python3
"""Runs our bench of limits and the peers in one run on the same points, and prints the ratios of processor time.

    GETU_PERF_DATA=DATA scripts/oracles/peers.py PEERS [--python PYTHON] [--rust FOLDER] [--rounds N] [--bench PROGRAM]
                                                 [--getu GETU FILE.gpkg]

DATA has the towns of the peers' generator, PEERS is the peers' folder (`peers/`, `rust/`), PYTHON one that has numpy, scipy,
shapely and geopandas, FOLDER where the peers' Rust programs `join` and `rtree` lie (left out if it is not given), PROGRAM our
built bench (else `cargo bench` builds and runs it). GETU is our program and FILE a project with the large town: then
`getu stats --timings` is run too. Every round runs ours and the peers in turn; of each measure the median over the rounds
is taken. Ends with 1 where a checksum or a number of hits differs, or a goal is missed; with 0 and "skipped: …" where the
towns are not there.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parents[2]
TOWN = "1000000x5000"


def lines(command, env=None, cwd=None):
    """The JSON lines that a program prints."""
    print("$", " ".join(map(str, command)), file=sys.stderr, flush=True)
    out = subprocess.run(command, env=env, cwd=cwd, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("peers", type=pathlib.Path)
    a.add_argument("--python", default=sys.executable)
    a.add_argument("--rust", type=pathlib.Path)
    a.add_argument("--bench")
    a.add_argument("--getu", nargs=2)
    a.add_argument("--rounds", type=int, default=2)
    a = a.parse_args()
    data = pathlib.Path(os.environ.get("GETU_PERF_DATA") or os.environ.get("PERF_DATA") or "")
    if not (data / "l" / "buildings_1000000.xy.f64").is_file():
        print("skipped: peers: GETU_PERF_DATA names no folder with the town l")
        return 0
    ours, theirs, stats = {}, {}, {"index": [], "assign": []}
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "l").mkdir()
        # The peers take our anchors as they take incidents, so that all place the same points.
        for f in (data / "l").glob("cells_5000.*"):
            (work / "l" / f.name).symlink_to(f.resolve())
        env = dict(os.environ, GETU_PERF_DATA=str(data), GETU_PERF_ANCHORS=str(work / "l"), PERF_RESULTS=str(work / "r"))
        anchors, boxes = dict(env, PERF_DATA=str(work)), dict(env, PERF_DATA=str(data))
        bench = [a.bench] if a.bench else ["cargo", "bench", "--no-default-features", "--bench", "limits", "--"]
        for _ in range(a.rounds):
            for r in lines(bench, env, HERE):
                ours.setdefault((r["town"], r["name"]), []).append(r)
            if a.getu:
                for k, v in lines([a.getu[0], "stats", a.getu[1], "--json", "--timings"])[0]["cpu_ms"].items():
                    if k in stats:
                        stats[k].append(v)
            runs = [([a.python, "join_shapely.py", "l:i1000000:5000"], anchors), ([a.python, "rtree_py.py"], boxes)]
            runs.append(([a.python, "coverage_py.py", "l:5000"], boxes))
            if a.rust:
                runs += [([a.rust.resolve() / "join", "l:i1000000:5000"], anchors), ([a.rust.resolve() / "rtree"], boxes)]
            for command, where in runs:
                if command[1:2] == ["coverage_py.py"] and not (data / "l" / "buildings_1000000.off.u32").is_file():
                    continue
                try:
                    for r in lines(command, where, a.peers / "peers"):
                        theirs.setdefault((r["peer"], r["op"]), []).append(r)
                except subprocess.CalledProcessError as e:
                    # What it printed before is lost with it; the rest of the round goes on.
                    print(f"failed: {e}", file=sys.stderr)
    return judge(ours, theirs, stats)


def judge(ours, theirs, stats):
    bad = 0

    def get(name, field="median", town=TOWN):
        rows = ours.get((town, name))
        return statistics.median(r[field] for r in rows) if rows else None

    def peer(name, op):
        rows = theirs.get((name, op))
        return statistics.median(r["cpu_med"] for r in rows) * 1e6 if rows else None

    def compare(what, mine, other, goal):
        nonlocal bad
        if mine is None or other is None:
            print(f"{what}: not measured")
            bad += 1
            return
        good = other / mine >= goal
        bad += not good
        print(f"{what}: {other / 1e3:.4g} ms against {mine / 1e3:.4g} ms, {other / mine:.1f} times (goal {goal}){'' if good else ' MISSED'}")

    def keep(what, value, limit, unit):
        nonlocal bad
        if value is None:
            print(f"{what}: not measured")
            bad += 1
            return
        bad += value >= limit
        print(f"{what}: {value:g} {unit} (under {limit:g}){'' if value < limit else ' MISSED'}")

    # What only reads the points joins nothing.
    joins = {k: rows for k, rows in theirs.items() if k[1].startswith("join") and "read the points" not in k[1]}
    sums = {(k, r["sum"]) for k, rows in joins.items() for r in rows if "sum" in r}
    mine = {r["sum"] for (t, n), rows in ours.items() if t == TOWN for r in rows if "sum" in r}
    print("checksum of ours:", mine)
    for who, s in sorted(sums):
        if {s} != mine:
            print("checksum differs:", who, s)
            bad += 1
    hits = {(op, r["hits"]) for (p, op), rows in theirs.items() if p.startswith(("rstar", "geo-index")) for r in rows if "hits" in r}
    for op, h in sorted(hits):
        own = get("tree: " + op.split(":", 1)[1], "hits")
        if own != h:
            print(f"hits differ: {op}: {h}, ours {own}")
            bad += 1

    sjoin = peer("geopandas", "join:sjoin within")
    compare("index and assign, sjoin", get("assign: index and assign"), sjoin, 6)
    compare("assign, sjoin", get("assign: assign"), sjoin, 30)
    if stats["assign"]:
        index, assign = (statistics.median(stats[k]) * 1e3 for k in ("index", "assign"))
        compare("stats --timings, index + assign, sjoin", index + assign, sjoin, 6)
        compare("stats --timings, assign, sjoin", assign, sjoin, 30)
    tree = ("shapely STRtree", "rtree:")
    compare("tree built, STRtree", get("tree: build, boxes in any order"), peer(tree[0], tree[1] + "build"), 2)
    for name, n in [("window 0.1 % side", 100_000), ("window 1 % side", 10_000)]:
        other = peer(tree[0], tree[1] + name)
        compare(f"tree {name}, STRtree", get("tree: " + name), other / n if other else None, 1)
        compare(f"tree {name}, rstar", get("tree: " + name), get("rstar: " + name), 0)
    compare("tree built, rstar", get("tree: build, boxes in any order"), get("rstar: build"), 0)
    keep("rstar, one put in, median", get("rstar: one put in"), 5, "us")
    keep("rstar, one taken out, median", get("rstar: one taken out"), 5, "us")
    for town in ["10000x100", "100000x500", TOWN]:
        name = "drag: frame (apply, index, flow, tallies)"
        keep(f"drag at {town}, median", get(name, town=town), 50, "us")
        keep(f"drag at {town}, p99", get(name, "p99", town), 300, "us")
    keep("undo of a wide edit, median", get("history: undo of a wide edit"), 1000, "us")
    keep("redo of a wide edit, median", get("history: redo of a wide edit"), 1000, "us")
    keep("clone of a project", get("history: project cloned and dropped"), 1, "us")
    keep("1,000 steps", get("history: bytes of all steps"), 20, "MB")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
