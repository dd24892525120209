"""The workflow for a student's repository: what it allows, and its steps as GitHub runs them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml
from graded_alone import with_grader
from published_formats import check_json, check_junit

from autograder.validate.grade_cases import hand_in, load_cases, reference_cells

WORKFLOW = "platforms/github/grade.yml"


@pytest.fixture(scope="module")
def workflow(course):
    return yaml.safe_load((course / WORKFLOW).read_text("utf-8"))


@pytest.fixture
def steps(workflow):
    return workflow["jobs"]["grade"]["steps"]


def test_it_may_only_read_and_ends(workflow):
    job = workflow["jobs"]["grade"]
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in job
    assert 0 < job["timeout-minutes"] <= 30
    # yaml reads `on` as a truth value. Only what is on the trusted branch is graded with a secret.
    assert workflow[True] == {"push": {"branches": ["main"]}, "workflow_dispatch": None}


def test_the_token_is_for_one_checkout_and_is_not_left_behind(course, workflow, steps):
    job = workflow["jobs"]["grade"]
    assert job["environment"] == "grading"
    assert "env" not in workflow
    assert "env" not in job
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["path"] for step in checkouts] == ["submission", "course"]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert (course / WORKFLOW).read_text().count("secrets.") == 1
    assert "secrets." in checkouts[1]["with"]["token"]
    for step in steps:
        assert "env" not in step
        assert "${{" not in step.get("run", "")


def test_actions_are_those_of_our_own_workflow_at_fixed_majors(course, steps):
    used = [step["uses"] for step in steps if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used)
    ours = (course / ".github" / "workflows" / "test.yml").read_text()
    for action in used:
        if action.split("@")[0] in ours:
            assert action in ours


@pytest.fixture
def workspace(course, tmp_path):
    """What the checkouts leave: the course, and a submission to be filled in."""
    (tmp_path / "course").mkdir()
    with_grader(tmp_path / "course", course)
    for name in ("source", "release", "nbgrader_config.py"):
        (tmp_path / "course" / name).symlink_to(course / name)
    (tmp_path / "submission" / ".git").mkdir(parents=True)
    return tmp_path


def run(workspace, steps, name, **environment):
    """Run a step as GitHub does: bash -e, in the workspace, with its files."""
    (step,) = [step for step in steps if step.get("name") == name]
    script = workspace / "step.sh"
    script.write_text(step["run"] + "\n")
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=workspace,
        env=os.environ
        | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_STEP_SUMMARY": str(workspace / "summary.md"),
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def wrong_cells():
    """Raises what would be a command in the log, and confuses p."""
    right, cases = reference_cells("dropout"), {c.name: c for c in load_cases("dropout")}
    raises = "def dropout_backward(dout, cache):\n    raise ValueError('\\n::error::mine')"
    return right | {
        "dropout_forward": cases["keeps_with_1_minus_p"].cells["dropout_forward"],
        "dropout_backward": raises,
    }


def test_the_marks_stand_in_the_summary_and_the_artefacts(course, workspace, steps):
    notebook = hand_in(course, "dropout", wrong_cells())
    nbformat.write(notebook, workspace / "submission" / "dropout.ipynb")
    (workspace / "summary.md").touch()  # as GitHub makes it
    # What lies in the repository besides is not run.
    (workspace / "submission" / "autograder").mkdir()
    (workspace / "submission" / "autograder" / "__init__.py").write_text("raise SystemExit(7)")
    done = run(workspace, steps, "Grade")
    assert done.returncode == 0, done.stderr
    summary = (workspace / "summary.md").read_text("utf-8")
    assert "p taken for the probability of dropping" in summary
    (upload,) = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    report = workspace / upload["with"]["path"]
    data = check_json((report / "grade.json").read_text("utf-8"))
    assert 0 < data["mark"] < data["out_of"] == 82
    check_junit((report / "junit.xml").read_text("utf-8"))
    assert f"{data['mark']:g} of 82 points" in summary
    for line in done.stdout.splitlines() + done.stderr.splitlines():
        assert not line.lstrip().startswith("::")


@pytest.mark.parametrize("missing", ["source", ".venv"])
def test_a_grader_that_cannot_run_fails_the_step_and_gives_no_mark(workspace, steps, missing):
    path = workspace / "course" / missing
    path.rename(workspace / "away")
    done = run(workspace, steps, "Grade")
    assert done.returncode != 0
    if missing == "source":
        assert "no mark yet" in (workspace / "summary.md").read_text("utf-8")
        data = json.loads((workspace / "report" / "grade.json").read_text())
        assert (data["status"], data["mark"]) == ("grader_fault", None)


def test_installing_asks_for_bubblewrap_and_the_courses_own_environment(
    course, workspace, steps, tmp_path
):
    """With programs that only say what they were asked to do."""
    programs, log = tmp_path / "programs", tmp_path / "log"
    programs.mkdir()
    for name in ("sudo", "make"):
        (programs / name).write_text(f'#!/bin/sh\necho "$PWD {name} $*" >> {log}\n')
        (programs / name).chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    done = run(workspace, steps, "Install the grader", PATH=path)
    assert done.returncode == 0, done.stderr
    said = log.read_text()
    assert "sudo apt-get install -y -qq bubblewrap" in said
    assert f"{workspace / 'course'} make isolation" in said
    assert re.search(r"^isolation:", (course / "Makefile").read_text(), re.MULTILINE)
    assert shutil.which("make") is None or Path(shutil.which("make")) != programs / "make"
