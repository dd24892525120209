"""python -m benchmarks: stock nbgrader and ours on the same submissions, interleaved."""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from autograder.sample.hand_in import sample_class
from autograder.sandbox import isolation
from benchmarks.ways import Bench, Cost, Way


def main(arguments=None):
    """Print a table, write build/bench.json; returns the exit status: 1 if marks differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--submissions", type=int, default=8)
    options = parser.parse_args(arguments)
    course = Path.cwd()
    if not (course / "nbgrader_config.py").is_file():
        parser.error("run this in the course's folder, where nbgrader_config.py is")
    students = [s for s in sample_class() if stock_can_grade(s)][: options.submissions]
    ways = [Way("stock, one BLAS thread", None)]
    ways += [
        Way(f"ours, {name}", name)
        for name in ("bubblewrap", "landlock", "none")
        if isolation.works(name)
    ]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        benches = [
            Bench(way, course, Path(folder, str(i)), "dropout", students)
            for i, way in enumerate(ways)
        ]
        costs = {way.name: [] for way in ways}
        for number in range(options.rounds):
            for bench in benches:
                print(f"round {number + 1}: {bench.way.name}", file=sys.stderr, flush=True)
                costs[bench.way.name].append(bench.grade())
        marks = [bench.marks() for bench in benches]
    found = summary(costs, len(students), [m == marks[0] for m in marks])
    print("\n".join(table(found)))
    target = course / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"written: {target.relative_to(course)}")
    return 0 if found["marks_identical"] else 1


def stock_can_grade(student):
    """Whether a student of the sample class handed in what stock nbgrader can grade at all."""
    odd = {"file", "nbformat", "copy_cells", "delete_cells"} & set(student.options)
    return student.hands_in == "solution" and not odd


def summary(costs, submissions, same):
    """The figures of a run: medians a submission, and ratios to stock's within the same run.

    costs: {way: [Cost of a round]}, stock's first. same: for each way, whether it gave stock's
    marks. Returns a dictionary for JSON; the ratios are medians over the rounds' own ratios.
    """
    names = list(costs)
    stock = costs[names[0]]
    ways = []
    for name, identical in zip(names, same, strict=True):
        middle = Cost(*(statistics.median(c) for c in zip(*map(_pair, costs[name]), strict=True)))
        ratios = [c.wall / s.wall for c, s in zip(costs[name], stock, strict=True)]
        ways.append(
            {
                "way": name,
                "wall_s": middle.wall / submissions,
                "cpu_s": middle.cpu / submissions,
                "wall_over_stock_one_thread": statistics.median(ratios),
                "marks_identical": identical,
            }
        )
    return {
        "submissions": submissions,
        "rounds": len(stock),
        "ways": ways,
        "stock_one_thread_wall_over_ours": 1 / ways[1]["wall_over_stock_one_thread"],
        "marks_identical": all(same),
    }


def table(found):
    """The lines that are printed."""
    head = f"{found['submissions']} submissions, {found['rounds']} rounds, seconds a submission"
    yield head
    yield f"{'way':<28}{'wall':>8}{'CPU':>8}{'wall / stock':>14}  marks"
    for way in found["ways"]:
        yield (
            f"{way['way']:<28}{way['wall_s']:>8.2f}{way['cpu_s']:>8.2f}"
            f"{way['wall_over_stock_one_thread']:>14.2f}"
            f"  {'identical' if way['marks_identical'] else 'DIFFER'}"
        )


def _pair(cost):
    return cost.wall, cost.cpu


if __name__ == "__main__":
    sys.exit(main())
