"""Catalogues of cases: right-but-different and wrong solutions of an assignment.

The folder is the expected verdict: everything below accepted/ must get full marks, everything
below wrong/ holds one named fault and must be caught. Two formats:

  *.toml  small edits of the worked solution, one table a case (see CASE_FIELDS);
  *.py    a whole solution in another style (accepted only). The first docstring line says what
          is unusual. A function that the file does not define stays the reference's; helpers and
          imports are put above the first one that it does.

The part that a case belongs to comes from the file's name or folder.
"""

import ast
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

VERDICTS = ("accepted", "wrong")
CASE_FIELDS = {
    "accepted": {"why"},
    "wrong": {"fault", "caught_by", "misconception"},
}
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


class CaseError(ValueError):
    """A case that cannot be used; the message names file, case and field."""


@dataclass(frozen=True)
class Case:
    """One solution and the verdict it must get.

    name: unique in the catalogue. verdict: 'accepted' or 'wrong'. part: of the catalogue's. why:
    what is unusual, or the one fault. cells: the source of every solution cell by grade_id.
    changed: the grade_ids in which it differs from the reference. caught_by and misconception: for
    wrong cases, the check that must fail and the mistake behind it.
    """

    assignment: str
    name: str
    verdict: str
    part: str
    why: str
    cells: dict = field(repr=False)
    changed: tuple
    caught_by: str | None = None
    misconception: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """The cases of an assignment.

    folder: solutions/<assignment>. cells: grade_ids of the solution cells, in the notebook's
    order. parts: {name of a file or folder: part}.
    """

    folder: Path
    cells: tuple
    parts: dict

    @property
    def assignment(self):
        return Path(self.folder).name

    def reference_cells(self, path=None):
        """{grade_id: source} of the worked solution, without the solution markers.

        Raises CaseError if one of the cells is missing.
        """
        path = Path(path or self.folder / "reference.py")
        _, found = _cut(path.read_text("utf-8"), path, self)
        missing = [name for name in self.cells if name not in found]
        if missing:
            raise CaseError(f"{path.name}: no definition of {', '.join(missing)}")
        return found

    def load_cases(self, folder=None):
        """Return the list of all Cases below `folder` (default: the catalogue's).

        Raises CaseError for a case that is incomplete, does not apply or does not compile.
        """
        folder = Path(folder or self.folder)
        reference = self.reference_cells()
        cases, seen = [], {}
        for verdict in VERDICTS:
            for path in sorted((folder / verdict).rglob("*")):
                where = path.relative_to(folder).as_posix()
                if path.suffix == ".toml":
                    found = _from_toml(path, where, verdict, reference, self)
                elif path.suffix == ".py":
                    found = [_from_python(path, where, verdict, reference, self)]
                else:
                    continue
                for case in found:
                    if case.name in seen:
                        raise CaseError(
                            f"{where}: {case.name}: {seen[case.name]} has this name too"
                        )
                    seen[case.name] = where
                    cases.append(case)
        return cases


def _from_toml(path, where, verdict, reference, catalogue):
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{where}: not valid TOML: {error}") from None
    part = _part(path.stem, where, catalogue)
    return [
        _from_table(name, table, f"{where}: {name}", verdict, part, reference, catalogue)
        for name, table in tables.items()
    ]


def _from_table(name, table, where, verdict, part, reference, catalogue):
    if not isinstance(table, dict):
        raise CaseError(f"{where}: a case is a table, [{name}]")
    edit_fields = {"replace", "with", "cell", "source", "edits"}
    _require(table, CASE_FIELDS[verdict], where)
    unknown = set(table) - CASE_FIELDS[verdict] - edit_fields
    if unknown:
        raise CaseError(f"{where}: unknown field {sorted(unknown)[0]!r}")
    if "edits" not in table:
        edits = [{key: table[key] for key in edit_fields & set(table)}]
    elif edit_fields & set(table) != {"edits"}:
        raise CaseError(f"{where}: 'edits' stands alone; put replace, with, cell, source in it")
    else:
        edits = table["edits"]
    cells = dict(reference)
    for edit in edits:
        _apply(edit, cells, where)
    why = table["fault" if verdict == "wrong" else "why"]
    return _finish(
        name, verdict, part, why, cells, where, reference, catalogue,
        caught_by=table.get("caught_by"), misconception=table.get("misconception"),
    )  # fmt: skip


def _apply(edit, cells, where):
    """Change `cells` as one edit says: a whole cell by `source`, or `replace` -> `with`."""
    cell = edit.get("cell")
    if cell is not None and cell not in cells:
        raise CaseError(f"{where}: cell: there is no cell {cell!r}")
    if "source" in edit:
        if cell is None:
            raise CaseError(f"{where}: source: needs 'cell', the definition that it replaces")
        cells[cell] = edit["source"].strip("\n") + "\n"
        return
    _require(edit, {"replace", "with"}, where)
    old = edit["replace"]
    if not old:
        raise CaseError(f"{where}: replace: is empty")
    looked_in = [cell] if cell else list(cells)
    counts = {name: cells[name].count(old) for name in looked_in}
    if sum(counts.values()) != 1:
        place = cell or "the worked solution"
        raise CaseError(
            f"{where}: replace: occurs {sum(counts.values())} times in {place}, "
            f"must be once: {old!r}"
        )
    hit = next(name for name, count in counts.items() if count)
    cells[hit] = cells[hit].replace(old, edit["with"])


def _from_python(path, where, verdict, reference, catalogue):
    if verdict != "accepted":
        raise CaseError(
            f"{where}: a wrong case is an edit in a .toml file, so that its fault shows"
        )
    part = _part(path.parent.name, where, catalogue)
    source = path.read_text("utf-8")
    why, found = _cut(source, path, catalogue, where)
    if not why:
        raise CaseError(f"{where}: no docstring; its first line says what is unusual")
    if not found:
        raise CaseError(f"{where}: defines none of {', '.join(catalogue.cells)}")
    cells = {**reference, **found}
    return _finish(path.stem, verdict, part, why, cells, where, reference, catalogue)


def _cut(source, path, catalogue, where=None):
    """(first docstring line, {grade_id: source}) of a module's text.

    Whatever is no cell (imports, helpers, comments) goes above the first cell, in the module's
    order; the reference keeps only its definitions, because the notebook's set-up cell imports.
    """
    tree = _parse(source, where or path.name)
    lines = source.splitlines(keepends=True)
    why = (ast.get_docstring(tree) or "").strip().partition("\n")[0]
    spans = {}
    for node in tree.body:
        if getattr(node, "name", None) in catalogue.cells:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
            spans[node.name] = range(first, node.end_lineno)
    cells = {
        name: "".join(lines[i] for i in span if lines[i].strip() not in MARKERS)
        for name, span in spans.items()
    }
    if where is not None and spans:
        start = tree.body[0].end_lineno if why else 0
        inside = {i for span in spans.values() for i in span}
        helpers = "".join(line for i, line in enumerate(lines) if i >= start and i not in inside)
        if helpers.strip():
            first = min(spans, key=lambda name: spans[name].start)
            cells[first] = helpers.strip("\n") + "\n\n\n" + cells[first]
    return why, cells


def _finish(name, verdict, part, why, cells, where, reference, catalogue, **wrong):
    for cell, source in cells.items():
        if source is not reference[cell]:
            tree = _parse(source, f"{where}: {cell}")
            if cell not in {getattr(node, "name", None) for node in tree.body}:
                raise CaseError(f"{where}: {cell}: the result does not define {cell}")
    changed = tuple(cell for cell in catalogue.cells if cells[cell] != reference[cell])
    if not changed:
        raise CaseError(f"{where}: the same as the worked solution")
    return Case(catalogue.assignment, name, verdict, part, why, cells, changed, **wrong)


def _parse(source, where):
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise CaseError(f"{where}: syntax error in line {error.lineno}: {error.msg}") from None


def _part(word, where, catalogue):
    if word not in catalogue.parts:
        names = ", ".join(catalogue.parts)
        raise CaseError(f"{where}: {word!r} is no part; name it one of {names}")
    return catalogue.parts[word]


def _require(table, names, where):
    for name in sorted(names):
        if not isinstance(table.get(name), str) or (name != "with" and not table[name].strip()):
            raise CaseError(f"{where}: field {name!r} is missing")
