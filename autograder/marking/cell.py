"""The call at the end of every test cell."""

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.marking.judge import judge_cell
from autograder.marking.render import render

# The structured result travels in the notebook beside the words; readers of results look for it.
RESULT_MIME = "application/vnd.dropout-course.result+json"


class GraderFault(Exception):
    """A check broke down. The cell has no mark; a person must look."""


def mark(assignment, grade_id, namespace):
    """Judge one test cell on the names in `namespace`, show the messages, return the mark.

    namespace: globals() of the test cell. Where the grader has provided them, it brings the
    candidate that is to be asked, and show(data) for what is to be seen; in a plain Jupyter
    kernel it is a dictionary, and the student's functions run right here, unprotected.

    Returns a plain float between 0 and the cell's points, which nbgrader takes as partial
    credit. Raises GraderFault if a check broke down: that is never a zero.
    """
    candidate = getattr(namespace, "candidate", None) or LocalCandidate(namespace)
    memory = getattr(namespace, "memory", None)
    submitter = getattr(namespace, "submitter", None)
    result = judge_cell(assignment, grade_id, candidate, oracle, memory=memory, submitter=submitter)
    _shower(namespace)(
        {
            "text/plain": render(result, "text"),
            "text/html": render(result, "html"),
            RESULT_MIME: result.as_dict()
            | {"isolation": getattr(namespace, "isolation", "none: in the notebook's kernel")},
        }
    )
    if result.has_grader_fault:
        broken = ", ".join(o.check for o in result.outcomes if o.fault)
        raise GraderFault(f"{assignment}/{grade_id}: {broken} broke down; a person must mark this")
    return result.mark


def _shower(namespace):
    if hasattr(namespace, "show"):
        return namespace.show
    from IPython.display import publish_display_data  # not needed until a notebook runs

    return publish_display_data
