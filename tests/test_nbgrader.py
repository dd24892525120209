"""Plain nbgrader commands on the course's root: bad input costs its own student only."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp
from nbgrader.apps.api import NbGraderAPI
from processes import ENVIRONMENT, nbgrader

from autograder.validate.grade_cases import hand_in, reference_cells


@pytest.fixture(scope="module")
def scratch(course, tmp_path_factory):
    """A course whose class holds one right student and every kind of bad input, autograded."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(course / "nbgrader_config.py", folder)
    shutil.copytree(course / "source" / "dropout", folder / "source" / "dropout")
    assert nbgrader(folder, "generate_assignment", "dropout").returncode == 0

    def write(student, name, text):
        path = folder / "submitted" / student / "dropout" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")

    right = nbformat.writes(hand_in(folder, "dropout", reference_cells("dropout")))
    write("a-not-json", "dropout.ipynb", "{")
    write("b-two-notebooks", "homework.ipynb", right)
    (folder / "submitted/b-two-notebooks/dropout/other.ipynb").write_text(right, encoding="utf-8")
    write("c-kernel-dies", "dropout.ipynb", right.replace("return dx", "__import__('os')._exit(1)"))
    write("d-no-notebook", "essay.txt", "text")
    link = folder / "submitted/e-link/dropout/dropout.ipynb"
    link.parent.mkdir(parents=True)
    link.symlink_to(folder / "source/dropout/dropout.ipynb")
    write("f-right", "dropout.ipynb", right)
    return folder, nbgrader(folder, "autograde", "dropout")


def marks(folder, student):
    """{grade_id: (automatic mark, awaits a person)}."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook("dropout", "dropout", student)
        return {g.name: (g.auto_score, g.needs_manual_grade) for g in notebook.grades}


def test_the_last_student_is_graded_whatever_came_before(scratch):
    """Right work after five kinds of bad input has full automatic marks."""
    folder, _ = scratch
    assert sum(mark for mark, _ in marks(folder, "f-right").values() if mark) == 82


def test_the_log_names_file_and_trouble(scratch):
    """Every bad input has a line with its path."""
    _, done = scratch
    log = done.stdout + done.stderr
    assert "a-not-json/dropout/dropout.ipynb: the file dropout.ipynb could not be read" in log
    assert "d-no-notebook" in log
    assert "e-link/dropout/dropout.ipynb: the file dropout.ipynb could not be read" in log
    assert "homework.ipynb" in log
    assert "kernel" in log


def test_unreadable_files_have_no_marks_and_say_why(scratch):
    """The autograded notebook begins with the note; every mark is 0 and none awaits a person.

    A folder without a notebook, or with two that could both be it, is no exception.
    """
    folder, _ = scratch
    for student in ("a-not-json", "b-two-notebooks", "d-no-notebook", "e-link"):
        assert set(marks(folder, student).values()) == {(0.0, False)}
        path = folder / "autograded" / student / "dropout" / "dropout.ipynb"
        first = nbformat.read(path, as_version=4).cells[0]
        assert "could not be read" in first.source


def test_a_dead_kernel_keeps_what_had_run(scratch):
    """Stock nbgrader would delete the student's folder; here only what dies has no marks.

    The net is judged with a right layer in place of the one that ends its process.
    """
    folder, _ = scratch
    found = marks(folder, "c-kernel-dies")
    assert found["test_forward_mask"] == (17.0, False)
    assert found["test_backward"] == (0.0, False)
    assert found["test_net"] == (19.0, False)
    assert (folder / "autograded/c-kernel-dies/dropout/dropout.ipynb").is_file()


def test_formgraders_button_grades_too(scratch, monkeypatch):
    """Formgrader autogrades through NbGraderAPI with the course's configuration."""
    folder, _ = scratch
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", ENVIRONMENT["PATH"])
    shutil.rmtree(folder / "autograded" / "f-right", ignore_errors=True)
    app = NbGraderApp()
    app.load_config_file()
    result = NbGraderAPI(config=app.config).autograde("dropout", "f-right")
    assert result["success"], result
    assert marks(folder, "f-right")["test_net"] == (19.0, False)


def test_isolation_that_does_not_work_here_stops_before_anything_is_touched(scratch):
    """No student is graded, and what was there stays."""
    folder, _ = scratch
    kept = folder / "autograded/f-right/dropout/dropout.ipynb"
    before = kept.read_bytes()
    wanted = "--ExecuteSubmission.isolation=no-such-thing"
    done = nbgrader(folder, "autograde", "dropout", "--student=f-right", "--force", wanted)
    assert done.returncode != 0
    assert "no-such-thing" in done.stdout + done.stderr
    assert kept.read_bytes() == before


def test_a_missing_release_is_said_and_nothing_is_recorded_as_zero(scratch, tmp_path):
    """Without release/ no submission can be read against it: an error, not a zero."""
    folder, _ = scratch
    shutil.copytree(folder, tmp_path / "course", symlinks=True)
    shutil.rmtree(tmp_path / "course" / "release")
    done = nbgrader(tmp_path / "course", "autograde", "dropout", "--student=f-right", "--force")
    assert done.returncode != 0
    assert "run `nbgrader generate_assignment dropout` first" in done.stdout + done.stderr


def test_feedback_is_made_without_hidden_tests_and_rubrics(scratch):
    """For everybody who has an autograded notebook."""
    folder, _ = scratch
    assert nbgrader(folder, "generate_feedback", "dropout").returncode == 0
    page = (folder / "feedback/f-right/dropout/dropout.html").read_text("utf-8")
    assert "Dropout forward: the mask: 17 of 17" in page
    for secret in ("HIDDEN TESTS", "autograder.marking", "MARK SCHEME"):
        assert secret not in page


def test_what_was_graded_before_survives_a_failure(scratch):
    """Grading anew by force that cannot be done, and one that was killed half-way."""
    folder, _ = scratch
    graded = folder / "autograded" / "f-right" / "dropout" / "dropout.ipynb"
    before = graded.read_text("utf-8")
    failing = (
        "\nfrom autograder.execute.run_cells import ExecuteSubmission\n"
        "class Failing(ExecuteSubmission):\n"
        "    def preprocess(self, nb, resources, km=None):\n"
        "        raise RuntimeError('the grader broke down')\n"
    )
    (folder / "failing.py").write_text(failing, encoding="utf-8")
    command = ["autograde", "dropout", "--student=f-right", "--force"]
    option = "--Autograde.autograde_preprocessors=['failing.Failing']"
    failed = nbgrader(folder, *command, option)
    assert failed.returncode != 0
    assert "the grader broke down" in failed.stderr
    assert graded.read_text("utf-8") == before

    killed = graded.parent.with_name(".before-dropout")
    graded.parent.rename(killed)
    assert nbgrader(folder, "autograde", "dropout", "--student=f-right").returncode == 0
    assert graded.read_text("utf-8") == before
    assert not killed.exists()
