"""One submission's result: what executing it gave, in one file, to be recorded later.

results/STUDENT/ASSIGNMENT/result.jsonl: a line of JSON with everything but the notebooks, and a
line with those. A file that is not whole is no result; the submission is executed again.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

SCHEMA = "dropout-course/result/v1"
FILE = "result.jsonl"


class NoResult(Exception):
    """There is no result to read, or no whole one."""


@dataclass(frozen=True)
class NotebookResult:
    """name: without its ending. marks, comments, reasons, work: see execute.marks.NotebookMarks.

    notes: what intake had to say. digest: of the text. text: the autograded notebook, "" where
    only the head of a result was read.
    """

    name: str
    marks: dict
    comments: dict
    reasons: dict
    work: dict
    notes: tuple = ()
    digest: str = ""
    text: str = ""


@dataclass(frozen=True)
class Result:
    """key: of everything the result depends on. timestamp: when it was handed in, or None.

    notebooks: a tuple of NotebookResult. warnings: what was logged. isolation: which confined
    it. cpu, wall: seconds in the process that graded it, without the student's own processes.
    """

    student: str
    assignment: str
    key: str
    timestamp: str | None
    notebooks: tuple
    warnings: tuple = ()
    isolation: str = ""
    cpu: float = 0.0
    wall: float = 0.0
    schema: str = field(default=SCHEMA)

    @property
    def mark(self):
        """Points of the cells that have a mark."""
        return sum(m or 0.0 for n in self.notebooks for m in n.marks.values())

    @property
    def awaits(self):
        """How many answers await a person, as they should."""
        return sum(
            mark is None and grade_id not in n.reasons
            for n in self.notebooks
            for grade_id, mark in n.marks.items()
        )

    @property
    def unmarked(self):
        """Sentences about the test cells that have no mark, through the grader's own fault."""
        return tuple(
            f"{grade_id}: {reason}"
            for n in self.notebooks
            for grade_id, reason in n.reasons.items()
            if n.marks[grade_id] is None
        )

    @property
    def complaints(self):
        """Sentences for the person who looks after the run: what could not be read or marked."""
        notes = [note for n in self.notebooks for note in n.notes if "could not be" in note]
        return (*notes, *self.unmarked)


def digest_of(text):
    """The digest of an autograded notebook's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_result(folder, result):
    """Write the result's file, or leave what is there: never half of one. Raises OSError."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {n.name: n.text for n in result.notebooks}
    head = asdict(replace(result, notebooks=tuple(replace(n, text="") for n in result.notebooks)))
    handle, name = tempfile.mkstemp(prefix=".new-", dir=folder)
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(f"{json.dumps(head)}\n{json.dumps(texts)}\n")
        os.replace(name, folder / FILE)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def read_head(folder):
    """The Result without the notebooks' texts. Raises NoResult."""
    return _read(folder, with_texts=False)


def read_result(folder):
    """The whole Result. Raises NoResult."""
    return _read(folder, with_texts=True)


def _read(folder, with_texts):
    try:
        with open(Path(folder, FILE), encoding="ascii") as file:
            head = json.loads(file.readline())
            texts = json.loads(file.readline()) if with_texts else None
        if head.pop("schema") != SCHEMA:
            raise NoResult("its schema is another")
        notebooks = tuple(
            NotebookResult(**entry | {"notes": tuple(entry["notes"])})
            for entry in head.pop("notebooks")
        )
        if texts is not None:
            notebooks = tuple(replace(n, text=texts[n.name]) for n in notebooks)
            if any(digest_of(n.text) != n.digest for n in notebooks):
                raise NoResult("its notebooks are not those it was written with")
        return Result(**head | {"notebooks": notebooks, "warnings": tuple(head["warnings"])})
    except FileNotFoundError:
        raise NoResult("there is none") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoResult(f"it cannot be read ({error})") from None
