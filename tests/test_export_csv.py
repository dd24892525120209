"""nbgrader's CSV: opened again and compared with the gradebook, and with what nbgrader writes."""

import csv
import io
import os
import stat
from datetime import timedelta

import pytest
from nbgrader.plugins import CsvExportPlugin

from autograder.reports.export.csv_file import CannotExport, Table, read_table, write_table
from autograder.reports.export.formulas import defuse, undo
from autograder.reports.export.nbgrader_csv import COLUMNS, NbgraderExport
from tests.export_course import (
    DIFFICULT,
    NAME,
    export,
    grade,
    gradebook_of,
    make_course,
    read_rows,
)


@pytest.fixture
def course(tmp_path):
    """Two have handed in, one of them awaits a person."""
    folder = make_course(tmp_path / "course")
    grade(folder, "ada", 2.5, 3.1, late=timedelta(hours=1), penalty=0.7)
    grade(folder, "bob", 1 / 3, None)
    return folder


def test_it_is_nbgraders_file_where_names_are_ordinary(course, tmp_path):
    export(course, NbgraderExport, tmp_path / "ours.csv", refresh_penalties=False)
    stock = CsvExportPlugin(to=str(tmp_path / "stock.csv"))
    with gradebook_of(course) as gradebook:
        stock.export(gradebook)
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "stock.csv").read_bytes()


def test_every_name_is_what_the_gradebook_has(tmp_path):
    folder = make_course(tmp_path / "course", DIFFICULT)
    _, rows = export(folder, NbgraderExport, tmp_path / "marks.csv")
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    read = [dict(zip(COLUMNS, map(undo, row), strict=True)) for row in rows[1:]]
    found = {row["student_id"]: (row["first_name"], row["last_name"], row["email"]) for row in read}
    assert found == DIFFICULT


def test_no_text_is_a_formula_and_numbers_stay_numbers(tmp_path):
    folder = make_course(tmp_path / "course", DIFFICULT)
    grade(folder, "oneil", -1.5, 0)
    done, rows = export(folder, NbgraderExport, tmp_path / "marks.csv")
    for row in rows[1:]:
        assert not any(cell.startswith(tuple("=+-@\t\r＝")) for cell in row[:7])
        assert [float(cell) for cell in row[7:]]
    assert next(row for row in rows if row[3] == "oneil")[7] == "-1.5"
    assert any("'=1+1'" in note for note in done.notes)
    _, rows = export(folder, NbgraderExport, tmp_path / "raw.csv", defuse=False)
    assert {row[3] for row in rows[1:]} == set(DIFFICULT)


@pytest.mark.parametrize("text", ["=1", "'=1", "''@x", "-5", "\t", "＋1", "\0=1"])
def test_defusing_can_be_undone(text):
    assert defuse(text) == "'" + text
    assert undo(defuse(text)) == text


@pytest.mark.parametrize("text", ["", "O'Neil", "'t Hooft", "a=b", "1-2", "한", "'"])
def test_harmless_text_is_as_it_was(text):
    assert defuse(text) == undo(text) == text


def test_who_handed_in_nothing_has_a_row_of_zeros(course, tmp_path):
    _, rows = export(course, NbgraderExport, tmp_path / "marks.csv")
    eve = next(row for row in rows if row[3] == "eve")
    assert eve[2] == ""
    assert eve[7:] == ["0.0", "0.0", "0.0", "10.0"]


def test_marks_that_are_not_final_are_said(course, tmp_path):
    done, _ = export(course, NbgraderExport, tmp_path / "marks.csv")
    (note,) = (note for note in done.notes if "await" in note)
    assert note.startswith("the marks of 1 student are not final")
    assert note.endswith("bob")


def test_only_some_students_and_assignments(tmp_path):
    folder = make_course(tmp_path / "course", assignments=(NAME, "other"))
    _, rows = export(
        folder, NbgraderExport, tmp_path / "m.csv", assignment=["other"], student=["eve"]
    )
    assert [(row[0], row[3]) for row in rows[1:]] == [("other", "eve")]


def test_a_byte_order_mark_on_request(course, tmp_path):
    export(course, NbgraderExport, tmp_path / "plain.csv")
    export(course, NbgraderExport, tmp_path / "excel.csv", bom=True)
    plain, excel = ((tmp_path / name).read_bytes() for name in ("plain.csv", "excel.csv"))
    assert excel == b"\xef\xbb\xbf" + plain
    assert read_table(tmp_path / "excel.csv", "marks").rows == read_rows(tmp_path / "plain.csv")


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"assignment": ["smal"]}, "no assignment 'smal' (it has small); did you mean small?"),
        ({"student": ["adda"]}, "no student 'adda'; did you mean ada?"),
    ],
)
def test_an_unknown_name_is_refused(course, tmp_path, traits, said):
    with pytest.raises(CannotExport) as error:
        export(course, NbgraderExport, tmp_path / "marks.csv", **traits)
    assert said in str(error.value)
    assert not (tmp_path / "marks.csv").exists()


def test_an_empty_gradebook_is_refused(tmp_path):
    with pytest.raises(CannotExport, match=r"gradebook\.db has no assignment: run"):
        export(make_course(tmp_path / "a", assignments=()), NbgraderExport, tmp_path / "marks.csv")
    with pytest.raises(CannotExport, match="has no students"):
        export(make_course(tmp_path / "b", people={}), NbgraderExport, tmp_path / "marks.csv")


@pytest.mark.parametrize("place", ["no/such/folder/marks.csv", "folder"])
def test_where_nothing_can_be_written_is_said(course, tmp_path, place):
    (tmp_path / "folder").mkdir()
    with pytest.raises(CannotExport, match=f"{place} cannot be written: .*--to"):
        export(course, NbgraderExport, tmp_path / place)


def test_an_earlier_file_stays_whole_when_writing_fails(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("earlier")
    rows = [["a"], ["b" * 100_000], 5]
    with pytest.raises(TypeError):
        write_table(path, Table(rows))
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["marks.csv"]


def test_a_file_written_over_keeps_its_place_and_permissions(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("earlier")
    target.chmod(0o640)
    link.symlink_to(target)
    write_table(link, Table([["a", 1.5]]))
    assert link.is_symlink()
    assert target.read_text() == "a,1.5\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_pipe_can_be_written_to(tmp_path):
    read, write = os.pipe()
    write_table(f"/dev/fd/{write}", Table([["a", "b"]]))
    os.close(write)
    with open(read, "rb") as stream:
        assert stream.read() == b"a,b\n"


def test_half_a_character_is_no_end_of_the_export(tmp_path):
    write_table(tmp_path / "marks.csv", Table([["\ud800x"]]))
    assert read_rows(tmp_path / "marks.csv") == [["?x"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_platforms_and_spreadsheets_are_read(tmp_path, encoding, delimiter):
    rows = [["Student", "a, b; c"], ["홍\u2028\n", 'say "x"']]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path = tmp_path / "file.csv"
    path.write_bytes((text.getvalue() + delimiter + "\r\n\r\n").encode(encoding))
    table = read_table(path, "a file")
    assert table.rows == rows
    assert table.delimiter == delimiter
    assert table.bom == (encoding == "utf-8-sig")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n,,\n", "is empty"),
        (b"Student,\xe9\n", "not in UTF-8"),
        (b"PK\x03\x04\xff\xfe", "not in UTF-8"),
        (b'a,"b"c\n', "no CSV file"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, content, said):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(CannotExport, match=said):
        read_table(path, "a file")
    with pytest.raises(CannotExport, match=r"none\.csv, a file, cannot be read: No such file"):
        read_table(tmp_path / "none.csv", "a file")
