"""What the outputs of the small convolution come to, rightly and by the known mistakes."""

from fractions import Fraction

from .matrices import places


def right(v, at):
    """{(a, b): value}. at(name, row, column): the entry at a place counted from 0."""
    return outputs(v, at)


def outputs(v, at, window=None, weight=None):
    """The outputs with another window or weight.

    window(a, b, k, m): the input's place; weight(k, m, a, b): the filter's place.
    """
    window = window or (lambda a, b, k, m: (a * v.stride + k, b * v.stride + m))
    weight = weight or (lambda k, m, a, b: (k, m))
    return {
        (a, b): sum(
            at(v.x, *window(a, b, k, m)) * at(v.w, *weight(k, m, a, b))
            for k, m in places(v.w_shape)
        )
        for a, b in places(v.o_shape)
    }


def terms(v, at, a, b):
    """The products that output (a, b) is the sum of."""
    s = v.stride
    return [at(v.x, a * s + k, b * s + m) * at(v.w, k, m) for k, m in places(v.w_shape)]


def mistakes(v, at):
    """(name of a diagnosis, {(a, b): value}) for every known mistake."""
    height, width = v.w_shape
    s = v.stride
    yield (
        "small-filter-flipped",
        outputs(v, at, weight=lambda k, m, a, b: (height - 1 - k, width - 1 - m)),
    )
    for flip in ((1, 0), (0, 1)):
        yield (
            "small-filter-flipped-one-way",
            outputs(
                v,
                at,
                weight=lambda k, m, a, b, f=flip: (
                    height - 1 - k if f[0] else k,
                    width - 1 - m if f[1] else m,
                ),
            ),
        )
    yield "small-filter-transposed", outputs(v, at, weight=lambda k, m, a, b: (m, k))
    yield "small-input-transposed", outputs(v, at, window=lambda a, b, k, m: (b * s + m, a * s + k))
    yield "small-outputs-transposed", {(b, a): x for (a, b), x in right(v, at).items()}
    if s > 1:
        yield "small-stride-ignored", outputs(v, at, window=lambda a, b, k, m: (a + k, b + m))
    else:
        yield (
            "small-stride-invented",
            outputs(v, at, window=lambda a, b, k, m: (2 * a + k, 2 * b + m)),
        )
    for down, along in places((3, 3)):
        if (down, along) != (1, 1):
            yield (
                "small-window-shifted",
                outputs(
                    v,
                    at,
                    window=lambda a, b, k, m, d=down - 1, e=along - 1: (
                        a * s + k + d,
                        b * s + m + e,
                    ),
                ),
            )
    yield "small-filter-moves", outputs(v, at, weight=lambda k, m, a, b: (a * s + k, b * s + m))
    yield "small-window-stays", outputs(v, at, window=lambda a, b, k, m: (k, m))
    yield from _other_operations(v, at)


def _other_operations(v, at):
    inputs = {
        (a, b): [at(v.x, a * v.stride + k, b * v.stride + m) for k, m in places(v.w_shape)]
        for a, b in places(v.o_shape)
    }
    weights = [at(v.w, k, m) for k, m in places(v.w_shape)]
    yield "small-added", {place: sum(xs) + sum(weights) for place, xs in inputs.items()}
    yield "small-sums-multiplied", {place: sum(xs) * sum(weights) for place, xs in inputs.items()}
    yield "small-filter-missing", {place: sum(xs) for place, xs in inputs.items()}
    yield "small-averaged", {place: Fraction(x, len(weights)) for place, x in right(v, at).items()}
    yield (
        "small-matrix-product",
        {
            (a, b): sum(at(v.x, a, k) * at(v.w, k, b) for k in range(v.w_shape[0]))
            for a, b in places(v.o_shape)
        },
    )
