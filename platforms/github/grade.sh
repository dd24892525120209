#!/usr/bin/env bash
# Grades one submission on GitHub: grade.sh ASSIGNMENT SUBMISSION REPORT
# SUBMISSION: the checked-out repository, or a notebook. REPORT: a folder for grade.json and
# junit.xml. The run's summary page shows the marks. The step fails only if the grader did.
set -euo pipefail

assignment=$1
submission=$(realpath -s "$2")
mkdir -p "$3"
report=$(realpath "$3")

# Never in the student's folder: Python would import what lies there.
cd "$(dirname "$0")/../.."
exec .venv/bin/python -m autograder grade "$submission" --assignment "$assignment" \
  --format text \
  --also markdown "${GITHUB_STEP_SUMMARY:-$report/summary.md}" \
  --also json "$report/grade.json" \
  --also junit "$report/junit.xml"
