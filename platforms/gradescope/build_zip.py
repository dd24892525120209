#!/usr/bin/env python3
"""Build the zip that is uploaded to Gradescope: python platforms/gradescope/build_zip.py dropout

It holds the hidden tests and the reference solution. Nobody but the instructors may have it.
"""

import argparse
import sys
import zipfile
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
# Gradescope looks for these at the root.
SCRIPTS = ("setup.sh", "run_autograder")
FILES = ("nbgrader_config.py", "requirements.lock", "pyproject.toml", "LICENSE")
# Cases for testing the grader; no grading needs them.
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints", "accepted", "wrong", "hostile"}
WHEN = (2020, 1, 1, 0, 0, 0)  # the same content is the same zip


def build(assignment, output, course=COURSE):
    """Write the zip; returns the names in it. Raises FileNotFoundError for what is missing."""
    found = {name: Path(__file__).parent / name for name in SCRIPTS}
    found |= {name: course / name for name in FILES if (course / name).exists()}
    for folder in (f"source/{assignment}", f"release/{assignment}", "autograder", "solutions"):
        if not (course / folder).is_dir():
            raise FileNotFoundError(f"there is no folder {folder} in {course}")
        found |= {
            path.relative_to(course).as_posix(): path
            for path in sorted((course / folder).rglob("*"))
            if path.is_file() and not LEFT_OUT & set(path.relative_to(course).parts)
        }
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(_entry("ASSIGNMENT", 0o644), assignment + "\n")
        for name, path in sorted(found.items()):
            permissions = 0o755 if name in SCRIPTS else 0o644
            file.writestr(_entry(name, permissions), path.read_bytes())
    return sorted([*found, "ASSIGNMENT"])


def _entry(name, permissions):
    entry = zipfile.ZipInfo(name, WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o100000 | permissions) << 16
    return entry


def main(arguments=None):
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment", nargs="?", default="dropout")
    parser.add_argument("-o", "--output", type=Path, default=Path("gradescope.zip"))
    options = parser.parse_args(arguments)
    try:
        names = build(options.assignment, options.output)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{options.output}: {len(names)} files, {options.output.stat().st_size / 1e6:.1f} MB")
    print("It holds hidden tests and solutions: upload it to Gradescope, and give it to nobody.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
