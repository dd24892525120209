#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image: what the grader needs.
set -euo pipefail

SOURCE=/autograder/source
# Not below /autograder: inside the sandbox that is the grader's own place.
VENV=/opt/dropout-venv

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y bubblewrap python3 python3-venv

PYTHON=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  # Ubuntu 22.04 has 3.10 for itself and 3.11 beside it.
  apt-get install -y python3.11 python3.11-venv
  PYTHON=python3.11
fi

"$PYTHON" -m venv "$VENV"
"$VENV/bin/python" -m pip install --no-cache-dir -r "$SOURCE/requirements.lock"

# Student's code never reads the course: the sandbox sees to that. This is for what runs beside it.
chmod -R go= "$SOURCE"

cd "$SOURCE"
# Says what confines students' code here. Where submissions are graded it may be another: then too
# nothing is graded unprotected.
"$VENV/bin/python" -m autograder isolation
