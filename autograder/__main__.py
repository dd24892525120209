"""The command line: python -m autograder COMMAND."""

import argparse
import re
import sys
from importlib import import_module
from pathlib import Path

# Commands with a module of their own: add_options(commands) and run(options, course).
MODULES = {
    "grade": "autograder.reports.grade_command",
    "report": "autograder.reports.class_report.command",
    "export": "autograder.reports.export.command",
    "quiz": "autograder.quiz.command",
}
# Those that take settings of nbgrader.
WITH_SETTINGS = ("class", "feedback", *MODULES)
OF_NBGRADER = "Settings can be given too, as --ExecuteSubmission.call_timeout=5 or --db=URL."


def main(arguments=None):
    """Run one command; returns the exit status: 0 done and clean, 1 not clean, 2 misused."""
    parser = argparse.ArgumentParser(prog="python -m autograder", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    build = commands.add_parser("build", help="build source/ASSIGNMENT from its text master")
    build.add_argument("assignment", nargs="?", default="dropout")
    build.add_argument("--language", default="en")
    build.add_argument("--check", action="store_true", help="only say what is out of date")

    grade_class = commands.add_parser(
        "class",
        help="grade all submissions of an assignment, in parallel; run again, it goes on",
        epilog=f"{OF_NBGRADER} Exit status: 0 everybody is graded; 1 somebody is not, or not "
        "wholly, through the grader's fault; 2 nothing could be done. See README.md, CLUSTER.md.",
    )
    grade_class.add_argument("--force", action="store_true", help="also what is unchanged")
    feedback = commands.add_parser(
        "feedback", help="write a class's feedback pages, in parallel", epilog=OF_NBGRADER
    )
    for command in (grade_class, feedback):
        command.add_argument("assignment", nargs="?", default="dropout")
        command.add_argument("--jobs", type=_positive, help="processes (default: one a core)")
        command.add_argument("--student", help="only this student; * and ? are wildcards")
        command.add_argument(
            "--cluster", metavar="ADDRESS", help="a Dask scheduler, as tcp://host:8786"
        )

    validate = commands.add_parser(
        "validate", help="grade every accepted and wrong solution and print the kill matrix"
    )
    validate.add_argument("assignment", nargs="?", default="dropout")
    validate.add_argument(
        "--only", nargs="+", metavar="NAME", help="only cases whose name contains one of these"
    )
    validate.add_argument(
        "--few", action="store_true", help="one wrong case a check, one accepted a part"
    )
    validate.add_argument(
        "--isolation", default="auto", help="for `validate hostile`: auto, bubblewrap or landlock"
    )
    validate.add_argument(
        "--by-class", action="store_true", help="for `hostile`: grade with `autograder class`"
    )
    validate.add_argument("--keep", action="store_true", help="leave `hostile`'s scratch course")

    sweep = commands.add_parser("sweep", help="judge every case under many random seeds")
    sweep.add_argument("assignment", nargs="?", default="dropout")
    sweep.add_argument("--seeds", type=int, default=1000)
    sweep.add_argument("--only", help="only cases whose name contains this")

    isolation = commands.add_parser("isolation", help="say how students' code can be kept in here")
    isolation.add_argument(
        "--need", nargs="+", default=(), metavar="NAME", help="fail unless these work"
    )

    for module in MODULES.values():
        import_module(module).add_options(commands)

    commands.add_parser("sample", help="grade a sample class end to end, in build/sample")
    commands.add_parser("figures", help="print the published figures beside ours")

    options, of_nbgrader = parser.parse_known_args(arguments)
    unknown = [
        word
        for word in of_nbgrader
        if options.command not in WITH_SETTINGS or not re.match(r"--\w+\.\w+=|--db=", word)
    ]
    if unknown:
        parser.error(f"unknown: {' '.join(unknown)}")
    options.of_nbgrader = tuple(of_nbgrader)
    course = getattr(options, "course", None) or Path.cwd()
    if not (course / "nbgrader_config.py").is_file():
        parser.error(f"{course} is no course's folder: there is no nbgrader_config.py in it")
    try:
        if options.command in MODULES:
            return import_module(MODULES[options.command]).run(options, course)
        return COMMANDS[options.command](options, course)
    except (LookupError, ValueError) as error:
        # A mistake in what people edit: a case, a marking scheme, prose. The message says where.
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes")
    return int(text)


def _build(options, course):
    from autograder.build import build, stale
    from autograder.marking.scheme import load_scheme

    if options.check:
        found = stale(options.assignment, course, language=options.language)
        for name in found:
            print(f"out of date: {name}")
        return 1 if found else 0
    for name in build(options.assignment, course, language=options.language):
        print(f"written: {name}")
    print(f"{options.assignment}: {load_scheme(options.assignment).points:g} points")
    return 0


def _class(options, course):
    from autograder.class_run.command import grade_class

    return grade_class(options, course)


def _feedback(options, course):
    from autograder.class_run.command import write_feedback

    return write_feedback(options, course)


def _validate(options, course):
    if options.assignment == "hostile":
        from autograder.validate.hostile import run_hostile

        clean = run_hostile(
            course,
            options.only,
            options.isolation,
            options.keep,
            sys.stdout,
            by_class=options.by_class,
        )
        return 0 if clean else 1
    from autograder.marking.scheme import load_scheme
    from autograder.validate.grade_cases import grade_cases, load_cases
    from autograder.validate.report import print_report
    from autograder.validate.verdicts import judge_cases, problems_of

    wanted = options.only or [""]
    cases = [c for c in load_cases(options.assignment) if any(w in c.name for w in wanted)]
    if options.few:
        from autograder.validate.few import few_of

        cases = few_of(cases, options.assignment)
    if not cases:
        print(f"no case of {options.assignment} has {wanted} in its name", file=sys.stderr)
        return 2
    graded = grade_cases(cases, course, options.assignment, progress=_progress)
    if options.only:
        problems = [problem for item in graded for problem in problems_of(item)]
        names = ", ".join(case.name for case in cases)
        print("\n".join(problems) or f"as they should be: {names}")
        return 1 if problems else 0
    checks = [c for cell in load_scheme(options.assignment).cells.values() for c in cell.checks]
    return 0 if print_report(graded, judge_cases(graded, checks), sys.stdout) else 1


def _sweep(options, course):
    from autograder.validate.sweep import sweep

    return 0 if sweep(options.assignment, options.seeds, options.only, sys.stdout) else 1


def _sample(options, course):
    from autograder.sample.run import run_sample

    return 0 if run_sample(course, course / "build" / "sample") else 1


def _isolation(options, course):
    from autograder.sandbox.isolation import report

    return report(options.need)


def _figures(options, course):
    from autograder.figures import dropout, practice

    return 0 if all([dropout.report_figures(), practice.report_figures()]) else 1


def _progress(done, total, name):
    if sys.stderr.isatty():
        print(f"\r{done}/{total} {name:<60.60}", end="\n" if done == total else "", file=sys.stderr)
    elif done % 20 == 0 or done == total:
        print(f"{done}/{total}", file=sys.stderr)


COMMANDS = {
    "build": _build,
    "class": _class,
    "feedback": _feedback,
    "validate": _validate,
    "sweep": _sweep,
    "isolation": _isolation,
    "sample": _sample,
    "figures": _figures,
}

if __name__ == "__main__":
    sys.exit(main())
