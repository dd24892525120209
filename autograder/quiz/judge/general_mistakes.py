"""The general convolution at concrete sizes, rightly and by the known mistakes.

All indices here are counted from 0. An entry is asked for by at(name, *indices).
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product


@dataclass(frozen=True)
class Sizes:
    """Concrete numbers for one evaluation."""

    n: int
    c: int
    f: int
    h: int
    w: int
    hh: int
    ww: int
    s: int
    p: int


# Output places (n, f, i, j) at which formulas are compared: windows that touch each border, and
# one inside; both data points and both filters.
OUTPUTS = (
    (0, 1, 0, 0),
    (1, 0, 2, 1),
    (0, 1, 1, 1),
    (1, 0, 1, 0),
    (0, 1, 0, 2),
    (1, 0, 0, 1),
    (0, 1, 2, 0),
    (1, 0, 2, 2),
)


def sizes_of(variant):
    """The Sizes at which a variant is compared: two where a letter leaves a number open."""
    steps = [(variant.stride or 4, variant.pad or 1), (variant.stride or 5, variant.pad or 3)]
    return [Sizes(2, 3, 2, 17, 16, 4, 3, s, p) for s, p in dict.fromkeys(steps)]


def output(
    z,
    at,
    n,
    f,
    i,
    j,
    *,
    row=None,
    column=None,
    weight=None,
    bias=None,
    turn=False,
    channels=None,
    rows=None,
    columns=None,
):
    """One output. row(i, k): the row of x for output row i and filter row k; columns likewise.

    weight(f, c, k, m): indices of the filter; bias(f, n): indices of the bias, or None; turn:
    whether x's last two indices are exchanged; channels, rows, columns: what is summed over.
    """
    row = row or (lambda i, k: i * z.s + k - z.p)
    column = column or (lambda j, m: j * z.s + m - z.p)
    weight = weight or (lambda f, c, k, m: (f, c, k, m))
    total = 0
    for c, k, m in product(
        range(z.c) if channels is None else channels,
        range(z.hh) if rows is None else rows,
        range(z.ww) if columns is None else columns,
    ):
        place = row(i, k), column(j, m)
        total += at("x", n, c, *(place[::-1] if turn else place)) * at("w", *weight(f, c, k, m))
    if bias is not None:
        return total + (at("b", *bias) if bias else 0)
    return total + at("b", f)


def right(z, at, n, f, i, j):
    """The right output."""
    return output(z, at, n, f, i, j)


NO_BIAS = ()


def mistakes(z):
    """(name of a diagnosis, function like `right`) for every known mistake."""
    s, p = z.s, z.p

    for name, formula in _windows(s, p):
        yield name, partial(output, row=formula, column=formula)
        yield name, partial(output, row=formula)
        yield name, partial(output, column=formula)
    yield (
        "general-filter-flipped",
        partial(output, weight=lambda f, c, k, m: (f, c, z.hh - 1 - k, z.ww - 1 - m)),
    )
    yield "general-filter-transposed", partial(output, weight=lambda f, c, k, m: (f, c, m, k))
    yield "general-input-transposed", partial(output, turn=True)
    yield "general-bias-missing", partial(output, bias=NO_BIAS)
    yield "general-bias-in-sum", _bias_in_sum
    yield "general-bias-sign", lambda z, at, n, f, i, j: right(z, at, n, f, i, j) - 2 * at("b", f)
    for index in (lambda n, i, j: n, lambda n, i, j: i, lambda n, i, j: j):
        yield "general-bias-index", partial(_bias_index, index=index)
    yield "general-bias-multiplied", _bias_multiplied
    yield "general-channel-sum-missing", partial(output, channels=(0,))
    yield "general-channel-sum-missing", partial(output, channels=(0,), bias=NO_BIAS)
    yield "general-window-sum-missing", partial(output, rows=(0,), columns=(0,))
    yield "general-window-sum-missing", partial(output, columns=(0,))
    yield "general-window-sum-missing", partial(output, rows=(0,))
    yield from _wrong_limits(z)
    yield "general-filter-axes", partial(output, weight=lambda f, c, k, m: (c, f, k, m))
    yield "general-averaged", _averaged
    yield "general-added", _added
    yield "general-batch-missing", partial(_of_first_point)


def _windows(s, p):
    """Wrong rows of the input, and columns likewise: for output i and filter row k."""
    yield "general-filter-flipped", lambda i, k: i * s - k - p
    yield "general-filter-flipped", lambda i, k: i * s - k
    yield "general-stride-missing", lambda i, k: i + k - p
    yield "general-stride-missing", lambda i, k: i + k
    yield "general-stride-on-window", lambda i, k: i + k * s - p
    yield "general-stride-on-both", lambda i, k: (i + k) * s - p
    yield "general-padding-missing", lambda i, k: i * s + k
    yield "general-padding-sign", lambda i, k: i * s + k + p
    for offset in (-1, -s, s, s - 1, 1 - s):
        yield "general-off-by-one", lambda i, k, d=offset: i * s + k - p + d


def _wrong_limits(z):
    for more_rows, more_columns in ((1, 1), (1, 0), (0, 1)):
        yield (
            "general-sum-too-long",
            partial(output, rows=range(z.hh + more_rows), columns=range(z.ww + more_columns)),
        )
    yield "general-sum-too-long", partial(output, channels=range(z.c + 1))
    yield (
        "general-sum-too-long",
        partial(output, channels=range(z.c + 1), rows=range(z.hh + 1), columns=range(z.ww + 1)),
    )
    for first, last in ((0, 1), (1, 0)):
        fewer = {
            "rows": range(first, z.hh - last),
            "columns": range(first, z.ww - last),
            "channels": range(first, z.c - last),
        }
        for left_out in ((), ("channels",), ("channels", "rows"), ("channels", "columns"),
                         ("rows", "columns")):  # fmt: skip
            yield (
                "general-sum-too-short",
                partial(output, **{name: r for name, r in fewer.items() if name not in left_out}),
            )


def _bias_in_sum(z, at, n, f, i, j):
    extra = z.c * z.hh * z.ww - 1
    return right(z, at, n, f, i, j) + extra * at("b", f)


def _bias_index(z, at, n, f, i, j, index):
    return output(z, at, n, f, i, j, bias=NO_BIAS) + at("b", index(n, i, j))


def _bias_multiplied(z, at, n, f, i, j):
    return output(z, at, n, f, i, j, bias=NO_BIAS) * at("b", f)


def _averaged(z, at, n, f, i, j):
    products = output(z, at, n, f, i, j, bias=NO_BIAS)
    return Fraction(products, z.c * z.hh * z.ww) + at("b", f)


def _added(z, at, n, f, i, j):
    total = at("b", f)
    for c, k, m in product(range(z.c), range(z.hh), range(z.ww)):
        total += at("x", n, c, i * z.s + k - z.p, j * z.s + m - z.p) + at("w", f, c, k, m)
    return total


def _of_first_point(z, at, n, f, i, j):
    return right(z, at, 0, f, i, j)
