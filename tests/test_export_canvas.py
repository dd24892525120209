"""Marks for Canvas, merged with a gradebook that it has exported: read again by a CSV reader."""

import csv
from datetime import timedelta

import pytest

from autograder.reports.export.canvas import CanvasExport
from autograder.reports.export.csv_file import BOM, CannotExport
from tests.export_course import DIFFICULT, NAME, export, grade, make_course, read_rows

HEADING = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Small (77),Other (78),"
    "Current Score,Final Score\n"
)
MANUAL = ",,,,,,Manual Posting,,,\n"
POINTS = "    Points Possible,,,,,,10.00,5.00,(read only),(read only)\n"
STUDENTS = (
    '"Lovelace, Ada",901,S1,ada,"A, B",likes maths,,1,0,0\n'
    '"Moore, Bob",902,S2,BOB@example.org,A,,3.00,,0,0\n'
    '"Miller, Eve",903,S3,e.miller,A,,7.50,,0,0\n'
    '"Student, Test",904,,8f14e45,A,,,,0,0\n'
)
PEOPLE = {
    "ada": ("Ada", "Lovelace", ""),
    "bob": ("Bob", "Moore", "Bob@Example.org "),
    "eve": ("Eve", "Miller", "eve@example.org"),
}
COLUMNS = [0, 1, 2, 3, 4, 6]  # who a student is, and the assignment


@pytest.fixture
def course(tmp_path):
    """All have handed in; Eve is called otherwise in Canvas."""
    folder = make_course(tmp_path / "course", PEOPLE)
    grade(folder, "ada", 2.5, 4)
    grade(folder, "bob", 1 / 3, 2, penalty=0.5, late=timedelta(0))
    grade(folder, "eve", 5, 5)
    return folder


@pytest.fixture
def merged(course, tmp_path):
    """merged(text, ...): (Exported, rows) for a Canvas file of this text."""

    def run(text=HEADING + MANUAL + POINTS + STUDENTS, encoding="utf-8", **traits):
        (tmp_path / "canvas.csv").write_bytes(text.encode(encoding))
        given = {"refresh_penalties": False, "merge": str(tmp_path / "canvas.csv")}
        return export(course, CanvasExport, tmp_path / "out.csv", **given | traits)

    return run


def _cells(text, columns=COLUMNS, delimiter=","):
    return [[row[c] for c in columns] for row in csv.reader(text.splitlines(), delimiter=delimiter)]


def test_marks_are_filled_in_and_all_else_is_as_it_came(merged):
    done, rows = merged()
    meant = _cells(HEADING + MANUAL + POINTS + STUDENTS)
    meant[3][-1], meant[4][-1] = "6.5", "1.83333"
    assert rows == meant
    assert done.rows == 2
    assert done.left_out == {"eve": "no row of the file is theirs"}
    assert any("Miller, Eve" in note and "Test" not in note for note in done.notes)


def test_who_is_known_by_another_column(merged, tmp_path):
    done, rows = merged(match=["Section", "SIS Login ID"])
    assert done.left_out == {"eve": "no row of the file is theirs"}
    text = (HEADING + POINTS + STUDENTS).replace("e.miller", "EVE@example.org")
    done, rows = merged(text)
    assert done.left_out == {}
    assert rows[4][-1] == "10"
    with pytest.raises(
        CannotExport, match="has no column Login to know students by; it has Student"
    ) as error:
        merged(match=["Login"])
    assert "--match" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",8f14e45,", ",ADA,", {"ada": "2 rows"}),
        (",S2,BOB@", ",ada,BOB@", {"ada": "2 rows", "bob": "could be that of ada too"}),
        ("903,S3", "bob,S3", {"bob": "2 rows", "eve": "could be that of bob too"}),
        (
            ",eve,",
            ",eve@example.org,",
            {},
        ),
    ],
)
def test_nobody_is_guessed(merged, old, new, said):
    text = (HEADING + POINTS + STUDENTS).replace("e.miller", "eve")
    assert old in text
    done, rows = merged(text.replace(old, new))
    assert done.left_out.keys() == said.keys()
    for student, words in said.items():
        assert words in done.left_out[student]
    unplaced = {"ada": ("", 2), "bob": ("3.00", 3), "eve": ("7.50", 4)}
    for student in said:
        before, row = unplaced[student]
        assert rows[row][-1] == before


def test_a_mark_that_is_not_final_stays_out(course, merged):
    grade(course, "ada", 2.5, None)
    done, rows = merged()
    assert rows[3][-1] == ""
    assert any("answers of 1 student await a person" in n and "ada" in n for n in done.notes)
    done, rows = merged(provisional=True)
    assert rows[3][-1] == "2.5"
    assert any("not final" in note and "ada" in note for note in done.notes)


def test_who_handed_in_nothing_keeps_an_empty_cell(tmp_path, course, merged):
    folder = make_course(tmp_path / "again", PEOPLE)
    grade(folder, "bob", 1, 1)
    (folder / "submitted" / "eve" / NAME).mkdir(parents=True)
    (tmp_path / "canvas.csv").write_text(
        (HEADING + POINTS + STUDENTS).replace("e.miller", "eve").replace("7.50", "")
    )
    given = {"merge": str(tmp_path / "canvas.csv")}
    done, rows = export(folder, CanvasExport, tmp_path / "out.csv", **given)
    assert [row[-1] for row in rows[2:]] == ["", "2", "", ""]
    assert any("1 student handed in nothing" in note for note in done.notes)
    done, rows = export(folder, CanvasExport, tmp_path / "out.csv", zeros=True, **given)
    # Eve's work lies in submitted/ and waits to be graded; the Test Student is nobody.
    assert [row[-1] for row in rows[2:]] == ["0", "2", "", ""]
    text = (tmp_path / "canvas.csv").read_text().replace("likes maths,,", "on paper,8,")
    (tmp_path / "canvas.csv").write_text(text)
    _, rows = export(folder, CanvasExport, tmp_path / "out.csv", zeros=True, **given)
    assert rows[2][-1] == "8"
    assert any("is not graded yet" in note and "eve" in note for note in done.notes)


@pytest.mark.parametrize("word", ["EX", "ex ", "N/A"])
def test_what_a_person_decided_in_canvas_stays(merged, word):
    done, rows = merged((HEADING + POINTS + STUDENTS).replace("3.00", word))
    assert rows[3][-1] == word
    assert any("Moore, Bob" in note and "excused" in note for note in done.notes)


def test_other_points_are_refused_unless_told(merged):
    text = (HEADING + POINTS + STUDENTS).replace("10.00", "20.00")
    with pytest.raises(CannotExport, match=r"Small \(77\), has 20 points, small has 10") as error:
        merged(text)
    assert "--points scale" in str(error.value)
    _, rows = merged(text, points="scale")
    assert rows[2][-1] == "13"
    _, rows = merged(text, points="as-is")
    assert rows[2][-1] == "6.5"
    with pytest.raises(CannotExport, match="has no number of points"):
        merged((HEADING + POINTS + STUDENTS).replace("10.00", ""))


def test_the_assignments_column(merged):
    both = HEADING.replace("Other", "small")
    with pytest.raises(CannotExport, match=r"has 2 columns for small.*small \(78\)"):
        merged(both + POINTS + STUDENTS)
    _, rows = merged(both + POINTS + STUDENTS, columns={NAME: "small (78)"}, points="as-is")
    assert [row[-1] for row in rows] == ["small (78)", "5.00", "6.5", "1.83333", "", ""]
    with pytest.raises(CannotExport, match=r"no column for small. .*--column 'small=HEADING'"):
        merged(HEADING.replace("Small", "Homework") + POINTS + STUDENTS)
    with pytest.raises(CannotExport, match="no column for Homework"):
        merged(columns={NAME: "Homework"})
    # A sum is no assignment, whatever it is called.
    read_only = HEADING.replace("Small (77)", "x (1)").replace("Current Score", "Small (2020)")
    with pytest.raises(CannotExport, match="no column for small"):
        merged(read_only + POINTS + STUDENTS)


def test_a_byte_order_mark_and_semicolons_come_back(merged, tmp_path):
    text = (HEADING + MANUAL + POINTS + STUDENTS).replace('"A, B"', "AB")
    text = text.replace(",", ";").replace("; ", ", ").replace("10.00", "10,00")
    merged_before, _ = merged()
    done, _ = merged(text, "utf-8-sig")
    content = (tmp_path / "out.csv").read_text("utf-8")
    assert content.startswith(BOM)
    rows = read_rows(tmp_path / "out.csv", ";")
    assert [row[-1] for row in rows[3:]] == ["6.5", "1.83333", "7.50", ""]
    assert done.rows == merged_before.rows


def test_last_and_first_names_apart(merged):
    heading = HEADING.replace("Student,", "LastName,FirstName,")
    points = POINTS.replace("Possible,", "Possible,,")
    students = STUDENTS.replace('"Lovelace, Ada"', "Lovelace,Ada").replace(
        '"Moore, Bob"', "Moore,Bob"
    )
    students = students.replace('"Miller, Eve"', "Miller,Eve").replace('"Student, Test"', "S,T")
    _, rows = merged(heading + points + students)
    assert rows[2] == ["Lovelace", "Ada", "901", "S1", "ada", "A, B", "6.5"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("assignment,student_id,score\nsmall,ada,5\n", "should begin with Student and ID"),
        ("Student,ID,SIS Login ID\n", "have Section"),
        (HEADING + STUDENTS, "no row `Points Possible`"),
        (HEADING + POINTS + "a,b,c,d,e,f,g,h,i,j,k\n", "row 3 has more cells than the heading"),
    ],
)
def test_what_is_no_canvas_gradebook_is_refused(merged, tmp_path, text, said):
    with pytest.raises(CannotExport) as error:
        merged(text)
    assert "canvas.csv" in str(error.value)
    assert said in str(error.value)
    assert not (tmp_path / "out.csv").exists()


def test_no_file_and_the_same_file_are_refused(course, tmp_path, merged):
    with pytest.raises(CannotExport, match=r"none\.csv, a gradebook exported from Canvas.*No such"):
        merged(merge=str(tmp_path / "none.csv"))
    merged()
    before = (tmp_path / "canvas.csv").read_bytes()
    with pytest.raises(CannotExport, match="name another to write, with --to"):
        export(course, CanvasExport, tmp_path / "canvas.csv", merge=str(tmp_path / "canvas.csv"))
    assert (tmp_path / "canvas.csv").read_bytes() == before


def test_a_class_that_is_not_there_at_all_is_refused(merged):
    with pytest.raises(CannotExport, match="none of the 3 students has a row") as error:
        merged(HEADING + POINTS + '"Nobody",1,2,3,A,,,,0,0\n')
    assert "ada: no row of the file is theirs; " in str(error.value)


def test_names_are_defused_and_ids_match_and_come_back(tmp_path):
    folder = make_course(tmp_path / "course", DIFFICULT)
    for student in DIFFICULT:
        grade(folder, student, 1, 1)
    quoted = [
        [f"{last}, {first}", str(n), student, f"login{n}", "A", "", ""]
        for n, (student, (first, last, _)) in enumerate(DIFFICULT.items())
    ]
    with open(tmp_path / "canvas.csv", "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*HEADING.split(",")[:6], "Small (7)"])
        writer.writerow(["    Points Possible", "", "", "", "", "", "10"])
        writer.writerows(quoted)
    done, rows = export(
        folder, CanvasExport, tmp_path / "out.csv", merge=str(tmp_path / "canvas.csv")
    )
    assert done.left_out == {}
    assert [row[1:4] for row in rows[2:]] == [row[1:4] for row in quoted]
    assert {row[-1] for row in rows[2:]} == {"2"}
    assert not any(row[0].startswith(tuple("=+-@\t\r＝")) for row in rows)


def test_without_a_file_canvas_has_to_find_the_students(course, tmp_path):
    done, rows = export(course, CanvasExport, tmp_path / "out.csv", refresh_penalties=False)
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "small"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Lovelace, Ada", "", "", "ada", "", "6.5"],
        ["Miller, Eve", "", "", "eve", "", "10"],
        ["Moore, Bob", "", "", "bob", "", "1.83333"],
    ]
    assert any("--merge" in note for note in done.notes)
    _, rows = export(
        course,
        CanvasExport,
        tmp_path / "out.csv",
        match=["SIS User ID"],
        columns={NAME: "Homework (7)"},
        student=["ada"],
    )
    assert rows[0][-1] == "Homework (7)"
    assert rows[2:] == [["Lovelace, Ada", "", "ada", "", "", "6.5"]]
