"""The gradients of the small convolution, rightly and by the known mistakes.

at(name, row, column): the entry of x, w or G at a place counted from 0; G and w are 0 outside.
"""

from fractions import Fraction

from .matrices import places

FILTER, INPUT = "filter", "input"


def asked(by, v):
    """The places whose gradient is asked for."""
    return places(v.w_shape) if by == FILTER else list(v.asked)


def right(by, v, at):
    """{place: value}."""
    return {place: sum(terms(by, v, at, place)) for place in asked(by, v)}


def terms(by, v, at, place):
    """The products that the gradient at a place is the sum of."""
    return [g * factor for _, g, factor in _pairs(by, v, at, place)]


def _pairs(by, v, at, place):
    """(output, its gradient, what the entry is multiplied with there) for each output."""
    r, c = place
    s = v.stride
    for a, b in places(v.o_shape):
        if by == FILTER:
            yield (a, b), at("G", a, b), at(v.x, a * s + r, b * s + c)
        elif _inside((r - a * s, c - b * s), v.w_shape):
            yield (a, b), at("G", a, b), at(v.w, r - a * s, c - b * s)


def _inside(place, shape):
    return all(0 <= p < n for p, n in zip(place, shape, strict=True))


class _SameOutputs:
    """A variant with stride 1, but as many outputs."""

    def __init__(self, v):
        self.x, self.w, self.x_shape, self.w_shape = v.x, v.w, v.x_shape, v.w_shape
        self.o_shape, self.asked, self.stride = v.o_shape, v.asked, 1


def mistakes(by, v, at):
    """(name of a diagnosis, {place: value}) for every known mistake."""
    wanted = asked(by, v)

    def each(value):
        return {place: value(place) for place in wanted}

    s = v.stride
    rows, columns = v.o_shape
    yield (
        "gradients-upstream-missing",
        each(lambda p: sum(factor for _, _, factor in _pairs(by, v, at, p))),
    )
    yield "gradients-same-index", each(lambda p: at("G", *p) * at(v.x if by == FILTER else v.w, *p))
    if by == FILTER:
        yield (
            "gradients-output-flipped",
            each(
                lambda p: sum(
                    at("G", rows - 1 - a, columns - 1 - b) * x
                    for (a, b), _, x in _pairs(by, v, at, p)
                )
            ),
        )
        yield (
            "gradients-input-for-filter",
            each(
                lambda p: sum(
                    at("G", a, b) * at(v.w, a * s + p[0], b * s + p[1])
                    for a, b in places(v.o_shape)
                )
            ),
        )
        yield (
            "gradients-transposed",
            each(
                lambda p: sum(
                    at("G", a, b) * at(v.x, b * s + p[1], a * s + p[0])
                    for a, b in places(v.o_shape)
                )
            ),
        )
    else:
        yield from _by_input(v, at, each)
    yield (
        "gradients-first-window-only",
        each(lambda p: next((g * x for place, g, x in _pairs(by, v, at, p) if place == (0, 0)), 0)),
    )
    if s > 1:
        ignored = _SameOutputs(v)
        yield "gradients-stride-ignored", each(lambda p: sum(terms(by, ignored, at, p)))
    for d in (-1, 1):
        yield (
            "gradients-shifted",
            each(
                lambda p, d=d: sum(
                    g * at(v.x, a * s + p[0] + d, b * s + p[1] + d)
                    if by == FILTER
                    else g * at(v.w, p[0] - a * s + d, p[1] - b * s + d)
                    for (a, b), g in (((a, b), at("G", a, b)) for a, b in places(v.o_shape))
                )
            ),
        )
    count = rows * columns
    yield "gradients-averaged", {p: Fraction(x, count) for p, x in right(by, v, at).items()}
    yield "gradients-sign", {p: -x for p, x in right(by, v, at).items()}


def _by_input(v, at, each):
    height, width = v.w_shape
    s = v.stride

    def weights(p, turn):
        total = 0
        for a, b in places(v.o_shape):
            k, m = p[0] - a * s, p[1] - b * s
            if _inside((k, m), v.w_shape):
                total += at("G", a, b) * turn(k, m)
        return total

    yield (
        "gradients-filter-not-flipped",
        each(lambda p: weights(p, lambda k, m: at(v.w, height - 1 - k, width - 1 - m))),
    )
    yield "gradients-input-for-filter", each(lambda p: weights(p, lambda k, m: at(v.x, k, m)))
    yield "gradients-transposed", each(lambda p: weights(p, lambda k, m: at(v.w, m, k)))
