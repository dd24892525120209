"""What can go wrong on the student's side of a call. None of these is the grader's fault."""

MISSING = "does not exist in the notebook"


class CandidateError(Exception):
    """The student's code could not answer a call.

    called: the call in the student's terms, e.g. "dropout_forward(x, {...})".
    problem: what happened instead of an answer, as the rest of a sentence that `called` begins.
    misconception: the likely mistake, where a check knows one.
    status: the outcome it leads to, "error" unless a subclass says otherwise.
    """

    status = "error"

    def __init__(self, called, problem, misconception=None):
        super().__init__(f"{called} {problem}")
        self.called = called
        self.problem = problem
        self.misconception = misconception


class NotWritten(CandidateError):
    """The stub is still as released (it raised NotImplementedError), or the name is missing."""

    status = "failed"


class WrongReturn(CandidateError):
    """The call ended, but what it returned is not of the agreed form."""

    status = "failed"


class CallTimeout(CandidateError):
    """The call did not end within its limit."""

    status = "timeout"
