"""Late penalties that follow the marks.

nbgrader works a penalty out when a submission is graded, from the points it has then, and leaves it
at that: points given by hand later, an extension or a new due date change it no more. What is about
to read penalties brings them up to date first.
"""

from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from sqlalchemy.orm import joinedload

from autograder.execute.late_policy import LatePolicy
from autograder.execute.record import same_mark


class LatePolicyFailed(Exception):
    """The course's late policy cannot be used; the message says why, and for whom."""


def load_policy(assigner):
    """Have nbgrader's AssignLatePenalties `assigner` make its plugin, and return it if it is ours.

    None: late penalties are another plugin's matter, or assigner is None. Raises LatePolicyFailed
    where the settings make no sense.
    """
    if assigner is None:
        return None
    unknown = set(assigner.config.get("LatePolicy", {})) - set(LatePolicy.class_trait_names())
    if unknown:
        known = ", ".join(sorted(LatePolicy.class_own_traits(config=True)))
        raise LatePolicyFailed(f"c.LatePolicy has no {sorted(unknown)[0]}; it has {known}")
    try:
        assigner.init_plugin()
    except Exception as error:  # a plugin is any program; settings raise TraitError
        raise LatePolicyFailed(f"the late policy cannot be used: {error}") from error
    return assigner.plugin_inst if isinstance(assigner.plugin_inst, LatePolicy) else None


def penalty_now(assigner, student, seconds_late, notebook):
    """What AssignLatePenalties would take off now: points, or None for nothing.

    assigner: as load_policy has left it. notebook: of a gradebook, or anything with its `score`.
    Raises LatePolicyFailed.
    """
    if seconds_late <= 0:
        return None
    try:
        penalty = assigner.plugin_inst.late_submission_penalty(
            student, notebook.score, seconds_late
        )
        # nbgrader's own bounds: no less than nothing, no more than was earned.
        return None if penalty is None else assigner._check_late_penalty(notebook, penalty)
    except Exception as error:
        raise LatePolicyFailed(
            f"the late policy failed for {student}: {type(error).__name__}: {error}"
        ) from error


def refresh_penalties(gradebook, assignment, assigner, student=None):
    """Have the gradebook's penalties follow the marks, due date and extensions of now.

    assigner: nbgrader's AssignLatePenalties, or None where the course has none. student: only this
    one's penalties.

    Writes only where one has changed, all or none. Returns {student: (points before, points now)}
    of those. Raises LatePolicyFailed, and MissingEntry if there is no such assignment.
    """
    if assigner is None:
        return {}
    load_policy(assigner)
    changed = {}
    try:
        for submission, notebook in _submitted(gradebook, assignment, student):
            name, before = submission.student_id, notebook.late_submission_penalty
            now = penalty_now(assigner, name, submission.total_seconds_late, notebook)
            if not same_mark(before, now):
                notebook.late_submission_penalty = now
                old, new = changed.get(name, (0.0, 0.0))
                changed[name] = old + (before or 0.0), new + (now or 0.0)
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    return changed


def _submitted(gradebook, assignment, student):
    """The (SubmittedAssignment, SubmittedNotebook) of an assignment, in one query."""
    key = gradebook.find_assignment(assignment).id
    query = (
        gradebook.db.query(SubmittedAssignment, SubmittedNotebook)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .filter(SubmittedAssignment.assignment_id == key)
        .options(joinedload(SubmittedAssignment.assignment))
    )
    if student is not None:
        query = query.filter(SubmittedAssignment.student_id == student)
    return query.all()
