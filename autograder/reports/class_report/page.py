"""The page of a class report, written from a ClassStanding.

Without names, no student's id, name or words are handed to the template at all: what it does not
get, it cannot show.
"""

import functools
import math
import re
from dataclasses import dataclass, replace

import jinja2

from autograder.reports.class_report import items, plots, tallies, words
from autograder.reports.class_report.distribution import (
    histogram,
    is_final,
    part_rows,
    summarise,
)

LONGEST_TRACEBACK = 6000  # characters, of its end
LONGEST_WORDS = 300
MOST_FAULTS = 25  # with their tracebacks; a broken course has one for everybody
OPEN_MISCONCEPTIONS = 12  # the rarer ones unfold
MOST_NOTES = 10  # for a student
EXCEPTION = re.compile(r"[A-Za-z_][\w.]{0,80}(?=:|$)", re.ASCII)


@dataclass(frozen=True)
class People:
    """Some students. named: (id, name) of each; empty where names are left out."""

    count: int
    named: tuple = ()


def write_page(standing, names=True, written=None):
    """The report on a ClassStanding as HTML; at least one student must have handed in.

    names: whether students are named. written: when, as text.
    """
    return _template().render(_context(standing, names, written))


@functools.cache
def _template():
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.reports.class_report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": words.number,
        "percent": words.percent,
        "duration": words.duration,
        "shown": words.shown,
        "fixed": words.fixed,
        "sentence": words.sentence,
    }
    environment.globals |= {"share_bar": plots.share_bar, "swatch": plots.swatch}
    environment.globals |= {"hatching": plots.hatching, "items": items}
    return environment.get_template("class_report.html.j2")


def _context(standing, names, written):
    def people(students):
        students = tuple(students)
        if not names:
            return People(len(students))
        return People(len(students), tuple((s, _name(standing, s)) for s in students))

    handed_in = standing.handed_in
    summary = summarise([s.mark for s in handed_in])
    bins = histogram(handed_in, standing.points)
    parts = part_rows(handed_in)
    found = items.cell_items(handed_in)
    unreadable, mended = tallies.notes(handed_in)
    context = {
        "title": standing.title,
        "assignment": standing.assignment,
        "written": written,
        "names": names,
        "points": standing.points,
        "handed_in": len(handed_in),
        "provisional": sum(not is_final(s) for s in handed_in),
        "absent": people(standing.absent),
        "ungraded": people(standing.ungraded),
        "summary": summary,
        "bins": bins,
        "marks_plot": plots.mark_histogram(bins, summary),
        "parts": parts,
        "parts_plot": plots.part_bars(parts),
        "by_cell": all(row.number == 0 for row in parts),
        "misunderstood": [
            (row.misconception, people(row.students), row.lost / len(row.students))
            for row in tallies.misunderstood(handed_in)
        ],
        "open_misconceptions": OPEN_MISCONCEPTIONS,
        "found": found,
        "remarkable": _remarkable(found),
        "has_checks": any(item.checks for item in found),
        "fewest": items.FEWEST,
        "waiting": [
            (cell.title, cell.points, people(cell.students)) for cell in tallies.waiting(handed_in)
        ],
        "unreadable": _noted(unreadable, people),
        "mended": _noted(mended, people),
        "problems": _noted(_by_student(standing.problems), people),
        "late": _late(standing, people),
        "time": _time(standing, people),
        "isolations": tallies.isolations(handed_in),
    }
    return context | _faults(tallies.faults(handed_in), names, people)


def _name(standing, student):
    """First and last name; "" where the gradebook has none, or the id instead."""
    found = " ".join(filter(None, standing.names.get(student, ())[:2]))
    return "" if found == student else found


def _remarkable(found):
    """{remark: items with it}: cells, and checks whose cell does not have the same remark."""
    by_remark = {}
    for cell in found:
        for item in (cell, *(c for c in cell.checks if c.remark != cell.remark)):
            by_remark.setdefault(item.remark, []).append(item)
    return by_remark


def _noted(notes, people):
    """The students of {student: sentences}, and, where they are named, what was said of each."""
    who = people(notes)
    said = [tuple(note[:LONGEST_WORDS] for note in notes[s][:MOST_NOTES]) for s in notes]
    return who, tuple(zip(who.named, said, strict=True)) if who.named else ()


def _by_student(problems):
    found = {}
    for student, sentence in problems:
        found.setdefault(student, []).append(sentence)
    return found


def _faults(found, names, people):
    """The faults as the template has them; without names, nothing that a student may have written
    into an exception's words is in them.
    """
    if not names:
        merged = {}
        for fault in found:
            kind = EXCEPTION.match(fault.last_line) if fault.check else None
            said = kind[0] if kind else "no usable mark"
            key = fault.cell, fault.check, said
            same = merged.get(key)
            merged[key] = replace(
                fault,
                last_line=said,
                traceback="",
                students=fault.students + (same.students if same else ()),
                unmarked=fault.unmarked + (same.unmarked if same else ()),
            )
        found = list(merged.values())
    rows = [
        {
            "cell": fault.cell,
            "check": fault.check.replace("_", " "),
            "last_line": fault.last_line[:LONGEST_WORDS],
            "traceback": fault.traceback[-LONGEST_TRACEBACK:] if fault.check else "",
            "people": people(fault.students),
            "unmarked": len(fault.unmarked),
        }
        for fault in found[:MOST_FAULTS]
    ]
    return {
        "faults": rows,
        "more_faults": len(found) - len(rows),
        "wronged": len({student for fault in found for student in fault.students}),
        "unmarked": len({student for fault in found for student in fault.unmarked}),
    }


def _late(standing, people):
    """Late work and penalties; None if there is neither."""
    penalties = {s.student: s.late_penalty for s in standing.handed_in if s.late_penalty}
    students = sorted({*standing.late, *penalties})
    if not students:
        return None
    late = list(standing.late.values())
    who = people(students)
    rows = [(standing.late.get(s, 0.0), penalties.get(s, 0.0)) for s in students]
    return {
        "count": len(late),
        "delay": summarise(late) if late else None,
        "penalized": len(penalties),
        "lost": math.fsum(penalties.values()),
        "rows": tuple(zip(who.named, rows, strict=True)) if who.named else (),
    }


def _time(standing, people):
    """How long grading took, in seconds of CPU; None if that is not known of anybody."""
    if not standing.seconds:
        return None
    slowest = max(standing.seconds.values())
    return {
        "summary": summarise(standing.seconds.values()),
        "total": math.fsum(standing.seconds.values()),
        "slowest": people(sorted(s for s, t in standing.seconds.items() if t == slowest)[:1]),
        "unknown": len(standing.handed_in) - len(standing.seconds),
    }
