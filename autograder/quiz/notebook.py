"""For the quiz's notebook: the questions of a paper, and answers as they are read.

Ships with the release. It holds no answers, and costs nothing to ask.
"""

from html import escape

from .questions.questions import question
from .questions.variants import BASE, variant_from_code
from .reading import check_syntax, echo


class Paper:
    """The questions of one paper.

    code: as printed on it, such as "7-3-12-5"; none, and it is the original quiz. Raises ValueError
    for what is no code.
    """

    def __init__(self, code=None):
        self._variant = variant_from_code(code) if code else BASE

    def ask(self, item):
        """Show a question: "forward", "backward", "convolution", "general" or "extension"."""
        asked = question(item, self._variant)
        _show({"text/markdown": asked.text, "text/plain": asked.text})

    def read(self, item, answer):
        """Show how an answer is read; where it cannot be, the place and what may stand there."""
        if not isinstance(answer, str):
            words = f"The answer is {type(answer).__name__}, not text between quotes."
            _show({"text/plain": words, "text/html": f"<p>{escape(words)}</p>"})
            return
        vocabulary = question(item, self._variant).vocabulary
        plain = check_syntax(answer, vocabulary).message
        _show({"text/html": echo(answer, vocabulary), "text/plain": plain})


def _show(data):
    from IPython.display import publish_display_data  # the grader reads formulas without it

    publish_display_data(data)
