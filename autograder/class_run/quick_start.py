"""Starting without what nobody here needs."""

import contextlib
import os
import sys

# jsonschema tries to import it, to check identifiers in languages other than English in formats
# that no notebook has. It builds its parsers first: a second, half of a start of nbgrader.
UNNEEDED = "rfc3987_syntax"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@contextlib.contextmanager
def quick_imports():
    """Within the block, `import rfc3987_syntax` fails, as if it were not installed."""
    if UNNEEDED in sys.modules:
        yield
        return
    sys.modules[UNNEEDED] = None
    try:
        yield
    finally:
        del sys.modules[UNNEEDED]


def one_blas_thread():
    """Have NumPy's linear algebra use one thread in this process and those it starts.

    To be called before NumPy is imported. More threads only fight for the cores when each core
    has a submission of its own.
    """
    os.environ.update(dict.fromkeys(THREADS, "1"))
