"""What a process of a pool does with a task."""

from autograder.class_run.keys import submission_key
from autograder.execute.one_submission import execute_submission
from autograder.execute.submissions import require_permission, timestamp_of


class AnotherSubmission(Exception):
    """What is here is not what the task is about."""


def execute_task(task):
    """execute_submission, after seeing that this process has the same submission before it.

    A worker elsewhere may see an older folder, or none; then nobody is graded on it. Raises
    AnotherSubmission, NoPermission, and what execute_submission raises.
    """
    names = [source.name for source in task.sources]
    require_permission(task.folder, names)
    stamp = timestamp_of(task.folder)
    if submission_key(task.shared, task.folder, names, task.release, stamp) != task.key:
        raise AnotherSubmission(
            f"{task.folder} is not what it was when the run began, or not the same where this "
            "was executed: run it again, and on a cluster see that the folder is shared"
        )
    return execute_submission(task)
