"""Keeps a notebook running while parts of it are not written yet.

    with self_check("dropout_forward"):
        out, cache = dropout_forward(x, {"mode": "train", "p": 0.5})

Only "not written yet" is caught. A mistake in code that is written keeps its traceback.
"""

import contextlib
import traceback


@contextlib.contextmanager
def self_check(*names):
    """Run a block that needs the given names; say so plainly if one is not written yet.

    Caught, and replaced by one printed line: NotImplementedError; NameError about one of the
    names; and an error in the block itself, not in a function it calls, over a None that one of
    them returned.
    """
    try:
        yield
    except NotImplementedError as error:
        print(f"`{_raised_in(error) or names[0]}` is not written yet, so there is nothing to show.")
    except NameError as error:
        if error.name not in names:
            raise
        print(f"`{error.name}` does not exist yet: run the cell that makes it, then this one.")
    except (TypeError, AttributeError) as error:
        if "NoneType" not in str(error) or _raised_in(error) is not None:
            raise
        print(f"`{names[0]}` returned None, so there is nothing to show: is a `return` missing?")


def _raised_in(error):
    """The function that raised error, such as FullyConnectedNet.loss; None for the block itself."""
    # The first frame is this module's, the second the block's.
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][2:]
    if not frames:
        return None
    code = frames[-1].f_code
    return getattr(code, "co_qualname", code.co_name)  # Python 3.10 has no qualified name
