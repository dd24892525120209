"""`python -m autograder quiz`: papers, keys, and the proof that the variants fit together."""

import os
import sys
from pathlib import Path

SECRET_VARIABLE, SECRET_FILE = "QUIZ_SECRET", "quiz_secret.txt"
SHORTEST_SECRET = 16  # characters
OK, NOT_CLEAN, MISUSED = 0, 1, 2
ABOUT = (
    f"The term's secret is in the environment variable {SECRET_VARIABLE} or in the file "
    f"{SECRET_FILE} of the course's folder; without one everybody has the original quiz. "
    "See docs/quiz.md."
)


def add_options(commands):
    """Add the command to argparse's subparsers."""
    quiz = commands.add_parser("quiz", help="papers, keys and variants of Quiz 8", epilog=ABOUT)
    actions = quiz.add_subparsers(dest="action", required=True)

    paper = actions.add_parser("paper", help="a student's paper as a page", epilog=ABOUT)
    paper.add_argument("--student", required=True, metavar="ID")
    papers = actions.add_parser("papers", help="the papers of many students", epilog=ABOUT)
    papers.add_argument("ids", type=Path, metavar="FILE", help="a student's id on each line")
    for command in (paper, papers):
        command.add_argument("--key", action="store_true", help="with the right answers")
        command.add_argument("--to", type=Path, metavar="FILE", help="default: standard output")

    judge = actions.add_parser("judge", help="judge one answer, and say how it was read")
    judge.add_argument("item", choices=_items())
    judge.add_argument("answer")
    judge.add_argument("--student", metavar="ID", help="whose variant; default: the original")
    judge.add_argument("--code", help="a paper's code, such as 7-3-12-5")
    judge.add_argument("--base", type=int, choices=(0, 1), help="where indices start")

    check = actions.add_parser(
        "check-variants",
        help="show that keys and right forms earn full marks in every variant, each mistake gets "
        "its own diagnosis, and no two mistakes are the same formula",
    )
    check.add_argument("--only", nargs="+", choices=_items(), metavar="ITEM")
    check.add_argument("--numbers", nargs="+", type=int, metavar="N", help="only these variants")


def _items():
    from .questions.variants import ITEM_NAMES

    return ITEM_NAMES


def run(options, course):
    """Do what the options say; returns the exit status. course: the course's folder."""
    try:
        return ACTIONS[options.action](options, course)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return MISUSED


def secret_of(course):
    """The term's secret as text, empty if there is none. ValueError if it is too short."""
    file = course / SECRET_FILE
    secret = os.environ.get(SECRET_VARIABLE, "").strip()
    if not secret and file.is_file():
        secret = file.read_text("utf-8").strip()
    if secret and len(secret) < SHORTEST_SECRET:
        raise ValueError(f"the quiz's secret is shorter than {SHORTEST_SECRET} characters")
    return secret


def _paper(options, course):
    return _write([options.student], options, course)


def _papers(options, course):
    lines = (line.strip() for line in options.ids.read_text("utf-8-sig").splitlines())
    students = list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not students:
        raise ValueError(f"{options.ids}: no student's id in it")
    return _write(students, options, course)


def _write(students, options, course):
    from .paper import papers_page
    from .questions import variant_of

    secret = secret_of(course)
    if not secret:
        print("no secret is set: this is the original quiz, the same for all", file=sys.stderr)
    page = papers_page([(s, variant_of(s, secret)) for s in students], options.key)
    if options.to:
        options.to.write_text(page, "utf-8")
    else:
        sys.stdout.write(page)
    return OK


def _judge(options, course):
    from .judge import judge, summary
    from .questions import BASE, variant_from_code, variant_of

    variant = BASE
    if options.code:
        variant = variant_from_code(options.code)
    elif options.student:
        variant = variant_of(options.student, secret_of(course))
    print(summary(judge(options.item, options.answer, variant, options.base)))
    return OK


def _check(options, course):
    from .proof.check_variants import check_variants

    items = options.only or _items()
    problems, counts = check_variants(items, sys.stdout, options.numbers)
    for problem in problems:
        print(problem)
    judged = sum(count["judged"] for count in counts.values())
    print(f"{judged} answers judged, {len(problems)} problems")
    return NOT_CLEAN if problems else OK


ACTIONS = {"paper": _paper, "papers": _papers, "judge": _judge, "check-variants": _check}
