"""Marks and feedback for Moodle: a grading worksheet filled in, and a file for its gradebook."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from autograder.marking.judge import CellResult, Outcome
from autograder.reports.export.csv_file import CannotExport
from autograder.reports.export.feedback_text import feedback_text
from autograder.reports.export.moodle import MoodleExport
from autograder.reports.standing import PERSON, CellStanding, Standing
from tests.export_course import NAME, export, grade, make_course, read_rows

HEADING = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
)
ROWS = (
    'Participant 41,Ada Lovelace,ada@example.org,Submitted,,10.00,Yes,"Monday, 5, 10:00",-,\n'
    "Participant 42,=Bob,x@example.org,Submitted,3.00,10.00,Yes,-,-,- see me\n"
    "Participant 43,Eve Miller,EVE@example.org,No submission,,10.00,Yes,-,-,\n"
)
GRADE, FEEDBACK = 4, 9


@pytest.fixture
def course(tmp_path):
    """Ada is done, Bob awaits a person, Eve has handed in nothing."""
    folder = make_course(tmp_path / "course")
    grade(folder, "ada", 2.5, 4, late=timedelta(hours=1))
    grade(folder, "bob", 1, None)
    return folder


@pytest.fixture
def merged(course, tmp_path):
    """merged(text, ...): (Exported, rows) for a worksheet of this text."""

    def run(text=HEADING + ROWS, **traits):
        (tmp_path / "sheet.csv").write_text(text, "utf-8")
        traits = {"merge": str(tmp_path / "sheet.csv")} | traits
        return export(course, MoodleExport, tmp_path / "out.csv", **traits)

    return run


def test_the_worksheet_comes_back_with_mark_and_feedback(merged, tmp_path):
    done, rows = merged((HEADING + ROWS).replace("42", "42 bob"), match=["Email address"])
    before = read_rows(tmp_path / "sheet.csv")
    assert done.rows == 1
    assert done.left_out == {}
    assert rows[1][GRADE] == "6.5"
    assert "small: 6.5 of 10 points" in rows[1][FEEDBACK]
    assert "1 hour late: no points are taken off" in rows[1][FEEDBACK]
    rows[1][GRADE] = rows[1][FEEDBACK] = ""
    before[2][1] = "'=Bob"  # a name that Moodle does not read back
    assert rows == before


def test_moodles_number_is_an_id_too(course, tmp_path):
    folder = make_course(tmp_path / "numbers", {"41": ("", "", ""), "9": ("", "", "")})
    grade(folder, "41", 5, 5)
    (tmp_path / "sheet.csv").write_text(HEADING + ROWS)
    done, rows = export(
        folder, MoodleExport, tmp_path / "out.csv", merge=str(tmp_path / "sheet.csv")
    )
    assert rows[1][GRADE] == "10"
    assert any("no row of their own" in note and note.endswith("9") for note in done.notes)


def test_who_has_a_mark_and_no_row_is_named(course, merged):
    grade(course, "bob", 1, 1)
    done, rows = merged()
    assert done.left_out == {"bob": "no row of the file is theirs"}
    assert rows[2][GRADE] == "3.00"
    assert rows[2][FEEDBACK] == "- see me"


def test_marks_that_are_not_final_and_zeros_on_request(merged):
    text = (HEADING + ROWS).replace("x@example.org", "bob")
    _, rows = merged(text)
    assert [row[GRADE] for row in rows[1:]] == ["6.5", "3.00", ""]
    _, rows = merged(text, provisional=True, zeros=True)
    assert [row[GRADE] for row in rows[1:]] == ["6.5", "1", "0"]
    assert "1 of 10 points so far; 5 points are still to be marked" in _words(rows[2][FEEDBACK])
    assert rows[3][FEEDBACK] == ""
    # A mark that a person has given in Moodle is no empty cell.
    _, rows = merged(text.replace("No submission,,", "On paper,7.00,"), zeros=True)
    assert rows[3][GRADE] == "7.00"


def test_a_mark_that_moodle_would_not_take_is_not_written(merged):
    done, rows = merged((HEADING + ROWS).replace('10.00,Yes,"Mon', '10.00,No,"Mon'))
    assert rows[1][GRADE] == rows[1][FEEDBACK] == ""
    assert any("does not take" in note and "ada" in note for note in done.notes)


def test_a_mark_above_the_maximum_would_be_skipped_in_silence(merged):
    with pytest.raises(CannotExport, match="has 5 points, small has 10 in the gradebook"):
        merged((HEADING + ROWS).replace("10.00", "5.00"))
    _, rows = merged((HEADING + ROWS).replace("10.00", "5.00"), points="scale")
    assert rows[1][GRADE] == "3.25"


def test_a_worksheet_without_feedback_has_marks_alone(merged):
    text = "\n".join(line.rpartition(",")[0] for line in (HEADING + ROWS).splitlines())
    done, rows = merged(text)
    assert rows[1][GRADE] == "6.5"
    assert len(rows[1]) == FEEDBACK
    assert any("Feedback comments" in note for note in done.notes)


def test_a_worksheet_in_another_language(merged):
    text = (HEADING + ROWS).replace("Identifier", "ID").replace("Grade,Max", "Bewertung,Max")
    with pytest.raises(CannotExport, match=r"one column Identifier.*c\.MoodleExport\.identifier"):
        merged(text)
    _, rows = merged(text, identifier_column="ID", grade_column="Bewertung")
    assert rows[1][GRADE] == "6.5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Student,ID,Section\n", "is not a grading worksheet from Moodle"),
        (HEADING + "1,2,3,4,5,6,7,8,9,10,11\n", "row 2 has more cells"),
        (HEADING + ROWS.replace("@", "-at-"), "none of the 3 students"),
        (HEADING, "none of the 3 students"),
    ],
)
def test_what_is_no_worksheet_is_refused(merged, tmp_path, text, said):
    with pytest.raises(CannotExport, match=said) as error:
        merged(text)
    assert "sheet.csv" in str(error.value)
    assert not (tmp_path / "out.csv").exists()


def test_two_assignments_in_one_file_are_refused(tmp_path):
    folder = make_course(tmp_path / "course", assignments=(NAME, "other"))
    with pytest.raises(CannotExport, match="choose one of other, small with --assignment"):
        export(folder, MoodleExport, tmp_path / "out.csv")
    export(folder, MoodleExport, tmp_path / "out.csv", assignment=["other"])


def test_without_a_worksheet_only_who_has_a_mark_is_in_the_file(course, tmp_path):
    """Moodle's gradebook refuses a file for one unknown student, and clears marks by empty ones."""
    done, rows = export(course, MoodleExport, tmp_path / "out.csv")
    assert rows[0] == ["username", "email", "small", "small feedback"]
    assert [row[:3] for row in rows[1:]] == [["ada", "ada@example.org", "6.5"]]
    assert "6.5 of 10 points" in rows[1][3]
    assert done.rows == 1
    _, rows = export(course, MoodleExport, tmp_path / "out.csv", feedback="none")
    assert rows == [["username", "email", "small"], ["ada", "ada@example.org", "6.5"]]


def _words(html):
    return " ".join(BeautifulSoup(html, "html.parser").get_text().split())


def _standing(**changed):
    outcomes = (
        Outcome("a", "failed", 0.0, 5.0, misconception="no-rescaling", returned="<b>x</b>"),
        Outcome("b", "failed", 1.0, 2.0, misconception="vanilla-dropout"),
    )
    cells = (
        CellStanding(
            "t1", "The <mask>", 1, 7.0, 1.0, result=CellResult("d", "t1", "", 1, outcomes)
        ),
        CellStanding("t2", "Backward", 2, 3.0, 3.0),
        CellStanding("q1", "Why?", 2, 4.0, None, awaits=PERSON),
        CellStanding("q2", "How?", 2, 2.0, 1.5, comment="=1+1 <i>good</i>"),
    )
    given = {"parts": {1: "Forward", 2: "Backward & co"}, "late_penalty": 0.5, "cells": cells}
    return Standing("s", "dropout", "Dropout", **given | changed)


def test_feedback_says_marks_misconceptions_penalty_and_what_is_to_come():
    html = feedback_text(_standing(), "Handed in 1 hour late: 0.5 of 5.5 points are taken off.")
    assert "\n" not in html
    assert "<i>" not in html
    assert "<mask>" not in html
    assert "&lt;b&gt;x" not in html  # what a check found stays on the feedback page
    words = _words(html)
    assert "Dropout: 5 of 16 points so far; 4 points are still to be marked" in words
    assert "Forward: 1 of 7" in words
    assert "Backward & co: 4.5 of 9 (4 still to be marked)" in words
    assert words.index("the kept units are not divided by p.") < words.index("vanilla dropout")
    assert "Multiplying by p at test time is the vanilla variant" in words
    assert "(Part 1, Forward.)" in words
    assert "1 hour late: 0.5 of 5.5" in words
    assert "How?: =1+1 <i>good</i>" in words


def test_the_lines_of_a_comment_stay_lines():
    """In a cell of one line too."""
    standing = _standing(
        cells=(CellStanding("q", "How?", 2, 2.0, 1.5, comment="good\n<b>but</b>"),)
    )
    html = feedback_text(standing)
    assert "How?: good<br>&lt;b&gt;but" in html
    assert "\n" not in html


def test_feedback_in_plain_lines():
    lines = feedback_text(_standing(notes=("mended",)), form="text").splitlines()
    assert lines == [
        "Dropout: 5 of 16 points so far; 4 points are still to be marked.",
        "Note: mended.",
        "- Forward: 1 of 7",
        "- Backward & co: 4.5 of 9 (4 still to be marked)",
        "What to read again:",
        lines[5],
        lines[6],
        "How?: =1+1 <i>good</i>",
    ]
    assert lines[5].startswith("- the kept units are not divided by p. Inverted dropout divides")
    assert lines[5].endswith("(Part 1, Forward.)")


def test_full_marks_leave_nothing_to_worry_about():
    cell = CellStanding("t", "T", 1, 5.0, 5.0)
    html = feedback_text(Standing("s", "a", "A", (cell,), {1: "One"}))
    assert html == "<p><strong>A: 5 of 5 points</strong>.</p><ul><li>One: 5 of 5</li></ul>"
