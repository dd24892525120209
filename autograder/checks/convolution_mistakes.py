"""What conv_forward_naive returns by each known mistake, so that a wrong output can be explained.

A convolution here is a row of stages; a mistake replaces one of them. Several mistakes are named
together by a dictionary {stage: name in MISTAKES[stage]}; an empty one is the right convolution.
A window that reaches over the edge of the image finds zeros there.
"""

import itertools
import math
from dataclasses import dataclass
from functools import partial

import numpy as np

BOTH, ROWS, COLUMNS = (True, True), (True, False), (False, True)
SPATIAL = (2, 3)


@dataclass(frozen=True)
class Mistake:
    """misconception: its name in the catalogue. function: what stands in the stage's place."""

    misconception: str
    function: object


def convolution(case, mistakes):
    """The output for a Case (x, w, b, stride, pad) by these mistakes. Returns an array."""

    def stage(name, right):
        return MISTAKES[name][mistakes[name]].function if name in mistakes else right

    x = stage("examples", _same)(case.x.astype(np.float64))
    w = stage("filter", _same)(case.w.astype(np.float64))
    padded, lengths = stage("padding", _padded)(x, case.pad)
    padded = stage("image", _same)(padded)
    padded, w = stage("channels", _both_same)(padded, w)
    w = stage("filters", _same)(w)
    rows, columns = (
        _starts(stage, axis, length, w.shape[2 + axis], case.stride)
        for axis, length in enumerate(lengths)
    )
    sums = stage("sum", _first)(_sums(padded, w, rows, columns), w)
    out = stage("bias", _with_bias)(sums, case.b.astype(np.float64), w)
    out[:, :, [start is None for start in rows]] = 0
    out[..., [start is None for start in columns]] = 0
    for name in ("only_example", "only_filter", "order", "layout"):
        out = stage(name, _same)(out)
    return out


def explanations(stages, known, most=2):
    """Dictionaries of mistakes: `known` with one, then two, of these stages' mistakes added."""
    for number in range(1, most + 1):
        for chosen in itertools.combinations(stages, number):
            for names in itertools.product(*(MISTAKES[stage] for stage in chosen)):
                yield known | dict(zip(chosen, names, strict=True))


def _starts(stage, axis, length, size, stride):
    """Where the windows begin along an axis; None: an output that is left at zero."""
    count = stage("remainder", _floor)(length - size, stride)
    starts = stage("stride", _by_stride)(axis, count, length, size, stride)
    return stage("positions", _as_they_are)(axis, list(starts), length, size, stride)


def _sums(padded, w, rows, columns):
    margin = 2 * max(w.shape[2:]) + max([0, *(s for s in (*rows, *columns) if s is not None)])
    sides = (margin, margin)
    wide = np.pad(padded, ((0, 0), (0, 0), sides, sides))
    out = np.zeros((len(padded), len(w), len(rows), len(columns)))
    for (i, top), (j, left) in itertools.product(enumerate(rows), enumerate(columns)):
        if top is not None and left is not None:
            down, along = top + margin, left + margin
            window = wide[:, :, down : down + w.shape[2], along : along + w.shape[3]]
            out[:, :, i, j] = np.einsum("nckl,fckl->nf", window, w)
    return out


def _same(array):
    return array


def _both_same(padded, w):
    return padded, w


def _first(sums, w):
    return sums


def _as_they_are(axis, starts, length, size, stride):
    return starts


def _floor(room, stride):
    return room // stride + 1


def _by_stride(axis, count, length, size, stride):
    return range(0, count * stride, stride)


def _padded(x, pad, sides=(1, 1), axes=BOTH, length=None, **mode):
    """x padded by pad * sides along the axes, and the lengths that the output's size goes by.

    length: how many times pad is added to the image's own; None: what the padded image has.
    """
    widths = [(0, 0), (0, 0), *((pad * s * sides[0], pad * s * sides[1]) for s in axes)]
    padded = np.pad(x, widths, **mode)
    own = padded.shape if length is None else [n + length * pad for n in x.shape]
    return padded, own[2:]


def _padded_everywhere(x, pad):
    """np.pad(x, pad), and then read at the places that images and channels had before."""
    padded = np.pad(x, pad)
    return padded[: len(x), : x.shape[1]], padded.shape[2:]


def _with_bias(sums, b, w):
    return sums + b[:, None, None]


def _other_bias(chosen, sums, b, w):
    """chosen(b, w): what is added instead of b."""
    return _with_bias(sums, chosen(b, w) * np.ones_like(b), w)


def _only_first(out, axis):
    """out with zeros in all but the first place along the axis."""
    rest = np.moveaxis(out.copy(), axis, 0)
    rest[1:] = 0
    return np.moveaxis(rest, 0, axis)


def _bias_once(sums, b, w):
    out = sums.copy()
    out[:, :, 0, 0] += b
    return out


def _on(axes, move, axis, starts, length, size, stride):
    """starts by `move` along the given axes, as they are along the other."""
    return move(starts, length, size, stride) if axes[axis] else starts


def _stride_on(axes, move, axis, count, length, size, stride):
    if axes[axis]:
        return move(count, length, size, stride)
    return _by_stride(axis, count, length, size, stride)


POSITIONS = {
    "last left out": ("conv-size", lambda starts, *sizes: starts[:-1]),
    "first left out": ("conv-size", lambda starts, *sizes: starts[1:]),
    "last left zero": ("conv-size", lambda starts, *sizes: [*starts[:-1], None]),
    "one more": ("conv-size", lambda starts, n, size, stride: [*starts, len(starts) * stride]),
    "at every entry": ("conv-size", lambda starts, n, size, stride: [*range(0, n, stride)]),
    "centred on every entry": (
        "conv-size",
        lambda starts, n, size, stride: [*range(-(size // 2), n - size // 2, stride)],
    ),
    "every overlap": ("conv-size", lambda starts, n, size, stride: [*range(1 - size, n, stride)]),
    "one later": ("conv-window-shifted", lambda starts, *sizes: [s + 1 for s in starts]),
    "one earlier": ("conv-window-shifted", lambda starts, *sizes: [s - 1 for s in starts]),
    "always the first": ("conv-window-stays", lambda starts, *sizes: [0 for _ in starts]),
}
STRIDES = {
    "every window": lambda count, length, size, stride: range(length - size + 1),
    "by one": lambda count, length, size, stride: range(count),
    "by the filter": lambda count, length, size, stride: range(0, count * size, size),
}
COUNTS = {
    "(H - HH + 1) // stride": lambda length, size, stride: (length - size + 1) // stride,
    "H // stride": lambda length, size, stride: length // stride,
    "(H - HH) // stride": lambda length, size, stride: (length - size) // stride,
}
AXES = {"": BOTH, " (rows)": ROWS, " (columns)": COLUMNS}
PADDINGS = {
    "ignored": ("conv-padding-ignored", {"sides": (0, 0)}),
    "before only": ("conv-padding-one-side", {"sides": (1, 0)}),
    "after only": ("conv-padding-one-side", {"sides": (0, 1)}),
    "after only, full size": ("conv-padding-one-side", {"sides": (0, 1), "length": 2}),
    "all of it before": ("conv-padding-one-side", {"sides": (2, 0)}),
    "all of it after": ("conv-padding-one-side", {"sides": (0, 2)}),
    "rows only": ("conv-padding-one-axis", {"axes": ROWS}),
    "columns only": ("conv-padding-one-axis", {"axes": COLUMNS}),
    "rows only, full size": ("conv-padding-one-axis", {"axes": ROWS, "length": 2}),
    "columns only, full size": ("conv-padding-one-axis", {"axes": COLUMNS, "length": 2}),
    "edges": ("conv-padding-not-zero", {"mode": "edge"}),
    "reflected": ("conv-padding-not-zero", {"mode": "reflect"}),
    "mirrored": ("conv-padding-not-zero", {"mode": "symmetric"}),
    "wrapped": ("conv-padding-not-zero", {"mode": "wrap"}),
    "means": ("conv-padding-not-zero", {"mode": "mean"}),
    "ones": ("conv-padding-not-zero", {"constant_values": 1}),
    "twice": ("conv-padding-size", {"sides": (2, 2)}),
    "size without it": ("conv-padding-size", {"length": 0}),
}

MISTAKES = {
    "filter": {
        "flipped": Mistake("conv-filter-flipped", lambda w: np.flip(w, SPATIAL)),
        "rows flipped": Mistake("conv-filter-flipped", lambda w: np.flip(w, 2)),
        "columns flipped": Mistake("conv-filter-flipped", lambda w: np.flip(w, 3)),
        "transposed": Mistake("conv-transposed", lambda w: w.swapaxes(*SPATIAL)),
        "not used": Mistake("conv-filter-missing", np.ones_like),
    },
    "image": {
        "transposed": Mistake("conv-transposed", lambda x: x.swapaxes(*SPATIAL)),
        "read from -1": Mistake("conv-window-shifted", lambda x: np.roll(x, 1, SPATIAL)),
    },
    "positions": {
        f"{name}{words}": Mistake(misconception, partial(_on, axes, move))
        for words, axes in AXES.items()
        for name, (misconception, move) in POSITIONS.items()
    },
    "sum": {"mean": Mistake("conv-averaged", lambda sums, w: sums / math.prod(w.shape[1:]))},
    "layout": {
        "transposed": Mistake("conv-transposed", lambda out: out.swapaxes(*SPATIAL)),
        "filters last": Mistake("conv-axis-order", lambda out: np.moveaxis(out, 1, -1)),
        "squeezed": Mistake("conv-axis-order", np.squeeze),
        "cut off at zero": Mistake("conv-rectified", lambda out: np.maximum(out, 0)),
    },
    "channels": {
        "first only": Mistake("conv-channels-not-summed", lambda x, w: (x[:, :1], w[:, :1])),
        "last only": Mistake("conv-channels-not-summed", lambda x, w: (x[:, -1:], w[:, -1:])),
        "first image channel": Mistake(
            "conv-channels-not-summed", lambda x, w: (x[:, :1].repeat(w.shape[1], 1), w)
        ),
        "first filter channel": Mistake(
            "conv-channels-not-summed", lambda x, w: (x, w[:, :1].repeat(w.shape[1], 1))
        ),
        "mean": Mistake("conv-channels-averaged", lambda x, w: (x, w / w.shape[1])),
        "reversed": Mistake("conv-channels-mixed", lambda x, w: (x, w[:, ::-1])),
        "all with all": Mistake(
            "conv-channels-mixed", lambda x, w: (x, w.sum(1, keepdims=True).repeat(w.shape[1], 1))
        ),
    },
    "filters": {
        "first only": Mistake("conv-one-filter", lambda w: w[:1].repeat(len(w), 0)),
        "last only": Mistake("conv-one-filter", lambda w: w[-1:].repeat(len(w), 0)),
        "added up": Mistake("conv-one-filter", lambda w: w.sum(0, keepdims=True).repeat(len(w), 0)),
    },
    "bias": {
        "missing": Mistake("conv-bias-missing", lambda sums, b, w: sums.copy()),
        "first only": Mistake("conv-bias-shared", partial(_other_bias, lambda b, w: b[0])),
        "last only": Mistake("conv-bias-shared", partial(_other_bias, lambda b, w: b[-1])),
        "all of them": Mistake("conv-bias-shared", partial(_other_bias, lambda b, w: b.sum())),
        "mean": Mistake("conv-bias-shared", partial(_other_bias, lambda b, w: b.mean())),
        "subtracted": Mistake("conv-bias-wrong", partial(_other_bias, lambda b, w: -b)),
        "once a channel": Mistake(
            "conv-bias-repeated", partial(_other_bias, lambda b, w: b * w.shape[1])
        ),
        "once an entry": Mistake(
            "conv-bias-repeated", partial(_other_bias, lambda b, w: b * math.prod(w.shape[2:]))
        ),
        "once a product": Mistake(
            "conv-bias-repeated", partial(_other_bias, lambda b, w: b * math.prod(w.shape[1:]))
        ),
        "one output only": Mistake("conv-bias-missing", _bias_once),
    },
    "only_filter": {"first": Mistake("conv-one-filter", lambda out: _only_first(out, 1))},
    "order": {"filters first": Mistake("conv-axis-order", lambda out: out.swapaxes(0, 1))},
    "stride": {
        f"{name}{words}": Mistake(
            "conv-stride-one-axis" if words else "conv-stride-ignored",
            partial(_stride_on, axes, move),
        )
        for words, axes in AXES.items()
        for name, move in STRIDES.items()
    }
    | {
        name: Mistake(
            "conv-stride-size",
            lambda axis, count, length, size, stride, f=counted: range(
                0, f(length, size, stride) * stride, stride
            ),
        )
        for name, counted in COUNTS.items()
    },
    "remainder": {
        "rounded up": Mistake("conv-remainder", lambda room, stride: -(-room // stride) + 1),
        "rounded": Mistake("conv-remainder", lambda room, stride: round(room / stride) + 1),
    },
    "padding": {
        name: Mistake(misconception, partial(_padded, **how))
        for name, (misconception, how) in PADDINGS.items()
    }
    | {"every axis": Mistake("conv-padding-channels", _padded_everywhere)},
    "examples": {
        "first only": Mistake("conv-one-example", lambda x: x[:1].repeat(len(x), 0)),
        "last only": Mistake("conv-one-example", lambda x: x[-1:].repeat(len(x), 0)),
        "added up": Mistake(
            "conv-one-example", lambda x: x.sum(0, keepdims=True).repeat(len(x), 0)
        ),
    },
    "only_example": {"first": Mistake("conv-one-example", lambda out: _only_first(out, 0))},
}
