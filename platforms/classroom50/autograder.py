"""Classroom 50's entry for an assignment: CLASSROOM/autograders/ASSIGNMENT/autograder.py.

Its runner calls this in the student's checkout and expects ./result.json. This file is published
with the classroom's pages, so it holds nothing: the course, hidden tests and all, lies on the
instructors' own runner. Read "Classroom 50" in the course's docs/ci.md first.

Set on that runner: DROPOUT_COURSE, the course's folder. DROPOUT_ASSIGNMENT: its name there, if it
is not Classroom 50's.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

COURSE = "/opt/dropout-course"
# Classroom 50 ends the job after 15 minutes, its setup included.
SECONDS = 720
RESULT, BODY = "result.json", "release-body.md"


def main():
    """Grade the current folder. Exit status 0: there is a result.json; else there is none."""
    checkout = Path.cwd()
    course = Path(os.environ.get("DROPOUT_COURSE", COURSE))
    _remove(checkout)  # a student may have committed them
    python = course / ".venv" / "bin" / "python"
    if not python.is_file():
        return _fault(f"{course} is no course that is set up; run `make isolation` there", 2)
    assignment = os.environ.get("DROPOUT_ASSIGNMENT") or os.environ.get("ASSIGNMENT", "")
    command = [python, "-m", "autograder", "grade", checkout, "--assignment", assignment]
    command += ["--format", "classroom50", "--output", checkout / RESULT]
    command += ["--also", "markdown", checkout / BODY]
    command += [f"--ExecuteSubmission.submission_timeout={SECONDS - 120}"]
    # In the course's folder: Python would import what lies in the student's.
    grader = subprocess.Popen(list(map(str, command)), cwd=course)
    signal.signal(signal.SIGTERM, lambda number, frame: grader.terminate())
    try:
        status = grader.wait(SECONDS)
    except subprocess.TimeoutExpired:
        grader.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            grader.wait(20)
        grader.kill()
        status = grader.wait() or 1
    if status != 0:
        # Else Classroom 50 would collect a score; so it reports an error and collects none.
        _remove(checkout)
        return _fault("this submission has no score, and it is not the student's fault", status)
    return 0


def _remove(checkout):
    for path in (checkout / RESULT, checkout / BODY):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def _fault(why, status):
    print(f"grader fault: {why}", file=sys.stderr)
    return status if status > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
