"""The catalogue of cases: what the loader accepts and refuses, and what the catalogue holds."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from autograder.checks.misconceptions import catalogue
from autograder.marking.scheme import load_scheme
from solutions.cases import CaseError
from solutions.dropout.cases import CELLS, load_cases, reference_cells

WRONG = 'fault = "f"\ncaught_by = "fraction_kept_is_p"\nmisconception = "keep-drop-swapped"\n'
EDIT = 'replace = "np.random.rand(*x.shape) < p"\nwith = "np.random.rand(*x.shape) > p"\n'


def folder_with(tmp_path, files):
    """A catalogue of {relative path: text}."""
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def refusal(tmp_path, files):
    """The message with which load_cases refuses the files."""
    with pytest.raises(CaseError) as caught:
        load_cases(folder_with(tmp_path, files))
    return str(caught.value)


@pytest.fixture(scope="module")
def cases():
    return load_cases()


class TestReferenceCells:
    def test_every_cell_is_cut_out_without_the_markers(self):
        """Each cell is one definition, with no trace of the solution markers."""
        cells = reference_cells()
        assert tuple(cells) == CELLS
        for name, source in cells.items():
            assert [node.name for node in ast.parse(source).body] == [name]
            assert "SOLUTION" not in source

    def test_a_missing_definition_is_named(self, tmp_path):
        """A reference without one of the cells is refused by name."""
        path = tmp_path / "reference.py"
        path.write_text("def dropout_forward(x, dropout_param):\n    pass\n")
        with pytest.raises(CaseError, match="no definition of dropout_backward"):
            reference_cells(path)


class TestEdits:
    def test_an_edit_changes_one_cell_and_leaves_the_others(self, tmp_path):
        """Only the cell that holds the text changes."""
        (case,) = load_cases(folder_with(tmp_path, {"wrong/forward.toml": f"[a]\n{WRONG}{EDIT}"}))
        assert (case.name, case.verdict, case.part) == ("a", "wrong", "layer")
        assert (case.why, case.caught_by, case.misconception) == (
            "f",
            "fraction_kept_is_p",
            "keep-drop-swapped",
        )
        assert case.changed == ("dropout_forward",)
        assert "np.random.rand(*x.shape) > p" in case.cells["dropout_forward"]
        assert case.cells["dropout_backward"] == reference_cells()["dropout_backward"]

    def test_a_cell_narrows_the_search(self, tmp_path):
        """Text that occurs in two cells may be changed in the one that is named."""
        edit = 'cell = "dropout_backward"\nreplace = "dx = dout\\n"\nwith = "dx = 0 * dout\\n"\n'
        (case,) = load_cases(folder_with(tmp_path, {"wrong/backward.toml": f"[a]\n{WRONG}{edit}"}))
        assert case.changed == ("dropout_backward",)

    def test_several_edits_may_change_several_cells(self, tmp_path):
        """One case may need edits in forward and in backward."""
        edits = (
            'edits = [{ replace = "out = x * mask", with = "out = mask * x" },'
            ' { replace = "dx = dout * mask", with = "dx = mask * dout" }]\n'
        )
        (case,) = load_cases(
            folder_with(tmp_path, {"accepted/layer.toml": f'[a]\nwhy = "w"\n{edits}'})
        )
        assert case.changed == ("dropout_forward", "dropout_backward")

    def test_source_replaces_a_whole_cell(self, tmp_path):
        """A whole definition, with a helper above it, takes the cell's place."""
        source = (
            "cell = 'dropout_backward'\nsource = '''\nK = 1\n\n\n"
            "def dropout_backward(dout, cache):\n    return K * dout\n'''\n"
        )
        (case,) = load_cases(
            folder_with(tmp_path, {"wrong/backward.toml": f"[a]\n{WRONG}{source}"})
        )
        assert case.cells["dropout_backward"].startswith("K = 1\n")

    @pytest.mark.parametrize("old", ["no such text", "mode", "dropout_param, mask"])
    def test_text_that_does_not_occur_once_is_refused(self, tmp_path, old):
        """An edit that could apply nowhere or twice is refused with its text."""
        message = refusal(
            tmp_path, {"wrong/forward.toml": f'[a]\n{WRONG}replace = "{old}"\nwith = "x"\n'}
        )
        assert message.startswith("wrong/forward.toml: a: replace: occurs ")
        assert "must be once" in message
        assert repr(old) in message

    def test_an_unknown_cell_is_refused(self, tmp_path):
        """A cell that does not exist is named."""
        message = refusal(tmp_path, {"wrong/forward.toml": f'[a]\n{WRONG}{EDIT}cell = "dropout"\n'})
        assert message == "wrong/forward.toml: a: cell: there is no cell 'dropout'"

    def test_source_needs_a_cell(self, tmp_path):
        """source says nothing without the cell that it replaces."""
        message = refusal(tmp_path, {"wrong/forward.toml": f'[a]\n{WRONG}source = "x = 1"\n'})
        assert message.startswith("wrong/forward.toml: a: source: needs 'cell'")

    def test_source_must_define_its_cell(self, tmp_path):
        """A source that loses the definition is refused."""
        text = f'[a]\n{WRONG}cell = "dropout_forward"\nsource = "x = 1"\n'
        message = refusal(tmp_path, {"wrong/forward.toml": text})
        assert message.endswith("dropout_forward: the result does not define dropout_forward")

    @pytest.mark.parametrize("name", ["fault", "caught_by", "misconception", "replace", "with"])
    def test_a_missing_field_is_named(self, tmp_path, name):
        """Each field that a wrong case needs is asked for by name."""
        lines = [line for line in (WRONG + EDIT).splitlines() if not line.startswith(name)]
        message = refusal(tmp_path, {"wrong/forward.toml": "\n".join(["[a]", *lines])})
        assert message == f"wrong/forward.toml: a: field {name!r} is missing"

    def test_an_unknown_field_is_named(self, tmp_path):
        """A misspelt field does not pass unnoticed."""
        message = refusal(tmp_path, {"wrong/net.toml": f'[a]\n{WRONG}{EDIT}reason = "r"\n'})
        assert message == "wrong/net.toml: a: unknown field 'reason'"

    def test_edits_stand_alone(self, tmp_path):
        """A case has one edit or a list of them, not both."""
        message = refusal(tmp_path, {"wrong/net.toml": f"[a]\n{WRONG}{EDIT}edits = []\n"})
        assert "'edits' stands alone" in message

    def test_a_syntax_error_is_placed(self, tmp_path):
        """A result that is not Python names file, case, cell and line."""
        edit = 'replace = "np.random.rand(*x.shape) < p"\nwith = "np.random.rand("\n'
        message = refusal(tmp_path, {"wrong/forward.toml": f"[a]\n{WRONG}{edit}"})
        assert message.startswith("wrong/forward.toml: a: dropout_forward: syntax error in line ")

    def test_broken_toml_is_named(self, tmp_path):
        """A file that is not TOML is named."""
        assert refusal(tmp_path, {"wrong/net.toml": "[a"}).startswith(
            "wrong/net.toml: not valid TOML"
        )

    def test_an_edit_that_changes_nothing_is_refused(self, tmp_path):
        """A case that is the worked solution is no case."""
        edit = 'replace = "out = x * mask"\nwith = "out = x * mask"\n'
        message = refusal(tmp_path, {"wrong/forward.toml": f"[a]\n{WRONG}{edit}"})
        assert message == "wrong/forward.toml: a: the same as the worked solution"

    def test_a_name_used_twice_is_refused(self, tmp_path):
        """Names are unique in the whole catalogue; the message names both files."""
        text = f"[a]\n{WRONG}{EDIT}"
        message = refusal(tmp_path, {"wrong/forward.toml": text, "wrong/net.toml": text})
        assert message == "wrong/net.toml: a: wrong/forward.toml has this name too"

    def test_a_file_of_no_part_is_refused(self, tmp_path):
        """The part comes from the file's name, so that must be a part."""
        message = refusal(tmp_path, {"wrong/layers.toml": f"[a]\n{WRONG}{EDIT}"})
        assert message.startswith("wrong/layers.toml: 'layers' is no part")


class TestPythonFiles:
    def test_helpers_go_above_the_first_definition(self, tmp_path):
        """Imports, helpers and comments land in the first cell; decorators stay."""
        text = (
            '"""Uses helpers.\n\nMore words.\n"""\n\nimport math\n\n\n'
            "def dropout_backward(dout, cache):\n    return same(dout)\n\n\n"
            "# A helper.\ndef same(dout):\n    return dout * math.cos(0)\n\n\n"
            "@staticmethod\ndef dropout_forward(x, dropout_param):\n    return x, None\n"
        )
        (case,) = load_cases(folder_with(tmp_path, {"accepted/layer/helped.py": text}))
        assert (case.name, case.verdict, case.part) == ("helped", "accepted", "layer")
        assert case.why == "Uses helpers."
        assert case.changed == ("dropout_forward", "dropout_backward")
        backward = case.cells["dropout_backward"]
        assert backward.startswith("import math\n")
        assert "# A helper.\ndef same" in backward
        assert backward.index("def same") < backward.index("def dropout_backward")
        assert case.cells["dropout_forward"].startswith("@staticmethod\ndef dropout_forward")
        assert case.cells["FullyConnectedNet"] == reference_cells()["FullyConnectedNet"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("def dropout_forward(x, dropout_param):\n    pass\n", "no docstring"),
            ('"""Why."""\n\nx = 1\n', "defines none of dropout_forward"),
            ('"""Why."""\n\ndef dropout_forward(:\n', "syntax error in line 3"),
        ],
    )
    def test_unusable_files_are_refused(self, tmp_path, text, words):
        """A file needs a docstring, one of the definitions, and to be Python."""
        message = refusal(tmp_path, {"accepted/net/odd.py": text})
        assert message.startswith("accepted/net/odd.py: ")
        assert words in message

    def test_a_wrong_case_is_never_a_python_file(self, tmp_path):
        """Wrong cases are edits, in which the fault is what a reader sees."""
        text = '"""Why."""\n\ndef dropout_forward(x, dropout_param):\n    pass\n'
        assert "is an edit in a .toml file" in refusal(tmp_path, {"wrong/layer/odd.py": text})


class TestCatalogue:
    @pytest.mark.parametrize(
        ("verdict", "part", "least"),
        [
            ("wrong", "layer", 60),
            ("wrong", "net", 30),
            ("wrong", "answers", 8),
            ("accepted", "layer", 25),
            ("accepted", "net", 8),
        ],
    )
    def test_there_are_enough_cases(self, cases, verdict, part, least):
        """The catalogue has the numbers that the course asks for."""
        assert Counter((c.verdict, c.part) for c in cases)[verdict, part] >= least

    def test_the_folder_is_the_verdict(self, cases):
        """Every accepted file is loaded as an accepted case."""
        folder = Path(__file__).parents[1] / "solutions" / "dropout"
        written = {path.stem for path in folder.glob("accepted/*/*.py")}
        assert written <= {c.name for c in cases if c.verdict == "accepted"}

    def test_every_case_compiles(self, cases):
        """Every cell of every case is Python."""
        for case in cases:
            for cell, source in case.cells.items():
                compile(source, f"{case.name}: {cell}", "exec")

    def test_every_case_differs_from_the_reference(self, cases):
        """Every case differs from the worked solution in more than comments."""
        reference = {name: ast.dump(ast.parse(s)) for name, s in reference_cells().items()}
        for case in cases:
            assert case.changed, case.name
            assert any(ast.dump(ast.parse(case.cells[c])) != reference[c] for c in case.changed)

    def test_no_two_cases_are_the_same(self, cases):
        """No case repeats another under a second name."""
        first = {}
        for case in cases:
            key = tuple(ast.dump(ast.parse(source)) for source in case.cells.values())
            assert first.setdefault(key, case.name) == case.name

    def test_every_wrong_case_names_a_check_and_a_misconception(self, cases):
        """Every check has its cases, and every misconception is in the catalogue."""
        checks = {n for cell in load_scheme("dropout").cells.values() for n in cell.checks}
        wrong = [c for c in cases if c.verdict == "wrong"]
        assert {c.caught_by for c in wrong} == checks
        assert {c.misconception for c in wrong} <= set(catalogue())
