"""Fixtures shared by the tests."""

from pathlib import Path

import pytest

from autograder.validate.grade_cases import reference_cells
from autograder.validate.sweep import namespace_of
from tests import small_course as small
from tests.class_commands import grade_class
from tests.processes import ENVIRONMENT


@pytest.fixture(scope="session", autouse=True)
def programs():
    """nbgrader starts alembic by its name: the environment's programs are found by theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", ENVIRONMENT["PATH"])
        yield


@pytest.fixture(scope="session")
def course():
    """The course's folder."""
    return Path(__file__).parent.parent


@pytest.fixture
def right_cells():
    """{grade_id: source} of the worked solution."""
    return reference_cells("dropout")


@pytest.fixture
def notebook_with(right_cells):
    """notebook_with(dropout_forward="..."): the names of a notebook with these cells exchanged."""
    return lambda **cells: namespace_of(right_cells | cells)


@pytest.fixture(scope="session")
def ungraded_class(tmp_path_factory, course):
    """A small course with a class that nobody has graded."""
    folder = small.new_course(tmp_path_factory.mktemp("class") / "course", course)
    small.hand_in_class(folder)
    return folder


@pytest.fixture(scope="session")
def graded_class(ungraded_class, tmp_path_factory):
    """The same, graded."""
    folder = small.copy_of(ungraded_class, tmp_path_factory.mktemp("graded") / "course")
    done = grade_class(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def class_again(graded_class, tmp_path):
    """A graded class to be changed."""
    return small.copy_of(graded_class, tmp_path / "course")
