"""python -m benchmarks: stock nbgrader and ours on the same submissions, interleaved."""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import psutil

from benchmarks.machine import QUIET, background
from benchmarks.submissions import mixed_class
from benchmarks.ways import NBGRADER, OURS, Bench, Way

WAYS = {
    "stock": Way("stock nbgrader", **NBGRADER, stock=True, threads=None),
    "stock_one_thread": Way("stock, one BLAS thread", **NBGRADER, stock=True),
    "ours": Way("ours", **OURS, threads=None),
    "ours_nbgrader": Way("ours, nbgrader autograde", **NBGRADER),
}


def main(arguments=None):
    """Print a table, write build/bench.json; returns the exit status: 1 if marks differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--submissions", type=int, default=24)
    parser.add_argument("--assignment", default="dropout")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args(arguments)
    course = Path.cwd()
    if not (course / "nbgrader_config.py").is_file():
        parser.error("run this in the course's folder, where nbgrader_config.py is")
    students = mixed_class(options.assignment, options.submissions)
    busy = background()
    if busy > QUIET:
        _say(f"{busy:.0%} of this machine is busy with other work: the figures will be off")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found = _measure(options, course, Path(folder), students)
    found |= {"background": busy, "cores": psutil.cpu_count()}
    found |= summary(found)
    print("\n".join(table(found)))
    target = course / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"written: {target.relative_to(course)}")
    return 0 if found["marks_identical"] else 1


def _measure(options, course, folder, students):
    """All rounds; a dictionary of what was found."""
    benches = {}
    for name in options.ways:
        _say(f"a course for: {WAYS[name].name}")
        benches[name] = Bench(WAYS[name], course, folder / name, options.assignment, students)
    kinds = ("grade", "feedback")
    costs = {name: {kind: [] for kind in kinds} for name in benches}
    bare = []
    for number in range(options.rounds):
        for name, bench in benches.items():
            for kind in kinds:
                cost = getattr(bench, kind)()
                costs[name][kind].append((cost.wall, cost.cpu))
                _say(f"round {number + 1}: {bench.way.name}, {kind}: {cost.wall:.1f} s")
        bare.append(next(iter(benches.values())).bare())
        _say(f"round {number + 1}: bare cells: {sum(bare[-1]['cpu_s'].values()):.1f} s of CPU")
    marks = {name: bench.marks() for name, bench in benches.items()}
    first = next(iter(marks.values()))
    return {
        "assignment": options.assignment,
        "submissions": len(students),
        "rounds": options.rounds,
        "costs": costs,
        "bare": bare,
        "differing_marks": [
            [name, *cell, mark, found.get(cell)]
            for name, found in marks.items()
            for cell, mark in first.items()
            if found.get(cell) != mark
        ],
    }


def summary(found):
    """The figures of a run: medians a submission, and medians of the rounds' own ratios."""
    each = found["submissions"]
    bare = [sum(run["cpu_s"].values()) - each * run["copy_cpu_s"] for run in found["bare"]]
    limit = [cpu / found["cores"] for cpu in bare]
    ways = {}
    for name, costs in found["costs"].items():
        ways[name] = {
            f"{kind}_{what}_s": _median(cost[place] / each for cost in costs[kind])
            for kind in costs
            for place, what in enumerate(("wall", "cpu"))
        }
        walls = [cost[0] for cost in costs["grade"]]
        cpus = [cost[1] for cost in costs["grade"]]
        ways[name]["wall_over_limit"] = _median(map(_over, walls, limit))
        above = [(cpu - cells) / each for cpu, cells in zip(cpus, bare, strict=True)]
        ways[name]["cpu_minus_bare_s"] = _median(above)
    result = {"ways": ways, "bare_cpu_s": _median(cpu / each for cpu in bare)}
    result["marks_identical"] = not found["differing_marks"]
    if "ours" in ways:
        ours = [cost[0] for cost in found["costs"]["ours"]["grade"]]
        result["ours_wall_over_limit"] = ways["ours"]["wall_over_limit"]
        result["ours_cpu_minus_bare_s"] = ways["ours"]["cpu_minus_bare_s"]
        for name in set(ways) - {"ours"}:
            walls = [cost[0] for cost in found["costs"][name]["grade"]]
            result[f"{name}_wall_over_ours"] = _median(map(_over, walls, ours))
    return result


def table(found):
    """The lines that are printed."""
    yield (
        f"{found['submissions']} submissions, {found['rounds']} rounds, {found['cores']} cores; "
        "seconds a submission, medians, starting included"
    )
    yield f"{'way':<28}{'wall':>8}{'CPU':>8}{'wall/limit':>12}{'feedback wall':>15}{'CPU':>8}"
    for name, way in found["ways"].items():
        yield (
            f"{WAYS[name].name:<28}{way['grade_wall_s']:>8.2f}{way['grade_cpu_s']:>8.2f}"
            f"{way['wall_over_limit']:>12.2f}{way['feedback_wall_s']:>15.3f}"
            f"{way['feedback_cpu_s']:>8.3f}"
        )
    limit = found["bare_cpu_s"] / found["cores"]
    yield f"{'the cells alone (limit)':<28}{limit:>8.2f}{found['bare_cpu_s']:>8.2f}{1:>12.2f}"
    for name in sorted(found):
        if name.endswith("_over_ours") or name.startswith("ours_"):
            yield f"{name:<36}{found[name]:.2f}"
    for name, student, cell, mark, other in found["differing_marks"]:
        yield f"MARKS DIFFER: {student}, {cell}: {mark} and, {WAYS[name].name}, {other}"


def _median(values):
    return statistics.median(values)


def _over(wall, other):
    return wall / other


def _say(words):
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
