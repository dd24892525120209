"""The catalogue of hostile cases: what was handed in, and the result it must get here.

One TOML file a family, one table a case. A case starts from a base (BASES) and changes it:

  what            one sentence: what the submission does
  stock           what it gains where nbgrader runs this course without our preprocessors (STOCK)
  stock_measured  whether that was measured; else it is reasoned
  marks           "as base", "at most base", "zero", or a table {test cell = mark}; a cell that
                  the table leaves out has its base's mark. "none": there is nothing to mark
  message         a regular expression that some message to the student must match (optional)
  log             the same for the grader's log (for folders without anything to mark)
  awaits          true where a person must look at some cell (rare)
  seconds         how long it may take (optional)

  first, last     source of a code cell before, after everything else
  before, after   {grade_id = source of a code cell in that place}
  put             {grade_id = new source of that cell}
  markdown        source of a Markdown cell at the end
  deleted, copied lists of grade_ids
  metadata        {grade_id = metadata merged into that cell's}; notebook_metadata: the notebook's
  outputs         {grade_id = text of a result saved with that cell}
  files           how the folder is laid out instead of one notebook (see FILE_KINDS)

In sources, @NAME@ stands for what `filled` is given (PLACES), and a line <<name>> for a piece of
snippets.toml.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from solutions.dropout.cases import load_cases as dropout_cases
from solutions.dropout.cases import reference_cells

FAMILIES = (
    "forging",
    "tampering",
    "poisoning",
    "resources",
    "exfiltration",
    "files",
    "wire",
    "pages",
    "honest",
)
STOCK = ("marks", "disturbs others", "leak", "no mark", "nothing")
MARKS = ("as base", "at most base", "zero", "none")
# Each file has a path (percent-encoded where it is no text) and one of these: its text; bytes in
# hexadecimal; the case's notebook in an encoding; a link's target; fifo; directory; the size of a
# sparse file; brackets nested so deep; a notebook of so many cells. mode and times (so many
# copies) may be added.
FILE_KINDS = ("text", "bytes", "notebook", "link", "fifo", "directory", "size", "nested", "cells")
# What a source may name: a word unique to the run, the course's folder, the grader's home, another
# student's notebook, ports and sockets that listen, and the name of a variable with a secret.
PLACES = ("TOKEN", "COURSE", "HOME", "NEIGHBOUR", "PORT", "UDP", "SOCKET", "ABSTRACT", "VARIABLE")
BASES = ("reference", "untouched", "nothing", "layer", "wrong layer")
EDITS = {
    "first": str,
    "last": str,
    "before": dict,
    "after": dict,
    "put": dict,
    "markdown": str,
    "deleted": list,
    "copied": list,
    "metadata": dict,
    "notebook_metadata": dict,
    "outputs": dict,
    "files": list,
}
OPTIONS = {
    "base": str,
    "stock_measured": bool,
    "message": str,
    "log": str,
    "awaits": bool,
    "seconds": int,
}
REQUIRED = {"what": str, "stock": str, "marks": (str, dict)}
HERE = Path(__file__).parent
NET_THAT_IS_MISSING = """\
class FullyConnectedNet:
    def __init__(self, *args, **kwargs):
        raise NotImplementedError()
"""


class HostileCaseError(ValueError):
    """A case that cannot be used; the message names file, case and field."""


@dataclass(frozen=True)
class HostileCase:
    """One submission. edits: the fields of EDITS that it has. The rest: see this module."""

    name: str
    family: str
    what: str
    stock: str
    marks: object
    edits: dict = field(repr=False)
    base: str = "nothing"
    stock_measured: bool = False
    message: str = ""
    log: str = ""
    awaits: bool = False
    seconds: int = 0

    def filled(self, values):
        """The edits with every @NAME@ in their texts replaced. values: {name: text}."""
        return _mapped(self.edits, lambda text: _replaced(text, values))


def base_cells(base):
    """{grade_id: source} of the solution cells of a base; the others stay as released.

    reference: the worked solution. untouched: none. nothing: none, and a net that is cheap to
    run because it raises at once. layer: a right layer alone. wrong layer: a layer that drops
    with the wrong probability, and nothing else.
    """
    reference = reference_cells()
    layer = ("dropout_forward", "dropout_backward")
    missing = {"FullyConnectedNet": NET_THAT_IS_MISSING}
    if base == "reference":
        return reference
    if base == "untouched":
        return {}
    if base == "nothing":
        return missing
    if base == "layer":
        return missing | {name: reference[name] for name in layer}
    if base == "wrong layer":
        wrong = {case.name: case for case in dropout_cases()}["keeps_with_1_minus_p"].cells
        return missing | {name: wrong[name] for name in layer}
    raise LookupError(f"there is no base {base!r}")


def load_cases(folder=HERE):
    """The list of all HostileCases. Raises HostileCaseError for one that is not well formed."""
    folder = Path(folder)
    snippets = _read(folder / "snippets.toml") if (folder / "snippets.toml").is_file() else {}
    cases, seen = [], {}
    for family in FAMILIES:
        path = folder / f"{family}.toml"
        if not path.is_file():
            continue
        for name, table in _read(path).items():
            where = f"{path.name}: {name}"
            if name in seen:
                raise HostileCaseError(f"{where}: {seen[name]} has this name too")
            seen[name] = path.name
            cases.append(_case(name, family, table, snippets, where))
    return cases


def _read(path):
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise HostileCaseError(f"{path.name}: not valid TOML: {error}") from None


def _case(name, family, table, snippets, where):
    if not isinstance(table, dict):
        raise HostileCaseError(f"{where}: a case is a table, [{name}]")
    known = REQUIRED | OPTIONS | EDITS
    for key, value in table.items():
        if key not in known:
            raise HostileCaseError(f"{where}: unknown field {key!r}")
        if not isinstance(value, known[key]):
            raise HostileCaseError(f"{where}: {key}: cannot be {value!r}")
    for key in REQUIRED:
        if not table.get(key):
            raise HostileCaseError(f"{where}: field {key!r} is missing")
    _one_of(table["stock"], STOCK, f"{where}: stock")
    _one_of(table.get("base", "nothing"), BASES, f"{where}: base")
    if isinstance(table["marks"], str):
        _one_of(table["marks"], MARKS, f"{where}: marks")
    for file in table.get("files", ()):
        if "path" not in file or len(set(file) & set(FILE_KINDS)) != 1:
            raise HostileCaseError(f"{where}: files: needs path and one of {FILE_KINDS}")
    for key in ("message", "log"):
        _pattern(table.get(key, ""), f"{where}: {key}")
    edits = {key: value for key, value in table.items() if key in EDITS}
    edits = _mapped(edits, lambda text: _with_snippets(text, snippets, where))
    rest = {key: value for key, value in table.items() if key not in EDITS}
    return HostileCase(name=name, family=family, edits=edits, **rest)


def _mapped(value, change):
    """A copy of nested tables and lists in which `change` was applied to every text."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return value


def _replaced(text, values):
    return re.sub(r"@([A-Z]+)@", lambda found: str(values.get(found[1], found[0])), text)


def _with_snippets(text, snippets, where):
    def piece(found):
        if found[2] not in snippets:
            raise HostileCaseError(f"{where}: there is no snippet {found[2]!r}")
        return "".join(f"{found[1]}{line}\n" for line in snippets[found[2]].strip().splitlines())

    return re.sub(r"(?m)^([ \t]*)<<(\w+)>>\n?", piece, text)


def _one_of(value, allowed, where):
    if value not in allowed:
        raise HostileCaseError(f"{where}: {value!r} is none of {', '.join(allowed)}")


def _pattern(text, where):
    try:
        re.compile(text)
    except re.error as error:
        raise HostileCaseError(f"{where}: no regular expression: {error}") from None
