"""Fixtures shared by the tests."""

from pathlib import Path

import pytest
from processes import ENVIRONMENT

from autograder.validate.grade_cases import reference_cells
from autograder.validate.sweep import namespace_of


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
