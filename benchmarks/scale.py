"""python -m benchmarks.scale: how the cost of a class grows, measured and then played through."""

import argparse
import contextlib
import json
import re
import statistics
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

import psutil

from autograder.class_run.pool import usable_cores
from autograder.execute.result import FILE, read_head
from benchmarks.__main__ import WAYS
from benchmarks.machine import background
from benchmarks.simulate import Costs, play
from benchmarks.submissions import light_class
from benchmarks.ways import Bench

SIZES = (50, 200, 1000)
PLAYED = ((10_000, 100_000), (1, 16, 256))
LOOK_SECONDS = 0.5


class PeakMemory:
    """The most memory (PSS, MB) that the grading processes below this one take meanwhile."""

    def __init__(self):
        self.megabytes, self._end = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *failure):
        self._end.set()
        self._thread.join()

    def _look(self):
        while not self._end.wait(LOOK_SECONDS):
            size = 0
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    size += process.memory_full_info().pss
            self.megabytes = max(self.megabytes, size / 1e6)


def main(arguments=None):
    """Print two tables, write build/bench-scale.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--assignment", default="dropout")
    options = parser.parse_args(arguments)
    course = Path.cwd()
    busy = background()
    print(f"background work: {busy:.0%} of the machine", file=sys.stderr)
    measured = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            measured.append(_measure(course, Path(folder), options.assignment, size))
            print(line(measured[-1]), flush=True)
    largest = measured[-1]
    costs = Costs(
        start=1.5,
        find_out=largest["find_out_s"] / largest["submissions"],
        execute=tuple(largest.pop("execute_cpu_s")),
        record=largest["record_s"] / largest["submissions"],
    )
    played = [asdict(play(costs, n, cores)) for n in PLAYED[0] for cores in PLAYED[1]]
    print(f"\n{'submissions':>12}{'cores':>7}{'hours':>8}  waits most for")
    for entry in played:
        print(
            f"{entry['submissions']:>12}{entry['cores']:>7}{entry['seconds'] / 3600:>8.2f}"
            f"  {entry['bottleneck']}"
        )
    target = course / "build" / "bench-scale.json"
    target.parent.mkdir(exist_ok=True)
    for entry in measured:
        entry.pop("execute_cpu_s", None)
    found = {"background": busy, "measured": measured, "played": played}
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def line(found):
    """One line of the first table."""
    return (
        f"{found['submissions']:>5} submissions: {found['wall_s']:.3f} s wall and "
        f"{found['cpu_s']:.3f} s CPU each, {found['memory_mb']:.0f} MB, "
        f"run again {found['again_s']:.1f} s; finding out {found['find_out_s']:.1f} s, "
        f"recording {found['record_s']:.1f} s"
    )


def _measure(course, folder, assignment, size):
    bench = Bench(WAYS["ours"], course, folder, assignment, light_class(size))
    with PeakMemory() as memory:
        cost = bench.grade()
    again = bench.run("autograder", "class", assignment)
    said = (folder / "nbgrader.log").read_text("utf-8")
    times = re.findall(r"\(([\d.]+) s to find out what to do, ([\d.]+) s of recording\)", said)
    files = sorted(bench.course.glob(f"results/*/{assignment}/{FILE}"))
    heads = [read_head(path.parent) for path in files]
    graders = statistics.mean(head.cpu for head in heads)
    each = cost.cpu / size
    return {
        "submissions": size,
        "cores": usable_cores(),
        "wall_s": cost.wall / size,
        "cpu_s": each,
        "memory_mb": memory.megabytes,
        "again_s": again.wall,
        "find_out_s": float(times[-2][0]),
        "record_s": float(times[-2][1]),
        "grader_cpu_s": graders,
        "execute_cpu_s": [head.wall for head in heads],
    }


if __name__ == "__main__":
    sys.exit(main())
